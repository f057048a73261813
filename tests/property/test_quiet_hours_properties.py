"""Whatever quiet hours people have, everyone is told everything once, in order, and never in them (E6).

Random quiet hours in zones with and without DST, random instants of notifications and of deliveries, attempts
that fail and processes that die; played on both stores. What is quiet is worked out here minute by minute from
the wall clock, not by the code under test.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.errors import WorkingTimeError
from casewf.model.directory import StaticDirectory
from casewf.model.effects import Notify
from casewf.model.hours import WEEKDAYS
from casewf.model.quiet_hours import QuietHours
from casewf.ports.outside import Delivery, Person
from casewf.ports.store import Store
from casewf.ports.stored import Settlement
from engine_fakes import CLAIM, OPERATOR, World, claim

START = dt.datetime(2026, 3, 26, tzinfo=dt.UTC)
"""A Thursday; Berlin puts its clocks forward on the Sunday after it, Sydney puts its own back a week later."""

HALF_HOUR = dt.timedelta(minutes=30)

TELLING = claim(
    CLAIM.replace(
        "accepts: [summary, people, phone]}",
        "accepts: [summary, people, phone], effects: [{notify: handler}]}",
    )
    .replace("resume: {zh: 恢复, en: Resume}", "resume: {zh: 恢复}\n      alarm: {zh: 告急}")
    .replace(
        "      - {trigger: take,",
        "      - {trigger: alarm, from: dispatched, by: operator,\n"
        "         effects: [{notify: handler, quiet_hours: ignore}]}\n      - {trigger: take,",
    )
)

Week = Mapping[str, Sequence[tuple[str, str]]]

spans = st.tuples(st.integers(0, 47), st.integers(1, 47)).map(  # in half hours: begins at, lasts
    lambda span: (_clock(span[0]), _clock(sum(span) % 48))
)
nights = spans.map(lambda span: {day: [span] for day in WEEKDAYS})
weeks = st.dictionaries(st.sampled_from(WEEKDAYS), spans.map(lambda span: [span]))
weekends = nights.map(lambda week: week | {"sat": [("00:00", "24:00")], "sun": [("00:00", "24:00")]})
quiet = st.none() | st.tuples(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Sydney", "UTC"]), nights | weeks | weekends
)
steps = st.lists(
    st.tuples(
        st.integers(0, 26 * 60).map(lambda minutes: dt.timedelta(minutes=minutes)),
        st.sampled_from(["note", "note", "alarm", "deliver", "deliver", "fail", "die"]),
    ),
    max_size=10,
).filter(lambda script: sum(what == "fail" for _, what in script) < 5)  # the fifth attempt is the last


def _clock(half_hours: int) -> str:
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


def is_quiet(zone: str, week: Week, instant: dt.datetime) -> bool:
    """Whether a wall clock shows a quiet time; where it shows a time twice, quiet hours begin and end at the first."""
    local = instant.astimezone(ZoneInfo(zone))
    while local.fold:  # what holds when the time is shown first holds until it is over for the second time
        instant -= dt.timedelta(minutes=30)
        local = instant.astimezone(ZoneInfo(zone))
        local = local if local.fold else local.replace(minute=59)
    return _shows_quiet(week, local.replace(tzinfo=None))


def _shows_quiet(week: Week, wall: dt.datetime) -> bool:
    minute = wall.hour * 60 + wall.minute
    for day, since in ((wall.weekday(), minute), ((wall.weekday() - 1) % 7, minute + 1440)):
        for start, end in week.get(WEEKDAYS[day], ()):
            opens, closes = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
            if opens <= since < (closes if opens < closes else closes + 1440):
                return True
    return False


class Hotline(World):
    """A case that is dispatched, and its district's handlers; ``told`` has (instant, effect id) per person."""

    def __init__(self, store: Store, people: Sequence[Person]) -> None:
        self.told: dict[str, list[tuple[dt.datetime, str]]] = {person.id: [] for person in people}
        self.fails = False
        directory = StaticDirectory({"city": None, "yuzhong": "city"}, {"yuzhong": people})
        super().__init__(
            store, start=START.isoformat()[:19], workflows=[TELLING], directory=directory, deliver="later"
        )
        self.outside.then = self._note

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.clock.now() / 1_000_000, dt.UTC)

    def _note(self, what: str, delivery: Delivery) -> None:
        if what != "notify":
            return
        if self.fails:
            raise ConnectionError("no route")
        for person in delivery.recipients:
            if all(known != delivery.id for _, known in self.told[person.id]):  # idempotent by id
                self.told[person.id].append((self.now, delivery.id))

    def deliver(self, *, dies_at: int = 0) -> None:
        """Deliver what is due; with ``dies_at`` the process is gone when it settles the n-th time."""
        settle, count = self.store.settle, 0

        def counted(settlement: Settlement) -> None:
            nonlocal count
            count += 1
            if count == dies_at:
                raise KeyboardInterrupt
            settle(settlement)

        self.store.settle = counted  # type: ignore[method-assign]
        try:
            self.engine.deliver()
        except KeyboardInterrupt:
            event("died")
        finally:
            self.store.settle = settle  # type: ignore[method-assign]


def play(
    store: Store, hours: Sequence[tuple[str, Week] | None], script: Sequence[tuple[dt.timedelta, str]]
) -> None:
    kept = [None if one is None else QuietHours(zone=one[0], week=one[1]) for one in hours]
    people = [Person(f"p{n}", "", frozenset({"handler"}), quiet) for n, quiet in enumerate(kept)]
    world = Hotline(store, people)
    world.dispatched()
    for wait, what in script:
        world.clock.travel(world.now + wait)
        if what in ("note", "alarm"):
            world.engine.fire("C-1", what, actor=OPERATOR)
        elif what == "die":
            world.deliver(dies_at=1 + len(world.store.outbox("C-1")) % 3)
        world.fails = what == "fail"
        world.deliver()
        world.fails = False
    for _ in range(8 * 48):  # a scheduler that comes by every half hour, for eight days
        world.clock.travel(world.now + HALF_HOUR)
        world.deliver()
    check(world, hours)


def check(world: Hotline, hours: Sequence[tuple[str, Week] | None]) -> None:
    rows = [row for row in world.store.outbox("C-1") if isinstance(row.effect, Notify)]
    assert {row.state for row in rows} == {"done"}
    urgent = {row.id for row in rows if row.effect.quiet_hours == "ignore"}
    wanted = [row.id for row in rows if row.effect.only is None]
    for one, told in zip(hours, world.told.values(), strict=True):
        ids = [effect_id.partition("~")[0] for _, effect_id in told]
        assert sorted(ids) == sorted(wanted)
        waited = [effect_id for effect_id in ids if effect_id not in urgent]
        assert waited == [effect_id for effect_id in wanted if effect_id not in urgent]
        if one is not None:
            assert {effect_id for moment, effect_id in told if is_quiet(*one, moment)} <= urgent
            event(f"waited: {ids != [effect_id for _, effect_id in told]}")


@settings(max_examples=60)
@given(st.lists(quiet, min_size=1, max_size=4), steps, st.booleans())
def test_everyone_is_told_everything_in_order_and_outside_his_quiet_hours(
    hours: list[tuple[str, Week] | None], script: list[tuple[dt.timedelta, str]], durable: bool
) -> None:
    try:
        for one in hours:
            one is None or QuietHours(zone=one[0], week=one[1])
    except WorkingTimeError:
        assume(False)
    if not durable:
        play(MemoryStore(), hours, script)
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        SqliteStore(Path(folder) / "a.db", durability="normal") as store,
    ):
        play(store, hours, script)


@given(
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Sydney"]),
    nights | weeks | weekends,
    st.integers(0, 14 * 24 * 60 * 60 - 1),
)
def test_who_waits_is_told_at_the_first_instant_that_is_not_quiet(zone: str, week: Week, second: int) -> None:
    """A delivery that comes right when the quiet hours end tells him; one a microsecond before does not."""
    moment = START + dt.timedelta(seconds=second)
    try:
        person = Person("p0", "", frozenset({"handler"}), QuietHours(zone=zone, week=week))
    except WorkingTimeError:
        assume(False)
    world = Hotline(MemoryStore(), [person])
    world.clock.travel(moment)
    world.dispatched()
    world.deliver()
    until = moment
    while is_quiet(zone, week, until):
        until += HALF_HOUR - (until - START) % HALF_HOUR
    event(f"quiet: {until > moment}")
    if until > moment:
        assert world.told["p0"] == []
        world.clock.travel(until - dt.timedelta(microseconds=1))
        world.deliver()
        assert world.told["p0"] == []
        world.clock.travel(until)
        world.deliver()
    assert [told for told, _ in world.told["p0"]] == [until]
