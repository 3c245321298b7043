"""Who is signed in at the shop: what is believed, what is shown to them, and that nothing else makes a difference."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import ORIGIN, House
from tests.tokens import claims, seal, segment
from webapp.domain.identity import facts
from webapp.domain.people import identity_keys, sites
from webapp.domain.profiles import creating
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import Conversation, IdentityKey, Visitor

from .customer import Customer
from .dom import look
from .shop import Shop
from .test_widget_is_no_oracle import plain

JANE = {"name": "Jane Doe", "email": "jane@shop.example", "email_verified": True, "phone": "+33 6 12 34 56 78"}


@pytest.fixture
def shop(app: Flask, house: House) -> Shop:
    return Shop(house.site)


@pytest.fixture
def jane(app: Flask, house: House, shop: Shop) -> Customer:
    """Jane, signed in at the shop."""
    customer = Customer(app, house.site)
    customer.identity = shop.sign(**JANE)
    return customer


def _with_header(shop: Shop, header: str, digest: str = "sha256") -> str:
    return seal(segment(header), segment(json.dumps(claims())), shop.secret, digest)


def _heading(shop: Shop, **more: object) -> str:
    return json.dumps({"typ": "JWT", "alg": "HS256", "kid": shop.key.kid} | more)


def _unsigned(shop: Shop, header: str) -> str:
    return f"{segment(header)}.{segment(json.dumps(claims()))}."


def _doubled(shop: Shop) -> str:
    text = json.dumps(claims())
    return shop.sign_text(text[:-1] + ', "sub": "C-1002"}')


def _spoilt(text: str, place: int, by: str) -> str:
    return text[:place] + by + text[place + 1 :]


def _revoked(shop: Shop) -> str:
    old = Shop(shop.site)
    identity_keys.revoke(old.key, by=None)
    return old.sign()


def _now() -> int:
    return int(time.time())


WRONG: dict[str, Callable[[Shop], str]] = {
    "nothing": lambda shop: "",
    "a word": lambda shop: "C-1001",
    "only dots": lambda shop: "..",
    "two parts": lambda shop: shop.sign().rpartition(".")[0],
    "four parts": lambda shop: shop.sign() + ".AAAA",
    "spaces in it": lambda shop: shop.sign().replace(".", " ."),
    "padding": lambda shop: shop.sign() + "=",
    "a letter beyond ASCII": lambda shop: shop.sign()[:-1] + "é",
    "nine kilobytes": lambda shop: shop.sign(name="x" * 9000),
    "a megabyte of dots": lambda shop: "." * 100_000,
    "no JSON": lambda shop: shop.sign_text("sub=C-1001"),
    "a list": lambda shop: shop.sign_text("[]"),
    "nested without end": lambda shop: shop.sign_text("[" * 4000),
    "not UTF-8": lambda shop: seal(segment(_heading(shop)), segment(b"\xff\xfe{}"), shop.secret),
    "a claim twice": _doubled,
    "the algorithm twice": lambda shop: _with_header(shop, _heading(shop)[:-1] + ', "alg": "HS256"}'),
    "no algorithm": lambda shop: shop.sign(header={"alg": None}),
    "alg none": lambda shop: _unsigned(shop, _heading(shop, alg="none")),
    "alg None, with a signature": lambda shop: shop.sign(header={"alg": "None"}),
    "HS512": lambda shop: _with_header(shop, _heading(shop, alg="HS512"), "sha512"),
    "RS256": lambda shop: shop.sign(header={"alg": "RS256"}),
    "hs256": lambda shop: shop.sign(header={"alg": "hs256"}),
    "an extension that must be understood": lambda shop: shop.sign(header={"crit": ["x"], "x": 1}),
    "a payload as it is": lambda shop: shop.sign(header={"b64": False, "crit": ["b64"]}),
    "no key": lambda shop: shop.sign(header={"kid": None}),
    "an unknown key": lambda shop: shop.sign(header={"kid": "ik_nobody"}),
    "a key that is a number": lambda shop: shop.sign(header={"kid": 1}),
    "a key that is a path": lambda shop: shop.sign(header={"kid": "../../dev/null"}),
    "a revoked key": _revoked,
    "another site's key": lambda shop: Shop(sites.add("Outlet", ["https://outlet.example"])).sign(aud="pk_test"),
    "another secret": lambda shop: _with_secret(shop, "another secret, which is long enough for anybody"),
    "no secret": lambda shop: _with_secret(shop, ""),
    "the id of the key as its secret": lambda shop: _with_secret(shop, str(shop.key.kid)),
    "a changed signature": lambda shop: _spoilt(shop.sign(), -10, "A") if shop.sign()[-10] != "A" else "x.y.z",
    "a changed claim": lambda shop: _changed_claim(shop),
    "another audience": lambda shop: shop.sign(aud="pk_other"),
    "no audience": lambda shop: shop.sign(aud=None),
    "two audiences": lambda shop: shop.sign(aud=["pk_test", "pk_other"]),
    "no audiences": lambda shop: shop.sign(aud=[]),
    "an audience of another kind": lambda shop: shop.sign(aud={"pk_test": 1}),
    "no subject": lambda shop: shop.sign(sub=None),
    "an empty subject": lambda shop: shop.sign(sub=""),
    "a blank subject": lambda shop: shop.sign(sub=" \t"),
    "a numeric subject": lambda shop: shop.sign(sub=1001),
    "a list of subjects": lambda shop: shop.sign(sub=["C-1001"]),
    "a long subject": lambda shop: shop.sign(sub="1" * 256),
    "a subject with a NUL": lambda shop: shop.sign(sub="C-1001\0"),
    "a subject with a line end": lambda shop: shop.sign(sub="C-1001\nC-1002"),
    "half a character": lambda shop: shop.sign(sub="\ud800"),
    "no beginning": lambda shop: shop.sign(iat=None),
    "no end": lambda shop: shop.sign(exp=None),
    "an end in words": lambda shop: shop.sign(exp="tomorrow"),
    "an end with a fraction": lambda shop: shop.sign(exp=_now() + 800.5),
    "an end that is true": lambda shop: shop.sign(iat=True, exp=True),
    "expired": lambda shop: shop.sign(iat=_now() - 1000, exp=_now() - 100),
    "a long life": lambda shop: shop.sign(exp=_now() + 1000),
    "a life without end": lambda shop: shop.sign(exp=10**30),
    "an end before its beginning": lambda shop: shop.sign(iat=_now() + 30, exp=_now() + 20),
    "an end that is infinite": lambda shop: shop.sign_text(json.dumps(claims() | {"exp": float("inf")})),
    "a beginning in an hour": lambda shop: shop.sign(iat=_now() + 3600, exp=_now() + 3700),
    "not before an hour from now": lambda shop: shop.sign(nbf=_now() + 3600),
    "not before nothing": lambda shop: shop.sign_text(json.dumps(claims() | {"nbf": None})),
    "a name that is a list": lambda shop: shop.sign(name=["Jane Doe"]),
    "a long name": lambda shop: shop.sign(name="x" * 121),
    "a name with a NUL": lambda shop: shop.sign(name="Jane\0Doe"),
    "a long address": lambda shop: shop.sign(email="x" * 250 + "@x.example"),
    "an address that is verified in words": lambda shop: shop.sign(email="jane@shop.example", email_verified="true"),
    "an address that is verified by number": lambda shop: shop.sign(email="jane@shop.example", email_verified=1),
    "a numeric phone": lambda shop: shop.sign(phone=33612345678),
    "a long phone": lambda shop: shop.sign(phone="0" * 33),
}


def _with_secret(shop: Shop, secret: str) -> str:
    other = Shop(shop.site, shop.key)
    other.secret = secret
    return other.sign()


def _changed_claim(shop: Shop) -> str:
    heading, _, signature = shop.sign().split(".")
    return f"{heading}.{segment(json.dumps(claims(sub='C-1002')))}.{signature}"


class TestWhatIsBelieved:
    def test_a_valid_one_is_believed_and_nothing_is_written(self, jane: Customer) -> None:
        answer = jane.send("/identity")
        assert (answer.status_code, answer.data) == (204, b"")
        assert "Set-Cookie" not in answer.headers
        assert Visitor.select().count() == 0

    @pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
    def test_all_others_get_the_same_words_and_an_anonymous_chat(
        self, app: Flask, house: House, shop: Shop, wrong: Callable[[Shop], str]
    ) -> None:
        nobody = Customer(app, house.site)
        usual = nobody.start("Hello!", client_id="one", name="Jane")
        mallory = Customer(app, house.site)
        mallory.identity = wrong(shop)
        answer = mallory.send("/identity")
        assert (answer.status_code, answer.text) == (401, "This sign-in could not be checked.")
        assert re.fullmatch(r"[a-z_]+", answer.headers["X-Rapport-Refused"])
        assert plain(mallory.look(htmx=True)) == plain(Customer(app, house.site).look(htmx=True))
        assert plain(mallory.start("Hello!", client_id="one", name="Jane")) == plain(usual)
        for chat in Conversation.select():
            assert (chat.identity_level, chat.subject, chat.proved_email) == ("typed", None, "")

    def test_there_are_enough_of_them(self) -> None:
        assert len(WRONG) >= 40

    def test_none_at_all_is_refused_when_asked_about(self, app: Flask, house: House) -> None:
        answer = Customer(app, house.site).send("/identity")
        assert (answer.status_code, answer.headers["X-Rapport-Refused"]) == (401, "missing")

    def test_it_needs_what_every_unsafe_request_needs(self, jane: Customer) -> None:
        address, proof = f"/widget/identity{jane.query}", {"X-Rapport-Identity": str(jane.identity)}
        elsewhere = {"Origin": "http://evil.example", "X-CSRF-Token": jane.token}
        assert jane.client.post(address, headers=elsewhere | proof).status_code == 403
        assert jane.client.post(address, headers={"Origin": ORIGIN} | proof).status_code == 403

    def test_whether_a_profile_has_the_subject_makes_no_difference(self, app: Flask, house: House, shop: Shop) -> None:
        creating.create(Given("Ada Lovelace", "ada@example.com", ""), region="FR", external_id="A-1")

        def everything(subject: str) -> list[str]:
            customer = Customer(app, house.site)
            customer.identity = shop.sign(subject, **JANE)
            answers = [customer.send("/identity"), customer.look(htmx=True), customer.start("Hello!", client_id="one")]
            return [plain(answer) for answer in answers]

        known, unknown = everything("A-1"), everything("B-2")
        ada, other = Conversation.select().order_by(Conversation.id)
        assert (facts.current_link(ada) is not None, facts.current_link(other)) == (True, None)  # the premise
        assert known == unknown

    def test_two_keys_are_valid_until_one_is_revoked(self, app: Flask, house: House, shop: Shop) -> None:
        newer, customer = Shop(house.site), Customer(app, house.site)

        def status(by: Shop) -> int:
            customer.identity = by.sign()
            return customer.send("/identity").status_code

        assert (status(shop), status(newer)) == (204, 204)
        identity_keys.revoke(shop.key, by=house.dana)
        assert (status(shop), status(newer)) == (401, 204)


class TestTheForm:
    def test_it_is_filled_in_for_whom_the_shop_has_signed_and_for_nobody_else(self, jane: Customer) -> None:
        seen = look(jane.look(htmx=True).text)
        for field in ("name", "email", "phone"):
            assert seen.the(f"prechat-{field}")["value"] == JANE[field]
        assert "Chatting as Jane Doe." in seen.the("prechat-known").text
        jane.identity = None
        seen = look(jane.look(htmx=True).text)
        for field in ("name", "email", "phone"):
            assert seen.the(f"prechat-{field}")["value"] == ""
        assert seen.all("prechat-known") == []

    def test_what_she_types_instead_is_what_counts(self, jane: Customer) -> None:
        answer = jane.start("", name="Janet", email="janet@")
        assert answer.status_code == 422
        seen = look(answer.text)
        assert (seen.the("prechat-name")["value"], seen.the("prechat-email")["value"]) == ("Janet", "janet@")
        chat = jane.start_chat(name="Janet Doe", email="janet@new.example")
        details = facts.details_of(chat)
        assert (details.name, details.email, details.phone) == ("Janet Doe", "janet@new.example", "")
        assert (chat.identity_level, chat.subject, chat.proved_email) == ("verified", "C-1001", "jane@shop.example")

    def test_who_has_no_name_is_called_by_the_address_or_not_at_all(self, jane: Customer, shop: Shop) -> None:
        jane.identity = shop.sign(email="jane@shop.example")
        assert "Chatting as jane@shop.example." in jane.look(htmx=True).text
        jane.identity = shop.sign()
        assert "You are signed in." in jane.look(htmx=True).text

    def test_without_the_form_she_is_known_all_the_same(self, jane: Customer, house: House) -> None:
        sites.change(house.site, prechat_enabled=False)
        assert "Chatting as Jane Doe." in jane.look(htmx=True).text
        assert jane.start_chat().identity_level == "verified"

    def test_the_key_notes_that_it_was_used_when_a_chat_starts(self, jane: Customer, shop: Shop) -> None:
        jane.send("/identity")
        jane.look(htmx=True)
        assert IdentityKey.get_by_id(shop.key.id).used_at is None
        jane.start()
        assert IdentityKey.get_by_id(shop.key.id).used_at is not None


class TestTwoPeopleAtOneBrowser:
    def test_zoe_sees_nothing_of_janes_running_chat(self, jane: Customer, shop: Shop) -> None:
        chat = jane.start_chat("The ring is for Zoé", name="Jane Doe")
        assert "The ring is for Zoé" in jane.look(htmx=True).text
        jane.identity = shop.sign("C-1006", name="Zoé Lefèvre")
        page = jane.look(htmx=True).text
        assert "prechat-form" in page
        assert "The ring" not in page
        assert jane.look(f"/chats/{chat.public_id}", htmx=True).status_code == 404
        assert jane.write(chat, "Hello?").status_code == 404
        hers = jane.start_chat("A lamp for Jane")
        assert hers.visitor_id != chat.visitor_id
        assert hers.subject == "C-1006"

    @pytest.mark.parametrize("which", ["run out", "nobody any more", "forged"])
    def test_nor_when_zoes_own_token_no_longer_holds(self, jane: Customer, shop: Shop, which: str) -> None:
        chat = jane.start_chat("The ring is for Zoé", name="Jane Doe")
        long_ago = int(time.time()) - 3600
        jane.identity = {
            "run out": shop.sign("C-1006", iat=long_ago, exp=long_ago + 600),
            "nobody any more": "none",
            "forged": "a.b.c",
        }[which]
        assert "The ring" not in jane.look(htmx=True).text
        assert jane.look(f"/chats/{chat.public_id}", htmx=True).status_code == 404
        hers = jane.start_chat("A lamp for Jane")
        assert (hers.visitor == chat.visitor, hers.subject, hers.identity_level) == (False, None, "anonymous")

    def test_janes_own_chat_goes_on_when_her_token_has_run_out(self, jane: Customer, shop: Shop) -> None:
        chat = jane.start_chat("The ring is for Zoé", name="Jane Doe")
        long_ago = int(time.time()) - 3600
        jane.identity = shop.sign("C-1001", iat=long_ago, exp=long_ago + 600)
        assert "The ring is for Zoé" in jane.look(htmx=True).text
        assert jane.write(chat, "Still here").status_code == 200

    def test_a_page_that_announces_a_token_waits_with_a_signed_in_customers_chat(self, jane: Customer) -> None:
        jane.start_chat("The ring is for Zoé")
        token, jane.identity = jane.identity, None
        assert "The ring" in jane.look().text
        assert "The ring" not in jane.look(signed="1").text
        jane.identity = token
        assert "The ring" in jane.look(htmx=True, signed="1").text

    def test_an_anonymous_chat_does_not_wait(self, app: Flask, house: House) -> None:
        customer = Customer(app, house.site)
        customer.start_chat("Nobody in particular")
        assert "Nobody in particular" in customer.look(signed="1").text


class TestEarlierChats:
    @pytest.fixture
    def earlier(self, jane: Customer) -> Conversation:
        chat = jane.start_chat("Is the Halo lamp in stock?", name="Jane Doe")
        jane.write(chat, "In brass, please")
        jane.leave(chat)
        return chat

    def test_she_finds_them_in_any_browser(self, app: Flask, house: House, shop: Shop, earlier: Conversation) -> None:
        phone = Customer(app, house.site)
        phone.identity = shop.sign()
        listed = look(phone.look(htmx=True).text).the("earlier-chats")
        assert "In brass, please" in listed.the("earlier-chat").text
        answer = phone.look(f"/earlier/{earlier.public_id}", htmx=True)
        assert "Is the Halo lamp in stock?" in look(answer.text).the("earlier-log").text
        assert "<form" not in answer.text
        assert phone.write(earlier, "And in steel?").status_code == 404  # it is there to be read

    def test_nobody_else_does(self, app: Flask, house: House, shop: Shop, earlier: Conversation) -> None:
        outlet = sites.add("Outlet", ["https://outlet.example"])
        strangers = {
            "who is not signed in": (house.site, None),
            "who is somebody else": (house.site, shop.sign("C-1006")),
            "whose token is not believed": (house.site, shop.sign(exp=1)),
            "who is on another site": (outlet, Shop(outlet).sign()),
        }
        for who, (site, token) in strangers.items():
            stranger = Customer(app, site)
            stranger.identity = token
            assert "earlier" not in stranger.look(htmx=True).text, who
            assert stranger.look(f"/earlier/{earlier.public_id}", htmx=True).status_code == 404, who

    def test_her_own_browser_shows_them_only_while_she_is_signed_in(
        self, jane: Customer, earlier: Conversation
    ) -> None:
        jane.identity = None
        assert "earlier" not in jane.look(htmx=True).text
        assert jane.look(f"/earlier/{earlier.public_id}", htmx=True).status_code == 404

    def test_a_chat_that_only_the_store_says_is_hers_is_not_among_them(
        self, app: Flask, house: House, shop: Shop
    ) -> None:
        profile = creating.create(Given("Ada Lovelace", "ada@example.com", ""), region="FR", external_id="A-1")
        typed = Customer(app, house.site).start_chat(name="Ada Lovelace", email="ada@example.com")
        link = facts.current_link(typed)
        assert link
        assert link.profile_id == profile.id  # the premise
        ada = Customer(app, house.site)
        ada.identity = shop.sign("A-1")
        assert "earlier" not in ada.look(htmx=True).text
        assert ada.look(f"/earlier/{typed.public_id}", htmx=True).status_code == 404


class TestReset:
    def test_the_browser_is_forgotten_and_the_form_is_fresh(self, jane: Customer) -> None:
        chat = jane.start_chat("The ring is for Zoé", name="Jane Doe")
        cookie = jane.client.get_cookie(f"rapport_visitor_{chat.site_id}", path="/widget")
        assert cookie
        jane.identity = None
        answer = jane.send("/reset")
        assert "prechat-form" in answer.text
        assert "The ring" not in answer.text
        assert "Cleared. The store keeps its own record." in answer.text
        gone = answer.headers["Set-Cookie"]
        for promise in ("Max-Age=0", "HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/widget"):
            assert promise in gone
        # Even a browser that kept the cookie gets nothing for it.
        jane.client.set_cookie(cookie.key, cookie.value, path="/widget")
        assert "prechat-form" in jane.look().text
        assert jane.look(f"/chats/{chat.public_id}").status_code == 404
        assert Conversation.get_by_id(chat.id).state == "abandoned"

    def test_it_forgets_jane_even_when_zoe_is_signed_in_by_now(self, jane: Customer, shop: Shop) -> None:
        chat = jane.start_chat("The ring is for Zoé")
        jane.identity = shop.sign("C-1006")
        jane.send("/reset")
        assert Visitor.get_by_id(chat.visitor_id).forgotten_at is not None

    def test_who_was_never_here_gets_the_form_and_no_word_of_it(self, app: Flask, house: House) -> None:
        answer = Customer(app, house.site).send("/reset")
        assert answer.status_code == 200
        assert "Cleared" not in answer.text
        assert Visitor.select().count() == 0

    def test_a_page_of_somebody_else_cannot(self, jane: Customer) -> None:
        chat = jane.start_chat()
        elsewhere = {"Origin": "http://evil.example", "X-CSRF-Token": jane.token}
        assert jane.client.post(f"/widget/reset{jane.query}", headers=elsewhere).status_code == 403
        assert Visitor.get_by_id(chat.visitor_id).forgotten_at is None

    def test_an_ended_chat_offers_it(self, jane: Customer) -> None:
        chat = jane.start_chat()
        assert "chat-clear" not in jane.look(htmx=True).text
        assert look(jane.leave(chat).text).the("chat-clear").text == "Clear this chat from this device"
