"""The ledger of erasures: what has to be erased again from a backup that was made before.

Marks are written with each erasure, and kept in a file in the data folder as well: a restored database would have
forgotten them. Neither says who it was.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

from ..chats import lifecycle
from ..db import verb
from ..tables import ActivityEntry, Conversation, Erasure, Link, Profile
from . import erasure, marks, scope, scrub

FILE = "erasures"
_MARK = re.compile(r"[0-9a-f]{64}")


def keep(data_dir: Path) -> None:
    """Add the marks of the database to the file in the data folder."""
    lacking = sorted(missing(data_dir))
    if not lacking:
        return
    file = os.open(data_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.write("".join(f"{mark}\n" for mark in lacking))  # short: a line is written whole, whoever else writes
        out.flush()
        os.fsync(out.fileno())


def missing(data_dir: Path) -> set[str]:
    """Return the marks of the database that are not in the file."""
    return {str(row.mark) for row in Erasure.select()} - read(data_dir / FILE)


def read(*files: Path) -> set[str]:
    """Return the marks in these files; one that is not there has none."""
    return {mark for file in files if file.exists() for mark in _MARK.findall(file.read_text("ascii", "replace"))}


def erase_again(known: Collection[str]) -> int:
    """Erase what these marks tell, in a database that was restored; return how many profiles and chats that were.

    Chats that have been begun since with an erased profile are ended first. The marks are noted in this database too.
    """
    wanted = set(known)
    people = [row for row in Profile.select().where(Profile.erased_at.is_null()) if _of(row) in wanted]
    for profile in people:
        for chat in scope.chats_of([profile.id]):
            lifecycle.end(chat, by=None)
        erasure.erase(profile, by=None)
    rows = Conversation.select(Conversation.id, Conversation.public_id)
    chats = [row.id for row in rows if marks.of_chat(str(row.public_id)) in wanted]
    _erase_chats(chats)
    _note(wanted)
    return len(people) + len(chats)


def _of(profile: Profile) -> str:
    return marks.of_profile(profile.id, profile.created_at)


@verb
def _erase_chats(ids: list[int]) -> None:
    """Erase chats that were linked to the person later than the backup, and may be linked to another in it."""
    links = [link.id for link in Link.select(Link.id).where(Link.conversation.in_(ids))]
    ActivityEntry.delete().where(ActivityEntry.kind == "chat", ActivityEntry.conversation.in_(ids)).execute()
    scrub.clear_logs([], ids, [], links)
    erasure.delete_chats(ids, links)


@verb
def _note(known: Collection[str]) -> None:
    for mark in sorted(known):
        Erasure.insert(mark=mark).on_conflict_ignore().execute()
