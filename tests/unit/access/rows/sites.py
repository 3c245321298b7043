"""Sites are the retailer's: every manager may change each of them, and for an associate they do not exist."""

from ..table import row

SITE = "/settings/sites/<key>"
FORM = {"name": "Shop", "origins": "https://two.example", "prechat": "on", "field_name": "shown", "field_email": "off",
        "field_phone": "required"}  # fmt: skip

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/settings/sites", "",                    "door door door   404 404 200 404 200"),
    row("GET", "/settings/sites/new", "",                "door door door   404 404 200 404 200"),
    row("POST", "/settings/sites", "",                   "door door door   404 404 303 404 303", **FORM),
    row("GET", SITE, "site",                             "door door door   404 404 200 404 200"),
    row("GET", SITE, "missing",                          "door door door   404 404 404 404 404"),
    row("POST", SITE, "site",                            "door door door   404 404 303 404 303", **FORM),
    row("POST", SITE, "missing",                         "door door door   404 404 404 404 404", **FORM),
    row("GET", SITE + "/look", "site",                   "door door door   404 404 200 404 200"),
    row("GET", SITE + "/look", "missing",                "door door door   404 404 404 404 404"),
    row("POST", SITE + "/look", "site",                  "door door door   404 404 303 404 303", colour="#123456"),
    row("POST", SITE + "/look", "missing",               "door door door   404 404 404 404 404", colour="#123456"),
    row("GET", SITE + "/look/preview", "site",           "door door door   404 404 200 404 200",
        query="colour=%23123456"),
    row("GET", SITE + "/look/preview", "missing",        "door door door   404 404 404 404 404",
        query="colour=%23123456"),
    row("GET", SITE + "/install", "site",                "door door door   404 404 200 404 200"),
    row("GET", SITE + "/install", "missing",             "door door door   404 404 404 404 404"),
    row("GET", SITE + "/install/seen", "site",           "door door door   404 404 200 404 200"),
    row("GET", SITE + "/install/seen", "missing",        "door door door   404 404 404 404 404"),
    row("POST", SITE + "/origins", "site",               "door door door   404 404 303 404 303",
        origin="https://two.example"),
    row("POST", SITE + "/origins", "missing",            "door door door   404 404 404 404 404",
        origin="https://two.example"),
    # its keys
    row("GET", SITE + "/identity", "site",               "door door door   404 404 200 404 200"),
    row("GET", SITE + "/identity", "missing",            "door door door   404 404 404 404 404"),
    row("POST", SITE + "/identity", "site",              "door door door   404 404 200 404 200"),
    row("POST", SITE + "/identity", "missing",           "door door door   404 404 404 404 404"),
    row("POST", SITE + "/identity/check", "site",        "door door door   404 404 422 404 422", token="a.b.c"),
    row("POST", SITE + "/identity/check", "missing",     "door door door   404 404 404 404 404", token="a.b.c"),
    row("POST", SITE + "/identity/<kid>/revocation", "site/kid",     "door door door   404 404 303 404 303"),
    row("POST", SITE + "/identity/<kid>/revocation", "site/missing", "door door door   404 404 404 404 404"),
)  # fmt: skip
