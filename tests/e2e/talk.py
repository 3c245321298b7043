"""Two people in the middle of a chat, each on a network of her own that may fail, and what both must see."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from playwright.sync_api import FrameLocator, Locator, Page, expect

from .actors import Associate, Customer
from .network import Network

People = Callable[..., Associate]
Customers = Callable[..., Customer]
Side = Associate | Customer
AGAIN = 10_000  # milliseconds: five seconds until both sides are live again, and as long for a busy machine
CLOCK = ".is-pending [href$=clock]"


class Talk:
    """Alice and Jane in the middle of a chat, each on a network of her own."""

    def __init__(self, alice: Associate, jane: Customer, hers: Network, janes: Network) -> None:
        self.alice, self.jane = alice, jane
        self.network: dict[Side, Network] = {alice: hers, jane: janes}

    def other(self, side: Side) -> Side:
        return self.jane if side is self.alice else self.alice

    def are_live(self) -> None:
        are_live(self.alice, self.jane)

    def read(self, *texts: str) -> None:
        read((self.alice, self.jane), *texts)


def are_live(*sides: Side) -> None:
    for side in sides:
        expect(side.see("connection")).to_have_attribute("data-state", "live", timeout=AGAIN)


def read(sides: tuple[Side, ...], *texts: str) -> None:
    """They see exactly these lines of people, in this order, and nothing waits."""
    for side in sides:
        expect(bodies(side)).to_have_text(list(texts))
        expect(within(side).locator(".is-pending, .is-failed")).to_have_count(0)


def lines_of(side: Side) -> str:
    return "message" if isinstance(side, Associate) else "chat-message"


def bodies(side: Side) -> Locator:
    return within(side).locator(f"[data-testid={lines_of(side)}]:not([data-author=system]) .msg__body")


def within(side: Side) -> Page | FrameLocator:
    return side.page if isinstance(side, Associate) else side.frame


def writes(side: Side, text: str) -> None:
    """Write and send, and do not wait for anything."""
    field, button = ("message-input", "message-send") if isinstance(side, Associate) else ("chat-input", "chat-send")
    side.see(field).fill(text)
    side.see(button).click()



def see_the_same(sides: tuple[Side, ...], **written: list[str]) -> None:
    """All that was written is there once, in the same order for everybody, and in the order of each who wrote."""
    for side in sides:
        expect(within(side).locator(".is-pending, .is-failed")).to_have_count(0)
        for text in chain(*written.values()):
            expect(bodies(side).filter(has_text=text)).to_have_count(1)
    heard = [bodies(side).all_inner_texts() for side in sides]
    assert heard.count(heard[0]) == len(heard)
    for texts in written.values():
        assert [text for text in heard[0] if text in texts] == texts
