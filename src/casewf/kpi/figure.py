"""A key figure, and the conventions that it depends on.

Each convention changes the number, so each figure says by which it was made. They are those of official reports of
hotlines, which differ in them: ``docs/reference/key-figures.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import attrs

from casewf.model.text import Label

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
DAY_US = 86_400 * SECOND_US

_NONE_LEFT_OUT: Mapping[str, int] = {}


@attrs.frozen(slots=True)
class Period:
    """What is reported on: from ``start``, or from the first case, up to but without ``end``; microseconds.

    Attributes:
        known: up to when it is known what happened, which is never before ``end``: what falls due later is not due yet,
            and what did not happen yet has no rate. ``end`` itself if it is not said.
    """

    start: int | None
    end: int
    known: int = attrs.field()

    @known.default
    def _up_to_the_end(self) -> int:
        return self.end

    @property
    def span(self) -> tuple[float, int]:
        """From which instant, minus infinity where none is said, up to but without which."""
        return -math.inf if self.start is None else self.start, self.end

    def holds(self, instant: int | None) -> bool:
        """Whether an instant lies in it."""
        return instant is not None and instant < self.end and (self.start is None or instant >= self.start)


@attrs.frozen(slots=True, kw_only=True)
class Conventions:
    """How figures are counted where official reports differ.

    Attributes:
        members: which cases the closing and on-time rates are of: those ``due``, ``closed`` (that is, first or last
            submitted) or ``registered`` in the period.
        submission: the ``first`` or the ``last`` submission ends the handling.
        suspended: the time in which a case stood still is ``deducted`` from its handling, or ``counted``.
        days: handling is told in ``whole`` working days, the first not counted; in ``exact`` ones, where a part of a
            day's working time is that part of a day; or in ``calendar`` days of 24 hours.
        ratings: satisfaction is that of each ``case``, or of each ``person``.
        rating: the ``first`` or the ``final`` one.
        ruled: dissatisfaction that a ruling denied rework for is ``counted``, or ``excluded``.
        answer_within, hung_up_within, push_within, repeat_within: spans in microseconds: a call answered so soon
            counts as answered quickly; a caller who hung up so soon was not offered to anybody; a push that was
            accepted so soon succeeded; a second call about a matter so soon shows that the first was not answered.
        outages: spans in which the telephones did not work, as (from, to); calls of them are left out.
    """

    members: Literal["due", "closed", "registered"] = "due"
    submission: Literal["first", "last"] = "first"
    suspended: Literal["deducted", "counted"] = "deducted"
    days: Literal["whole", "exact", "calendar"] = "whole"
    ratings: Literal["case", "person"] = "case"
    rating: Literal["first", "final"] = "final"
    ruled: Literal["counted", "excluded"] = "counted"
    answer_within: int = 15 * SECOND_US
    hung_up_within: int = 5 * SECOND_US
    push_within: int = 5 * MINUTE_US
    repeat_within: int = 7 * DAY_US
    outages: tuple[tuple[int, int], ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class Figure:
    """A key figure with what it is made of.

    Attributes:
        id: which figure.
        about: the limit that it is of, or empty.
        label: what people call it.
        numerator, denominator: what is divided by what; of a mean the sum and how many.
        unit: ``share``, ``days``, or ``count``, which has no denominator: 1 stands there.
        excluded: what was left out of the denominator, by the id of the reason: how many.
        convention: by which convention, in words.
    """

    id: str
    about: str = ""
    label: Label
    numerator: int | Fraction
    denominator: int
    unit: Literal["share", "days", "count"] = "share"
    excluded: Mapping[str, int] = _NONE_LEFT_OUT
    convention: Label = Label()

    @property
    def value(self) -> Fraction | None:
        """The figure itself; None where there is nothing to divide by."""
        return Fraction(self.numerator) / self.denominator if self.denominator else None
