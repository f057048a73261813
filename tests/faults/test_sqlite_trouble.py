"""A full disk, a file that can only be read, a lock that somebody holds: told as what it is, and nothing is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.engine.verify import verify
from casewf.errors import AdapterError
from faults.flow import DESK
from faults.invariants import check
from faults.ledger import Asked, Ledger
from faults.plain import FreeClock, Plain, noted
from faults.zygote import Zygote

pytestmark = pytest.mark.faults

Trouble = Callable[[SqliteStore, int], AbstractContextManager[None]]


def _number(store: SqliteStore, pragma: str) -> int:
    found: int = store._connections.run(
        lambda connection: connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    )
    return found


@contextmanager
def full(store: SqliteStore, room: int) -> Iterator[None]:
    """The file may grow by so many pages only."""
    _number(store, f"max_page_count = {_number(store, 'page_count') + room}")
    yield
    _number(store, "max_page_count = 1000000")


@contextmanager
def read_only(store: SqliteStore, room: int) -> Iterator[None]:
    """Nothing can be written."""
    store._connections.run(lambda connection: connection.execute("PRAGMA query_only = ON"))
    yield
    store._connections.run(lambda connection: connection.execute("PRAGMA query_only = OFF"))


@contextmanager
def locked(store: SqliteStore, room: int) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


TROUBLES: dict[str, tuple[Trouble, int, str, bool]] = {
    **{f"full after {room} pages": (full, room, "make room, try again", False) for room in (0, 1, 2, 4, 8)},
    "read-only": (read_only, 0, "it can only be read", False),
    "locked": (locked, 0, "another process holds the database's lock", True),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_is_told_and_passes(tmp_path: Path, name: str) -> None:
    trouble, room, words, retryable = TROUBLES[name]
    ledger, clock = Ledger(), FreeClock()
    with SqliteStore(tmp_path / "cases.db", durability="normal", busy_ms=1) as store:
        world = Plain(store, clock, noted(ledger), deliver="later")
        ledger.acknowledged += [world.open(case_id, f"m{case_id}") for case_id in "JK"]
        ledger.acknowledged.append(world.fire("J", "begin", "m1"))
        clock.hours(3)
        failures: list[AdapterError] = []

        def attempt(work: Callable[[], Asked | object]) -> None:
            try:
                asked = work()
            except AdapterError as failure:
                failures.append(failure)
            else:
                if isinstance(asked, Asked):
                    ledger.acknowledged.append(asked)

        with trouble(store, room):
            for number in range(12):
                attempt(lambda number=number: world.open(f"N{number}", f"open {number}"))  # type: ignore[misc]
                attempt(lambda number=number: world.fire("J", "note", f"note {number}"))  # type: ignore[misc]
                attempt(world.engine.deliver)
                attempt(world.engine.sweep)
            assert world.engine.case("J", actor=DESK).states["main"] == "working"
            assert verify(store).problems == ()
        assert failures
        assert {failure.retryable for failure in failures} == {retryable}
        assert all(words in str(failure) for failure in failures)
        ledger.acknowledged.append(world.fire("J", "wait", "afterwards"))
        world.come_to_rest()
        check(store, ledger, clock.at)


@pytest.mark.parametrize("room", [0, 5_000, 20_000, 60_000])
def test_a_disk_that_takes_no_more_bytes(zygote: Zygote, tmp_path: Path, room: int) -> None:
    """The log cannot grow: the process may not write files beyond a size."""
    ledger, clock, path = Ledger(), FreeClock(), tmp_path / "cases.db"
    with SqliteStore(path, durability="normal") as store:
        world = Plain(store, clock, noted(ledger))
        ledger.acknowledged.append(world.open("J", "m1"))
        child = zygote.start("write_until_full", str(path), clock.at, room)
        said = list(child.lines())
        assert child.wait() == 0
        for line in said:
            what, _, about = line.partition(" ")
            if what == "acknowledged":
                ledger.acknowledged.append(Asked("note", "ann", "J", f"k{about}", about))
        assert said[-1].startswith("error AdapterError"), said[-1]
        assert verify(store).problems == ()
        ledger.acknowledged.append(world.fire("J", "begin", "afterwards"))
        world.come_to_rest()
        check(store, ledger, clock.at)
