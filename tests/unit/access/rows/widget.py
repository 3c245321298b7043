"""The customer's side: a chat is its visitor's alone, and an associate is no visitor."""

from functools import partial

from ..table import row

CHAT = "/widget/chats/<public_id>"
at_shop = partial(row, query="key={site}&locale=en")

ROWS = (
    #                                                    nobody jane zoe   alice bruno nadia charlie dana
    row("GET", "/widget/v1/loader.js", "",               "200 200 200      200 200 200 200 200"),
    row("GET", "/widget/frame", "",                      "404 404 404      404 404 404 404 404", query="key={missing}"),
    at_shop("GET", "/widget/frame", "",                  "200 200 200      200 200 200 200 200"),
    at_shop("POST", "/widget/chats", "",                 "200 200 200      200 200 200 200 200", message="Hello!"),
    at_shop("GET", CHAT, "chat",                         "404 200 404      404 404 404 404 404"),
    at_shop("GET", CHAT, "waiting",                      "404 404 200      404 404 404 404 404"),
    at_shop("GET", CHAT, "missing",                      "404 404 404      404 404 404 404 404"),
    at_shop("POST", CHAT + "/messages", "chat",          "404 200 404      404 404 404 404 404",
        body="Hi", client_id="n"),
    at_shop("POST", CHAT + "/messages", "waiting",       "404 404 200      404 404 404 404 404",
        body="Hi", client_id="n"),
    at_shop("POST", CHAT + "/messages", "missing",       "404 404 404      404 404 404 404 404",
        body="Hi", client_id="n"),
    at_shop("POST", CHAT + "/closure", "chat",           "404 200 404      404 404 404 404 404"),
    at_shop("POST", CHAT + "/closure", "waiting",        "404 404 200      404 404 404 404 404"),
    at_shop("POST", CHAT + "/closure", "missing",        "404 404 404      404 404 404 404 404"),
    at_shop("GET", CHAT + "/details", "chat",            "404 200 404      404 404 404 404 404"),
    at_shop("GET", CHAT + "/details", "waiting",         "404 404 200      404 404 404 404 404"),
    at_shop("GET", CHAT + "/details", "missing",         "404 404 404      404 404 404 404 404"),
    at_shop("POST", CHAT + "/details", "chat",           "404 200 404      404 404 404 404 404", name="Jane Doe"),
    at_shop("POST", CHAT + "/details", "waiting",        "404 404 200      404 404 404 404 404", name="Zoé Lefèvre"),
    at_shop("POST", CHAT + "/details", "missing",        "404 404 404      404 404 404 404 404", name="Jane Doe"),
    # beside the chats
    at_shop("GET", "/widget/look.css", "",               "404 404 404      404 404 404 404 404"),  # it has no colour
    at_shop("POST", "/widget/seen", "",                  "204 204 204      204 204 204 204 204",
        origin="http://shop.example"),
    at_shop("POST", "/widget/live/poll", "",             "401 204 204      401 401 401 401 401",
        sends='{"watch": {"inbox:all": {}}}'),
    at_shop("POST", "/widget/identity", "",              "401 401 401      401 401 401 401 401"),
    at_shop("POST", "/widget/reset", "",                 "200 200 200      200 200 200 200 200"),
    at_shop("GET", "/widget/earlier/<public_id>", "chat", "404 404 404      404 404 404 404 404"),
    at_shop("GET", "/widget/earlier/<public_id>", "missing", "404 404 404      404 404 404 404 404"),
)  # fmt: skip
