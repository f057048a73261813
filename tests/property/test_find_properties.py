"""All stores find what a plain list does, in its order and page by page, whatever is asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.ports.store import Store
from casewf.ports.stored import Append, Filter
from casewf.testing.contracts import samples
from postgres_schemas import empty

INSTANTS = st.none() | st.integers(-2, 3).map(lambda number: samples.START + number) | st.just(2**62)
PEOPLE = st.frozensets(st.sampled_from(["li", "zhang", "city", ""]), max_size=3)
ORGS = ("city", "yuzhong")


@st.composite
def batches(draw: st.DrawFn, number: int) -> Append:
    batch = samples.opening(
        f"C-{number}",
        by=draw(st.sampled_from(["li", "wu"])),
        org=draw(st.sampled_from([None, *ORGS])),
        workflow=draw(st.sampled_from(["sample", "other"])),
    )
    events = []
    if draw(st.booleans()):
        events.append(samples.started(samples.START + 9))
        events.append(samples.warned("yellow"))
    closed = draw(st.booleans())
    events.append(samples.moved("dispatched" if draw(st.booleans()) else "received", closed=closed))
    return attrs.evolve(
        samples.following(batch, *events),
        expected=0,
        events=(*batch.events, *samples.following(batch, *events).events),
        holders=draw(PEOPLE),
        persons=draw(st.frozensets(st.sampled_from(["p-1", "p-2"]))),
        due=draw(INSTANTS),
        retain_until=draw(INSTANTS),
    )


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    return Filter(
        org=draw(st.sampled_from([None, *ORGS])),
        below=draw(PEOPLE),
        opened_by=draw(st.sampled_from([None, "li", "wu"])),
        everything=draw(st.booleans()),
        unheld=draw(st.booleans()),
        workflow=draw(st.sampled_from([None, None, "other"])),
        state=draw(st.sampled_from([None, None, ("union", "received"), ("government", "received")])),
        card=draw(st.sampled_from([None, None, "none", "yellow"])),
        closed=draw(st.sampled_from([None, None, True, False])),
        person=draw(st.sampled_from([None, None, "p-1"])),
        retain_before=draw(st.none() | INSTANTS),
        due_from=draw(st.none() | INSTANTS),
        due_before=draw(st.none() | INSTANTS),
        order=draw(st.sampled_from(["id", "due"])),
        limit=draw(st.integers(1, 4)),
    )


def model(cases: list[Append], wanted: Filter) -> list[str]:
    """What the documentation of ``Filter`` says, word by word."""

    def late(instant: int | None) -> float:
        return float("inf") if instant is None else instant

    def is_seen(one: Append) -> bool:
        opened = wanted.opened_by == one.case.opened_by
        if wanted.unheld and one.holders - {""}:
            opened = False
        return wanted.everything or wanted.org in one.watchers or bool(wanted.below & one.holders) or opened

    def is_wanted(one: Append) -> bool:
        case = one.case
        return all(
            [
                is_seen(one),
                wanted.workflow in (None, case.workflow[0]),
                wanted.state is None or case.states[wanted.state[0]] == wanted.state[1],
                wanted.card in (None, case.card),
                wanted.closed in (None, case.closed),
                wanted.person is None or wanted.person in one.persons,
                wanted.retain_before is None or late(one.retain_until) < wanted.retain_before,
                wanted.due_from is None or late(one.due) >= wanted.due_from,
                wanted.due_before is None or late(one.due) < wanted.due_before,
                wanted.order == "id" or not case.closed,
            ]
        )

    found = [one for one in cases if is_wanted(one)]
    found.sort(key=lambda one: (late(one.due) if wanted.order == "due" else 0, one.case.id))
    return [one.case.id for one in found]


def paged(store: Store, wanted: Filter) -> list[str]:
    seen: list[str] = []
    while True:
        page = store.find(wanted)
        assert len(page.cases) <= wanted.limit
        seen += [case.id for case in page.cases]
        if page.next_after is None:
            return seen
        assert len(page.cases) == wanted.limit
        wanted = attrs.evolve(wanted, after=page.next_after, after_due=page.next_due)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_find_gives_what_a_plain_list_gives(data: st.DataObject) -> None:
    cases = [data.draw(batches(number)) for number in range(data.draw(st.integers(0, 8)))]
    memory = MemoryStore()
    with (
        tempfile.TemporaryDirectory() as folder,
        SqliteStore(Path(folder) / "cases.db", durability="normal") as file,
    ):
        for one in cases:
            memory.append(one)
            file.append(one)
        for wanted in data.draw(st.lists(filters(), min_size=10, max_size=40)):
            expected = model(cases, wanted)
            assert paged(memory, wanted) == expected
            assert paged(file, wanted) == expected


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_and_so_does_postgresql(data: st.DataObject, postgres_dsn: str, postgres_schema: str) -> None:
    cases = [data.draw(batches(number)) for number in range(data.draw(st.integers(0, 8)))]
    empty(postgres_dsn, postgres_schema)
    with PostgresStore(postgres_dsn, schema=postgres_schema) as store:
        for one in cases:
            store.append(one)
        for wanted in data.draw(st.lists(filters(), min_size=10, max_size=40)):
            assert paged(store, wanted) == model(cases, wanted)
