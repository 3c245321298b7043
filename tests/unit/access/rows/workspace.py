"""The doors of the workspace, what each sets for herself, and what anybody may have."""

from ..table import row

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/", "",                                  "302 302 302      302 302 302 302 302"),
    row("GET", "/sign-in", "",                           "200 200 200      302 302 302 302 302"),
    row("POST", "/sign-in", "",                          "303 303 303      303 303 303 303 303",
        email="alice@maison.example", password="demo-password"),
    row("POST", "/sign-out", "",                         "door door door   303 303 303 303 303"),
    row("GET", "/inbox/<name>", "=waiting",              "door door door   200 200 200 200 200"),
    row("GET", "/inbox/<name>", "=mine",                 "door door door   200 200 200 200 200"),
    row("GET", "/inbox/<name>", "=all",                  "door door door   200 200 200 200 200"),
    row("GET", "/inbox/<name>", "missing",               "door door door   404 404 404 404 404"),
    row("POST", "/preferences/language", "",             "door door door   303 303 303 303 303", language="fr"),
    row("POST", "/preferences/availability", "",         "door door door   303 303 303 303 303", available="no"),
    row("POST", "/live/poll", "",                        "door door door   200 200 200 200 200",
        sends='{"watch": {"inbox:all": {}}}'),
    # what anybody may have
    row("GET", "/healthz", "",                           "200 200 200      200 200 200 200 200"),
    row("GET", "/readyz", "",                            "200 200 200      200 200 200 200 200"),
    row("GET", "/version", "",                           "200 200 200      200 200 200 200 200"),
    row("GET", "/metrics", "",                           "404 404 404      404 404 404 404 404"),  # only by its token
    row("GET", "/static/<filename>", "stylesheet",       "200 200 200      200 200 200 200 200"),
    row("GET", "/static/<filename>", "missing",          "404 404 404      404 404 404 404 404"),
    row("GET", "/demo/token", "",                        "404 404 404      404 404 404 404 404"),
    row("GET", "/demo/shop", "",                         "404 404 404      404 404 404 404 404"),  # in development only
    row("GET", "/demo/token", "",                        "404 404 404      404 404 404 404 404"),  # in development only
)  # fmt: skip
