"""What a handbook tells the people who handle cases: all in words, ready for a page."""

from __future__ import annotations

import attrs

from casewf.views.limit_rows import LadderRow, PlaceRow

__all__ = [
    "ActionRow",
    "FieldRow",
    "Handbook",
    "LimitSection",
    "Link",
    "RoleSection",
    "StateLimit",
    "StateSection",
]


@attrs.frozen(slots=True, kw_only=True)
class Link:
    """A name, and where in the page it is told."""

    title: str
    anchor: str


@attrs.frozen(slots=True, kw_only=True)
class ActionRow:
    """Something that can be done in a state.

    Attributes:
        who: roles, in words; empty where it comes by itself.
        itself: ``by the system`` or ``automatic``, in words, or empty.
        asks: what must be given with it; ``needs`` what must be there by then; ``accepts`` what may be given.
        conditions: when it is open; empty for always.
        barred: who may not, although he has the role.
        leads: the states that it leads to, several where it goes back to whence the case came; none if it stays.
        then: what follows.
    """

    title: str
    who: tuple[Link, ...]
    itself: str
    asks: tuple[str, ...]
    needs: tuple[str, ...]
    accepts: tuple[str, ...]
    conditions: str
    barred: tuple[str, ...]
    leads: tuple[Link, ...]
    then: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class StateLimit:
    """A limit beside a state: what it does there, how long it is, who is told early, when due and afterwards."""

    link: Link
    what: str
    lengths: tuple[str, ...]
    told: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class StateSection:
    """A state: what it is, what can be done there, and within which limits."""

    link: Link
    notes: tuple[str, ...]
    awaited: tuple[str, ...]
    actions: tuple[ActionRow, ...]
    limits: tuple[StateLimit, ...]


@attrs.frozen(slots=True, kw_only=True)
class TrackSection:
    """A track with its picture, which a page shows as it is."""

    link: Link
    drawing: object
    states: tuple[StateSection, ...]


@attrs.frozen(slots=True, kw_only=True)
class RoleSection:
    """What a role may do: in which states of which tracks, beside them, and of which limits it is told."""

    link: Link
    duties: tuple[tuple[str, Link, tuple[str, ...]], ...]
    others: tuple[str, ...]
    told: tuple[tuple[Link, tuple[str, ...]], ...]


@attrs.frozen(slots=True, kw_only=True)
class LimitSection:
    """A limit; ``moments`` are pairs of what happens and when."""

    link: Link
    number: int
    kind: str
    places: tuple[PlaceRow, ...]
    ladders: tuple[LadderRow, ...]
    moments: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class FieldRow:
    """A field: its name, what kind of value it holds, and the choices."""

    title: str
    kind: str
    options: tuple[str, ...]
    notes: tuple[str, ...]


@attrs.frozen(slots=True, kw_only=True)
class Handbook:
    """The whole page."""

    lang: str
    title: str
    source: str
    lead: tuple[str, ...]
    opening: tuple[str, ...]
    cards: tuple[str, ...]
    tracks: tuple[TrackSection, ...]
    roles: tuple[RoleSection, ...]
    limits: tuple[LimitSection, ...]
    fields: tuple[FieldRow, ...]
    legend: object
