from __future__ import annotations

from django.conf import settings
from django.db import models


class Chat(models.Model):
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="chats")
    associate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="accepted")
    unread = models.PositiveIntegerField(default=0)
    last_text = models.TextField(default="")
    last_at = models.DateTimeField(null=True)


class Message(models.Model):
    chat = models.ForeignKey(Chat, models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    body = models.TextField()
    client_id = models.CharField(max_length=64)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chat", "author", "client_id"], name="once")]
