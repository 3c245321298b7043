"""A small shop in which every field holds a word of its own, and everybody who may come to its door.

The words are canaries: whoever reads one in an answer must be among its readers.
"""

from __future__ import annotations

import random
import re
import sqlite3
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import ORIGIN, House, fresh, furnish
from tests.unit.views.customer import Customer
from webapp import auth, security
from webapp.domain import db, lines
from webapp.domain.chats import lifecycle, messages
from webapp.domain.identity import linking
from webapp.domain.people import identity_keys, invitations, sessions
from webapp.domain.profiles import creating, editing
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ActivityEntry, Associate, Conversation, Profile, Site, StoreMember

from .table import ACTORS, STAFF, Row

LYON = ("alice", "bruno", "nadia")


@dataclass(frozen=True)
class Word:
    """A word that is in one place only: `what` says where, `readers` who may see it."""

    text: str
    what: str
    readers: frozenset[str]


class World:
    """The shop, its people, and the ids by which rows speak of what is in it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.ids: dict[str, str] = {"missing": "A" * 22, "none": "999999"}
        self.words: list[Word] = []
        self._cookies: dict[str, dict[str, str]] = {actor: {} for actor in ACTORS}
        self._tokens: dict[str, str] = {}
        self._draw = random.Random(1)
        self._build()
        self._snapshot = sqlite3.connect(":memory:")
        db.database.connection().backup(self._snapshot)

    def close(self) -> None:
        self._snapshot.close()

    def restore(self) -> None:
        """Put everything back to how it was built."""
        self._snapshot.backup(db.database.connection())

    def cookies(self, actor: str) -> str:
        """Return the cookies of an actor's browser, as its header says them."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies[actor].items())

    def ask(self, actor: str, row: Row, **how: Any) -> TestResponse:
        """Send what the row says as this actor's browser would."""
        data = row.sends.encode() or row.filled(self.ids) if not row.is_safe else None
        return self.send(actor, row.method, row.path(self.ids), data, **how)

    def send(
        self, actor: str, method: str, path: str, data: Any = None, *,
        htmx: bool = False, origin: str | None = ORIGIN, token: str | None = None,
        headers: Mapping[str, str] | None = None, **environ: Any,
    ) -> TestResponse:  # fmt: skip
        """Send this as the actor's browser would: with its cookies, its `origin` and `token`, unless others are given.

        `headers` come instead of a browser's own; `environ` is for what is in no header.
        """
        self.app.extensions["limiter"] = security.Limiter()
        own = {"Cookie": self.cookies(actor)} | ({"HX-Request": "true"} if htmx else {})
        if method not in security.SAFE:
            own["X-CSRF-Token"] = self.token(actor, path) if token is None else token
            if origin is not None:
                own["Origin"] = origin
        client = self.app.test_client(use_cookies=False)
        answer = client.open(path, method=method, headers=own | dict(headers or {}), data=data, **environ)
        self.app.extensions["afterwards"].drain()
        return answer

    def token(self, actor: str, path: str) -> str:
        """Return the token that this actor's page carries."""
        if path.startswith("/widget/"):
            return self._tokens["widget"]
        return self._tokens["sign-in" if path == "/sign-in" else actor]

    def leaks(self, actor: str, text: str, sent: str = "") -> list[str]:
        """Return what of the shop this actor reads in a text and must not; what was `sent` may come back."""
        sent = sent.lower()
        return [
            word.what for word in self.found(text) if actor not in word.readers and word.text.lower() not in sent
        ]

    def found(self, text: str) -> list[Word]:
        """Return the words that stand in a text, however they are written."""
        text = text.lower()
        digits = re.sub(r"\s", "", text)
        return [word for word in self.words if word.text.lower() in (text, digits)[word.text.isdigit()]]

    def written(self) -> int:
        """Return how many rows were written so far."""
        return int(db.database.connection().total_changes)

    def word(self, what: str, readers: Iterable[str], *, digits: bool = False) -> str:
        """Make a word that only these may read."""
        letters = string.digits if digits else string.ascii_lowercase
        text = "".join(self._draw.choices(letters, k=8 if digits else 12))
        self.words.append(Word(text, what, frozenset(readers)))
        return text

    def keep(self, secret: str, what: str, *readers: str) -> None:
        """Remember something of the shop's own making as a word that only these may read."""
        self.words.append(Word(secret, what, frozenset(readers)))

    def _build(self) -> None:
        house = furnish()
        stylesheet = self.app.extensions["assets"].url("app.css").rpartition("/")[2]
        self.ids |= {"site": house.site.key, "stylesheet": stylesheet}
        Site.update(origins=["https://shop.example"]).execute()
        StoreMember.delete().where(
            StoreMember.associate == house.dana, StoreMember.store == house.lyon
        ).execute()
        for name in STAFF:
            self._sign_in(name, getattr(house, name))
        with self.app.test_request_context():
            self._tokens |= {name: security.csrf_token(name) for name in ("widget", "sign-in")}
        self._tokens |= dict.fromkeys(("nobody", "jane", "zoe"), self._tokens["sign-in"])
        self._make_profiles(house)
        self._make_chats(house)
        self._invite(house)
        self._make_key(house)

    def _sign_in(self, name: str, associate: Associate) -> None:
        token = sessions.sign_in(associate)
        session = sessions.current(token)
        assert session
        self.keep(token, f"{name}'s session")
        self.keep(sessions.hash_token(token), f"what is kept of {name}'s session")
        self.keep(str(associate.password_hash), f"{name}'s password")
        self.ids[name] = str(associate.id)
        with self.app.test_request_context():
            self._cookies[name][auth.session_cookie()] = token
            self._tokens[name] = security.csrf_token(f"session:{session.id}")
        self.keep(self._tokens[name], f"the token of {name}'s pages", name)

    def _invite(self, house: House) -> None:
        invitation, token = invitations.invite("emma@maison.example", stores=[house.lyon], by=house.nadia)
        self.keep(token, "the link of an invitation")
        self.keep(str(invitation.token_hash), "what is kept of the link")
        self.ids |= {"invitation": str(invitation.id), "join": token}
        email = self.word("who is invited to both stores", ("nadia", "dana")) + "@maison.example"
        both, token = invitations.invite(email, role="manager", stores=[house.lyon, house.london], by=None)
        self.keep(token, "the link of the invitation to both stores")
        self.ids["invitation-to-both"] = str(both.id)

    def _make_key(self, house: House) -> None:
        key = identity_keys.add(house.site, by=house.nadia)
        self.keep(identity_keys.secret(key, self.app.config["RAPPORT"].secret_key.encode()), "the secret of a site")
        self.ids["kid"] = str(key.kid)

    def _make_profiles(self, house: House) -> None:
        profile = self._profile("profile", STAFF)
        editing.change(profile, "name", before_and_after(profile, self, "profile"), seen=str(profile.name),
                       by=house.alice)
        entry = ActivityEntry.select().where(ActivityEntry.kind == "profile_changed").get()
        self.ids |= {"profile": str(profile.id), "entry": str(entry.id)}
        withdrawn = self._profile("withdrawn", ())
        creating.withdraw(withdrawn)
        self.ids["withdrawn"] = str(withdrawn.id)

    def _profile(self, name: str, readers: Iterable[str]) -> Profile:
        given = Given(
            self.word(f"{name}: name", readers).title(),
            self.word(f"{name}: e-mail", readers) + "@example.com",
            "+331" + self.word(f"{name}: phone", readers, digits=True),
        )
        return creating.create(given, region="FR")

    def _make_chats(self, house: House) -> None:
        self._chat(house, "chat", ("jane",), ("alice", "nadia"), by=house.alice)
        self._chat(house, "waiting", ("zoe",), LYON)
        self._chat(house, "london", (), ("charlie", "dana"), by=house.charlie, store="london")
        ended = self._chat(house, "ended", (), ("alice", "nadia"), by=house.alice)
        lifecycle.end(ended, by=house.alice)
        linked = self._chat(house, "linked", (), ("alice", "nadia"), by=house.alice, read_by=STAFF)
        lacking = creating.create(
            Given(self.word("lacking: name", STAFF).title(), self.word("lacking: e-mail", STAFF) + "@example.com"),
            region="FR",
        )
        entry = linking.link(linked, lacking, "search", by=house.alice)
        unlinked = self._chat(house, "unlinked", (), ("alice", "nadia"), by=house.alice, id_in_log=True)
        linking.link(unlinked, lacking, "search", by=house.alice)
        left = linking.unlink(unlinked, by=house.alice)
        self.ids |= {"link-entry": str(entry.id), "unlink-entry": str(left.id), "lacking": str(lacking.id)}
        self.ids |= {"lacking-email": lacking.contact_points[0].value, "lacking-name": lacking.name}

    def _chat(
        self, house: House, name: str, customer: tuple[str, ...], staff: tuple[str, ...], *,
        by: Associate | None = None, store: str = "", read_by: tuple[str, ...] = (), id_in_log: bool = False,
    ) -> Conversation:  # fmt: skip
        """A chat of a customer's own browser; `read_by` reads its lines in the log of its profile.

        `id_in_log`: its id, which opens nothing by itself, stands in a log that all the staff reads.
        """
        both, log = {*customer, *staff}, {*customer, *staff, *read_by}
        browser = Customer(self.app, house.site)
        typed = {
            "name": self.word(f"{name}: name", log).title(),
            "email": self.word(f"{name}: e-mail", both) + "@example.org",
            "phone": "+331" + self.word(f"{name}: phone", both, digits=True),
            "page": self.word(f"{name}: page", staff),
            "store": store,
        }
        self.app.extensions["limiter"] = security.Limiter()
        answer = browser.start(self.word(f"{name}: first message", log), client_id=name, **typed)
        assert answer.status_code == 200
        self.app.extensions["afterwards"].drain()
        chat = Conversation.select().order_by(Conversation.id.desc()).get()
        self._visit(answer, name, customer)
        if by:
            lifecycle.accept(chat, by=by)
            messages.send(fresh(chat), self.word(f"{name}: reply", log), "reply", by=by)
        _write_for_staff(chat, self.word(f"{name}: staff line", staff), by or house.bruno)
        self.ids |= {name: str(chat.public_id), f"{name}-given-email": typed["email"],
                     f"{name}-given-phone": typed["phone"], f"{name}-given-name": typed["name"]}  # fmt: skip
        self.keep(str(chat.public_id), f"{name}: id", *(STAFF if id_in_log else log))
        return fresh(chat)

    def _visit(self, answer: TestResponse, name: str, customers: tuple[str, ...]) -> None:
        """Keep the cookies that the customer's browser was given, for the actors who use it."""
        given = dict(cookie.split(";")[0].split("=", 1) for cookie in answer.headers.getlist("Set-Cookie"))
        for value in given.values():
            self.keep(value, f"{name}: the browser's token", *customers)
        for customer in customers:
            self._cookies[customer] |= given


def before_and_after(profile: Profile, world: World, name: str) -> str:
    """Return a new name for a profile, of words of its own."""
    return f"{profile.name} {world.word(f'{name}: later name', STAFF).title()}"


@db.verb
def _write_for_staff(chat: Conversation, text: str, by: Any) -> None:
    lines.write(chat, "associate", lane="staff", body=text, by=by)
