"""Which rows of the vault are about whom, and deleting them (D5; PIPL art. 19 and 47)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from casewf.core.program import Program
from casewf.engine.means import TIMER_TRIES, Means
from casewf.engine.sealed_values import named_now, parties_of, sealed_values
from casewf.engine.sweep import report_failure
from casewf.engine.system_work import insist
from casewf.engine.unit_of_work import Chooser, UnitOfWork
from casewf.engine.whose import cases_of, pages, values_of
from casewf.errors import NotFound
from casewf.model.case import Actor, Case
from casewf.ports.stored import Filter, StoredEvent


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


def named_values(case_id: str, fields: Sequence[str] | None, parties: Sequence[str] | None) -> Chooser:
    """The values of these fields and of these parties; of everything if neither is given.

    Raises (the chooser, not this):
        ValueError: a name that is no sensitive field of the case, or of nobody who ever was a party.
    """

    def choose(program: Program, history: Sequence[StoredEvent]) -> Iterator[str]:
        sealed = named_now(row.event for row in history)
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


def erase_person(
    means: Means, person: str, actor: Actor, reason: str, touched: set[str], *, texts: bool, apply: bool
) -> Erasure:
    """Erase what all cases hold about a person.

    Texts go along where the case is about nobody else, or if ``texts``. Args: as ``DataKeeper.erase_person``.
    """

    def look(_: Program, history: Sequence[StoredEvent], carried: bool) -> tuple[list[str], int]:
        found = values_of(means.registry, history, person, carried=carried)
        if found.alone or texts:
            return [one.ref for one in (*found.own, *found.texts)], 0
        return [one.ref for one in found.own], len(found.texts)

    return _erase(means, lambda: cases_of(means, person), actor, reason, touched, look, apply=apply)


def end_retention(means: Means, actor: Actor, reason: str, touched: set[str], *, apply: bool) -> Erasure:
    """Erase everything that the vault holds of the closed cases whose retention is over."""
    wanted = Filter(retain_before=means.clock.now())
    return _erase(
        means,
        lambda: ((case, False) for case in pages(means, wanted)),
        actor,
        reason,
        touched,
        lambda program, history, _: (all_values(program, history), 0),
        apply=apply,
        everything=True,
    )


_Look = Callable[[Program, Sequence[StoredEvent], bool], tuple[list[str], int]]
"""Which vault rows go, and how many texts stay; the last argument as ``cases_of`` gives it."""


def _erase(
    means: Means,
    cases: Callable[[], Iterable[tuple[Case, bool]]],
    actor: Actor,
    reason: str,
    touched: set[str],
    look: _Look,
    *,
    apply: bool,
    everything: bool = False,
) -> Erasure:
    done: dict[str, CaseErasure] = {}
    failed: dict[str, None] = {}
    for _ in range(TIMER_TRIES if apply else 1):
        erased = 0
        for case, carried in list(cases()):
            try:
                program = means.registry.pinned(case)
                refs, left = look(program, means.store.history(case.id), carried)
                values = len(means.store.secrets(case.id, refs)) if refs else 0
                if apply and (values or everything):
                    values = _erase_one(
                        means,
                        case.id,
                        actor,
                        reason,
                        touched,
                        functools.partial(_refs, look, carried),
                        everything=everything,
                    )
            except Exception as failure:  # noqa: BLE001  # one broken case must not stop the others, however broken
                failed[case.id] = None
                if apply:
                    report_failure(means, case.id, "erasure_failed", means.clock.now(), failure)
            else:
                failed.pop(case.id, None)
                before = done[case.id].values if case.id in done else 0
                done[case.id] = CaseErasure(case=case.id, values=before + values, texts_left=left)
                erased += values
        if not erased:
            break  # else a merge under way may meanwhile have brought him into a case that was done already
    return Erasure(applied=apply, cases=tuple(done[name] for name in sorted(done)), failed=tuple(failed))


def _refs(look: _Look, carried: bool, program: Program, history: Sequence[StoredEvent]) -> list[str]:
    return look(program, history, carried)[0]


def _erase_one(
    means: Means,
    case_id: str,
    actor: Actor,
    reason: str,
    touched: set[str],
    choose: Chooser,
    *,
    everything: bool,
) -> int:
    def run() -> int:
        stored = means.store.load(case_id)
        if stored is None:
            raise NotFound(case_id)
        return UnitOfWork(means, touched).erase(stored, actor, choose, reason, everything=everything)

    return insist(run)
