"""A customer asks for a chat: one at a time, however often she presses."""

from __future__ import annotations

from functools import partial

import pytest

from tests.cast import House, ask, chat, fresh
from webapp.domain.chats import details, forgetting, lifecycle, requests
from webapp.domain.chats.requests import Request
from webapp.domain.errors import Invalid, NotFound, Refused
from webapp.domain.events import ChatAsked, ChatRequested
from webapp.domain.people import access, sites, stores, visitors
from webapp.domain.profiles.contact import Given
from webapp.domain.tables import ContactDetails, Conversation, Link, Message, Visitor

from .conftest import AtOnce


def request(client_id: str = "m-1", message: str = "Hello!", **how: str) -> Request:
    given = Given("Jane D", "jane@example.com")
    return Request(
        given=given, message=message, client_id=client_id, generated_name="Visitor 48213127", **how
    )


def test_a_request_becomes_a_waiting_chat_with_its_first_message(house: House, told: list[object]) -> None:
    conversation, token = requests.request_chat(house.site, None, request(locale="fr", page_title="Lamps"))
    assert (conversation.state, conversation.store.slug, conversation.channel) == (
        "waiting",
        "lyon",
        "live_chat",
    )
    assert (conversation.locale, conversation.page_title, conversation.prechat_enabled) == (
        "fr",
        "Lamps",
        True,
    )
    message = Message.get(Message.conversation == conversation)
    assert (message.seq, message.lane, message.author, message.body) == (1, "public", "customer", "Hello!")
    assert (conversation.last_text, conversation.last_author) == ("Hello!", "customer")
    assert conversation.waiting_since is not None
    assert token
    assert visitors.by_token(house.site, token) == conversation.visitor
    assert told == [ChatAsked(conversation.id)]


def test_no_store_sees_a_request_before_it_is_routed_and_then_at_once(house: House, told: list[object]) -> None:
    conversation, _ = requests.request_chat(house.site, None, request())
    assert requests.unrouted() == [conversation.id]
    for viewer in (house.alice, house.dana):
        assert not access.inbox(viewer, "waiting").exists()
        with pytest.raises(NotFound):
            access.conversation(viewer, conversation.public_id)
    assert requests.chat_of(conversation.visitor, conversation.public_id) == conversation  # the customer does
    told.clear()
    requests.route(conversation.id)
    assert told == [ChatRequested(conversation.id)]
    assert requests.unrouted() == []
    assert list(access.inbox(house.alice, "waiting")) == [conversation]


def test_a_request_is_routed_once_however_often_it_is_tried(house: House, at_once: AtOnce, told: list[object]) -> None:
    given = Given("Jane Doe", "jane.doe@example.com")
    asked = Request(given=given, message="Hello!", client_id="m-1", generated_name="")
    conversation, _ = requests.request_chat(house.site, None, asked)
    at_once([partial(requests.route, conversation.id)] * 10)
    assert told.count(ChatRequested(conversation.id)) == 1
    assert conversation.links.count() == 1


def test_what_the_customer_changed_before_the_routing_counts(house: House) -> None:
    conversation, _ = requests.request_chat(house.site, None, request())
    details.change(conversation, Given("Jane Doe", "jane.doe@example.com"), generated_name="")
    requests.route(conversation.id)
    assert Link.get(Link.conversation == conversation).provenance == "exact_match"


def test_whoever_leaves_before_the_routing_is_identified_all_the_same(house: House) -> None:
    given = Given("Jane Doe", "jane.doe@example.com")
    asked = Request(given=given, message="Hello!", client_id="m-1", generated_name="")
    conversation, _ = requests.request_chat(house.site, None, asked)
    lifecycle.end(conversation, by=None)
    requests.route(conversation.id)
    assert fresh(conversation).state == "abandoned"
    assert Link.get(Link.conversation == conversation).profile == house.jane


def test_a_known_browser_gets_no_new_token(house: House) -> None:
    visitor, token = visitors.remember(house.site)
    conversation, new = requests.request_chat(house.site, visitor, request())
    assert (conversation.visitor, new) == (visitor, None)
    assert visitors.by_token(house.site, token) == visitor


def test_a_token_is_good_for_its_site_only(house: House) -> None:
    _, token = visitors.remember(house.site)
    other = sites.add("Other", ["https://other.example"])
    assert visitors.by_token(house.site, token)
    assert visitors.by_token(other, token) is None
    assert visitors.by_token(house.site, token + "x") is None
    assert visitors.by_token(house.site, "\ud800") is None


def test_asking_again_adds_what_was_said_to_the_open_chat(house: House) -> None:
    first = ask(house, "Jane")
    again, token = requests.request_chat(house.site, first.visitor, request("m-2", "Hello??"))
    assert (again, token) == (first, None)
    lifecycle.accept(first, by=house.alice)
    assert ask(house, "", "jane@new.example", visitor=first.visitor, message="Me again") == first
    said = Message.select().where(Message.lane == "public", Message.kind == "text").order_by(Message.seq)
    assert [line.body for line in said] == ["Hello!", "Hello??", "Me again"]
    newest = ContactDetails.select().order_by(ContactDetails.version.desc()).get()
    assert (newest.name, newest.email) == ("Jane D", "jane@new.example")  # what was left blank stays as it was


def test_asking_twice_with_one_id_says_it_once(house: House) -> None:
    first = ask(house, "Jane")
    for _ in range(2):
        requests.request_chat(house.site, first.visitor, request("m-2", "Hello??"))
    assert Message.select().where(Message.body == "Hello??").count() == 1


def test_thirty_at_once_in_one_browser_get_one_chat(
    house: House, at_once: AtOnce, told: list[object]
) -> None:
    visitor, _ = visitors.remember(house.site)
    asked = at_once(
        [partial(requests.request_chat, house.site, visitor, request(f"m-{n}")) for n in range(30)]
    )
    (conversation,) = Conversation.select()
    assert asked == [(conversation, None)] * 30
    assert told.count(ChatAsked(conversation.id)) == 1
    said = {line.client_id for line in Message.select().where(Message.kind == "text")}
    assert said == {f"m-{n}" for n in range(30)}  # whoever came second was heard as well


def test_thirty_browsers_at_once_get_thirty_chats(house: House, at_once: AtOnce) -> None:
    asked = at_once([lambda: ask(house, "Jane Doe", "jane.doe@example.com")] * 30)
    assert len({conversation.id for conversation in asked if isinstance(conversation, Conversation)}) == 30
    assert Visitor.select().count() == 30


@pytest.mark.parametrize("end", ["ended", "abandoned"])
def test_after_the_end_the_same_browser_may_ask_again(house: House, end: str) -> None:
    first = chat(house, "Jane") if end == "ended" else ask(house, "Jane")
    assert first.visitor
    lifecycle.end(first, by=None)
    assert requests.open_chat(first.visitor) is None
    second = ask(house, "Jane", visitor=first.visitor)
    assert second != first
    assert requests.open_chat(first.visitor) == second


def test_the_page_declares_the_store_and_an_unknown_one_is_the_default(house: House) -> None:
    assert ask(house, store="london").store == house.london
    assert ask(house, store="atlantis").store == house.lyon
    assert (requests.region_for("london"), requests.region_for(None)) == ("GB", "FR")


def test_without_a_store_nobody_can_be_asked(database: None) -> None:
    site = sites.add("Empty", ["https://empty.example"])
    with pytest.raises(Refused) as refusal:
        requests.request_chat(site, None, request())
    assert refusal.value.code == "no_store"
    assert not Visitor.select().exists()


def test_the_first_store_is_the_default_until_another_is(database: None) -> None:
    stores.add("lyon", "Lyon", "FR", "Europe/Paris")
    assert requests.region_for(None) == "FR"
    stores.add("london", "London", "GB", "Europe/London", is_default=True)
    assert requests.region_for(None) == "GB"


@pytest.mark.parametrize("message", ["", "  ", "\u200b", "a\0b", "\ud800", "x" * 4001])
def test_a_request_without_a_message_that_can_be_read_is_refused(house: House, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        requests.request_chat(house.site, None, request(message=message))
    assert set(refusal.value.fields) == {"message"}
    assert not Visitor.select().exists()


def test_a_customer_finds_her_own_chats_only(house: House) -> None:
    mine, hers = ask(house, "Jane"), ask(house, "Zoé")
    assert mine.visitor
    assert requests.chat_of(mine.visitor, mine.public_id) == mine
    assert requests.chat_of(mine.visitor, hers.public_id) is None
    assert requests.chat_of(mine.visitor, "nothing") is None
    assert len(mine.public_id) >= 22  # 128 random bits


def test_whoever_resets_while_asking_is_a_new_visitor_and_no_chat_is_left_behind(house: House, at_once: AtOnce) -> None:
    for turn in range(20):
        visitor, _ = visitors.remember(house.site)
        at_once([
            partial(requests.request_chat, house.site, visitor, request(f"m-{turn}")),
            partial(forgetting.forget, visitor),
        ])
        assert requests.open_chat(visitor) is None
    waiting = Conversation.select().where(Conversation.state == "waiting")
    assert all(chat.visitor.forgotten_at is None for chat in waiting)


def test_a_visitor_that_was_forgotten_a_moment_ago_gets_a_new_token(house: House) -> None:
    visitor, _ = visitors.remember(house.site)
    visitors.forget(visitor)
    conversation, token = requests.request_chat(house.site, visitor, request())
    assert token
    assert conversation.visitor != visitor


def test_a_chat_that_ended_between_two_looks_is_followed_by_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(house)
    stale = requests.open_chat(first.visitor)
    lifecycle.end(first, by=None)
    looked = iter([stale])
    monkeypatch.setattr(requests, "open_chat", lambda visitor: next(looked))
    second, token = requests.request_chat(house.site, first.visitor, request())
    assert (second == first, token) == (False, None)


def test_whoever_asks_again_before_the_first_chat_is_routed_is_known_all_the_same(house: House) -> None:
    given = Given("Jane Doe", "jane.doe@example.com")
    first, _ = requests.request_chat(house.site, None, Request(given, "Hello!", "m-1", ""))
    lifecycle.end(first, by=None)
    second, _ = requests.request_chat(house.site, first.visitor, Request(Given(), "Me again", "m-2", ""))
    requests.route(second.id)
    assert Link.get(Link.conversation == second).provenance == "returning_visitor"
    assert requests.unrouted() == []


def test_what_is_given_in_two_tabs_at_one_moment_is_all_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(house, "Jane")
    looked_up = requests.open_chat

    def look_while_the_other_tab_is_faster(visitor: Visitor) -> Conversation | None:
        found = looked_up(visitor)
        monkeypatch.setattr(requests, "open_chat", looked_up)
        ask(house, email="jane@example.com", visitor=visitor, message="From the other tab")
        return found

    monkeypatch.setattr(requests, "open_chat", look_while_the_other_tab_is_faster)
    ask(house, phone="+33 6 12 34 56 78", visitor=first.visitor, message="From this one")
    newest = ContactDetails.get_by_id(fresh(first).details)
    assert (newest.name, newest.email, newest.phone) == ("Jane", "jane@example.com", "+33 6 12 34 56 78")
    assert newest.version == 3
