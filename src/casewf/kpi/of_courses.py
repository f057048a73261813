"""Figures of how a case went: signed for, answered, returned, reworked, supervised, merged, pushed, kept."""

from __future__ import annotations

from casewf.kpi.facts import CaseFacts, LimitRun
from casewf.kpi.of_handling import registered_at
from casewf.kpi.rule import NO, NOTHING, YES, Ask, Judged, Rule, due_runs, runs_of, verdict, yes_or_no

__all__ = ["COURSE_RULES"]

_WAYS_OUT = {
    "return_granted": "returned",
    "withdrawn": "withdrawn",
    "merged": "merged",
    "transferred": "transferred",
}
"""Marks that end a dispatch nobody signed for, and what that is called."""


def _sign_on_time(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatches signed for in time of those that were not returned."""
    return [
        _ended_by(run, facts, ask) if run.verdict == "cancelled" else verdict(run, ask)
        for run in due_runs(facts, ask, "sign")
    ]


def _ended_by(run: LimitRun, facts: CaseFacts, ask: Ask) -> bool | str:
    """By what a dispatch ended before it was signed for, as far as the terms have a word for it."""
    for mark, reason in _WAYS_OUT.items():
        if run.ended_at in facts.marks.get(mark, ()):
            return reason
    return verdict(run, ask)


def _response(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases whose caller was spoken to in time of the dispatched ones whose caller is known."""
    if "anonymous" in facts.kinds:
        return ("anonymous",)
    contacts = runs_of(facts, ask, "contact")
    found = [verdict(run, ask) for run in contacts]
    if False in found:
        return NO
    if True in found:
        return YES
    under_way = bool(contacts) and contacts[-1].ended_at is None
    if not under_way and _is_left_lying(facts, ask):
        return NO
    return (found[-1] if found else "case_ended" if facts.closed else "open",)


def _is_left_lying(facts: CaseFacts, ask: Ask) -> bool:
    """Whether nobody signed for the last dispatch in time, nor since: the limit of the contact waits for that."""
    signs = runs_of(facts, ask, "sign")
    return bool(signs) and signs[-1].ended_at is None and verdict(signs[-1], ask) is False


def _return_granted(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatches that were rightly sent back of all dispatches."""
    return [hop.granted for hop in facts.hops if ask.period.holds(hop.at)]


def _return_requested(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatches that somebody wanted to send back of all dispatches."""
    return [hop.requested > 0 for hop in facts.hops if ask.period.holds(hop.at)]


def _dispatch_accuracy(facts: CaseFacts, ask: Ask) -> Judged:  # noqa: ARG001  # every rule is asked alike
    """Cases that were dispatched once of those dispatched."""
    return yes_or_no(len(facts.hops) == 1)


def _rework(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases with rework of the dispatched ones that were closed."""
    if not facts.hops or not facts.closings or not ask.period.holds(facts.closings[-1]):
        return NOTHING
    return yes_or_no(facts.first("rework_granted") is not None) if facts.closed else ("reopened",)


def _carded(facts: CaseFacts, ask: Ask) -> bool:
    counted = ask.terms.cards
    return not facts.cards.keys().isdisjoint(counted) if counted else bool(facts.cards)


def _supervision(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatched cases with a card, or put under supervision by somebody."""
    return yes_or_no(facts.first("supervised") is not None or _carded(facts, ask))


def _supervision_cards(facts: CaseFacts, ask: Ask) -> Judged:
    """Dispatched cases with a card."""
    return yes_or_no(_carded(facts, ask))


def _duplicate(facts: CaseFacts, ask: Ask) -> Judged:
    """Cases that were merged into another one, or linked to it as the same matter, of those registered."""
    if not ask.period.holds(registered_at(facts, ask)):
        return NOTHING
    return yes_or_no(bool(facts.marks.get("merged") or facts.marks.get("duplicate")))


def _push(facts: CaseFacts, ask: Ask) -> Judged:
    """Pushes to the government that were accepted at once of all that were begun."""
    within, accepted = ask.conventions.push_within, facts.marks.get("pushed", ())
    judged: list[bool | str] = []
    for opened in facts.marks.get("push_opened", ()):
        if not ask.period.holds(opened):
            continue
        soon = any(opened <= instant <= opened + within for instant in accepted)
        judged.append(True if soon else "open" if opened + within >= ask.period.known else False)
    return judged


def _performance(facts: CaseFacts, ask: Ask) -> Judged:
    """Agreements kept in time of those due."""
    return _kept(facts, ask, "performance", "performed")


def _letters(facts: CaseFacts, ask: Ask) -> Judged:
    """Letters answered in time of those whose answer was due."""
    return _kept(facts, ask, "letters", "letter_answered")


def _kept(facts: CaseFacts, ask: Ask, limit: str, mark: str) -> Judged:
    """Cycles that were met because what was asked for happened, not because the case went another way."""
    instants = facts.marks.get(mark, ())
    judged: list[bool | str] = []
    for run in due_runs(facts, ask, limit):
        found = verdict(run, ask)
        judged.append(run.ended_at in instants if found is True else found)
    return judged


_DISPATCHED = ("dispatched",)

COURSE_RULES = (
    Rule(id="sign_on_time", judge=_sign_on_time, limits=("sign",), of=("sign",)),
    Rule(id="response", judge=_response, marks=_DISPATCHED, limits=("contact",), dated="dispatched"),
    Rule(id="return_granted", judge=_return_granted, marks=("dispatched", "return_granted"), of=_DISPATCHED),
    Rule(
        id="return_requested",
        judge=_return_requested,
        marks=("dispatched", "return_requested"),
        of=_DISPATCHED,
    ),
    Rule(id="dispatch_accuracy", judge=_dispatch_accuracy, marks=_DISPATCHED, dated="dispatched"),
    Rule(id="rework", judge=_rework, marks=("dispatched", "rework_granted"), of=_DISPATCHED),
    Rule(id="supervision", judge=_supervision, marks=("dispatched", "supervised"), dated="dispatched"),
    Rule(id="supervision_cards", judge=_supervision_cards, marks=_DISPATCHED, dated="dispatched"),
    Rule(id="duplicate", judge=_duplicate, marks=("merged",)),
    Rule(id="push", judge=_push, marks=("push_opened", "pushed"), of=("push_opened",)),
    Rule(
        id="performance",
        judge=_performance,
        marks=("performed",),
        limits=("performance",),
        of=("performance",),
    ),
    Rule(id="letters", judge=_letters, marks=("letter_answered",), limits=("letters",), of=("letters",)),
)
