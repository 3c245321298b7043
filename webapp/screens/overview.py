"""The front page of the settings: what is still to be done until customers can chat, each with a way there.

Of stores and colleagues it tells what the pages behind show: those whom the viewer manages.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import render
from ..domain import settings as house
from ..domain.people import access, sites
from ..domain.tables import Associate, Site, Store
from ..i18n import Reader
from . import settings
from .sites import address as address_of
from .sites import seen_sentence


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do; `state` says in words how it stands."""

    name: str
    address: str
    done: bool
    state: str


def content(reader: Reader, viewer: Associate) -> str:
    """Draw the list of what is to be done."""
    known, places = sites.every(), list(access.managed_stores(viewer))
    items = [
        _stores(reader, places),
        _hours(reader, places),
        _associates(reader, viewer),
        _sites(reader, known),
        _seen(reader, known),
        _linking(reader),
    ]
    return render.partial("settings/overview", reader, items=items)


def _stores(reader: Reader, places: list[Store]) -> Item:
    state = reader.n("todo.stores.some", len(places)) if places else reader.t("todo.stores.none")
    return Item("stores", settings.address("stores"), bool(places), state)


def _hours(reader: Reader, places: list[Store]) -> Item:
    always = [str(store.name) for store in places if store.hours is None]
    if always or not places:
        state = reader.t("todo.hours.always", names=_listed(always)) if places else reader.t("todo.stores.none")
        return Item("hours", settings.address("stores"), False, state)
    return Item("hours", settings.address("stores"), True, reader.t("todo.hours.set"))


def _associates(reader: Reader, viewer: Associate) -> Item:
    colleagues = access.managed_associates(viewer).where(Associate.id != viewer.id)
    others = colleagues.where(Associate.deactivated_at.is_null()).count()
    invited = len(access.managed_invitations(viewer))
    told = [reader.n("todo.associates.some", others)] if others else []
    told += [reader.n("todo.associates.invited", invited)] if invited else []
    state = ", ".join(told) or reader.t("todo.associates.alone")
    return Item("associates", settings.address("associates"), bool(others or invited), state)


def _sites(reader: Reader, known: list[Site]) -> Item:
    nowhere = [site for site in known if not site.origins]
    if not known or nowhere:
        state = reader.t("todo.sites.nowhere", names=_listed([str(site.name) for site in nowhere])) if known else ""
        return Item("sites", settings.address("sites"), False, state or reader.t("todo.sites.none"))
    return Item("sites", settings.address("sites"), True, reader.n("todo.sites.some", len(known)))


def _seen(reader: Reader, known: list[Site]) -> Item:
    seen = max((site for site in known if site.seen_at), key=lambda site: site.seen_at, default=None)
    where = address_of(seen or known[0], "install") if known else settings.address("sites")
    return Item("seen", where, bool(seen), seen_sentence(reader, seen) if seen else reader.t("sites.unseen"))


def _linking(reader: Reader) -> Item:
    chosen = house.get("automatic_linking")
    return Item("linking", settings.address("linking"), True, reader.t(f"linking.{chosen}"))


def _listed(names: list[str]) -> str:
    return ", ".join(names)
