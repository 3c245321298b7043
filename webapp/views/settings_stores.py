"""Stores in the settings: a manager sees those she works in, and may add others."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, request
from werkzeug import Response as AnyResponse

from ..auth import for_managers, this_viewer
from ..domain.errors import Invalid, Refused
from ..domain.meanwhile import ChangedMeanwhile
from ..domain.people import access, stores
from ..domain.tables import Associate, Store
from ..errors import sentence, sentences
from ..screens import meanwhile, settings
from ..screens import stores as screen
from .hours_form import read_hours

blueprint = Blueprint("settings_stores", __name__, url_prefix=screen.ADDRESS)


@blueprint.get("")
@for_managers
def listing(viewer: Associate) -> Response:
    """Show her stores."""
    return screen.listing(this_viewer(), list(access.managed_stores(viewer)))


@blueprint.get("/new")
@for_managers
def new(viewer: Associate) -> Response:
    """Show the form of another store."""
    return screen.form(this_viewer(), viewer, None, screen.blank(access.managed_stores(viewer).first()))


@blueprint.post("")
@for_managers
def add(viewer: Associate) -> AnyResponse:
    """Add a store, in which she works from now on."""
    typed = _typed(None)
    try:
        store = stores.add(
            typed.slug,
            typed.name,
            typed.region,
            typed.time_zone,
            is_default=typed.is_default,
            hours=typed.hours.meant,
            by=viewer,
        )
    except Invalid as error:
        return screen.form(this_viewer(), viewer, None, typed, sentences(this_viewer().reader, error))
    except Refused as error:
        return screen.form(this_viewer(), viewer, None, typed, _at_the_default(error))
    return _saved(viewer, store)


@blueprint.get("/<slug>")
@for_managers
def show(viewer: Associate, slug: str) -> Response:
    """Show the form of one of her stores."""
    store = access.managed_store(viewer, slug)
    return screen.form(this_viewer(), viewer, store, screen.of(store))


@blueprint.post("/<slug>")
@for_managers
def change(viewer: Associate, slug: str) -> AnyResponse:
    """Change one of her stores."""
    store = access.managed_store(viewer, slug)
    typed = _typed(store)
    try:
        stores.change(
            store,
            name=typed.name,
            region=typed.region,
            time_zone=typed.time_zone,
            hours=typed.hours.meant,
            is_default=typed.is_default,
            seen=typed.seen,
            by=viewer,
        )
    except ChangedMeanwhile as error:
        looks, store = this_viewer(), Store.get_by_id(store.id)
        shown = replace(_typed(store), seen=error.mark)
        return screen.form(looks, viewer, store, shown, changed=meanwhile.notice(looks.reader, error))
    except Invalid as error:
        return screen.form(this_viewer(), viewer, store, typed, sentences(this_viewer().reader, error))
    except Refused as error:
        return screen.form(this_viewer(), viewer, store, typed, _at_the_default(error))
    return _saved(viewer, Store.get_by_id(store.id))


def _at_the_default(error: Refused) -> dict[str, str]:
    """Return the refusal at its field; raises one that is about none."""
    if error.code != "not_her_default":
        raise error
    return {"is_default": sentence(this_viewer().reader, error)}


def _saved(viewer: Associate, store: Store) -> AnyResponse:
    looks = this_viewer()
    shown = screen.form(looks, viewer, store, screen.of(store), said=looks.reader.t("settings.saved"))
    return settings.saved(looks, screen.address(store), shown)


def _typed(store: Store | None) -> screen.Typed:
    """Return what the form holds. The default store has no switch: it stays so until another becomes it."""
    form = request.form
    return screen.Typed(
        name=form.get("name", ""),
        slug=store.slug if store else form.get("slug", ""),
        region=form.get("region", ""),
        time_zone=form.get("time_zone", ""),
        is_default=bool((store and store.is_default) or form.get("is_default")),
        hours=read_hours(form, store.hours if store else None),
        seen=form.get("seen") or (stores.mark(store) if store else ""),
    )
