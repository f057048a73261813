"""What a worker wants of another case in the name of an effect that others have delivered since, comes to nothing (D2).

He looked at how the effect's own case stood, then was frozen for longer than his lease. By what he saw, the other case
would be told what is no longer so, and nobody would tell it anew.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casewf.model.case import Children, Link
from casewf.ports.store import Store
from casewf.ports.stored import Append, StoredCase
from relatives_flows import DESK, Small


class Frozen:
    """A store whose next append to a case, or look at it, waits while something else happens."""

    def __init__(self, store: Store, case_id: str, where: str = "append") -> None:
        self._store = store
        self._case = case_id
        self._where = where
        self.batches: list[Append] = []
        self.meanwhile: Callable[[], object] | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def append(self, batch: Append) -> None:
        self.batches.append(batch)
        self._wait("append", batch.case.id)
        self._store.append(batch)

    def load(self, case_id: str) -> StoredCase | None:
        self._wait("load", case_id)
        return self._store.load(case_id)

    def _wait(self, where: str, case_id: str) -> None:
        meanwhile = self.meanwhile
        if meanwhile is not None and (where, case_id) == (self._where, self._case):
            self.meanwhile = None
            meanwhile()


def states(store: Store, *cases: str) -> set[str]:
    return {row.state for case_id in cases for row in store.outbox(case_id)}


@pytest.mark.parametrize("closed_first", [True, False])
def test_a_late_report_of_a_child_does_not_undo_what_the_parent_knows(
    store: Store, closed_first: bool
) -> None:
    others = Small(store, deliver="later")
    frozen = Frozen(store, "P")
    late = Small(frozen, clock=others.clock, deliver="later")  # type: ignore[arg-type]  # it passes on the rest
    others.parent()
    others.fire("P", "spawn")
    others.engine.deliver()
    steps = ["end", "again", "end", "again"]
    if not closed_first:
        others.fire("P.1", steps.pop(0))
        others.engine.deliver()
    others.fire("P.1", steps.pop(0))

    def meanwhile() -> None:
        others.fire("P.1", steps.pop(0))
        others.go("10:06")
        others.engine.deliver()

    frozen.meanwhile = meanwhile
    late.engine.deliver()
    assert frozen.meanwhile is None
    child = others.engine.case("P.1", actor=DESK)
    assert others.engine.case("P", actor=DESK).children == (
        Children(closed=1) if child.closed else Children(open=1)
    )
    assert states(store, "P", "P.1") == {"done"}
    assert store.incidents() == ()


def test_a_child_that_a_late_worker_opens_a_moment_before_is_not_given_up(store: Store) -> None:
    """To look whether it is there, and to open it, are two calls; the late worker's opening comes in between."""
    slow, present = Frozen(store, "P.1"), Frozen(store, "P.1", "load")
    late = Small(slow, deliver="later")  # type: ignore[arg-type]
    late.parent()
    late.fire("P", "spawn")
    heir = Small(present, clock=late.clock, deliver="later")  # type: ignore[arg-type]

    def meanwhile() -> None:
        late.go("10:06")
        present.meanwhile = lambda: store.append(slow.batches[-1])
        heir.engine.deliver()

    slow.meanwhile = meanwhile
    late.engine.deliver()
    assert present.meanwhile is None
    assert states(store, "P") == {"done"}
    assert store.incidents() == ()


def test_a_late_end_of_a_link_does_not_come_back_when_the_link_is_gone(store: Store) -> None:
    others = Small(store, deliver="later")
    frozen = Frozen(store, "Q")
    late = Small(frozen, clock=others.clock, deliver="later")  # type: ignore[arg-type]
    others.parent("P")
    others.parent("Q")
    others.engine.link("P", "Q", actor=DESK)

    def meanwhile() -> None:
        others.engine.unlink("P", "Q", actor=DESK)
        others.go("10:06")
        others.engine.deliver()

    frozen.meanwhile = meanwhile
    late.engine.deliver()
    assert frozen.meanwhile is None
    assert [store.load(name).case.links for name in "PQ"] == [(), ()]  # type: ignore[union-attr]
    assert states(store, "P", "Q") == {"done"}
    assert Link("related", "P") not in store.load("Q").case.links  # type: ignore[union-attr]
