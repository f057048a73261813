"""What must be true of a store after whatever happened to it, once everything has had its time.

Nothing here asks how it came to it, so that the same checks serve the simulation, killed processes and races.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from casewf.core.evolve import Draft, opened_case, replay
from casewf.engine.verify import verify
from casewf.model.case import GENESIS, Case
from casewf.model.clock_events import ClockCancelled, ClockStarted, ClockStopped, RungFired
from casewf.model.effects import CallHook, Notify, OpenCase, Push, TellParent
from casewf.model.events import Event, Moved, Opened
from casewf.ports.store import Store
from casewf.ports.stored import Incident, OutboxRow, StoredCase, StoredEvent
from casewf.testing.flow.durability import follows, lost_or_invented
from casewf.testing.flow.ladder import is_command, out_of_order
from casewf.testing.flow.seen import effects_of
from faults.flow import HOUR_US, TOTAL_RUNGS
from faults.ledger import Asked, Ledger

_ORDER = {"answer": 0, "hours": 1, "total": 2, "limit": 0}
"""The places of the limits in their files, which break ties between rungs (E3)."""


class Broken(AssertionError):  # noqa: N818  # a promise is
    """The store, or what it gave away, is not as it was promised."""


def check(store: Store, ledger: Ledger, now: int, *, decode: bool = True) -> None:
    """Everything at once.

    Args:
        store: at rest: swept and delivered at ``now``, with nothing left to try.
        ledger: what hosts were told, and the outside was asked.
        now: the last instant.
        decode: let ``verify`` read every byte, besides looking at the chains as the store gives them.

    Raises:
        Broken: naming everything that is wrong.
    """
    found = [problem.text() for problem in verify(store).problems] if decode else []
    heads = {head.case: tuple(store.history(head.case)) for head in store.heads()}
    marks = Counter(mark for rows in heads.values() for mark in _marks(rows))
    for case_id, rows in heads.items():
        stored = store.load(case_id)
        outbox, incidents = store.outbox(case_id), store.incidents(case_id)
        if stored is None:
            found.append(f"{case_id} has a head and no case")
            continue
        found += _chain(case_id, rows, stored)
        found += _clocks(case_id, rows, stored.case, now)
        found += lost_or_invented(case_id, effects_of(case_id, rows), outbox)
        found += _delivered(outbox, incidents, ledger, heads)
        found += _children(stored.case, heads)
    found += _commands(store, ledger, marks, heads)
    if found:
        raise Broken("\n".join(found))


# histories


def _chain(case_id: str, rows: tuple[StoredEvent, ...], stored: StoredCase) -> Iterator[str]:
    """Whole, without a gap, and adding up to the case (D3, D4)."""
    head = GENESIS
    for number, row in enumerate(rows):
        yield from follows(case_id, number, head, row)
        head = row.hash
    if stored.head != head or stored.case != replay(row.event for row in rows):
        yield f"{case_id} is not what its events add up to"


# time


def _clocks(case_id: str, rows: tuple[StoredEvent, ...], case: Case, now: int) -> Iterator[str]:
    """Each rung once, in order, late, and before any later command; nothing is left that was due."""
    first = rows[0].event
    assert isinstance(first, Opened)
    draft = Draft(opened_case(first))
    fired: set[tuple[object, ...]] = set()
    at = first.at
    for row in rows[1:]:
        event = row.event
        if event.at < at:
            yield f"{case_id}: event {row.number} is of before the one before it"
        at = event.at
        if isinstance(event, RungFired):
            problems = out_of_order(draft.clocks, event, _ORDER)
            yield from (f"{case_id}: event {row.number}: {words} ({rule})" for rule, words in problems)
            one = (event.sla, event.cycle, event.term, event.rung, event.repetition)
            if one in fired:
                yield f"{case_id}: rung {one} fired twice"
            fired.add(one)
        elif is_command(event) and any(
            clock.wake is not None and clock.wake < at for clock in draft.clocks.values()
        ):
            yield f"{case_id}: event {row.number} went before what was due (E3)"
        draft.apply(event)
    if case.wake is not None and case.wake < now:
        yield f"{case_id}: something was due at {case.wake}, and it is {now}"
    yield from _total(case_id, [row.event for row in rows], now)


def _total(case_id: str, events: Iterable[Event], now: int) -> Iterator[str]:
    """The limit ``total`` by plain arithmetic: its rungs are known from its start and end alone."""
    start: int | None = None
    fired: list[tuple[int, int, int]] = []
    for event in events:
        if getattr(event, "sla", None) != "total":
            continue
        match event:
            case ClockStarted():
                start, fired = event.start, []
            case RungFired():
                fired.append((event.rung, event.repetition, event.scheduled_for))
            case ClockStopped() | ClockCancelled() if start is not None:
                yield from _against(case_id, start, event.at, fired)
                start = None
    if start is not None:
        yield from _against(case_id, start, now, fired)


def _against(case_id: str, start: int, end: int, fired: list[tuple[int, int, int]]) -> Iterator[str]:
    known = [(rung, times, start + hours * HOUR_US) for rung, times, hours in TOTAL_RUNGS]
    wanted = [one for one in known if one[2] < end]
    if fired != wanted:
        yield f"{case_id}: of the limit `total` fired {fired}, due were {wanted}"


# effects


def _delivered(
    outbox: Iterable[OutboxRow],
    incidents: Iterable[Incident],
    ledger: Ledger,
    heads: dict[str, tuple[StoredEvent, ...]],
) -> Iterator[str]:
    """Every effect arrived, or is dead and told."""
    rows = list(outbox)
    told = {one.about.split()[0]: one for one in incidents if one.kind == "dead_letter"}
    refused = {one.about.split()[0] for one in incidents if one.kind == "outcome_refused"}
    for row in rows:
        if row.state == "pending" or row.lease:
            yield f"{row.id} is left: {row.state}, {row.attempts} attempts, lease {row.lease!r}, {row.error}"
        elif row.state == "dead" and row.id not in told:
            yield f"{row.id} was given up, and nobody was told"
        elif row.state == "dead" and isinstance(row.effect, OpenCase) and row.effect.case in heads:
            yield f"{row.id} was given up, and {row.effect.case} is open"
        elif row.state == "done" and not _arrived(row, rows, ledger, heads):
            yield f"{row.id} is done, and {row.destination} has not seen it"
        elif row.state == "done" and isinstance(row.effect, Push) and row.effect.on_ok is not None:
            back = _outcomes(heads[row.case], row)
            if back > 1 or (back == 0 and row.id not in refused):
                yield f"{row.id}: the outcome came back {back} times"


def _arrived(
    row: OutboxRow, rows: list[OutboxRow], ledger: Ledger, heads: dict[str, tuple[StoredEvent, ...]]
) -> bool:
    match row.effect:
        case Notify():
            parts = any(other.id.startswith(f"{row.id}~") for other in rows)
            return row.id in ledger.delivered or parts
        case CallHook() | Push():
            return row.id in ledger.delivered
        case OpenCase(case=child):
            return child in heads
        case TellParent():
            return True  # what it is told is how the child stands then, see _children
        case _:
            raise AssertionError(f"nothing here makes a {type(row.effect).__name__}")


def _outcomes(rows: tuple[StoredEvent, ...], row: OutboxRow) -> int:
    moves = (one.event for one in rows)
    return sum(
        isinstance(move, Moved) and move.trigger == "p_ok" and move.by.on_behalf == row.id for move in moves
    )


def _children(case: Case, heads: dict[str, tuple[StoredEvent, ...]]) -> Iterator[str]:
    """What a parent thinks of its children is so."""
    opened = [rows for rows in heads.values() if getattr(rows[0].event, "parent", None) == case.id]
    still = sum(1 for rows in opened if not _is_closed(rows))
    if (case.children.open, case.children.total) != (still, len(opened)):
        yield f"{case.id} counts {case.children}, and {still} of {len(opened)} children are open"


def _is_closed(rows: tuple[StoredEvent, ...]) -> bool:
    moves = [row.event for row in rows if isinstance(row.event, Moved)]
    return bool(moves) and moves[-1].closed


# commands


def _marks(rows: Iterable[StoredEvent]) -> Iterator[str]:
    for row in rows:
        mark = getattr(row.event, "fields", {}).get("mark")
        if mark is not None and not getattr(row.event, "parent", None):
            yield mark


def _commands(
    store: Store, ledger: Ledger, marks: Counter[str], heads: dict[str, tuple[StoredEvent, ...]]
) -> Iterator[str]:
    """What was acknowledged is there once; what was refused is not; nothing is there twice."""
    won: set[tuple[str, int]] = set()
    for asked in ledger.acknowledged:
        if asked.case not in heads:
            yield f"{asked.case} is lost"
        if asked.mark is not None and marks[asked.mark] != 1:
            yield f"{asked.name} {asked.mark} was acknowledged, and is there {marks[asked.mark]} times"
        if asked.key is not None:
            yield from _answered(store, asked, heads)
        if asked.expect is not None:
            if (asked.case, asked.expect) in won:
                yield f"two commands won version {asked.expect} of {asked.case}"
            won.add((asked.case, asked.expect))
    yield from (f"{mark} was refused, and is there" for mark in ledger.denied if marks[mark])
    yield from (
        f"the hook's {mark} is there {marks[mark]} times" for mark in ledger.again if marks[mark] != 1
    )
    yield from (f"{mark} is there {count} times" for mark, count in marks.items() if count > 1)


def _answered(store: Store, asked: Asked, heads: dict[str, tuple[StoredEvent, ...]]) -> Iterator[str]:
    scope = "open" if asked.name == "open" else asked.case
    assert asked.key is not None
    answer = store.answer(asked.actor, scope, asked.key)
    if answer is None:
        yield f"the key {asked.key} of {asked.name} on {asked.case} is free again"
    elif asked.mark is not None:
        events = [row for row in heads.get(answer.case, ()) if answer.first <= row.number <= answer.last]
        if asked.mark not in _marks(events):
            yield f"the key {asked.key} stands for other events than those of {asked.mark}"
