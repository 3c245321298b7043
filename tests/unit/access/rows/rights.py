"""A person's whole record is handed out, and erased, by managers: of any store, for profiles are the retailer's."""

from ..table import row

PROFILE = "/profiles/<int:profile_id>"

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", PROFILE + "/record", "profile",           "door door door   404 404 200 404 200"),
    row("GET", PROFILE + "/record", "lacking",           "door door door   404 404 200 404 200"),
    row("GET", PROFILE + "/record", "withdrawn",         "door door door   404 404 404 404 404"),
    row("GET", PROFILE + "/record", "none",              "door door door   404 404 404 404 404"),
    row("GET", "/profiles/erased", "",                   "door door door   404 404 200 404 200"),
    row("POST", PROFILE + "/export", "profile",          "door door door   404 404 200 404 200", format="html"),
    row("POST", PROFILE + "/export", "profile",          "door door door   404 404 200 404 200", format="json"),
    row("POST", PROFILE + "/export", "profile",          "door door door   404 404 422 404 422", format="pdf"),
    row("POST", PROFILE + "/export", "withdrawn",        "door door door   404 404 404 404 404", format="json"),
    row("POST", PROFILE + "/export", "none",             "door door door   404 404 404 404 404", format="json"),
    row("POST", PROFILE + "/erase", "profile",           "door door door   404 404 303 404 303", number="C-1005"),
    row("POST", PROFILE + "/erase", "profile",           "door door door   404 404 422 404 422", number="C-1001"),
    row("POST", PROFILE + "/erase", "withdrawn",         "door door door   404 404 404 404 404", number="C-1006"),
    row("POST", PROFILE + "/erase", "none",              "door door door   404 404 404 404 404", number="C-1005"),
)  # fmt: skip
