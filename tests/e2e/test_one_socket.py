"""Stories of one tab's socket: never two at once, whatever happens, and how long it waits between attempts (R06)."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Route, expect

from .talk import People, Talk
from .test_without_websocket import Proxy

pytestmark = pytest.mark.e2e

COUNTS = """
(() => {
  const made = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      made.push(this);
      window.most = Math.max(window.most ?? 0, made.filter((one) => one.readyState < 2).length);
    }
  };
})();
"""
FAILS_AND_NOTES_WHEN = """
window.tried = [];
Math.random = () => 1;
window.WebSocket = class {
  static OPEN = 1; static CONNECTING = 0;
  constructor() { window.tried.push(Date.now()); throw new Error("no"); }
};
"""


WHAT_MAKES_IT_TRY = [
    *(f"() => window.dispatchEvent(new Event('{name}'))" for name in ("online", "focus")),
    *(f"() => document.dispatchEvent(new Event('{name}'))" for name in ("visibilitychange", "resume", "rapport:doubt")),
]
WHAT_HAPPENS: list[Callable[[Talk], object]] = [
    *(lambda talk, do=do: getattr(talk.network[talk.alice], do)() for do in ("tear", "cut", "mend", "hold", "mend")),
    *(lambda talk, told=told: talk.alice.page.evaluate(told) for told in WHAT_MAKES_IT_TRY),
    lambda talk: talk.alice.page.evaluate("() => window.dispatchEvent(new Event('offline'))"),
    lambda talk: talk.alice.page.context.set_offline(True),
    lambda talk: talk.alice.page.context.set_offline(False),
    lambda talk: talk.alice.see("inbox-mine").click(),
]


def test_a_hundred_accidents_never_open_a_second_socket(talk: Talk) -> None:
    alice, jane = talk.alice, talk.jane
    alice.page.add_init_script(COUNTS)
    alice.page.reload()
    alice.is_live()
    chance = random.Random(6)
    for step in range(100):
        chance.choice(WHAT_HAPPENS)(talk)
        if step % 20 == 19:
            alice.page.context.set_offline(False)
            talk.network[alice].mend()
            alice.page.evaluate(WHAT_MAKES_IT_TRY[0])
            alice.is_live()
    assert alice.page.evaluate("window.most") == 1
    alice.see("inbox-mine").click()
    alice.opens("My lamp hums")
    jane.says("Are you still with me?")
    expect(alice.line("Are you still with me?")).to_have_count(1)


def test_the_pause_between_attempts_doubles_up_to_thirty_seconds(associate: People) -> None:
    alice = associate("alice")
    alice.page.add_init_script(FAILS_AND_NOTES_WHEN)
    alice.page.route("**/live/poll", lambda route: route.abort())
    alice.page.clock.install()
    alice.page.reload()
    expect(alice.see("connection")).to_be_attached()
    alice.page.clock.run_for(200_000)
    tried = alice.page.evaluate("window.tried")
    pauses = [round((later - earlier) / 1000, 1) for earlier, later in pairwise(tried)]
    assert pauses[:8] == pytest.approx([0.5, 1, 2, 4, 8, 16, 30, 30], abs=0.2)


def test_who_is_refused_stops_asking(associate: People) -> None:
    alice = associate("alice")
    proxy, polls = Proxy(), []

    def refuse(route: Route) -> None:
        polls.append(route.request.url)
        route.fulfill(status=403)

    proxy.stands_before(alice.page)
    alice.page.route("**/live/poll", refuse)
    alice.page.reload()
    expect(alice.see("connection")).to_have_attribute("data-state", "offline")
    asked = len(polls), proxy.refused
    assert asked[0] == 1
    for tries in WHAT_MAKES_IT_TRY:
        alice.page.evaluate(tries)
    alice.see("inbox-mine").click()
    expect(alice.page).to_have_url(f"{alice.workspace}/inbox/mine")
    assert (len(polls), proxy.refused) == asked
