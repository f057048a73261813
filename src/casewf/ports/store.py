"""The store port: what is written with a move, and what is read back.

Guarantees that the contract suite checks, by number:

1. ``append`` is atomic: all of it is there afterwards, or none of it (M6).
2. ``append`` with an expected version that is not the stored one raises ``Conflict`` and changes nothing (D1).
3. A claim, an idempotency key or an event number that exists already raises ``Conflict`` and changes nothing (E1, M7).
4. A definition of the same kind, id and version with another hash raises ``AdapterError`` and changes nothing (K6).
5. ``history`` gives events in the order of their numbers, without gaps; a batch that would leave one is refused.
6. ``due`` gives cases whose wake instant is before the instant asked for, earliest first (E3, E7).
7. ``pending`` gives, for each (case, destination), only the oldest undelivered row, when its time has come (D2).
8. Acknowledged means stored: what ``append`` returned from is there after the process is gone (durable stores; D1).
9. Erased vault rows are gone; everything else of the case stays (D5).
10. A delivered row stays ``done``: the late outcome of a second attempt changes nothing (D2).
11. ``settle`` is atomic: the outcome, its incident and its follow-ups are there afterwards, or none of them (E6).
12. A follow-up whose id exists already changes nothing: the row that is there stays as it is (E6).
13. ``claim_due`` gives a case to one claimer: nobody else before ``until``, or an append to the case (E7).
14. ``claim`` gives an outbox row, and its lane, to one claimer: nobody else before ``until``, or its settling (D2).
15. What a claimer says of a row that somebody else has claimed since changes nothing, unless he delivered it (D2).
16. An ``append`` that names the row it comes of, and its lease, raises ``Conflict`` and changes nothing if the row is
    not pending under that lease any more (D2).

Instants are microseconds since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol, runtime_checkable

from casewf.model.vault import Secret
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


class Cases(Protocol):
    """Cases and their histories."""

    def load(self, case_id: str) -> StoredCase | None:
        """The case as it stands, or None."""

    def append(self, batch: Append) -> None:
        """Write all of ``batch`` or nothing (guarantees 1-4)."""

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        """The events with a number greater than ``after``, in order."""

    def find(self, wanted: Filter) -> Page:
        """A page of the cases that ``wanted`` admits."""

    def answer(self, actor: str, scope: str, key: str) -> Answer | None:
        """What an idempotency key was used for, or None (M7)."""


class Agenda(Protocol):
    """Time and trouble."""

    def due(self, before: int, limit: int, after: tuple[int, str] = (-(2**62), "")) -> Sequence[Due]:
        """At most ``limit`` cases that wake before ``before``, in the order (wake, id), beyond ``after``."""

    def claim_due(self, now: int, until: int, limit: int) -> Sequence[Due]:
        """Claim until ``until`` at most ``limit`` cases that wake before ``now``, in the order (wake, id).

        Left out are those that somebody claimed for longer than ``now``. An append to a case ends the claim on it.
        """

    def release_due(self, claimed: Sequence[Due], until: int) -> None:
        """End the claims until ``until`` on these cases; one that somebody else has claimed since stays."""

    def report(self, incident: Incident) -> None:
        """Record an incident that belongs to no append."""

    def incidents(self, case_id: str | None = None) -> Sequence[Incident]:
        """The recorded incidents, oldest first, of one case or of all."""


class Outbox(Protocol):
    """Effects waiting for delivery (D2)."""

    def pending(self, now: int, limit: int, case_id: str | None = None) -> Sequence[OutboxRow]:
        """At most ``limit`` rows that may be tried at ``now``, the oldest of each (case, destination) only.

        Ordered by (created_at, case, number, position, id), and with more than ``limit`` the first in that order. Only
        where over ``LOOKED_AT`` rows that were put off are due may a store take those of them that came due first. A
        dead row does not hold up its lane.
        """

    def claim(
        self, now: int, until: int, lease: str, limit: int, case_id: str | None = None
    ) -> Sequence[OutboxRow]:
        """Claim what ``pending`` would give: ``due_at`` becomes ``until``, and ``lease`` the text given.

        So a row stays pending, and holds up its lane, but may not be tried by others before ``until``. Given are the
        rows as they are then, in the order of ``pending``; one that this version of casewf cannot read is left out, and
        stays due.
        """

    def settle(self, settlement: Settlement) -> None:
        """Record what became of a row, all of it or nothing; counts it in ``attempts`` if it was attempted.

        ``due_at`` counts for ``pending`` only. The row keeps its lease if the attempt ``goes_on``, else it has none.
        A row that is ``done`` stays as it is, and so does one with another lease than ``settlement.lease``, unless it
        was delivered (guarantees 10 to 15).

        Raises:
            AdapterError: no row has this id.
        """

    def outbox(self, case_id: str) -> Sequence[OutboxRow]:
        """All rows of a case, ordered by (number, position, id), whatever their state."""


class Library(Protocol):
    """What cases refer to: definitions by hash, the vault."""

    def definition(self, content_hash: str) -> Definition | None:
        """The stored definition of that hash, or None."""

    def definitions(self, kind: str) -> Sequence[Definition]:
        """All stored definitions of a kind, ``workflow`` or ``calendar``, ordered by (id, version)."""

    def secrets(self, case_id: str, refs: Sequence[str]) -> Mapping[str, Secret]:
        """The vault rows that still exist, by ref (D5)."""


class Audit(Protocol):
    """What ``verify`` and ``doctor`` need to see whether all is well."""

    def heads(self) -> Sequence[Head]:
        """The end of every case's chain, by case id."""

    def raw(self, case_id: str) -> RawCase | None:
        """The case as it lies in the store, read at one instant, or None; damaged text as it is (D4)."""

    def health(self, now: int) -> Health:
        """How far behind the store is at ``now``; its cost does not grow with the cases and effects that are there."""


class Store(Cases, Agenda, Outbox, Library, Audit, Protocol):
    """Everything a durable home of cases does; one object, five small protocols."""


@runtime_checkable
class GroupCommit(Protocol):
    """A store that can commit many appends at once; optional."""

    def group(self) -> AbstractContextManager[Store]:
        """A store inside one transaction, for the thread that enters it.

        It is committed when the block ends, and only then anything counts as stored (guarantee 8); it is undone when
        the block raises. Meanwhile the guarantees hold within it: an append that is refused leaves the others as they
        are. Others see nothing of it before, and may have to wait for it.
        """


@runtime_checkable
class InsideTransaction(Protocol):
    """A store whose every call is part of a transaction that the host began and will end (D2).

    Nothing of it is committed when a call returns, so an engine on it neither delivers nor retries.
    """

    inside_transaction: Literal[True]
