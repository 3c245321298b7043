"""Profiles are the retailer's: whoever is signed in may see and change them, and reads their chats in the log."""

from ..table import row

PROFILE = "/profiles/<int:profile_id>"

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/profiles", "",                          "door door door   200 200 200 200 200"),
    row("GET", "/profiles", "",                          "door door door   200 200 200 200 200",
        query="q={lacking-name}"),
    row("GET", PROFILE, "profile",                       "door door door   200 200 200 200 200"),
    row("GET", PROFILE, "lacking",                       "door door door   200 200 200 200 200"),
    row("GET", PROFILE, "withdrawn",                     "door door door   404 404 404 404 404"),
    row("GET", PROFILE, "none",                          "door door door   404 404 404 404 404"),
    row("GET", PROFILE + "/details", "profile",          "door door door   200 200 200 200 200"),
    row("GET", PROFILE + "/details", "none",             "door door door   404 404 404 404 404"),
    row("GET", PROFILE + "/edit", "profile",             "door door door   200 200 200 200 200"),
    row("GET", PROFILE + "/edit", "none",                "door door door   404 404 404 404 404"),
    row("GET", PROFILE + "/activity", "lacking",         "door door door   200 200 200 200 200"),
    row("GET", PROFILE + "/activity", "none",            "door door door   404 404 404 404 404"),
    row("POST", PROFILE + "/fields/<field>", "profile/=phone",   "door door door   409 409 409 409 409",
        value="+33144445555"),
    row("POST", PROFILE + "/fields/<field>", "lacking/=phone",   "door door door   200 200 200 200 200",
        value="+33144445555"),
    row("POST", PROFILE + "/fields/<field>", "withdrawn/=phone", "door door door   404 404 404 404 404",
        value="+33144445555"),
    row("POST", PROFILE + "/fields/<field>", "none/=phone",      "door door door   404 404 404 404 404",
        value="+33144445555"),
    # edited in the panel of a chat that is not theirs
    row("POST", PROFILE + "/fields/<field>", "lacking/=phone",   "door door door   200 404 200 404 404",
        value="+33144445555", conversation="{linked}"),
    row("POST", PROFILE + "/contact-points", "profile",         "door door door   200 200 200 200 200",
        kind="email", value="another@example.com"),
    row("POST", PROFILE + "/contact-points", "lacking",         "door door door   200 404 200 404 404",
        kind="email", value="another@example.com", conversation="{linked}"),
    row("POST", PROFILE + "/contact-points", "none",            "door door door   404 404 404 404 404",
        kind="email", value="another@example.com"),
    # the log: a chat that is linked is read by all, another by those who may open it
    row("GET", "/transcripts/<public_id>", "linked",     "door door door   200 200 200 200 200"),
    row("GET", "/transcripts/<public_id>", "chat",       "door door door   200 404 200 404 404"),
    row("GET", "/transcripts/<public_id>", "waiting",    "door door door   200 200 200 404 404"),
    row("GET", "/transcripts/<public_id>", "missing",    "door door door   404 404 404 404 404"),
    row("POST", "/activity/<int:entry_id>/undo", "entry",        "door door door   200 200 200 200 200"),
    row("POST", "/activity/<int:entry_id>/undo", "link-entry",   "door door door   200 404 200 404 404"),
    row("POST", "/activity/<int:entry_id>/undo", "unlink-entry", "door door door   200 404 200 404 404"),
    row("POST", "/activity/<int:entry_id>/undo", "none",         "door door door   404 404 404 404 404"),
)  # fmt: skip
