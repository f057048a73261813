"""What is counted of the cases of a run: key figures, handling times, cards, when they were open."""

from __future__ import annotations

from itertools import accumulate

import attrs

from casewf.kpi import CaseFacts, Conventions, Counted, Period, Tally, Terms
from casewf.model.amount import US_PER_DAY
from casewf.simulation.profile import Profile

__all__ = ["Entries", "Ledger"]


@attrs.frozen(slots=True, kw_only=True)
class Entries:
    """What was counted of some cases; it can be pickled. The attributes are as those of ``Ledger``."""

    counted: Counted
    days: list[float]
    cards: dict[str, int]
    lives: list[tuple[int, int | None]]


class Ledger:
    """Counts cases one by one, in any order, and keeps none of them.

    Attributes:
        tally: the key figures.
        days: the working days of handling, of the cases that have them.
        cards: by card, how many cases got it at least once.
        lives: when each case was opened, and when it was closed for good, or None.
    """

    def __init__(self, profile: Profile, terms: Terms, begin: int, end: int) -> None:
        self._begin = begin
        self._end = end
        calendars = {one.version: one for one in profile.calendars.values()}
        self.tally = Tally(terms, Period(begin, end), Conventions(), calendars)
        self.days: list[float] = []
        self.cards: dict[str, int] = {card: 0 for card, _ in profile.workflow.cards}
        self.lives: list[tuple[int, int | None]] = []

    def add(self, facts: CaseFacts) -> None:
        """Count a case."""
        days = self.tally.add(facts)
        if days is not None:
            self.days.append(float(days))
        for card in facts.cards:
            self.cards[card] = self.cards.get(card, 0) + 1
        closed = facts.closings[-1] if facts.closed and facts.closings else None
        self.lives.append((facts.opened_at, closed))

    def entries(self) -> Entries:
        """What was counted so far, to be sent to another process."""
        return Entries(counted=self.tally.counted, days=self.days, cards=self.cards, lives=self.lives)

    def take_in(self, entries: Entries) -> None:
        """Count what another ledger has counted, of other cases of the same run."""
        self.tally.take_in(entries.counted)
        self.days.extend(entries.days)
        for card, cases in entries.cards.items():
            self.cards[card] = self.cards.get(card, 0) + cases
        self.lives.extend(entries.lives)

    def backlog(self) -> tuple[int, ...]:
        """How many cases are open at the end of each day, of 24 hours from the first instant."""
        changes = [0] * (self._day(self._end - 1) + 1)
        for opened, closed in self.lives:
            changes[self._day(opened)] += 1
            if closed is not None:
                changes[self._day(closed)] -= 1
        return tuple(accumulate(changes))

    def by_days(self) -> tuple[int, ...]:
        """How many cases took so many working days, from 0; a part of a day is left out."""
        found = [0] * (int(max(self.days, default=-1)) + 1)
        for one in self.days:
            found[int(one)] += 1
        return tuple(found)

    def _day(self, at: int) -> int:
        return (at - self._begin) // US_PER_DAY
