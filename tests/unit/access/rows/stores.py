"""Stores and the audit log: a manager sees the stores in which she works, and what was changed in all of them."""

from ..table import row

PLACE = {"region": "FR", "time_zone": "Europe/Paris", "hours": "always"}

ROWS = (
    #                                                  nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/settings/stores", "",                 "door door door   404 404 200 404 200"),
    row("GET", "/settings/stores/new", "",             "door door door   404 404 200 404 200"),
    row("POST", "/settings/stores", "",                "door door door   404 404 303 404 303", name="Lille", **PLACE),
    row("GET", "/settings/stores/<slug>", "=lyon",     "door door door   404 404 200 404 404"),
    row("GET", "/settings/stores/<slug>", "=london",   "door door door   404 404 404 404 200"),
    row("GET", "/settings/stores/<slug>", "missing",   "door door door   404 404 404 404 404"),
    row("POST", "/settings/stores/<slug>", "=lyon",    "door door door   404 404 303 404 404", name="Lyon 2", **PLACE),
    row("POST", "/settings/stores/<slug>", "missing",  "door door door   404 404 404 404 404", name="None", **PLACE),
    row("GET", "/audit", "",                           "door door door   404 404 200 404 200"),
)  # fmt: skip
