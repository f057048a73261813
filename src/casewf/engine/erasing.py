"""Which rows of the vault are about whom, and deleting them (D5; PIPL art. 19 and 47)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from casewf.core.program import Program
from casewf.engine.means import TIMER_TRIES, Means
from casewf.engine.sealed_values import SealedValue, parties_of, sealed_values
from casewf.engine.sweep import report_failure
from casewf.engine.unit_of_work import Chooser, UnitOfWork
from casewf.errors import Conflict, NotFound
from casewf.model.case import Actor, Case
from casewf.model.events import Event
from casewf.ports.stored import Filter, StoredEvent

_AT_ONCE = 100
"""How many cases are read at once."""


@attrs.frozen(slots=True, kw_only=True)
class CaseErasure:
    """What is erased of one case.

    Attributes:
        values: how many values of the vault.
        texts_left: how many comments, notes and files stay, because the case is about other people, too.
    """

    case: str
    values: int
    texts_left: int = 0


@attrs.frozen(slots=True, kw_only=True)
class Erasure:
    """What was erased, or would be.

    Attributes:
        applied: whether it was done, or this was a dry run.
        cases: every case that was looked at, by id.
        failed: cases that could not be erased; when applied, each is an incident.
    """

    applied: bool
    cases: tuple[CaseErasure, ...] = ()
    failed: tuple[str, ...] = ()


@attrs.frozen(slots=True)
class PersonalValues:
    """What a case's vault holds, sorted by whether it is about one person.

    Attributes:
        own: what says who he is: his identity as a party, and the sensitive fields while they described him.
        texts: comments, notes and names of files, in which anybody may be named.
        alone: nobody else has ever been known in the case.
    """

    own: tuple[SealedValue, ...]
    texts: tuple[SealedValue, ...]
    alone: bool


def named_values(case_id: str, fields: Sequence[str] | None, parties: Sequence[str] | None) -> Chooser:
    """The values of these fields and of these parties; of everything if neither is given.

    Raises (the chooser, not this):
        ValueError: a name that is no sensitive field of the case, or of nobody who ever was a party.
    """

    def choose(program: Program, history: Sequence[StoredEvent]) -> Iterator[str]:
        sealed = [found for row in history for found in sealed_values(row.event)]
        known = {
            "field": {name for name, field in program.fields.items() if field.sensitive},
            "party": {party.id for row in history for party in parties_of(row.event)},
        }
        named = {"field": fields or (), "party": parties or ()}
        for kind, what in (("field", "sensitive field"), ("party", "party")):
            seen = known[kind] | {one.name for one in sealed if one.kind == kind}
            if unknown := [name for name in named[kind] if name not in seen]:
                raise ValueError(f"case {case_id} has no {what} {', '.join(unknown)}; nothing was erased")
        everything = fields is None and parties is None
        return (one.ref for one in sealed if everything or one.name in named.get(one.kind, ()))

    return choose


def all_values(_: Program, history: Sequence[StoredEvent]) -> list[str]:
    """Everything that a case ever had in the vault."""
    return [found.ref for row in history for found in sealed_values(row.event)]


def values_of(program: Program, history: Sequence[StoredEvent], person: str) -> PersonalValues:
    """What a case's vault holds about a person.

    Sensitive fields describe whoever the field that ``identifies`` names when they are given, or, while it names
    nobody yet, the first whom it does.
    """
    identifying = next((name for name, field in program.fields.items() if field.identifies), None)
    own: list[SealedValue] = []
    texts: list[SealedValue] = []
    unclaimed: list[SealedValue] = []
    described: object = None
    people: set[object] = set()
    for row in history:
        event = row.event
        if (named := _named(event, identifying)) is not None:
            described = named
            people.add(named)
            own += unclaimed if named == person else []
            unclaimed = []
        parties = {party.id: party.person for party in parties_of(event)}
        people |= {one if one is not None else name for name, one in parties.items()}
        for value in sealed_values(event):
            if value.kind == "text":
                texts.append(value)
            elif value.kind == "party":
                own += [value] if parties.get(value.name) == person else []
            elif described is None:
                unclaimed.append(value)
            elif described == person:
                own.append(value)
    return PersonalValues(tuple(own), tuple(texts), alone=people <= {person})


def _named(event: Event, identifying: str | None) -> object:
    """Whom the event says that the sensitive fields describe, or None."""
    return None if identifying is None else getattr(event, "fields", {}).get(identifying)


def pages(means: Means, wanted: Filter) -> Iterator[Case]:
    """All cases that ``wanted`` admits, in the order of their ids; some may change meanwhile."""
    after: str | None = ""
    while after is not None:
        page = means.store.find(attrs.evolve(wanted, everything=True, limit=_AT_ONCE, after=after))
        yield from page.cases
        after = page.next_after


def erase_person(
    means: Means, person: str, actor: Actor, reason: str, touched: set[str], *, texts: bool, apply: bool
) -> Erasure:
    """Erase what all cases hold about a person.

    Texts go along where the case is about nobody else, or if ``texts``. Args: as ``DataKeeper.erase_person``.
    """

    def look(program: Program, history: Sequence[StoredEvent]) -> tuple[list[str], int]:
        found = values_of(program, history, person)
        if found.alone or texts:
            return [one.ref for one in (*found.own, *found.texts)], 0
        return [one.ref for one in found.own], len(found.texts)

    return _erase(means, Filter(person=person), actor, reason, touched, look, apply=apply)


def end_retention(means: Means, actor: Actor, reason: str, touched: set[str], *, apply: bool) -> Erasure:
    """Erase everything that the vault holds of the closed cases whose retention is over."""
    wanted = Filter(retain_before=means.clock.now())
    return _erase(
        means,
        wanted,
        actor,
        reason,
        touched,
        lambda program, history: (all_values(program, history), 0),
        apply=apply,
        everything=True,
    )


_Look = Callable[[Program, Sequence[StoredEvent]], tuple[list[str], int]]
"""Which vault rows go, and how many texts stay."""


def _erase(
    means: Means,
    wanted: Filter,
    actor: Actor,
    reason: str,
    touched: set[str],
    look: _Look,
    *,
    apply: bool,
    everything: bool = False,
) -> Erasure:
    done: list[CaseErasure] = []
    failed: list[str] = []
    for case in list(pages(means, wanted)):
        try:
            program = means.registry.pinned(case)
            refs, left = look(program, means.store.history(case.id))
            values = len(means.store.secrets(case.id, refs)) if refs else 0
            if apply and (values or everything):
                values = _erase_one(means, case.id, actor, reason, touched, look, everything=everything)
        except Exception as failure:  # noqa: BLE001  # one broken case must not stop the others, however broken
            failed.append(case.id)
            if apply:
                report_failure(means, case.id, "erasure_failed", means.clock.now(), failure)
        else:
            done.append(CaseErasure(case=case.id, values=values, texts_left=left))
    return Erasure(applied=apply, cases=tuple(done), failed=tuple(failed))


def _erase_one(
    means: Means, case_id: str, actor: Actor, reason: str, touched: set[str], look: _Look, *, everything: bool
) -> int:
    for left in range(TIMER_TRIES, -1, -1):
        stored = means.store.load(case_id)
        if stored is None:
            raise NotFound(case_id)
        try:
            return UnitOfWork(means, touched).erase(
                stored,
                actor,
                lambda program, history: look(program, history)[0],
                reason,
                everything=everything,
            )
        except Conflict:
            if left == 0:
                raise
    raise AssertionError("the last try returns or raises")
