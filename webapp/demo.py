"""Demo data: a retailer with stores, people and customers, made by the product's own verbs, the same each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt

from . import demo_people
from .config import Settings
from .domain import clock
from .domain.chats import lifecycle, messages, requests, threads
from .domain.identity import linking
from .domain.people import associates, identity_keys, passwords, sites, stores
from .domain.profiles import creating, editing
from .domain.profiles.contact import Given
from .domain.tables import Associate, Profile, Site, Store

RETAILER = "Maison Lumière"
PASSWORD = "demo-password"
DEMO_SITE_KEY = "pk_demo"
DEMO_SITE_KEY_WITHOUT_FORM = "pk_demo_direct"
IDENTITY_LIFE = 15 * 60  # seconds


def fill_if_empty(settings: Settings) -> bool:
    """Fill an empty database and return True; where there is anybody already, only keep the demo's addresses right."""
    origins = _origins(settings)
    if Store.select().exists():
        for key in (DEMO_SITE_KEY, DEMO_SITE_KEY_WITHOUT_FORM):
            if site := sites.by_key(key):
                sites.change(site, origins=origins, plain_http=True)
                _see_to_identity_key(site)
        return False
    house = _Demo(origins)
    house.fill()
    return True


def customer(number: str) -> Profile | None:
    """Return the customer who is signed in at the demo shop under this customer number, or None."""
    found: Profile | None = Profile.get_or_none(Profile.external_id == number, Profile.withdrawn_at.is_null())
    return found


def identity_token(settings: Settings, site_key: str, profile: Profile) -> str | None:
    """Return what the demo shop's back end signs of a customer, or None when the site has no key that is valid."""
    site = sites.by_key(site_key)
    key = next((key for key in identity_keys.of(site) if key.revoked_at is None), None) if site else None
    if key is None:
        return None
    now = int(clock.now().timestamp())
    claims = {
        "aud": site_key,
        "sub": profile.external_id,
        "iat": now,
        "exp": now + IDENTITY_LIFE,
        "name": profile.name,
        "email": editing.value_of(profile, "email"),
        "email_verified": True,
        "phone": editing.value_of(profile, "phone"),
    }
    secret = identity_keys.secret(key, settings.secret_key.encode())
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": key.kid})


def _see_to_identity_key(site: Site) -> None:
    """Make the demo shop a key; but not again when somebody has revoked it."""
    if not identity_keys.of(site):
        identity_keys.add(site, by=None)


def welcome(settings: Settings) -> str:
    """Return what to print when the demo is served."""
    port = settings.port
    people = "\n".join(f"    {email:26}{where}" for _, email, where, *_ in demo_people.ASSOCIATES)
    return (
        f"\n  Rapport, with the demo shop {RETAILER}\n\n"
        f"  The shop      http://localhost:{port}/demo/shop\n"
        f"  The workspace {settings.base_url}/sign-in\n\n"
        f"  Sign in with the password {PASSWORD} as\n{people}\n"
    )


def _origins(settings: Settings) -> list[str]:
    base = urlsplit(settings.base_url)
    hosts = {f"http://localhost:{settings.port}", f"http://127.0.0.1:{settings.port}", f"{base.scheme}://{base.netloc}"}
    return sorted(hosts)


class _Demo:
    """The demo while it is being made."""

    def __init__(self, origins: list[str]) -> None:
        self.origins = origins
        self.now = clock.now()
        self.stores: dict[str, Store] = {}
        self.people: dict[str, Associate] = {}
        self.profiles: dict[str, Profile] = {}
        self.lines = 0

    def fill(self) -> None:
        with clock.at(self.now - timedelta(days=1500)):
            self._places()
        self._customers()
        for chat in demo_people.CHATS:
            self._past_chat(*chat)
        self._changes()
        self._whatsapp()

    def _places(self) -> None:
        for slug, name, region, zone in demo_people.STORES:
            self.stores[slug] = stores.add(slug, name, region, zone)
        password = passwords.hash_password(PASSWORD)
        for name, email, _, role, where, chats in demo_people.ASSOCIATES:
            self.people[email.split("@")[0]] = associates.add(
                name,
                email,
                None,
                role=role,
                stores=[self.stores[slug] for slug in where],
                chat_enabled=chats,
                password_hash=password,
            )
        self.site: Site = sites.add(RETAILER, self.origins, key=DEMO_SITE_KEY, plain_http=True)
        direct = sites.add(
            RETAILER, self.origins, key=DEMO_SITE_KEY_WITHOUT_FORM, prechat_enabled=False, plain_http=True
        )
        for site in (self.site, direct):
            _see_to_identity_key(site)

    def _customers(self) -> None:
        for number, (name, email, phone, region, *more) in enumerate(demo_people.CUSTOMERS):
            with clock.at(self.now - timedelta(days=1400 - 19 * number, hours=number % 7)):
                own_id = f"C-{1001 + number}"  # the shop's back end calls its customers by their customer number
                profile = creating.create(
                    Given(name, email, phone), region=region, external_id=own_id, more=tuple(more)
                )
                self.profiles[str(profile.customer_number)] = profile

    def _past_chat(self, number: str, days: int, who: str, conversation: tuple[str, ...]) -> None:
        """A chat of long ago: the customer and the associate write by turns, and the associate ends it."""
        associate, profile = self.people[who], self.profiles[number]
        moment = (self.now - timedelta(days=days)).replace(hour=9 + days % 8, minute=days % 60)
        store = associate.memberships[0].store
        with clock.at(moment):
            request = requests.Request(
                given=self._details(profile),
                message=conversation[0],
                client_id=self._next_id(),
                generated_name="",
                declared_store=store.slug,
            )
            chat, _ = requests.request_chat(self.site, None, request)
            requests.route(chat.id)
        with clock.at(moment + timedelta(minutes=1)):
            lifecycle.accept(chat, by=associate)
            if chat.links.count() == 0:
                linking.link(chat, profile, "search", by=associate)
        for minute, text in enumerate(conversation[1:], start=2):
            with clock.at(moment + timedelta(minutes=minute)):
                messages.send(chat, text, self._next_id(), by=associate if minute % 2 == 0 else None)
        with clock.at(moment + timedelta(minutes=len(conversation) + 2)):
            lifecycle.end(chat, by=associate)

    def _changes(self) -> None:
        for number, days, who, field, value in demo_people.CHANGES:
            profile = Profile.get_by_id(self.profiles[number].id)
            with clock.at(self._at(days)):
                by = self.people[who]
                if field.startswith("other "):
                    editing.add(profile, field.removeprefix("other "), value, by=by)
                else:
                    editing.change(profile, field, value, seen=editing.value_of(profile, field), by=by)

    def _whatsapp(self) -> None:
        """A messaging conversation that contradicts its profile: it has no form before it, and so no banner."""
        alice = self.people["alice"]
        with clock.at(self.now - timedelta(minutes=50)):
            given = Given("M. Leroy-Martin", "", "+33 6 11 22 33 44")
            text = "Bonjour, est-ce que ma lampe Halo est réparée ?"
            chat = threads.begin(
                "whatsapp", self.stores["lyon"], given, text, self._next_id(), generated_name="", locale="fr"
            )
        with clock.at(self.now - timedelta(minutes=48)):
            lifecycle.accept(chat, by=alice)
            linking.link(chat, self.profiles["C-1009"], "search", by=alice)
        with clock.at(self.now - timedelta(minutes=47)):
            messages.send(chat, "Bonjour ! Je regarde à l’atelier et je vous réponds.", self._next_id(), by=alice)

    def _details(self, profile: Profile) -> Given:
        value = editing.value_of
        return Given(value(profile, "name"), value(profile, "email"), value(profile, "phone"))

    def _at(self, days: int) -> datetime:
        return (self.now - timedelta(days=days)).replace(hour=16, minute=21)

    def _next_id(self) -> str:
        self.lines += 1
        return f"demo-{self.lines}"
