"""The consumer of the tutorial of Channels, in its asynchronous form; the ORM is reached by database_sync_to_async.

Messages are sent on the socket, as in the tutorial: its user was looked up when it opened, its origin checked, so that
no token is needed with each. Groups are told after the commit.
"""

from __future__ import annotations

from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from .models import Chat, Message

LONGEST = 4000


class ChatConsumer(AsyncJsonWebsocketConsumer):
    async def connect(self) -> None:
        self.user, self.topics = self.scope["user"], []
        if not self.user.is_authenticated:
            await self.close()
            return
        self.topics = await self.topics_of(self.scope["url_route"]["kwargs"]["topic"])
        for topic in self.topics:
            await self.channel_layer.group_add(topic, self.channel_name)
        await self.accept()
        await self.send_json({"type": "ready"})

    async def disconnect(self, code: int) -> None:
        for topic in self.topics:
            await self.channel_layer.group_discard(topic, self.channel_name)

    async def receive_json(self, content: dict[str, Any]) -> None:
        body, client_id = str(content.get("body", "")).strip(), str(content.get("client_id", ""))
        if not 0 < len(body) <= LONGEST or not 0 < len(client_id) <= 64:
            await self.send_json({"type": "refused", "client_id": client_id})
            return
        id = int(content["chat"])
        message, row = await self.store(id, body, client_id)
        await self.channel_layer.group_send(f"chat.{id}", {"type": "push", "html": message})
        await self.channel_layer.group_send("inbox", {"type": "push", "html": row})

    async def push(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "html", "html": event["html"]})

    @database_sync_to_async
    def topics_of(self, topic: str) -> list[str]:
        if topic == "inbox":
            return ["inbox"] if self.user.is_staff else []
        mine = Chat.objects.filter(Q(customer=self.user) | Q(associate=self.user))
        return [f"chat.{id}" for id in mine.values_list("id", flat=True)]

    @database_sync_to_async
    def store(self, id: int, body: str, client_id: str) -> tuple[str, str]:
        with transaction.atomic():
            chat = Chat.objects.select_related("customer", "associate").get(
                Q(customer=self.user) | Q(associate=self.user), id=id
            )
            by_customer, now = chat.customer_id == self.user.id, timezone.now()
            message = Message.objects.create(
                chat=chat, author=self.user, body=body, client_id=client_id, sent_at=now
            )
            unread = F("unread") + 1 if by_customer else 0
            Chat.objects.filter(id=id).update(unread=unread, last_text=body, last_at=now)
        shown = {
            "id": message.id, "author": self.user.first_name, "by_customer": by_customer, "client_id": client_id,
            "body": body, "sent_at": now.isoformat(), "clock": f"{now:%H:%M}",
        }  # fmt: skip
        listed = {
            "id": id, "customer": chat.customer.first_name, "initial": chat.customer.first_name[0],
            "associate": chat.associate.first_name, "unread": chat.unread + 1 if by_customer else 0,
        }  # fmt: skip
        row = render_to_string("row.html", {"chat": listed, "message": shown})
        return render_to_string("message.html", {"message": shown}), row
