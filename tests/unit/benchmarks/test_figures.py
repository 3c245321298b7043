"""What the benchmarks say has to be right before what they measure can be."""

from __future__ import annotations

import pytest

from benchmarks import figures
from benchmarks.figures import Line, Spread


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [figures.percentile(values, point) for point in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert figures.percentile([7.0], 50) == figures.percentile([7.0], 99) == 7


def test_a_spread_is_in_milliseconds_whatever_the_order() -> None:
    spread = Spread.of([0.004, 0.001, 0.002, 0.003])
    assert spread == Spread(4, 2.0, 4.0, 4.0, 4.0)
    assert str(spread) == "2.0 / 4.0 / 4.0"


def test_of_nothing_measured_nothing_is_claimed() -> None:
    assert Spread.of([]) == Spread(0, 0, 0, 0, 0)


def test_a_table_puts_what_has_to_be_beside_what_is() -> None:
    told = figures.table("ten chats", [Line("lost", "0", "0"), Line("messages a second", "1043")])
    assert told.splitlines() == [
        "ten chats",
        "                       is  has to be",
        "  lost                  0  0",
        "  messages a second  1043",
    ]


@pytest.mark.parametrize(
    ("costs", "said"), [((5, 5, 5), "power 0.00"), ((1, 10, 100), "power 1.00"), ((1, 100, 10_000), "power 2.00")]
)
def test_growth_is_told_as_a_power_of_the_size(costs: tuple[float, ...], said: str) -> None:
    assert said in figures.growth((10, 100, 1000), costs)


def test_growth_needs_two_sizes() -> None:
    assert figures.growth((0, 10), (3, 4)) == "not enough sizes"
