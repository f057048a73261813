"""A store that fails when it is told to, around any other: how does a host bear a database that does not answer?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

import attrs

from casewf.errors import AdapterError, Conflict
from casewf.model.vault import Secret
from casewf.ports.store import Agenda, Audit, Cases, GroupCommit, InsideTransaction, Library, Outbox, Store
from casewf.ports.stored import (
    Answer,
    Append,
    Definition,
    Due,
    Filter,
    Head,
    Health,
    Incident,
    OutboxRow,
    Page,
    RawCase,
    Settlement,
    StoredCase,
    StoredEvent,
)

__all__ = ["FailingStore"]

When = Literal["before", "after"]


@attrs.define(slots=True)
class _Plan:
    """A failure to come; with None for an error somebody else was faster."""

    call: str
    error: Exception | None
    skip: int
    times: int
    when: When


class FailingStore:
    """A ``Store`` that passes everything on to another one, and fails where a test says so.

    Args:
        store: the store that does the work. ``batch`` and a transaction of the host's work as on that one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._plans: list[_Plan] = []
        if isinstance(store, GroupCommit):
            self.group = self._group
        if isinstance(store, InsideTransaction):
            self.inside_transaction: Literal[True] = True

    def fail(
        self,
        call: str,
        error: Exception | None = None,
        *,
        skip: int = 0,
        times: int = 1,
        when: When = "before",
    ) -> None:
        """Let a method of the store fail at one of its next calls, or at several in a row.

        Args:
            call: the method: ``append``, ``load``, ``settle`` and so on.
            error: what it raises; by default an ``AdapterError`` that is ``retryable``.
            skip: how many calls go well first.
            times: how many fail then.
            when: ``before`` anything is done, or ``after`` it: what was written is there, and nobody was told so.

        Raises:
            ValueError: stores have no such method.
        """
        if call not in _CALLS:
            raise ValueError(f"a store has no method {call!r}; it has {', '.join(_CALLS)}")
        failure = AdapterError(f"{call} fails because the test says so", retryable=True)
        self._plans.append(_Plan(call, failure if error is None else error, skip, times, when))

    def conflict(self, *, skip: int = 0, times: int = 1) -> None:
        """Let the next append find that somebody else was faster: ``Conflict``, and nothing is written (D1)."""
        self._plans.append(_Plan("append", None, skip, times, "before"))

    @contextmanager
    def _group(self) -> Iterator[Store]:
        if not isinstance(self._store, GroupCommit):
            raise TypeError(f"{type(self._store).__name__} cannot commit several appends at once")
        with self._store.group() as store:
            inside = FailingStore(store)
            inside._plans = self._plans
            yield inside

    @contextmanager
    def _around(self, call: str, batch: Append | None = None) -> Iterator[None]:
        plan = self._next(call)
        if plan is None:
            yield
            return
        if plan.when == "after":
            yield
        if plan.error is not None:
            raise plan.error
        if batch is not None:
            raise Conflict(batch.case.id, batch.expected, batch.expected + 1)

    def _next(self, call: str) -> _Plan | None:
        """The failure of this call, or None if it goes well."""
        for plan in self._plans:
            if plan.call != call:
                continue
            if plan.skip:
                plan.skip -= 1
                return None
            plan.times -= 1
            if not plan.times:
                self._plans.remove(plan)
            return plan
        return None

    # The port: see ``casewf.ports.Store``

    def load(self, case_id: str) -> StoredCase | None:
        """As the store below, unless it is to fail."""
        with self._around("load"):
            return self._store.load(case_id)

    def append(self, batch: Append) -> None:
        """As the store below, unless it is to fail."""
        with self._around("append", batch):
            self._store.append(batch)

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """As the store below, unless it is to fail."""
        with self._around("history"):
            return self._store.history(case_id, after)

    def find(self, wanted: Filter) -> Page:
        """As the store below, unless it is to fail."""
        with self._around("find"):
            return self._store.find(wanted)

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """As the store below, unless it is to fail."""
        with self._around("answer"):
            return self._store.answer(actor, scope, key)

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """As the store below, unless it is to fail."""
        with self._around("due"):
            return self._store.due(before, limit, after)

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """As the store below, unless it is to fail."""
        with self._around("claim_due"):
            return self._store.claim_due(now, until, limit)

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """As the store below, unless it is to fail."""
        with self._around("release_due"):
            self._store.release_due(claimed, until)

    def report(self, incident: Incident) -> None:
        """As the store below, unless it is to fail."""
        with self._around("report"):
            self._store.report(incident)

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """As the store below, unless it is to fail."""
        with self._around("incidents"):
            return self._store.incidents(case_id)

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """As the store below, unless it is to fail."""
        with self._around("pending"):
            return self._store.pending(now, limit, case_id)

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """As the store below, unless it is to fail."""
        with self._around("claim"):
            return self._store.claim(now, until, lease, limit, case_id)

    def settle(self, settlement: Settlement) -> None:
        """As the store below, unless it is to fail."""
        with self._around("settle"):
            self._store.settle(settlement)

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """As the store below, unless it is to fail."""
        with self._around("outbox"):
            return self._store.outbox(case_id)

    def definition(self, content_hash: str) -> Definition | None:
        """As the store below, unless it is to fail."""
        with self._around("definition"):
            return self._store.definition(content_hash)

    def definitions(self, kind: str) -> Sequence[Definition]:
        """As the store below, unless it is to fail."""
        with self._around("definitions"):
            return self._store.definitions(kind)

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """As the store below, unless it is to fail."""
        with self._around("secrets"):
            return self._store.secrets(case_id, refs)

    def heads(self) -> Sequence[Head]:
        """As the store below, unless it is to fail."""
        with self._around("heads"):
            return self._store.heads()

    def raw(self, case_id: str) -> RawCase | None:
        """As the store below, unless it is to fail."""
        with self._around("raw"):
            return self._store.raw(case_id)

    def health(self, now: int) -> Health:
        """As the store below, unless it is to fail."""
        with self._around("health"):
            return self._store.health(now)


_CALLS = tuple(
    name
    for part in (Cases, Agenda, Outbox, Library, Audit)
    for name in vars(part)
    if not name.startswith("_")
)
