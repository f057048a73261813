"""A case's history as a readable timeline: its tracks side by side, and beside them who did what.

``●`` stands for a state in which the track has work open, ``○`` for one of category closed; the lines below
last as long as the state does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from casewf.model.amount import US_PER_SECOND
from casewf.model.clock_events import RungFired
from casewf.model.events import Moved, Opened
from casewf.model.migration_events import Migrated
from casewf.model.text import Label
from casewf.model.workflow import Track, Workflow
from casewf.views.happenings import attempt_lines, moment_lines
from casewf.views.moments import Attempt, Happening, Moment, moments
from casewf.views.text import Paint, beside, longest_word, marked, pad, width, wrap
from casewf.views.voices import Voices
from casewf.views.words import Speaker, local

__all__ = ["Names", "timeline"]

_TIME = 10
_MARK = 2
_GAP = 1


@attrs.frozen(slots=True, kw_only=True)
class Names:
    """What people, organisations and other workflows are called, by id."""

    people: Mapping[str, Label] = attrs.field(factory=dict)
    organisations: Mapping[str, Label] = attrs.field(factory=dict)
    workflows: Mapping[str, Label] = attrs.field(factory=dict)


def timeline(
    workflow: Workflow,
    history: Sequence[Happening],
    *,
    zone: str,
    lang: str = "en",
    columns: int = 110,
    colour: bool = False,
    names: Names = Names(),  # frozen
    notes: Mapping[int, Label] | None = None,
    attempts: Sequence[Attempt] = (),
    legend: bool = True,
    definitions: Mapping[str, Workflow] | None = None,
) -> str:
    """The timeline as text, a line end after each line.

    Args:
        workflow: the definition that the case is pinned to.
        history: its events, as ``Engine.history`` gives them.
        zone: the IANA name of the time zone to show.
        lang: ``zh`` or ``en``.
        columns: how wide a terminal is; below 60 counts as 60.
        colour: whether to use ANSI colours.
        names: what people and organisations are called; without them their ids are shown.
        notes: event number → a remark on it.
        attempts: refused commands, which no history has.
        legend: whether to say at the end what the marks mean.
        definitions: earlier definitions of a case that was migrated, as ``Engine.definitions_of`` gives them.
    """
    speaker = Speaker(
        workflow=workflow,
        zone=zone,
        lang=lang,
        people=names.people,
        organisations=names.organisations,
        workflows=names.workflows,
        finest=US_PER_SECOND,
    )
    voices = Voices(speaker, history, definitions or {})
    drawing = _Drawing(voices, history, max(columns, 60), Paint(colour), notes or {})
    return drawing.text(moments(history, attempts), legend=legend)


class _Drawing:
    """One timeline: lanes of fixed width on the left, wrapped words on the right."""

    def __init__(
        self,
        voices: Voices,
        history: Sequence[Happening],
        columns: int,
        paint: Paint,
        notes: Mapping[int, Label],
    ) -> None:
        self._voices = voices
        self._speaker = voices.present
        self._paint = paint
        self._notes = notes
        self._states: dict[str, str] = {}
        self._rank = 0
        self._tracks = {track.id: track for track in voices.tracks}
        self._lanes = _lane_widths(voices, history, columns)
        self._left = _TIME + sum(lane + _MARK + _GAP for lane in self._lanes.values()) + 1
        self._right = columns - self._left

    def text(self, found: list[Moment], *, legend: bool) -> str:
        """All moments, under a headline for each day, and what the marks mean."""
        lines: list[str] = []
        day = None
        for moment in found:
            today = local(moment.at, self._speaker.zone).date()
            if today != day:
                lines += [*([""] if lines else []), *self._headline(moment.at)]
                day = today
            lines += self._moment(moment)
        return "".join(f"{line}\n" for line in [*lines, *(["", *self._legend()] if legend else [])])

    def _legend(self) -> list[str]:
        words = self._speaker.say(
            "● 有事要办 · ○ 无事要办 · ▸ 起算 · ✓ 按时 · ✗ 超时或被拒绝 · → 通知与推送 · ↳ 自动",
            "● work open · ○ nothing open · ▸ starts · ✓ in time · ✗ too late, or refused · → tells others"
            " · ↳ by itself",
        )
        return [self._paint(row, "dim") for row in wrap(words, self._left + self._right)]

    def _headline(self, at: int) -> list[str]:
        day = self._speaker.day(at)
        titles = [
            wrap(self._tracks[track].title.text(self._speaker.lang) or track, lane + _MARK)
            for track, lane in self._lanes.items()
        ]
        rows = []
        for row in range(max(map(len, titles))):
            cells = [
                pad(title[row] if row < len(title) else "", lane + _MARK + _GAP)
                for title, lane in zip(titles, self._lanes.values(), strict=True)
            ]
            rows.append(self._paint((" " * _TIME + "".join(cells)).rstrip(), "dim"))
        return [self._paint(day, "bold", "cyan"), *rows]

    def _moment(self, moment: Moment) -> list[str]:
        self._speaker = self._voices.at(moment)
        changed = self._follow(moment)
        told = self._told(moment)
        height = max([len(told), *(len(cell) for cell in changed.values())])
        time = self._paint(pad(self._speaker.time(moment.at), _TIME), "bold")
        left = []
        for row in range(height):
            left.append((time if row == 0 else " " * _TIME) + self._lane_row(changed, row))
        return beside(left, told, self._left)

    def _told(self, moment: Moment) -> list[str]:
        if moment.attempt is not None:
            lines = attempt_lines(self._speaker, moment.attempt)
        else:
            lines = moment_lines(self._voices.at(moment), moment, self._notes, rank=self._rank)
            self._rank = _rank_after(moment, self._rank)
        return [
            self._paint(row, *line.styles)
            for line in lines
            for row in marked(line.mark, line.text, self._right)
        ]

    def _lane_row(self, changed: Mapping[str, list[str]], row: int) -> str:
        cells = []
        for track, lane in self._lanes.items():
            room = lane + _MARK + _GAP
            state = self._states.get(track)
            idle = state is None or _is_closed(self._speaker.workflow, track, state)
            if track in changed and row < len(changed[track]):
                mark = ("○ " if idle else "● ") if row == 0 else "  "
                style = ("dim",) if idle else ("bold", "green")
                cells.append(self._paint(pad(mark + changed[track][row], room), *style))
            else:
                line = "" if state is None else ("┊" if idle else "│")
                cells.append(self._paint(pad(line, room), "dim"))
        return "".join(cells)

    def _follow(self, moment: Moment) -> dict[str, list[str]]:
        """Go on to the states after the moment; for each track that moved, its new state in lines."""
        moved: dict[str, str] = {}
        for row in moment.rows:
            if isinstance(row.event, Opened):
                moved |= row.event.states
            elif isinstance(row.event, Moved) and row.event.target is not None:
                moved[row.event.track] = row.event.target
            elif isinstance(row.event, Migrated):
                now = row.event.states
                moved |= {track: state for track, state in now.items() if self._states.get(track) != state}
                self._states = {track: state for track, state in self._states.items() if track in now}
        self._states |= moved
        return {
            track: wrap(self._speaker.state(track, state), self._lanes[track])
            for track, state in moved.items()
        }


def _rank_after(moment: Moment, rank: int) -> int:
    """The severity of the card after the moment; it only rises until it is cleared (E5)."""
    for row in moment.rows:
        if isinstance(row.event, RungFired) and row.event.card is not None:
            rank = max(rank, row.event.card_rank)
        elif isinstance(row.event, Moved) and row.event.clears:
            rank = 0
        elif isinstance(row.event, Migrated):
            rank = row.event.card_rank
    return rank


def _is_closed(workflow: Workflow, track: str, state: str) -> bool:
    """Whether a state is one of category closed; of a state that the definition does not have nothing is known."""
    states = (one for each in workflow.tracks if each.id == track for one in each.states)
    return any(one.closed for one in states if one.id == state)


def _lane_widths(voices: Voices, history: Sequence[Happening], columns: int) -> dict[str, int]:
    """For each track the columns that its states need; where that is too much, less for the widest."""
    wanted: dict[str, int] = {}
    least: dict[str, int] = {}
    for track in voices.tracks:
        labels = _labels(voices, history, track)
        title = track.title.text(voices.present.lang) or track.id
        wanted[track.id] = max([width(title) - _MARK, *map(width, labels)])
        least[track.id] = max([longest_word(title) - _MARK, *map(longest_word, labels)])
    room = columns * 55 // 100 - _TIME - len(wanted) * (_MARK + _GAP)
    while sum(wanted.values()) > room:
        free = [track for track in wanted if wanted[track] > least[track]]
        if not free:
            break
        wanted[max(free, key=lambda track: wanted[track])] -= 1
    return wanted


def _labels(voices: Voices, history: Sequence[Happening], track: Track) -> list[str]:
    """The states that the case was in there, in the words of their time."""
    found = []
    for row in history:
        event, state = row.event, None
        if isinstance(event, Opened | Migrated):
            state = event.states.get(track.id)
        elif isinstance(event, Moved) and event.track == track.id:
            state = event.target
        if state is not None:
            found.append(voices.of(row.number).state(track.id, state))
    return found
