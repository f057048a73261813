"""Satisfaction: of cases or of persons, by the first or by the final rating."""

from __future__ import annotations

from collections.abc import Sequence

from casewf.kpi.facts import CaseFacts, Rating
from casewf.kpi.rule import NOTHING, Ask, Judged, Rule
from casewf.model.terms import RatingTerms

__all__ = ["RATING_RULES"]


def _satisfaction(facts: CaseFacts, ask: Ask) -> Judged:
    """Good ratings of those given; of a group, each of its people where persons are counted."""
    terms = ask.terms.rating
    if terms is None:
        return NOTHING
    if ask.conventions.ratings == "person" and facts.people:
        rated = facts.people
    elif facts.ratings:
        rated = (facts.ratings,)
    else:
        unasked = "anonymous" if "anonymous" in facts.kinds else "unrated"
        return (unasked,) if ask.period.holds(facts.unrated) else NOTHING
    return [judged for one in rated if (judged := _judge(one, facts, ask, terms)) is not None]


def _judge(ratings: Sequence[Rating], facts: CaseFacts, ask: Ask, terms: RatingTerms) -> bool | str | None:
    """What one rater said; None if it is not of the period."""
    rating = ratings[0] if ask.conventions.rating == "first" else ratings[-1]
    if not ask.period.holds(rating.at):
        return None
    if "anonymous" in facts.kinds:
        return "anonymous"
    good = rating.value in terms.good
    denied = facts.last("rework_denied")
    if not good and ask.conventions.ruled == "excluded" and denied is not None and denied >= rating.at:
        return "ruled"
    return good


RATING_RULES = (Rule(id="satisfaction", judge=_satisfaction, rating=True),)
