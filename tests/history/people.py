"""Who talks: customers at the widget, associates at the workspace."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from .book import Acknowledged, Tried, now
from .browser import Browser
from .log import Log, drawn

PASSWORD = "demo-password"
_ROW = re.compile(r'data-testid="conversation-row" data-conversation="([\w-]+)"')


class Customer(Browser):
    """Somebody at a page of the shop; one chat."""

    chat = ""

    @property
    def query(self) -> str:
        """Return what every address of the widget carries."""
        return "?" + urlencode({"key": self.shop.key, "locale": "en", "zone": "Europe/Paris"})

    async def start(self, name: str, message: str) -> None:
        """Fill in the form; the chat has to be there afterwards."""
        await self.page(f"/widget/frame{self.query}")
        id, at = f"{self.book.who}-0", now()
        fields = {"name": name, "email": "", "phone": "", "message": message, "client_id": id, "store": "lyon"}
        answer = await self.ask("POST", f"/widget/chats{self.query}", fields)
        page = answer.body.decode()
        assert answer.status == 200, (answer.status, page[:500])
        (self.chat,) = self.logs = drawn(page)
        seq = next(place[1] for place in self.logs[self.chat].places if place[2] == id)
        self.book.write(Tried(at, self.book.who, self.chat, "customer", id, message))
        self.book.write(Acknowledged(now(), self.book.who, self.chat, "customer", id, seq))

    @property
    def socket(self) -> str:
        """Return the address of the widget's socket."""
        return f"/widget/live{self.query}"

    async def live(self) -> None:
        """Keep the widget's socket open."""
        await self.stay_live(self.socket)

    def watched(self) -> dict[str, Any]:
        """Return the chat."""
        return {f"chat:{self.chat}": {"after": self.logs[self.chat].cursor()["after"]}}

    async def say(self, number: int) -> None:
        """Write one message."""
        path = f"/widget/chats/{self.chat}/messages{self.query}"
        await self.deliver(self.chat, "customer", path, f"{self.book.who}-{number}", f"Hello {number}")


class Associate(Browser):
    """Somebody of the staff, with all the chats that she has accepted in one window."""

    lanes = ["public", "staff"]

    async def sign_in(self, email: str) -> None:
        """Come in by the door."""
        await self.page("/sign-in")
        answer = await self.ask("POST", "/sign-in", {"email": email, "password": PASSWORD, "csrf_token": self._token})
        assert answer.status == 303, (answer.status, answer.body[:500])
        await self.page("/inbox/waiting")

    async def accept(self, chats: list[str]) -> None:
        """Accept these chats as soon as each waits in her inbox, and read what is there."""
        missing = set(chats)
        while missing:
            waiting = missing.intersection(_ROW.findall(await self.page("/inbox/waiting")))
            for chat in sorted(waiting):
                answer = await self.ask("POST", f"/conversations/{chat}/acceptance", {})
                assert answer.status == 200, (answer.status, answer.body[:500])
                page = await self.page(f"/conversations/{chat}")
                self.logs[chat] = drawn(page).get(chat) or Log()
            missing -= waiting
            if not waiting:
                await self.rest(0.2)

    async def live(self) -> None:
        """Keep the workspace's socket open."""
        await self.stay_live("/live")

    def watched(self) -> dict[str, Any]:
        """Return her chats, with how far she has read in each lane."""
        return {f"conversation:{chat}": log.cursor() for chat, log in self.logs.items()}

    async def say(self, chat: str, number: int) -> None:
        """Write one message to the customer."""
        id = f"{self.book.who}-{number}"
        await self.deliver(chat, "associate", f"/conversations/{chat}/messages", id, f"With pleasure {number}")
