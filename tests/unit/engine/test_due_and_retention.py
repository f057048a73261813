"""With every append the engine says when the case is due next, and how long its personal data is kept (D5)."""

from __future__ import annotations

from functools import partial

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.model.case import Actor
from casewf.ports.stored import Append
from casewf.testing.clock import at
from casewf.worktime import epoch_us
from engine_fakes import CLAIM, HANDLER, OPERATOR, World, claim

CLOSED = "closed: {zh: 办结, en: Closed, category: closed}\n"
MORE = {
    CLOSED: f"{CLOSED}      rated: {{zh: 评价, category: closed}}\n",
    "      close: {zh: 办结, en: Close}\n": "      close: {zh: 办结}\n      reopen: {zh: 重开}\n"
    "      rate: {zh: 评价}\n",
    "      - {trigger: take,": "      - {trigger: reopen, from: [closed, rated], to: working, by: handler}\n"
    "      - {trigger: rate, from: closed, to: rated, by: handler}\n      - {trigger: take,",
}
"""What lets a closed case be rated and reopened."""


class Remembering(MemoryStore):
    """Keeps the last batch."""

    last: Append

    def append(self, batch: Append) -> None:
        super().append(batch)
        self.last = batch


@pytest.fixture
def store() -> Remembering:
    return Remembering()


def instant(text: str) -> int:
    return epoch_us(at(text))


def kept(store: Remembering, days: int = 30, text: str = CLAIM) -> World:
    """A world whose closed cases keep personal data for so many days."""
    for old, new in MORE.items():
        text = text.replace(old, new)
    return World(store, workflows=[claim(f"{text}retention: {{keep: {days} days}}\n")])


class TestDue:
    def test_it_is_the_earliest_of_the_running_limits(self, store: Remembering) -> None:
        world = World(store)
        world.open()
        assert store.last.due == instant("2026-03-17 10:00")
        world.engine.fire("C-1", "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})
        assert store.last.due == instant("2026-03-16 16:00")

    def test_a_paused_limit_has_none_and_a_resumed_one_a_later_one(self, store: Remembering) -> None:
        world = World(store)
        world.taken()
        world.go("11:00")
        world.engine.fire("C-1", "suspend", actor=HANDLER, comment="ill")
        assert store.last.due == instant("2026-03-17 10:00")
        world.go("15:00")
        world.engine.fire("C-1", "resume", actor=HANDLER)
        assert store.last.due == instant("2026-03-16 18:00")

    def test_a_breached_limit_stays_first_until_it_is_stopped(self, store: Remembering) -> None:
        world = World(store)
        world.taken()
        world.go("2026-03-18 09:30")
        world.engine.sweep()
        assert store.last.due == instant("2026-03-16 16:00")
        world.engine.fire("C-1", "close", actor=HANDLER)
        assert store.last.due is None

    def test_an_advisory_limit_makes_no_case_late(self, store: Remembering) -> None:
        text = CLAIM.replace("title: {zh: 答复时限, en: Time to answer}", "kind: advisory")
        world = World(store, workflows=[claim(text)])
        world.dispatched()
        assert store.last.due == instant("2026-03-17 10:00")


class TestRetention:
    def test_it_ends_with_the_day_so_many_days_after_the_closing(self, store: Remembering) -> None:
        """16 March + 30 days is 15 April, a Wednesday; its end is the midnight after it, in Shanghai."""
        world = kept(store)
        world.taken()
        assert store.last.retain_until is None
        world.engine.fire("C-1", "close", actor=HANDLER)
        assert store.last.retain_until == instant("2026-04-16 00:00")

    def test_the_date_of_the_closing_is_that_of_the_calendar_s_zone(self, store: Remembering) -> None:
        world = kept(store, days=1)
        world.taken()
        world.go("23:59")  # 15:59 in Greenwich
        world.engine.fire("C-1", "close", actor=HANDLER)
        assert store.last.retain_until == instant("2026-03-18 00:00")
        world.taken("C-2")
        world.go("2026-03-17 00:00")  # 16:00 in Greenwich, on the same date there
        world.engine.fire("C-2", "close", actor=HANDLER)
        assert store.last.retain_until == instant("2026-03-19 00:00")

    def test_what_happens_to_a_closed_case_does_not_put_it_off(self, store: Remembering) -> None:
        world = kept(store)
        world.taken()
        world.engine.fire("C-1", "close", actor=HANDLER)
        world.go("2026-03-20 10:00")
        world.engine.fire("C-1", "rate", actor=HANDLER)
        assert store.last.retain_until == instant("2026-04-16 00:00")
        world.engine.erase("C-1", actor=OPERATOR)
        assert store.last.retain_until == instant("2026-04-16 00:00")

    def test_reopening_ends_it_and_the_next_closing_begins_it_anew(self, store: Remembering) -> None:
        world = kept(store)
        world.taken()
        fire = partial(world.engine.fire, "C-1", actor=HANDLER)
        fire("close")
        world.go("2026-03-20 10:00")
        fire("reopen")
        assert store.last.retain_until is None
        fire("close")
        assert store.last.retain_until == instant("2026-04-20 00:00")

    def test_a_workflow_that_does_not_say_keeps_for_ever(self, store: Remembering) -> None:
        world = World(store)
        world.taken()
        world.engine.fire("C-1", "close", actor=HANDLER)
        assert store.last.case.closed
        assert store.last.retain_until is None

    def test_a_case_keeps_the_retention_it_was_opened_under(self, store: Remembering) -> None:
        kept(store).taken()
        newer = kept(store, days=10, text=CLAIM.replace("version: 1", "version: 2"))
        newer.engine.fire("C-1", "close", actor=Actor("li", frozenset({"handler"}), "yuzhong"))
        assert store.last.retain_until == instant("2026-04-16 00:00")
