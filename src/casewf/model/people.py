"""What an author says about the people a case is about: kinds of parties, ratings, how long data is kept."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.amount import CalendarDays
from casewf.model.roles import By
from casewf.model.text import Label


@attrs.frozen(slots=True, kw_only=True)
class RatingRule:
    """Who records what the parties say of the handling.

    Attributes:
        field: the choice field whose options are the ratings.
        by: the roles that record it.
        not_by, not_by_org: as with a row (M11).
        inside: ``track.state`` names in which it can be recorded; none for any.
    """

    field: str
    by: tuple[By, ...]
    not_by: tuple[str, ...] = ()
    not_by_org: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class PartyRules:
    """The kinds of parties that cases have, who records them, who sees who they are (D5)."""

    kinds: Mapping[str, Label]
    by: tuple[By, ...]
    seen_by: tuple[str, ...] = ()
    rating: RatingRule | None = None


@attrs.frozen(slots=True, kw_only=True)
class Retention:
    """How long personal data is kept after the case is closed (PIPL art. 19, 47): ``keep`` calendar days."""

    keep: CalendarDays
