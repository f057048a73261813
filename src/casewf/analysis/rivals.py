"""Rows that compete for the same move: which of them pass the same steps of M2, and which then win."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rows import Rows
from casewf.analysis.satisfiability import MET, UNMET, Goal, solve
from casewf.analysis.witness import witness
from casewf.machine.rules import Rule

__all__ = ["can_both_win", "rivals", "winners_over"]

MOST = 60
"""How many rows before one are held against it; a state has rarely ten of one trigger."""


def rivals(rows: Rows, track: str, state: str) -> Iterator[tuple[Rule, tuple[Rule, ...]]]:
    """The rules that leave a state, each with those that are tried before it; a row that leads back counts once.

    For people these are earlier rows of its trigger (M1). Automatic rows are tried in file order whatever their
    trigger (M5), and after every move, so that one which nothing holds up is before everything that people fire.
    """
    before: dict[str | None, list[Rule]] = {}
    seen: set[int] = set()
    leaving = rows.leaving[track].get(state, ())
    at_once = [rule for rule in leaving if rule.spec.auto and rule.spec.when is None and not rule.spec.needs]
    for rule in leaving:
        if rule.row in seen or not rows.can_be_taken(rule):
            continue
        seen.add(rule.row)
        kin = before.setdefault(None if rule.spec.auto else rule.spec.trigger, [])
        yield rule, (*kin[-MOST:], *(() if rule.spec.auto else at_once))
        kin.append(rule)


def winners_over(rows: Rows, rule: Rule, before: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Those before a rule of which one is always taken in its place; none if it is taken at times.

    With a single one that always is, only that.
    """
    wide = [other for other in before if _passes_wherever(rows, other, rule)]
    for other in wide:
        if _is_met_wherever(rows, (other,), rule):
            return (other,)
    return tuple(wide) if len(wide) > 1 and _is_met_wherever(rows, tuple(wide), rule) else ()


def can_both_win(rows: Rows, earlier: Rule, later: Rule) -> str | None:
    """A case in which both pass every step, in words; None if there is none, or none is known for sure."""
    one, other = earlier.spec, later.spec
    if not one.auto:
        shared = {by.role for by in one.by} & {by.role for by in other.by}
        asked = {*one.asks, *other.asks}
        if not shared or not (asked <= earlier.given and asked <= later.given):
            return None
    guards = [spec.when for spec in (one, other) if spec.when is not None]
    reads = frozenset().union(*(guard.names for guard in guards))
    goals = [Goal(guard.tree) for guard in guards] + list(rows.goals_for(reads, earlier, later))
    facts = rows.facts_for(earlier, later)
    found = solve(facts, goals)
    return None if found is None else witness(facts, found, goals)


def _passes_wherever(rows: Rows, other: Rule, rule: Rule) -> bool:
    """Whether one rule passes every step before the guard wherever another does."""
    one, spec = other.spec, rule.spec
    if other.back_to is not None and rule.back_to is None:
        return False
    if rule.after_close and not other.after_close:
        return False
    if rule.after_close and other.reopens and not rule.reopens and other.ended_elsewhere:
        return False
    if not {*one.needs} <= {*spec.needs, *spec.asks, *rows.facts().present}:
        return False
    if one.auto:
        return True
    return (
        all(any(by.role == of.role and (by.any or not of.any) for by in one.by) for of in spec.by)
        and {*one.not_by_org} <= {*spec.not_by_org}
        and {*one.not_by} <= {*spec.not_by, *spec.not_by_org}
        and {*one.asks} <= {*spec.asks}
        and other.given >= rule.given
        and (one.comment != "required" or spec.comment == "required")
    )


def _is_met_wherever(rows: Rows, others: tuple[Rule, ...], rule: Rule) -> bool:
    """Whether one of the guards is met wherever that of a rule is; True is proven."""
    guards = [other.spec.when for other in others]
    when = rule.spec.when
    goals = [] if when is None else [Goal(when.tree, MET)]
    reads = frozenset() if when is None else when.names
    for guard in guards:
        if guard is None:
            return True
        goals.append(Goal(guard.tree, UNMET))
        reads |= guard.names
    return solve(rows.facts_for(rule), [*goals, *rows.goals_for(reads, rule)]) is None
