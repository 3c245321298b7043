"""Figures as people read them: percentiles, and a table with what has to be beside what is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

POINTS = (50, 95, 99)


def percentile(values: Sequence[float], point: float) -> float:
    """Return the smallest value that is not below `point` per cent of all; values are sorted already, and some."""
    return values[max(0, math.ceil(len(values) * point / 100) - 1)]


@dataclass(frozen=True, slots=True)
class Spread:
    """How some times are spread, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spread:
        """Sum up times in seconds; of none, all is 0."""
        ordered = sorted(seconds)
        if not ordered:
            return cls(0, 0.0, 0.0, 0.0, 0.0)
        p50, p95, p99 = (round(percentile(ordered, point) * 1000, 2) for point in POINTS)
        return cls(len(ordered), p50, p95, p99, round(ordered[-1] * 1000, 2))

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f} / {self.p99:.1f}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `has_to_be` is empty where nothing is promised."""

    what: str
    figure: str
    has_to_be: str = ""


def table(title: str, lines: Iterable[Line]) -> str:
    """Set the lines under their title, as wide as they need."""
    rows = [Line("", "is", "has to be"), *lines]
    first, second = (max(len(getattr(row, name)) for row in rows) for name in ("what", "figure"))
    return "\n".join([title, *(f"  {r.what:{first}}  {r.figure:>{second}}  {r.has_to_be}".rstrip() for r in rows)])


def growth(sizes: Sequence[float], costs: Sequence[float]) -> str:
    """Say how a cost grows with a size: by which power of it, from the slope of their logarithms (0: not at all)."""
    pairs = [(math.log(size), math.log(cost)) for size, cost in zip(sizes, costs, strict=True) if size > 0 < cost]
    if len(pairs) < 2:
        return "not enough sizes"
    mean_x, mean_y = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
    across = sum((x - mean_x) ** 2 for x, _ in pairs)
    power = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / across if across else 0.0
    return f"as size to the power {power:.2f}; × {costs[-1] / costs[0]:.2f} from first to last"
