"""Sites in the settings: which pages may show the widget, what it asks, how it looks, and how it gets onto a page.

Every manager may change every site: sites are the retailer's, not a store's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, request
from werkzeug import Response as AnyResponse

from ..auth import for_managers, this_viewer
from ..domain.errors import Invalid
from ..domain.meanwhile import ChangedMeanwhile
from ..domain.people import sites
from ..domain.people.access import managed_site
from ..domain.tables import Associate
from ..domain.tables.sites import FIELDS
from ..errors import sentences
from ..i18n import LANGUAGES
from ..screens import meanwhile, settings
from ..screens import sites as screen

blueprint = Blueprint("settings_sites", __name__, url_prefix=screen.ADDRESS)


@blueprint.get("")
@for_managers
def listing(viewer: Associate) -> Response:
    """Show all sites."""
    return screen.listing(this_viewer())


@blueprint.get("/new")
@for_managers
def new(viewer: Associate) -> Response:
    """Show the form of a site to be."""
    return screen.form(this_viewer(), None, screen.Form())


@blueprint.post("")
@for_managers
def add(viewer: Associate) -> AnyResponse:
    """Add a site; what is to be done next is its installation."""
    looks, typed = this_viewer(), _typed()
    try:
        site = sites.add(**_meant(typed), by=viewer)
    except Invalid as error:
        return screen.form(looks, None, typed, sentences(looks.reader, error))
    shown = screen.install(looks, site, said=looks.reader.t("sites.added"))
    return settings.saved(looks, screen.address(site, "install"), shown)


@blueprint.get("/<key>")
@for_managers
def show(viewer: Associate, key: str) -> Response:
    """Show the form of a site."""
    site = managed_site(viewer, key)
    return screen.form(this_viewer(), site, screen.form_of(site))


@blueprint.post("/<key>")
@for_managers
def change(viewer: Associate, key: str) -> AnyResponse:
    """Change what a site asks, and which pages may show it."""
    site, looks, typed = managed_site(viewer, key), this_viewer(), _typed()
    try:
        sites.change(site, **_meant(typed), seen=typed.seen or sites.mark(site, sites.FORM), by=viewer)
    except ChangedMeanwhile as error:
        changed = meanwhile.notice(looks.reader, error)
        return screen.form(looks, site, replace(typed, seen=error.mark), changed=changed)
    except Invalid as error:
        return screen.form(looks, site, typed, sentences(looks.reader, error))
    site = managed_site(viewer, key)
    shown = screen.form(looks, site, screen.form_of(site), said=looks.reader.t("settings.saved"))
    return settings.saved(looks, screen.address(site), shown)


@blueprint.get("/<key>/look")
@for_managers
def look(viewer: Associate, key: str) -> Response:
    """Show the colour and the words of a site."""
    site = managed_site(viewer, key)
    return screen.look(this_viewer(), site, screen.look_of(site))


@blueprint.post("/<key>/look")
@for_managers
def change_look(viewer: Associate, key: str) -> AnyResponse:
    """Change the colour and the words of a site."""
    site, looks = managed_site(viewer, key), this_viewer()
    texts = {
        language: {name: request.form.get(f"{name}_{language}", "") for name in sites.TEXTS} for language in LANGUAGES
    }
    flat = {f"{name}_{language}": text for language, named in texts.items() for name, text in named.items()}
    seen = request.form.get("seen") or sites.mark(site, sites.LOOK)
    typed = screen.Look(request.form.get("colour", ""), flat, seen)
    try:
        sites.change(site, colour=typed.colour, texts=texts, seen=seen, by=viewer)
    except ChangedMeanwhile as error:
        changed = meanwhile.notice(looks.reader, error)
        return screen.look(looks, site, replace(typed, seen=error.mark), changed=changed)
    except Invalid as error:
        return screen.look(looks, site, typed, sentences(looks.reader, error))
    site = managed_site(viewer, key)
    shown = screen.look(looks, site, screen.look_of(site), said=looks.reader.t("settings.saved"))
    return settings.saved(looks, screen.address(site, "look"), shown)


@blueprint.get("/<key>/look/preview")
@for_managers
def preview(viewer: Associate, key: str) -> Response:
    """Show what becomes of a colour before it is saved; of what is none, nothing."""
    site, colour = managed_site(viewer, key), request.args.get("colour", "").strip().lower()
    if colour and not sites.is_colour(colour):
        return Response(status=204)
    return Response(screen.preview(this_viewer().reader, site, colour))


@blueprint.get("/<key>/install")
@for_managers
def install(viewer: Associate, key: str) -> Response:
    """Show what a retailer puts on the page, and whether it works."""
    return screen.install(this_viewer(), managed_site(viewer, key))


@blueprint.get("/<key>/install/seen")
@for_managers
def seen(viewer: Associate, key: str) -> Response:
    """Show where the widget was seen last: the page asks for it until it was."""
    return Response(screen.seen(this_viewer().reader, managed_site(viewer, key)))


@blueprint.post("/<key>/origins")
@for_managers
def allow(viewer: Associate, key: str) -> AnyResponse:
    """Allow one more page to show the widget."""
    site, looks = managed_site(viewer, key), this_viewer()
    sites.allow(site, request.form.get("origin", ""), plain_http=_plain_http(), by=viewer)
    shown = screen.install(looks, managed_site(viewer, key), said=looks.reader.t("settings.saved"))
    return settings.saved(looks, screen.address(site, "install"), shown)


def _typed() -> screen.Form:
    form = request.form
    return screen.Form(
        name=form.get("name", ""),
        origins=form.get("origins", ""),
        prechat="prechat" in form,
        modes={name: form.get(f"field_{name}", "") for name in FIELDS},
        seen=form.get("seen", ""),
    )


def _meant(typed: screen.Form) -> dict[str, Any]:
    """Return what the form means, as the verbs take it; raises `Invalid` for a choice that is none."""
    if set(typed.modes.values()) - set(screen.MODES):
        raise Invalid({"fields": "not_a_choice"})
    return {
        "name": typed.name,
        "origins": typed.origins.splitlines(),
        "prechat_enabled": typed.prechat,
        "shown_fields": [name for name, mode in typed.modes.items() if mode != "off"],
        "required_fields": [name for name, mode in typed.modes.items() if mode == "required"],
        "plain_http": _plain_http(),
    }


def _plain_http() -> bool:
    return bool(current_app.config["RAPPORT"].env == "development")
