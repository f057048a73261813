"""How long a failed effect waits: a promise for pushes, full jitter for the others (D2)."""

from __future__ import annotations

import statistics

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewf.engine.backoff import ATTEMPTS, LONGEST_ASKED, ceiling, wait_after
from casewf.model.effects import CallHook, Effect, Notify, Push
from casewf.ports.stored import OutboxRow

SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000
PUSH = Push("platform", retry=(MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE))


def row(effect: Effect, attempts: int = 0, name: str = "C-1:3:0") -> OutboxRow:
    return OutboxRow(
        id=name,
        case="C-1",
        number=3,
        position=0,
        destination=effect.destination,
        effect=effect,
        created_at=0,
        due_at=0,
        attempts=attempts,
    )


def wait(effect: Effect, attempts: int, name: str = "C-1:3:0", retry_after: int | None = None) -> int:
    found = wait_after(row(effect, attempts, name), retry_after)
    assert found is not None
    return found


def test_the_ceilings_grow_from_half_a_minute_to_six_hours() -> None:
    seconds = [ceiling(attempts) // SECOND for attempts in range(ATTEMPTS - 1)]
    assert seconds == [30, 120, 480, 1920, 7680, 21600, 21600]


@pytest.mark.parametrize("effect", [Notify("handler"), CallHook("archive")])
def test_notifications_and_hooks_are_tried_eight_times(effect: Effect) -> None:
    waits = [wait_after(row(effect, attempts)) for attempts in range(9)]
    assert [one is not None for one in waits] == [True] * 7 + [False] * 2


@pytest.mark.parametrize("attempts", range(ATTEMPTS - 1))
def test_a_wait_lies_anywhere_up_to_its_ceiling(attempts: int) -> None:
    waits = [wait(CallHook("archive"), attempts, f"C-{number}:3:0") for number in range(400)]
    high = ceiling(attempts)
    assert all(0 < one <= high for one in waits)
    assert len(set(waits)) == 400
    tenths = [
        sum(high * tenth // 10 < one <= high * (tenth + 1) // 10 for one in waits) for tenth in range(10)
    ]
    assert all(20 <= share <= 60 for share in tenths)
    assert statistics.fmean(waits) == pytest.approx(high / 2, rel=0.1)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, ATTEMPTS - 2))
def test_everybody_computes_the_same_wait(name: str, attempts: int) -> None:
    again = attrs.evolve(row(Notify("handler"), attempts, name), due_at=7, error="other", depth=3)
    assert wait_after(again) == wait(Notify("handler"), attempts, name)


def test_a_push_waits_as_its_author_wrote_less_a_twentieth_at_most() -> None:
    for attempts, written in enumerate(PUSH.retry):
        waits = [wait(PUSH, attempts, f"C-{number}:3:0") for number in range(200)]
        assert all(written * 95 <= one * 100 <= written * 100 for one in waits)
        assert len(set(waits)) > 100
    assert wait_after(row(PUSH, 4)) is None
    assert wait_after(row(attrs.evolve(PUSH, retry=()))) is None


@pytest.mark.parametrize("effect", [PUSH, Notify("handler")])
def test_a_receiver_that_asks_for_time_gets_it_but_no_more_than_a_day(effect: Effect) -> None:
    assert wait(effect, 0, retry_after=2 * HOUR) == 2 * HOUR
    assert wait(effect, 0, retry_after=0) == wait(effect, 0)
    assert wait(effect, 3, retry_after=1) == wait(effect, 3)
    assert wait(effect, 0, retry_after=400 * HOUR) == LONGEST_ASKED == 24 * HOUR


def test_asking_for_time_gives_no_further_attempt() -> None:
    assert wait_after(row(PUSH, 4), HOUR) is None
    assert wait_after(row(Notify("handler"), 7), HOUR) is None
