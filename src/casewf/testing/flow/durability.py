"""Rules D: histories that add up and cannot be edited, effects that are neither lost nor invented."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from casewf.engine.verify import verify
from casewf.model.case import Case
from casewf.model.codec import chain_hash
from casewf.model.effects import CallHook, Effect, Notify, OpenCase, Push
from casewf.ports.store import Store
from casewf.ports.stored import OutboxRow, StoredCase, StoredEvent
from casewf.testing.flow.seen import Broken, Seen

__all__ = ["adds_up", "follows", "kept", "lanes", "lost_or_invented", "undelivered", "unfounded"]


def follows(case_id: str, before: int, head: str, row: StoredEvent) -> Iterator[str]:
    """What is wrong with how an event follows the one before it (D4)."""
    if row.number != before + 1 or row.hash != chain_hash(head, case_id, row.number, row.kind, row.body):
        yield f"{case_id}: event {row.number} does not follow event {before}"


def adds_up(seen: Seen, stored: StoredCase) -> Iterator[Broken]:
    """The stored case is the fold of its history, up to its version (D3)."""
    if stored.head != seen.head:
        yield Broken("D4", f"case {seen.case.id} ends at another hash than its history")
    if stored.case.version != seen.number:
        yield Broken(
            "D3", f"case {seen.case.id} has {seen.number} events, and is at version {stored.case.version}"
        )
    elif stored.case != seen.case:
        different = [
            name for name in attrs.fields_dict(Case) if getattr(stored.case, name) != getattr(seen.case, name)
        ]
        yield Broken("D3", f"case {seen.case.id} is not what its events add up to: {', '.join(different)}")


def lost_or_invented(
    case_id: str, wanted: Mapping[str, Effect], outbox: Iterable[OutboxRow]
) -> Iterator[str]:
    """The outbox holds what the history says, and parts of it that wait for one person (D2, E6)."""
    rows = tuple(outbox)
    found = {row.id: row.effect for row in rows if "~" not in row.id}
    parts = {row.id.split("~")[0] for row in rows if "~" in row.id}
    if found != wanted:
        lost, invented = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
        yield f"{case_id}: effects lost {lost}, invented {invented}"
    if strangers := parts - wanted.keys():
        yield f"{case_id}: somebody waits for {strangers}, which are no effects of it"


def lanes(outbox: Iterable[OutboxRow]) -> Iterator[Broken]:
    """D2: nothing is tried in a lane while something older waits there."""
    waiting: dict[str, str] = {}
    for row in sorted(outbox, key=lambda one: (one.number, one.position, one.id)):
        older = waiting.get(row.destination)
        if older is not None and (row.state == "done" or row.attempts):
            yield Broken("D2", f"{row.id} was tried, and {older} waits in the same lane")
        if row.state == "pending":
            waiting.setdefault(row.destination, row.id)


def undelivered(outbox: Iterable[OutboxRow], now: int) -> Iterator[Broken]:
    """D2, after a delivery: the first of every lane waits for its time, or is done."""
    seen: set[str] = set()
    for row in sorted(outbox, key=lambda one: (one.number, one.position, one.id)):
        if row.state == "pending" and row.destination not in seen:
            seen.add(row.destination)
            if row.due_at <= now:
                yield Broken("D2", f"{row.id} could be delivered since {row.due_at}, and is not at {now}")


def unfounded(
    outbox: Sequence[OutboxRow], arrived: Collection[str], cases: Collection[str]
) -> Iterator[Broken]:
    """D2: what is said to be done was seen outside."""
    for row in outbox:
        if row.state != "done":
            continue
        if isinstance(row.effect, Notify):
            parts = any(other.id.startswith(f"{row.id}~") for other in outbox)
            came = row.id in arrived or parts or row.effect.only is not None  # he is gone meanwhile
        elif isinstance(row.effect, Push | CallHook):
            came = row.id in arrived
        else:
            came = not isinstance(row.effect, OpenCase) or row.effect.case in cases
        if not came:
            yield Broken("D2", f"{row.id} is done, and {row.destination} has not seen it")


def kept(store: Store) -> Iterator[Broken]:
    """D4: every byte of the store, read and reckoned once more."""
    yield from (Broken("D4", problem.text()) for problem in verify(store).problems)
