"""What managers decide: for an associate these pages do not exist."""

from ..table import row

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/settings", "",                          "door door door   404 404 200 404 200"),
    row("GET", "/settings/linking", "",                  "door door door   404 404 200 404 200"),
    row("POST", "/settings/linking", "",                 "door door door   404 404 303 404 303",
        automatic_linking="off"),
)  # fmt: skip
