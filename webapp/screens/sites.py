"""The pages of sites in the settings: the list, and of each site its form, its look, its installation and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app

from .. import colours, i18n, refused, render
from ..auth import Viewer
from ..domain import clock
from ..domain.people import sites
from ..domain.tables import Site
from ..domain.tables.sites import FIELDS
from ..i18n import Reader
from . import settings, widget

ADDRESS = "/settings/sites"
TABS = ("form", "look", "install", "identity")
MODES = ("shown", "required", "off")  # of a field of the form
OWN_COLOUR = "#6b2f2b"  # what the picker begins with
JUST_NOW = timedelta(minutes=1)

Problems = Mapping[str, str]  # field: sentence


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form of a site; `origins` is a line for each, `modes` is one of MODES for each field."""

    name: str = ""
    origins: str = ""
    prechat: bool = True
    modes: dict[str, str] = field(default_factory=lambda: dict.fromkeys(FIELDS, "shown"))
    seen: str = ""  # the mark of what the form has shown


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in the form of a site's look; texts are named as "title_fr"."""

    colour: str
    texts: dict[str, str]
    seen: str = ""


def address(site: Site, tab: str = "form") -> str:
    """Return the address of one of the pages of a site."""
    return f"{ADDRESS}/{site.key}" + ("" if tab == "form" else f"/{tab}")


def listing(looks: Viewer) -> Response:
    """Answer with the list of sites."""
    rows = [(site, address(site), seen_sentence(looks.reader, site)) for site in sites.every()]
    return settings.answer(looks, "sites", render.partial("settings/sites", looks.reader, rows=rows))


def form_of(site: Site) -> Form:
    """Return what stands in the form of a site that nobody has touched."""
    modes = {
        name: "required" if name in site.required_fields else "shown" if name in site.shown_fields else "off"
        for name in FIELDS
    }
    mark = sites.mark(site, sites.FORM)
    return Form(str(site.name), "\n".join(site.origins), bool(site.prechat_enabled), modes, mark)


def form(
    looks: Viewer,
    site: Site | None,
    typed: Form,
    problems: Problems | None = None,
    *,
    changed: str = "",
    said: str = "",
) -> Response:
    """Answer with the form of a site, or of a site to be; `changed` is what was saved meanwhile."""
    content = render.partial(
        "settings/site",
        looks.reader,
        csrf=settings.csrf(),
        seen=typed.seen,
        changed=changed,
        action=address(site) if site else ADDRESS,
        is_new=site is None,
        typed=typed,
        modes=MODES,
        problems=problems or {},
        summary=settings.problems_in(problems or {}, "site"),
    )
    return _answer(looks, site, "form", content, _status(problems, changed), said)


def look_of(site: Site) -> Look:
    """Return what stands in the form of a look that nobody has touched."""
    return Look(
        str(site.colour),
        {f"{name}_{language}": site.texts.get(language, {}).get(name, "") for name, language in _texts()},
        sites.mark(site, sites.LOOK),
    )


def look(
    looks: Viewer,
    site: Site,
    typed: Look,
    problems: Problems | None = None,
    *,
    changed: str = "",
    said: str = "",
) -> Response:
    """Answer with the form of a site's look; `changed` is what was saved meanwhile."""
    own_words = [(language, widget.words(Reader(language), _wordless(site))) for language in i18n.LANGUAGES]
    content = render.partial(
        "settings/look",
        looks.reader,
        csrf=settings.csrf(),
        seen=typed.seen,
        changed=changed,
        action=address(site, "look"),
        typed=typed,
        picked=typed.colour if sites.is_colour(typed.colour) else OWN_COLOUR,
        own_words=own_words,
        names=sites.TEXTS,
        preview=preview(looks.reader, site, str(site.colour)),
        problems=problems or {},
        summary=settings.problems_in(problems or {}, "look"),
    )
    return _answer(looks, site, "look", content, _status(problems, changed), said)


def preview(reader: Reader, site: Site, colour: str) -> str:
    """Draw what becomes of a colour ("" for the widget's own) on a light and on a dark page."""
    themes = [(theme, colours.palette(colour, theme)) for theme in colours.CANVAS] if colour else []
    return render.partial(
        "settings/look_preview",
        reader,
        colour=colour,
        themes=themes,
        canvas=colours.CANVAS,
        words=widget.words(reader, site),
    )


def install(looks: Viewer, site: Site, *, said: str = "") -> Response:
    """Answer with what a retailer puts on the page, and whether it works."""
    base = str(current_app.config["RAPPORT"].base_url)
    loader = f"{base}/widget/v1/loader.js"
    options = {"key": str(site.key)} | launcher(site)
    attributes = "".join(f' data-{name}="{value}"' for name, value in options.items())
    given = ", ".join(f"{name}: '{value}'" for name, value in options.items())
    content = render.partial(
        "settings/install",
        looks.reader,
        site=site,
        form=address(site),
        snippet=f'<script async src="{loader}"{attributes}></script>',
        commands=(
            "<script>\n"
            "  window.Rapport = window.Rapport || function () { (Rapport.q = Rapport.q || []).push(arguments); };\n"
            f"  Rapport('init', {{ {given} }});\n"
            "</script>\n"
            f'<script async src="{loader}"></script>'
        ),
        policy=f"script-src {base};\nframe-src {base};",
        seen=seen(looks.reader, site),
    )
    return _answer(looks, site, "install", content, 200, said)


def seen(reader: Reader, site: Site) -> str:
    """Draw where the site's widget was seen last, and which pages were refused."""
    return render.partial(
        "settings/seen",
        reader,
        csrf=settings.csrf(),
        poll=f"{address(site, 'install')}/seen",
        allow=f"{address(site)}/origins",
        seen=seen_sentence(reader, site),
        refused=[
            (origin, _ago(reader, ("sites.refused.now", "sites.refused"), origin, at))
            for origin, at in refused.refused().of(site)
        ],
    )


def seen_sentence(reader: Reader, site: Site) -> str:
    """Return where and when the site's widget was seen last, or ""."""
    return _ago(reader, ("sites.seen.now", "sites.seen"), str(site.seen_on), site.seen_at) if site.seen_at else ""


def answer(looks: Viewer, site: Site, tab: str, content: str, *, refused: bool = False, said: str = "") -> Response:
    """Answer with one of the pages of a site."""
    return _answer(looks, site, tab, content, 422 if refused else 200, said)


def _status(problems: Problems | None, changed: str) -> int:
    return 422 if problems else 409 if changed else 200


def _answer(looks: Viewer, site: Site | None, tab: str, content: str, status: int, said: str) -> Response:
    title = str(site.name) if site else looks.reader.t("sites.new")
    tabs = [(name, address(site, name)) for name in TABS] if site else []
    head = render.partial("settings/site_head", looks.reader, title=title, tabs=tabs, current=tab)
    return settings.answer(looks, "sites", render.joined([head, content]), title=title, status=status, said=said)


def _ago(reader: Reader, keys: tuple[str, str], origin: str, at: datetime) -> str:
    """Return one of two sentences about an origin: what has just happened, and what happened some time ago."""
    now, earlier = keys
    if clock.now() - at < JUST_NOW:
        return reader.t(now, site=origin)
    return reader.t(earlier, site=origin, ago=reader.ago(at))


def launcher(site: Site) -> dict[str, str]:
    """Return the colours that the snippet gives to the launcher."""
    if not site.colour:
        return {}
    shown = colours.palette(str(site.colour), "light")
    return {"colour": shown.ground, "ink": shown.ink}


def _texts() -> list[tuple[str, str]]:
    return [(name, language) for language in i18n.LANGUAGES for name in sites.TEXTS]


def _wordless(site: Site) -> Any:
    """Return the site as it is called, without words of its own."""
    return Site(name=site.name, texts={})
