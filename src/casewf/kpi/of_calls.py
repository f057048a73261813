"""Figures of the telephone: whether it was answered, how soon, and whether that was enough."""

from __future__ import annotations

from casewf.kpi.facts import CaseFacts
from casewf.kpi.rule import NO, NOTHING, YES, Ask, Judged, Rule, yes_or_no

__all__ = ["CALL_RULES", "MAYBE"]

MAYBE: Judged = ("maybe",)
"""A question that was answered, unless the same caller asks about the same again; ``Tally`` finds that out."""


def _connect(facts: CaseFacts, ask: Ask) -> Judged:
    """Answered calls of those that were offered to an operator."""
    if not ask.period.holds(facts.opened_at):
        return NOTHING
    why = _no_call(facts)
    if why:
        return (why,)
    for begin, end in ask.conventions.outages:
        if begin <= facts.opened_at < end:
            return ("outage",)
    if facts.first("answered") is not None:
        return YES
    hung_up = facts.first("hung_up")
    if hung_up is not None and hung_up - facts.opened_at <= ask.conventions.hung_up_within:
        return ("hung_up",)
    return NO


def _no_call(facts: CaseFacts) -> str:
    """Why nobody can have picked up the telephone for this case here; empty for a call."""
    if facts.imported_at is not None:
        return "imported"
    return "split" if facts.marks.get("split_from") else ""


def _answered(facts: CaseFacts, ask: Ask) -> int | None:
    """When a call of the period was answered, or None."""
    if not ask.period.holds(facts.opened_at) or _no_call(facts):
        return None
    return facts.first("answered")


def _answer_15s(facts: CaseFacts, ask: Ask) -> Judged:
    """Calls answered at once of those answered."""
    answered = _answered(facts, ask)
    if answered is None:
        return NOTHING
    return yes_or_no(answered - facts.opened_at <= ask.conventions.answer_within)


def _one_call(facts: CaseFacts, ask: Ask) -> Judged:
    """Questions answered on the telephone, for good, of all questions."""
    if not ask.period.holds(facts.opened_at):
        return NOTHING
    if facts.marks.get("merged"):
        return ("merged",)
    if facts.imported_at is not None and not facts.marks:
        return ("imported",)
    if facts.first("answered_on_call") is None:
        return NO if facts.closed or facts.first("dispatched") is not None else ("open",)
    return YES if facts.matter is None else MAYBE


def _dispatch(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases that were dispatched of the calls answered."""
    if _answered(facts, ask) is None:
        return NOTHING
    if facts.marks.get("merged"):
        return ("merged",)  # the case that it was merged into counts
    return yes_or_no(facts.first("dispatched") is not None)


CALL_RULES = (
    Rule(id="connect", judge=_connect, marks=("answered",), kinds=("call",), of=("call",)),
    Rule(id="answer_15s", judge=_answer_15s, marks=("answered",), kinds=("call",), of=("call",)),
    Rule(id="one_call", judge=_one_call, marks=("answered_on_call",), kinds=("consult",), of=("consult",)),
    Rule(id="dispatch", judge=_dispatch, marks=("answered", "dispatched"), kinds=("call",), of=("call",)),
)
