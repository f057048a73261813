"""Instants become aware datetimes in the calendar's zone, as pendulum itself would make them."""

from __future__ import annotations

import pendulum
import pytest

from casewf.engine.case_view import to_datetime

INSTANTS = [
    0,
    -1,
    1_773_626_400_123_456,
    1_761_436_800_000_001,  # Berlin and New York, when summer time ends: twice the same hour
    1_761_440_400_000_000,
    1_762_063_200_999_999,
    1_762_066_800_000_000,
    4_102_444_800_000_000,
]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC"])
@pytest.mark.parametrize("instant", INSTANTS)
def test_an_instant_reads_as_pendulum_would_read_it(instant: int, zone: str) -> None:
    seconds, rest = divmod(instant, 1_000_000)
    expected = pendulum.from_timestamp(seconds, tz=zone).add(microseconds=rest)
    made = to_datetime(instant, zone)
    assert (made, made.fold, made.utcoffset()) == (expected, expected.fold, expected.utcoffset())
    assert (repr(made), made.timezone_name) == (repr(expected), expected.timezone_name)
