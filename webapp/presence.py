"""Which chats their customers have before them, by leases: each is renewed while a browser is there, or runs out.

Nobody counts who comes and goes: what is counted wrong once stays wrong. A lease that nobody renews ends by itself,
whether a page was closed, a network cut, or a process killed. All of it is in memory; what others know is put in here
by `webapp.live.presence`, and without them this is what this process knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock

LEASE = 45.0  # seconds
RENEWED = 20.0  # seconds between two renewals
# What was read of the others is relied upon until the oldest lease in it may have run out without their doing.
RELIED_UPON = LEASE - RENEWED
SLACK = 2.0  # seconds by which what is said may be faster than what is put down

HERE, LEFT, UNKNOWN = "here", "left", "unknown"


@dataclass
class _Lease:
    """What another process holds for its customers, and until when it does."""

    chats: set[str]
    until: float
    said: dict[str, tuple[bool, float]] = field(default_factory=dict)  # by chat: what it has said since, and when

    def note(self, chat: str, is_here: bool, at: float) -> None:
        self.said[chat] = (is_here, at)
        if is_here:
            self.chats.add(chat)
        else:
            self.chats.discard(chat)


@dataclass(frozen=True)
class Turned:
    """What is otherwise than at the last look: chats by their public ids."""

    here: set[str]
    left: set[str]
    mine_here: set[str]  # of this process, whatever others hold
    mine_left: set[str]
    knowledge: bool  # it has become known who is absent, or unknown


class Leases:
    """Who is here, as far as this process knows; times are seconds on the monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self.begin()

    def begin(self, *, with_others: bool = False) -> None:
        """Forget everybody. Who is absent is unknown: until all had time to come back, or until others were read."""
        with self._lock:
            self._mine: dict[str, float] = {}  # chat → until when
            self._others: dict[str, _Lease] = {}  # by process
            self._seen: set[str] = set()  # who has come before all had time to
            self._told: set[str] = set()
            self._told_mine: set[str] = set()
            self._told_known = False
            self._known_from = self._clock() + (0 if with_others else LEASE)
            self._known_until = self._clock() if with_others else float("inf")

    def hold(self, chats: Iterable[str], seconds: float = LEASE) -> None:
        """Begin or renew leases."""
        with self._lock:
            now, held = self._clock(), dict.fromkeys(chats, self._clock() + seconds)
            self._mine |= held
            if now < self._known_from:
                self._seen |= held.keys()

    def shorten(self, chat: str, seconds: float) -> None:
        """Let a lease run out sooner, if it would not have so anyway."""
        with self._lock:
            if chat in self._mine:
                self._mine[chat] = min(self._mine[chat], self._clock() + seconds)

    def mine(self) -> list[str]:
        """Return the chats for which this process holds a lease."""
        with self._lock:
            return [chat for chat, until in self._mine.items() if until > self._clock()]

    def take_over(self, others: dict[str, tuple[set[str], float]]) -> None:
        """Take what the other processes hold, all of them: by process, the chats, and for how many seconds still."""
        with self._lock:
            now = self._clock()
            found = {name: _Lease(chats, now + seconds) for name, (chats, seconds) in others.items()}
            for name, lease in found.items():
                put_down = lease.until - LEASE
                for chat, (is_here, at) in self._others.get(name, _Lease(set(), 0)).said.items():
                    if at > put_down - SLACK:  # it is not in what was read, or no other than that
                        lease.note(chat, is_here, at)
            self._others, self._known_until = found, now + RELIED_UPON

    def another(self, process: str, chat: str, is_here: bool) -> None:
        """Take note that another process holds a lease from now on, or holds it no more."""
        with self._lock:
            now = self._clock()
            theirs = self._others.setdefault(process, _Lease(set(), 0))
            theirs.note(chat, is_here, now)
            theirs.until = max(theirs.until, now + RELIED_UPON)

    def state(self, chat: str) -> str:
        """Say whether the customer of a chat is here, has left, or that it is unknown."""
        with self._lock:
            now = self._clock()
            elsewhere = any(chat in lease.chats for lease in self._others.values() if lease.until > now)
            if elsewhere or self._mine.get(chat, 0) > now:
                return HERE
            return LEFT if self._is_known(now) or chat in self._seen else UNKNOWN

    def look(self) -> Turned:
        """Return what has turned since the last look, and forget the leases that have run out."""
        with self._lock:
            now = self._clock()
            self._mine = {chat: until for chat, until in self._mine.items() if until > now}
            self._others = {name: lease for name, lease in self._others.items() if lease.until > now}
            mine = set(self._mine)
            here = mine.union(*(lease.chats for lease in self._others.values()))
            known = self._is_known(now)
            turned = Turned(
                here - self._told,
                self._told - here,
                mine - self._told_mine,
                self._told_mine - mine,
                known != self._told_known,
            )
            self._told, self._told_mine, self._told_known = here, mine, known
            if known:
                self._seen.clear()
            return turned

    def _is_known(self, now: float) -> bool:
        return self._known_from <= now < self._known_until


leases = Leases()
