"""Make the tables, and everybody."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from chat.models import Chat  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

chats, viewers, of_one = (int(os.environ[f"PEER_{name}"]) for name in ("CHATS", "VIEWERS", "CHATS_OF_ONE"))
call_command("migrate", run_syncdb=True, verbosity=0)
counts = {"viewer": viewers, "associate": -(-chats // of_one), "customer": chats}
with transaction.atomic():
    people = {
        role: User.objects.bulk_create(
            User(username=f"{role}-{n}", first_name=f"{role.title()} {n}", is_staff=role != "customer", password="!")
            for n in range(count)
        )
        for role, count in counts.items()
    }
    Chat.objects.bulk_create(
        Chat(customer=customer, associate=people["associate"][n // of_one])
        for n, customer in enumerate(people["customer"])
    )
