"""What tells an erased profile or chat from every other row, and tells nothing else about it.

An id alone would not do: after a restored backup it is given out again.
"""

from __future__ import annotations

import hashlib
from datetime import datetime


def of_profile(id: int, created_at: datetime) -> str:
    """Return the mark of a profile: 64 hexadecimal digits."""
    return _digest(f"profile {id} {created_at.timestamp():.6f}")


def of_chat(public_id: str) -> str:
    """Return the mark of a chat, whose public id is random: 64 hexadecimal digits."""
    return _digest(f"chat {public_id}")


def _digest(text: str) -> str:
    return hashlib.sha256(f"rapport erasure: {text}".encode()).hexdigest()
