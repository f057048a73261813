"""A story as the text of a story file, which ``story_file`` reads back as the same story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

import attrs

from casewf.definition.written import written, written_label, written_map
from casewf.model.amount import Amount, CalendarDays, WorkingDays, WorkingTime
from casewf.model.hours import MINUTES_PER_DAY
from casewf.model.quiet_hours import QuietHours
from casewf.model.text import Label
from casewf.model.zone import load_zone
from casewf.ports.outside import Outcome
from casewf.testing.clock import datetime_of, instant_of
from casewf.testing.story_model import (
    ActOnClock,
    Check,
    DeliverNow,
    FireTrigger,
    OpenCase,
    Step,
    Story,
    StoryCase,
    SweepNow,
)

__all__ = ["References", "Tree", "local_text", "map_lines", "step_lines", "story_text", "written_amount"]

_WIDEST = 110
_DEEP = 4
_CLOCK = ("due", "verdict", "phase")
_UNITS = ((3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second"))


Tree: TypeAlias = Mapping[str, "Tree | str"]
"""A map whose values are written already, or maps."""


@attrs.frozen(slots=True, kw_only=True)
class References:
    """How the file names what lies outside it.

    Attributes:
        workflows: by the workflow's id, the id or the path; ``./mine.yaml`` starts at the story's folder.
        calendars, directory: paths in the same way.
    """

    workflows: Mapping[str, str]
    calendars: Sequence[str] = ()
    directory: str | None = None


def story_text(story: Story, references: References) -> str:
    """The text of the file.

    Written are openings, triggers, acts, sweeps and deliveries, and expectations of states, clocks, card and closing.

    Raises:
        ValueError: the story has another step or expectation.
    """
    return "".join(f"{line}\n" for line in _Writer(story, references).lines())


def written_amount(amount: Amount) -> str:
    """An amount as authors write it: ``3 working days``."""
    if isinstance(amount, WorkingDays | CalendarDays):
        count, unit = amount.days, "working day" if isinstance(amount, WorkingDays) else "day"
    else:
        us, unit = next(one for one in _UNITS if amount.us % one[0] == 0)
        count, unit = amount.us // us, f"working {unit}" if isinstance(amount, WorkingTime) else unit
    return f"{count} {unit}{'' if count == 1 else 's'}"


def step_lines(pairs: Mapping[str, str], expected: Tree) -> Iterator[str]:
    """The lines of a step: its keys, written already, and what it expects; in one line if that is not too wide."""
    line = f"  - {written_map({**pairs, **({'expect': _one_line(expected)} if expected else {})})}"
    if len(line) <= _WIDEST:
        yield line
        return
    lines = [f"{key}: {value}" for key, value in pairs.items()]
    lines += map_lines({"expect": expected}) if expected else []
    yield from (f"  {'-' if number == 0 else ' '} {one}" for number, one in enumerate(lines))


def local_text(instant: int, zone: ZoneInfo) -> str:
    """An instant as a story writes it in full: ``2026-02-11 10:00``.

    Raises:
        ValueError: as wall time it comes twice, because clocks were put back.
    """
    moment = _local_time(instant, zone)
    return f"{moment.date()} {_time(moment)}"


class _Writer:
    """Writes one story; a step on the date of the one above has its time alone."""

    def __init__(self, story: Story, references: References) -> None:
        self._story = story
        self._references = references
        self._zone = load_zone(story.zone)
        self._today: dt.date | None = None
        self._last: int | None = None

    def lines(self) -> Iterator[str]:
        story, references = self._story, self._references
        yield "casewf-story: 1"
        if story.title != Label():
            yield f"title: {written_label(story.title)}"
        yield f"workflow: {written(references.workflows[story.workflow.id])}"
        yield f"zone: {story.zone}"
        if references.calendars:
            yield f"calendars: {written(references.calendars)}"
        if references.directory is not None:
            yield f"directory: {written(references.directory)}"
        else:
            yield from self._people()
        if story.connectors:
            yield "connectors:"
            yield from (f"  {written(name)}: {self._answers(one)}" for name, one in story.connectors.items())
        org = {} if story.org is None else {"org": written(story.org)}
        yield f"case: {written_map({'id': written(story.case), **org})}"
        if story.cases:
            yield "cases:"
            yield from (f"  {written(name)}: {self._other(one)}" for name, one in story.cases.items())
        yield "steps:"
        for step in story.steps:
            yield from self._step(step)

    def _people(self) -> Iterator[str]:
        if self._story.organisations:
            yield "organisations:"
        for name, organisation in self._story.organisations.items():
            title = organisation.title
            pairs = {"zh": title.zh, "en": title.en, "under": organisation.under or ""}
            given = {key: written(value) for key, value in pairs.items() if value}
            yield f"  {written(name)}: {written_map(given)}"
        yield "people:"
        for name, someone in self._story.people.items():
            pairs = {"roles": written(someone.roles)}
            if someone.name != Label():
                pairs = {"name": written_label(someone.name), **pairs}
            if someone.org is not None:
                pairs["org"] = written(someone.org)
            if someone.quiet is not None:
                pairs["quiet"] = _quiet(someone.quiet)
            yield f"  {written(name)}: {written_map(pairs)}"

    def _answers(self, answers: tuple[Outcome, ...]) -> str:
        return f"[{', '.join(map(self._answer, answers))}]"

    def _answer(self, outcome: Outcome) -> str:
        pairs = {"ok": written(outcome.ok)}
        if outcome.data:
            pairs["data"] = self._values(outcome.data)
        if outcome.error:
            pairs["error"] = written(outcome.error)
        return written_map(pairs)

    def _other(self, case: StoryCase) -> str:
        pairs: dict[str, str] = {}
        if case.workflow is not self._story.workflow:
            pairs["workflow"] = written(self._references.workflows[case.workflow.id])
        if case.org is not None:
            pairs["org"] = written(case.org)
        return written_map(pairs)

    def _step(self, step: Step) -> Iterator[str]:
        pairs = {**self._at(step.at), **self._action(step)}
        if step.case != self._story.case:
            pairs["case"] = written(step.case)
        if step.refused is not None:
            pairs["refused"] = written(sorted(step.refused))
        if step.note != Label():
            pairs["note"] = written_label(step.note)
        yield from step_lines(pairs, self._expected(step.checks))

    def _at(self, at: int) -> dict[str, str]:
        if at == self._last:
            return {}
        moment = self._local(at)
        shown = _time(moment) if moment.date() == self._today else f"{moment.date()} {_time(moment)}"
        self._last, self._today = at, moment.date()
        return {"at": shown}

    def _action(self, step: Step) -> dict[str, str]:
        action = step.action
        match action:
            case OpenCase():
                pairs = {"open": self._values(action.data), "by": written(action.by)}
                return {**pairs, **self._occurred(action.occurred_at)}
            case FireTrigger():
                pairs = {"fire": written(action.trigger), "by": written(action.by)}
                pairs |= {"data": self._values(action.data)} if action.data else {}
                pairs |= self._occurred(action.occurred_at)
            case ActOnClock():
                pairs = {"act": action.act, "sla": action.sla, "by": written(action.by)}
                if action.amount is not None:
                    pairs["amount"] = written_amount(action.amount)
            case SweepNow():
                return {"sweep": "true"}
            case DeliverNow():
                return {"deliver": "true"}
            case None:
                return {}
            case _:
                raise ValueError(f"a step {type(action).__name__} is not written")
        return pairs if action.comment is None else {**pairs, "comment": written(action.comment)}

    def _occurred(self, instant: int | None) -> dict[str, str]:
        return {} if instant is None else {"occurred_at": self._moment(instant)}

    def _values(self, data: Mapping[str, object]) -> str:
        return written_map({name: self._value(value) for name, value in data.items()})

    def _value(self, value: object) -> str:
        if isinstance(value, dt.datetime):
            return self._moment(instant_of(value))
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(self._value, value))}]"
        if isinstance(value, Decimal) and value == 0:
            return "0"  # of a negative nought too
        return written(value)

    def _expected(self, checks: Sequence[Check]) -> Tree:
        """What is expected, by the keys of ``expect``, in the order of the reference."""
        states: dict[str, Tree | str] = {}
        clocks: dict[str, Tree | str] = {}
        others: dict[str, Tree | str] = {}
        for check in checks:
            if check.what == "state":
                states[check.about[0]] = written(check.wanted)
            elif check.what == "clock":
                clocks[check.about[0]] = "none"
            elif check.what in _CLOCK:
                known = clocks.get(check.about[0], {})
                clocks[check.about[0]] = {**_map(known), check.what: self._wanted(check.wanted)}
            elif check.what in ("card", "closed"):
                others[check.what] = written(check.wanted)
            else:
                raise ValueError(f"an expectation of {check.what} is not written")
        parts: dict[str, dict[str, Tree | str]] = {"states": states, "clocks": clocks}
        return {**{key: part for key, part in parts.items() if part}, **others}

    def _wanted(self, wanted: object) -> str:
        if wanted is None:
            return "none"
        return self._moment(wanted) if isinstance(wanted, int) else written(wanted)

    def _moment(self, instant: int) -> str:
        return local_text(instant, self._zone)

    def _local(self, instant: int) -> dt.datetime:
        return _local_time(instant, self._zone)


def _local_time(instant: int, zone: ZoneInfo) -> dt.datetime:
    """An instant as wall time of a zone.

    Raises:
        ValueError: a story cannot name it, because clocks were put back: of two such times it means the first.
    """
    moment = datetime_of(instant).astimezone(zone)
    if moment.fold:
        raise ValueError(f"{moment:%Y-%m-%d %H:%M} comes twice in {zone.key}, and stories mean the first")
    return moment


def _map(value: Tree | str) -> Tree:
    return {} if isinstance(value, str) else value


def _one_line(value: Tree | str) -> str:
    return (
        value if isinstance(value, str) else written_map({key: _one_line(one) for key, one in value.items()})
    )


def map_lines(pairs: Tree, indent: str = "") -> list[str]:
    """A map, its values written already, in as few lines as are not too wide."""
    lines: list[str] = []
    for key, value in pairs.items():
        line = f"{indent}{written(key)}: {_one_line(value)}"
        if isinstance(value, str) or len(line) + _DEEP <= _WIDEST:
            lines.append(line)
        else:
            lines += [f"{indent}{written(key)}:", *map_lines(value, f"{indent}  ")]
    return lines


def _time(moment: dt.datetime) -> str:
    if moment.microsecond:
        return f"{moment:%H:%M:%S.%f}".rstrip("0")
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _quiet(quiet: QuietHours) -> str:
    """The hours of every day; a story writes down no others."""
    ((start, end),) = quiet.week[0]
    shown = [f"{minute % MINUTES_PER_DAY // 60:02d}:{minute % 60:02d}" for minute in (start, end)]
    return f'"{shown[0]}-{shown[1]}"'
