"""Key figures, made of events only: numerators and denominators, and what was left out.

::

    from casewf.definition.load import terms_of
    from casewf.kpi import Conventions, Period, Plan, Tally, facts_of

    terms = terms_of(workflow)
    plan = Plan(terms)
    tally = Tally(terms, Period(start, end), Conventions(), calendars)
    for events in histories:
        tally.add(facts_of(events, plan))
    for figure in tally.figures():
        print(figure.id, figure.numerator, figure.denominator, figure.excluded)

Nothing here reads a clock, a file or a database; ``casewf report`` does. What each figure is made of is
``docs/reference/key-figures.md``.
"""

from casewf.kpi.counted import Counted
from casewf.kpi.days import handling_days
from casewf.kpi.facts import CaseFacts, Hop, LimitRun, Rating
from casewf.kpi.figure import Conventions, Figure, Period
from casewf.kpi.taking import FactsTaker, Plan, facts_of
from casewf.kpi.tally import FIGURES, Tally, figures, without_words
from casewf.kpi.words import REASONS
from casewf.model.terms import LimitTerms, RatingTerms, Sign, Terms, general_terms

__all__ = [
    "FIGURES",
    "REASONS",
    "CaseFacts",
    "Conventions",
    "Counted",
    "FactsTaker",
    "Figure",
    "Hop",
    "LimitRun",
    "LimitTerms",
    "Period",
    "Plan",
    "Rating",
    "RatingTerms",
    "Sign",
    "Tally",
    "Terms",
    "facts_of",
    "figures",
    "general_terms",
    "handling_days",
    "without_words",
]
