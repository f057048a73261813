"""Whatever is asked of it, an engine gives the same answers on every store (D3, M6, M7).

Random commands with random keys, expected versions, failures of the outside, sweeps and erasures are played
on an engine in memory and on one in SQLite, with the same clock and the same entropy.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.core.evolve import replay
from casewf.engine.verify import verify
from casewf.errors import CasewfError
from casewf.model.clock_events import RungFired
from casewf.testing.recorders import CountingEntropy
from engine_fakes import CLAIM, HANDLER, OPERATOR, STRANGER, SUPERVISOR, World, claim

MERGING = claim(
    CLAIM.replace(
        "      closed: {zh: 办结, en: Closed, category: closed}\n",
        "      closed: {zh: 办结, en: Closed, category: closed}\n"
        "      merged: {zh: 并单, en: Merged, category: closed, ends_case: true}\n",
    )
    .replace(
        "      close: {zh: 办结, en: Close}\n",
        "      close: {zh: 办结, en: Close}\n      merge: {zh: 并单, en: Merge}\n",
    )
    .replace(
        "      - {trigger: resume,",
        "      - {trigger: merge, from: [received, dispatched, working], to: merged, by: operator}\n"
        "      - {trigger: resume,",
    )
)

CASES = ("C-1", "C-2")
ACTORS = (OPERATOR, HANDLER, SUPERVISOR, STRANGER)
Step = Callable[[World], object]

data = st.fixed_dictionaries(
    {},
    optional={
        "lead_org": st.sampled_from(["yuzhong", "wanzhou"]),
        "people": st.sampled_from([1, 2, 100, 0, "2"]),
        "phone": st.sampled_from(["139", "137", 139]),
        "summary": st.sampled_from(["欠薪", "工伤"]),
        "nothing": st.just(1),
    },
)
keys = st.none() | st.sampled_from(["k-1", "k-2"])
comments = st.none() | st.sampled_from(["等", "好", " "])
triggers = st.sampled_from(
    ["note", "dispatch", "take", "suspend", "resume", "close", "merge", "watch", "p_ok", "x"]
)

opening = st.builds(
    lambda case, actor, values, key: (
        lambda world: world.engine.open("claim", case_id=case, actor=actor, data=values, key=key)
    ),
    st.sampled_from(CASES),
    st.sampled_from(ACTORS),
    data,
    keys,
)
firing = st.builds(
    lambda case, trigger, actor, values, comment, key, expect: (
        lambda world: world.engine.fire(
            case, trigger, actor=actor, data=values, comment=comment, key=key, expect=expect
        )
    ),
    st.sampled_from(CASES),
    triggers,
    st.sampled_from(ACTORS),
    data,
    comments,
    keys,
    st.none() | st.integers(1, 12),
)
likely = st.sampled_from(
    [
        lambda world, case=case, trigger=trigger, actor=actor, more=more: world.engine.fire(
            case, trigger, actor=actor, **more
        )
        for case in CASES
        for trigger, actor, more in (
            ("dispatch", OPERATOR, {"data": {"lead_org": "yuzhong", "phone": "139"}}),
            ("take", HANDLER, {}),
            ("suspend", HANDLER, {"comment": "等"}),
            ("resume", HANDLER, {}),
            ("merge", OPERATOR, {}),
            ("close", HANDLER, {}),
        )
    ]
)
waiting = st.sampled_from([1, 20, 90, 300, 2000]).map(
    lambda minutes: (
        lambda world: world.clock.travel(
            dt.datetime.fromtimestamp(world.clock.now() / 1e6, dt.UTC) + dt.timedelta(minutes=minutes)
        )
    )
)
breaking = st.sets(st.sampled_from(["notify", "push", "warn", "archive"])).map(
    lambda names: lambda world: setattr(world.outside, "broken", set(names))
)
erasing = st.builds(
    lambda case, actor, fields: lambda world: world.engine.erase(case, actor=actor, fields=fields),
    st.sampled_from(CASES),
    st.sampled_from(ACTORS),
    st.none() | st.just(["phone"]),
)
others = st.sampled_from(
    [
        lambda world: world.engine.sweep(),
        lambda world: world.engine.deliver(),
        lambda world: world.engine.find(actor=SUPERVISOR),
        lambda world: world.engine.find(actor=HANDLER, closed=False, limit=1),
        lambda world: world.engine.options("C-1", actor=HANDLER),
    ]
)
steps = st.one_of(firing, likely, likely, waiting, others, breaking, erasing, opening)
stories = st.lists(steps, min_size=1, max_size=25)


@contextmanager
def worlds() -> Iterator[tuple[World, World]]:
    """Two worlds that differ in their store only, each with an open case."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SqliteStore(Path(folder) / "cases.db", durability="normal") as file,
    ):
        both = [
            World(store, workflows=[MERGING], entropy=CountingEntropy()) for store in (MemoryStore(), file)
        ]
        for world in both:
            world.open("C-1", data={"phone": "139"})
        yield both[0], both[1]


def outcome(step: Step, world: World) -> object:
    """What a step returned, or how it failed, in both languages."""
    try:
        return step(world)
    except CasewfError as error:
        event(type(error).__name__)
        texts = [
            getattr(error, "text", str)(lang) if hasattr(error, "text") else str(error)
            for lang in ("zh", "en")
        ]
        return (type(error), *texts)


def stored(world: World, case_id: str) -> object:
    """All that a store gives about a case."""
    store = world.store
    return (
        store.load(case_id),
        [(row.number, row.kind, row.body, row.hash) for row in store.history(case_id)],
        store.outbox(case_id),
        store.incidents(case_id),
        store.raw(case_id),
    )


@settings(max_examples=60, deadline=None)
@given(stories)
def test_both_stores_give_equal_answers_histories_and_views(story: list[Step]) -> None:
    with worlds() as (one, other):
        for step in story:
            assert outcome(step, one) == outcome(step, other)
        for case_id in CASES:
            assert stored(one, case_id) == stored(other, case_id)
        assert one.store.heads() == other.store.heads()
        assert one.outside.log == other.outside.log


@settings(max_examples=60, deadline=None)
@given(stories)
def test_whatever_is_asked_histories_add_up_and_no_rung_fires_twice(story: list[Step]) -> None:
    world = World(MemoryStore(), workflows=[MERGING], start="2026-03-16 10:00")
    world.open("C-1", data={"phone": "139"})
    for step in story:
        outcome(step, world)
    assert verify(world.store).problems == ()
    for head in world.store.heads():
        found = world.store.load(head.case)
        assert found is not None
        history = [row.event for row in world.store.history(head.case)]
        assert replay(history) == found.case
        rungs = [(e.sla, e.cycle, e.term, e.rung, e.repetition) for e in history if isinstance(e, RungFired)]
        assert len(rungs) == len(set(rungs))


@settings(max_examples=40, deadline=None)
@given(stories, st.data())
def test_a_command_that_fails_changes_nothing_unless_something_was_due(
    story: list[Step], draw: st.DataObject
) -> None:
    world = World(MemoryStore(), workflows=[MERGING], deliver="later")
    world.open("C-1", data={"phone": "139"})
    for step in story:
        outcome(step, world)
    world.engine.sweep()
    before = [stored(world, case_id) for case_id in CASES]
    result = outcome(draw.draw(firing), world)
    if isinstance(result, tuple):
        assert [stored(world, case_id) for case_id in CASES] == before
