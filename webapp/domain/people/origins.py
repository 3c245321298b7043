"""Origins: which pages may show the widget. Read as a manager types them, and matched as a browser does.

An origin is scheme, host and port, "https://shop.example:8443", and nothing after it. `https://*.shop.example` stands
for every host below shop.example, however deep, and not for shop.example itself: that is what `frame-ancestors` makes
of it, and static/js/widget/host.js. Pure: no database.

Below some names everybody may have a name of their own, and a pattern would let strangers in. The whole list of them
(publicsuffix.org) changes every week, and would be one more thing to keep up to date; what is refused here are names
of one part, a country with a word that registries put before it (co.uk, com.au), and the hosters of shops and pages
that are met most. It is a guard against a slip of the pen: a manager may allow any page by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import idna

from .. import texts
from ..errors import Invalid

MOST = 50  # on one site: all of them travel in a header
_LONGEST = 255
_LOCAL = ("localhost", "127.0.0.1")
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_BEFORE_COUNTRIES = frozenset(
    "ac co com edu go gob gouv gov gv id info ltd me mil ne net nhs nom or org plc sch tm".split()
)
_HOSTERS = frozenset(
    "azurewebsites.net blogspot.com cloudfront.net fly.dev github.io gitlab.io herokuapp.com myshopify.com netlify.app "
    "onrender.com pages.dev square.site vercel.app web.app webflow.io wixsite.com wordpress.com workers.dev".split()
)
_typed = re.compile(
    r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^\s/?#:@\[\]\\]+)(?::(?P<port>[0-9]{1,5}))?(?P<rest>.*)"
)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_host = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_pattern = re.compile(r"(?P<scheme>https?://)\*(?P<rest>\..+)")


def matches(origin: str, allowed: Iterable[str]) -> bool:
    """Say whether a page of this origin, as a browser names it, is one of those allowed."""
    return "*" not in origin and any(_fits(origin, one) for one in allowed)


def _fits(origin: str, allowed: str) -> bool:
    if origin == allowed:
        return True
    wild = _pattern.fullmatch(allowed)
    if not wild or not origin.startswith(wild["scheme"]) or not origin.endswith(wild["rest"]):
        return False
    return bool(_host.fullmatch(origin[len(wild["scheme"]) : -len(wild["rest"])]))


def read(lines: Iterable[str], *, plain_http: bool = False) -> list[str]:
    """Return the origins of these lines, each once, as browsers write them; blank lines do not count.

    Case, a slash at the end and a port that goes without saying are mended. Raises `Invalid` for the first line that
    cannot be. Only with `plain_http` may pages other than those of this machine do without TLS.
    """
    found: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        if typed := texts.tidy(line):
            found[_read(typed, number, plain_http)] = None
    if len(found) > MOST:
        raise Invalid({"origins": "too_many_origins"}, origins={"n": MOST})
    return list(found)


def _read(typed: str, number: int, plain_http: bool) -> str:
    def refused(code: str) -> Invalid:
        return Invalid({"origins": code}, origins={"line": number, "text": typed})

    if problem := texts.problem_with(typed, _LONGEST):
        raise Invalid({"origins": problem})
    parts = _typed.fullmatch(typed)
    if not parts:
        raise refused("not_an_origin")
    scheme, port = parts["scheme"].lower(), parts["port"]
    if scheme not in _DEFAULT_PORTS or not _is_port(port) or parts["rest"][:1] not in ("", "/", "?", "#"):
        raise refused("not_an_origin")
    if parts["rest"] not in ("", "/"):
        raise refused("origin_has_path")
    host = _host_of(parts["host"])
    if host is None:
        raise refused("not_an_origin")
    if host.startswith("*.") and _is_everybodys(host[2:]):
        raise refused("origin_too_wide")
    if scheme == "http" and not plain_http and host not in _LOCAL:
        raise refused("origin_not_safe")
    shown_port = "" if port is None or str(int(port)) == _DEFAULT_PORTS[scheme] else f":{int(port)}"
    return f"{scheme}://{host}{shown_port}"


def _is_everybodys(name: str) -> bool:
    """Say whether anybody can have a name below this one, as far as can be said without a list of them all."""
    *before, last = name.split(".")
    of_a_country = len(last) == 2 and len(before) == 1 and before[0] in _BEFORE_COUNTRIES
    return name != "localhost" and (not before or of_a_country or name in _HOSTERS)


def _is_port(port: str | None) -> bool:
    return port is None or 0 < int(port) < 2**16


def _host_of(typed: str) -> str | None:
    """Return a host in lower case and ASCII, with its `*.`, or None when it is none."""
    star, host = ("*.", typed[2:]) if typed.startswith("*.") else ("", typed.lower())
    try:
        plain = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError:  # no such domain; idna's own error is one of these
        return None
    return star + plain if _host.fullmatch(plain) and len(plain) < 254 else None
