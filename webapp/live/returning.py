"""When those who were sent away come back: not all at one instant."""

from __future__ import annotations

from random import random

FIRST_BACK, APART, LAST_BACK = 200, 25, 5200  # milliseconds


def returns(count: int) -> list[int]:
    """Return after how many milliseconds each of so many browsers comes back.

    A few come back at once; a house full is spread, so that it does not knock at one instant (R19: over five seconds).
    """
    step = min(APART, (LAST_BACK - FIRST_BACK) / max(1, count))
    return [FIRST_BACK + int(step * (place + random())) for place in range(count)]
