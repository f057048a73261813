"""What a picture of a workflow shows, whatever it is drawn in: states, moves, limits; all texts already in words."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

__all__ = [
    "LISTED_FROM",
    "Across",
    "Card",
    "Guard",
    "Limit",
    "Mark",
    "Move",
    "Picture",
    "RungLine",
    "Span",
    "StateBox",
    "TargetLine",
    "TrackPicture",
]


LISTED_FROM = 3
"""A move from so many states is listed once instead of being drawn from each."""


@attrs.frozen(slots=True, kw_only=True)
class Across:
    """A condition on the state of another track, whose ``place`` in the workflow is told; the words name it."""

    track: str
    place: int
    words: str


@attrs.frozen(slots=True, kw_only=True)
class Guard:
    """One way in which a move is open: what must hold here, and in other tracks."""

    words: str = ""
    across: tuple[Across, ...] = ()


@attrs.frozen(slots=True, order=True)
class Mark:
    """What a move, or entering or leaving a state, does to a limit's clock.

    ``action`` is ``start``, ``stop``, ``cancel`` or ``reopen``; ``limit`` the number of the limit, from 1.
    """

    limit: int
    action: str


@attrs.frozen(slots=True, kw_only=True)
class Move:
    """A line of a picture: rows of one trigger that the same people fire from the same states to the same ones.

    Attributes:
        targets: the states that it leads to, several only where it goes back to whence the case came (M10);
            none for an internal move.
        who: the roles, in words.
        system: timers and connectors fire it, too, or alone.
        auto: it is taken by itself.
        guards: its ways; none where it is open without any condition.
        marks: what it does to limits, each with the state from which it does so.
    """

    trigger: str
    title: str
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    system: bool = False
    auto: bool = False
    guards: tuple[Guard, ...] = ()
    marks: tuple[tuple[str, Mark], ...] = ()

    def marks_from(self, *states: str) -> tuple[Mark, ...]:
        """What it does to limits from one of these states."""
        return tuple(sorted({mark for state, mark in self.marks if state in states}))


@attrs.frozen(slots=True, kw_only=True)
class StateBox:
    """A state.

    Attributes:
        entered, left: what entering or leaving it does to limits.
        awaited: moves of other tracks that need the case to be here, in words.
    """

    id: str
    title: str
    initial: bool = False
    closed: bool = False
    final: bool = False
    ends_case: bool = False
    entered: tuple[Mark, ...] = ()
    left: tuple[Mark, ...] = ()
    awaited: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class TrackPicture:
    """A track: its states in file order, the final ones last; its moves; the numbers of the limits that run beside it.

    ``place`` is where it stands in the workflow, from 0.
    """

    id: str
    place: int
    title: str
    states: tuple[StateBox, ...]
    moves: tuple[Move, ...]
    limits: tuple[int, ...]
    _by_id: dict[str, StateBox] = attrs.field(init=False, repr=False, eq=False)

    @_by_id.default
    def _find(self) -> dict[str, StateBox]:
        return {state.id: state for state in self.states}

    def state(self, name: str) -> StateBox:
        """The state of that id."""
        return self._by_id[name]

    @property
    def listed(self) -> tuple[Move, ...]:
        """The moves from so many states that they are listed apart instead of drawn from each."""
        return tuple(move for move in self.moves if len(move.sources) >= LISTED_FROM)

    @property
    def drawn(self) -> tuple[Move, ...]:
        """The moves that are drawn from each of their states."""
        return tuple(move for move in self.moves if len(move.sources) < LISTED_FROM)

    def drawn_from(self) -> dict[str, list[Move]]:
        """The moves that are drawn from each state."""
        found: dict[str, list[Move]] = {state.id: [] for state in self.states}
        for move in self.drawn:
            for source in move.sources:
                found[source].append(move)
        return found


@attrs.frozen(slots=True, kw_only=True)
class Span:
    """What a limit may do beside a state: run, or stand (K2); ``always``: one of the two whenever a case is there."""

    runs: bool
    pauses: bool
    always: bool


@attrs.frozen(slots=True, kw_only=True)
class Card:
    """A card in words; ``tone`` is ``blue``, ``yellow`` or ``red``, by its name or else by how severe it is."""

    title: str
    tone: str


@attrs.frozen(slots=True, kw_only=True)
class RungLine:
    """A rung in words: when, who is told, which card, what it fires, what else.

    ``place`` is ``early``, ``due`` or ``late``.
    """

    place: str
    when: str
    told: tuple[str, ...] = ()
    card: Card | None = None
    fires: str = ""
    more: tuple[str, ...] = ()


@attrs.frozen(slots=True, kw_only=True)
class TargetLine:
    """How long, under which condition (empty for any other case), and the ladder of that."""

    condition: str
    length: str
    ladder: tuple[RungLine, ...]


@attrs.frozen(slots=True, kw_only=True)
class Limit:
    """A limit with its number, from 1, in file order; ``level`` is its kind, and ``kind`` that in words.

    ``spans`` are by track and state.
    """

    number: int
    id: str
    title: str
    level: str
    kind: str
    spans: Mapping[tuple[str, str], Span]
    targets: tuple[TargetLine, ...]

    @property
    def ladders(self) -> tuple[tuple[tuple[TargetLine, ...], tuple[RungLine, ...]], ...]:
        """The ladders, each once, with the targets that have it."""
        found: dict[tuple[RungLine, ...], list[TargetLine]] = {}
        for target in self.targets:
            found.setdefault(target.ladder, []).append(target)
        return tuple((tuple(targets), ladder) for ladder, targets in found.items())


@attrs.frozen(slots=True, kw_only=True)
class Picture:
    """A whole workflow, or the tracks of it that were asked for, with the limits that run beside these.

    ``source`` names the definition: its id and version.
    """

    lang: str
    title: str
    source: str
    tracks: tuple[TrackPicture, ...]
    limits: tuple[Limit, ...]

    def say(self, zh: str, en: str) -> str:
        """One of the two."""
        return zh if self.lang == "zh" else en

    def only(self, track: str) -> Picture:
        """The picture of one track, with the limits that run beside it."""
        shown = tuple(one for one in self.tracks if one.id == track)
        beside = {number for one in shown for number in one.limits}
        return attrs.evolve(
            self, tracks=shown, limits=tuple(limit for limit in self.limits if limit.number in beside)
        )

    def limit(self, number: int) -> Limit:
        """The limit of that number."""
        return next(limit for limit in self.limits if limit.number == number)
