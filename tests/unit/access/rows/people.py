"""Associates: a manager sees those of her stores (Nadia's is Lyon, Dana's London), everybody has a page of her own,
and whoever holds the link of an invitation may join."""

from ..table import row

LIST = "/settings/associates"
ONE, INVITATION = LIST + "/<int:associate_id>", LIST + "/invitations/<int:invitation_id>"

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", LIST, "",                                 "door door door   404 404 200 404 200"),
    row("GET", LIST + "/invite", "",                     "door door door   404 404 200 404 200"),
    row("POST", LIST + "/invite", "",                    "door door door   404 404 200 404 200",
        email="eva@maison.example", role="associate"),
    row("POST", LIST + "/invite", "",                    "door door door   404 404 200 404 422",
        email="eva@maison.example", role="associate", stores="lyon"),
    row("POST", LIST + "/invite", "",                    "door door door   404 404 200 404 422",
        email="emma@maison.example", role="associate"),
    row("POST", INVITATION + "/link", "invitation",      "door door door   404 404 200 404 404"),
    row("POST", INVITATION + "/link", "invitation-to-both", "door door door 404 404 404 404 404"),
    row("POST", INVITATION + "/link", "none",            "door door door   404 404 404 404 404"),
    row("POST", INVITATION + "/revocation", "invitation", "door door door   404 404 303 404 404"),
    row("POST", INVITATION + "/revocation", "invitation-to-both", "door door door 404 404 303 404 303"),
    row("POST", INVITATION + "/revocation", "none",      "door door door   404 404 404 404 404"),
    row("GET", ONE, "bruno",                             "door door door   404 404 200 404 404"),
    row("GET", ONE, "charlie",                           "door door door   404 404 404 404 200"),
    row("GET", ONE, "none",                              "door door door   404 404 404 404 404"),
    row("POST", ONE, "bruno",                            "door door door   404 404 303 404 404", role="manager"),
    row("POST", ONE, "none",                             "door door door   404 404 404 404 404", role="manager"),
    row("POST", ONE + "/deactivation", "bruno",          "door door door   404 404 303 404 404"),
    row("POST", ONE + "/deactivation", "none",           "door door door   404 404 404 404 404"),
    row("POST", ONE + "/reactivation", "bruno",          "door door door   404 404 303 404 404"),
    row("POST", ONE + "/reactivation", "none",           "door door door   404 404 404 404 404"),
    # her own page
    row("GET", "/me", "",                                "door door door   200 200 200 200 200"),
    row("POST", "/me/password", "",                      "door door door   303 303 303 303 303",
        old="demo-password", password="tulips on tuesday"),
    row("POST", "/me/sessions/closure", "",              "door door door   303 303 303 303 303"),
    # by a link
    row("GET", "/join/<token>", "join",                  "200 200 200      200 200 200 200 200"),
    row("GET", "/join/<token>", "missing",               "404 404 404      404 404 404 404 404"),
    row("POST", "/join/<token>", "join",                 "303 303 303      303 303 303 303 303",
        name="Eva", password="tulips on tuesday"),
    row("POST", "/join/<token>", "missing",              "404 404 404      404 404 404 404 404"),
    # the house is made already
    row("GET", "/first-run", "",                         "404 404 404      404 404 404 404 404"),
    row("POST", "/first-run", "",                        "404 404 404      404 404 404 404 404"),
)  # fmt: skip
