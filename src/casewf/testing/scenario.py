"""Scenarios: stories told in Python, given, when, then; with the keys of story files, and what they mean there."""

from __future__ import annotations

import datetime as dt
import os
import traceback
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import get_args

import attrs

from casewf.definition.beside import calendars_beside
from casewf.definition.files import is_id
from casewf.definition.findings import Finding
from casewf.definition.load import packaged_workflows
from casewf.definition.source import Place
from casewf.definition.written import written
from casewf.errors import DefinitionError, FindingLike
from casewf.model.amount import Amount
from casewf.model.workflow import Workflow
from casewf.model.zone import load_zone
from casewf.ports.outside import Outcome
from casewf.testing.clock import ZONE, instant_of
from casewf.testing.people import organisations_of, read_person
from casewf.testing.playback import Playback
from casewf.testing.sources import workflow_of_test
from casewf.testing.story import play
from casewf.testing.story_file import FORMAT, parse_story
from casewf.testing.story_model import Story
from casewf.testing.story_writer import Tree, local_text, map_lines, step_lines, written_amount

__all__ = ["Scenario"]


@attrs.define(slots=True)
class _Step:
    """A step in the making: its keys and what it expects, and the lines of Python that say so."""

    keys: Mapping[str, object]
    place: Place
    expect: Mapping[str, object] | None = None
    expected_at: Place | None = None


@attrs.frozen(slots=True)
class _Line:
    """A line of the text, and the lines of Python that say so: another one from the column on where it expects."""

    text: str
    place: Place
    expected_at: Place | None = None
    expects_from: int | None = None

    def said_at(self, column: int) -> Place:
        """The line of Python that says what stands at a column, which counts from 1."""
        is_expected = self.expects_from is not None and column > self.expects_from
        return self.expected_at or self.place if is_expected else self.place


class Scenario:
    """A story in Python, step by step; each method returns the scenario itself.

    ::

        Scenario("hotline-12351").given(people={"wu": "operator @ city"}).when(
            at="2026-03-16 10:00", open={"channel": "app"}, by="wu"
        ).then(states={"union": "received"}).check()

    It becomes the text of a story file, and is read as such: keys, names and values are checked as in a file, and it
    plays as the file would. Values are Python's: dates, ``Decimal``, aware datetimes, amounts; ``None`` in what is
    expected is the ``none`` of the file.

    Args:
        workflow: the definition, the id of a packaged one, or the path of a file.
        case: the id of the story's case.
        org: the organisation that it belongs to; that of who opens it if None.
        zone: the IANA time zone of its times.
    """

    def __init__(
        self,
        workflow: Workflow | str | os.PathLike[str],
        case: str = "S-1",
        *,
        org: str | None = None,
        zone: str = ZONE,
    ) -> None:
        self._workflow = workflow
        self._case = case
        self._org = org
        self._zone = load_zone(zone)
        self._head: dict[str, object] = {}
        self._begun_at = self._given_at = _caller()
        self._steps: list[_Step] = []

    def given(self, **keys: object) -> Scenario:
        """What there is before it begins, by the keys above ``steps`` in a story file.

        ``people``, ``organisations``, ``directory``, ``connectors``, ``cases``, ``calendars``, ``title``, ``note``.
        People may be written shortly, ``{"li": "handler @ city/yuzhong"}``, as for ``directory_of``.
        """
        self._head |= keys
        self._given_at = _caller()
        return self

    def when(self, **keys: object) -> Scenario:
        """A step, by its keys in a story file: ``at``, ``open``, ``fire``, ``act``, ``by``, ``data`` and so on.

        ``at`` may be left out where it happens at the time of the step above. A key that is None is left out.
        """
        self._steps.append(_Step({key: value for key, value in keys.items() if value is not None}, _caller()))
        return self

    def then(self, **keys: object) -> Scenario:
        """What must be true after the step above, by the keys of ``expect``: ``states``, ``clocks`` and so on."""
        place = _caller()
        if not self._steps or self._steps[-1].expect is not None:
            self._steps.append(_Step({}, place))
        self._steps[-1].expect, self._steps[-1].expected_at = keys, place
        return self

    def story(self) -> Story:
        """The story, its names checked against the workflow; its failures name the lines of Python.

        Raises:
            DefinitionError: a key, a name or a value is wrong; the findings name the lines of Python.
            TypeError: a value that no story holds.
        """
        __tracebackhide__ = True
        given = self._workflow if isinstance(self._workflow, Workflow) else None
        lines, file = self._lines(self._name()), f"<scenario {self._case}>"
        try:
            story = parse_story(_text(lines), file=file, workflow=given)
        except DefinitionError as wrong:
            raise DefinitionError([_in_python(one, file, lines) for one in wrong.findings]) from None
        steps = [
            attrs.evolve(
                step,
                place=told.place,
                checks=tuple(
                    attrs.evolve(check, place=told.expected_at or told.place) for check in step.checks
                ),
            )
            for step, told in zip(story.steps, self._steps, strict=True)
        ]
        return attrs.evolve(story, steps=tuple(steps))

    def play(self) -> Playback:
        """Play it from its first step to its last, in memory and in virtual time; what was not as expected is noted.

        Raises:
            DefinitionError, TypeError: as ``story``.
        """
        __tracebackhide__ = True
        return play(self.story())

    def check(self) -> Playback:
        """Play it, and make sure that everything was as expected.

        Raises:
            StoryFailed: something was not, with the lines of Python.
            DefinitionError, TypeError: as ``story``.
        """
        __tracebackhide__ = True
        return self.play().check()

    def text(self, workflow: str | None = None) -> str:
        """The text of a story file that says the same.

        Args:
            workflow: how the file names the workflow; its id if it is a packaged one, else ``./<id>.yaml``, if None.

        Raises:
            TypeError: a value that no story holds.
            ValueError: a time that comes twice in the zone, or people that ``directory_of`` does not take.
        """
        return _text(self._lines(self._name() if workflow is None else workflow))

    def _lines(self, workflow: str) -> list[_Line]:
        """The lines of the text, each with the line of Python that says so."""
        head: dict[str, object] = {
            "casewf-story": FORMAT,
            "workflow": workflow,
            "zone": self._zone.key,
            **self._beside(workflow),
            **self._given(),
            "case": {"id": self._case, **({} if self._org is None else {"org": self._org})},
        }
        lines: list[_Line] = []
        for key, value in head.items():
            place = self._given_at if key in self._head or key == "organisations" else self._begun_at
            lines += [_Line(line, place) for line in map_lines({key: self._tree(value)})]
        lines.append(_Line("steps:", self._begun_at))
        for step in self._steps:
            keys = {key: self._written(value) for key, value in step.keys.items()}
            expected = {key: self._tree(value) for key, value in (step.expect or {}).items()}
            since = None
            for line in step_lines(keys, expected):
                found = line.find("expect: ") if since is None else 0
                since = found if since is None and found >= 0 else since
                lines.append(
                    _Line(line, step.place, step.expected_at, max(found, 0) if since is not None else None)
                )
        return lines

    def _name(self) -> str:
        if not isinstance(self._workflow, Workflow):
            return os.fspath(self._workflow)
        name = self._workflow.id
        return name if name in packaged_workflows() else f"./{name}.yaml"

    def _beside(self, workflow: str) -> dict[str, object]:
        """The calendars that lie beside the workflow's file, as ``calendars`` names them beside ``workflow``."""
        source = self._workflow
        if isinstance(source, Workflow) or is_id(source):
            return {}
        found = calendars_beside(workflow_of_test(source).calendar.ids, [source])
        paths = [(Path(workflow).parent / Path(path).name).as_posix() for path, _ in found.values()]
        return {"calendars": paths} if paths else {}

    def _given(self) -> dict[str, object]:
        """What was given, its people written in full with their organisations."""
        people = self._head.get("people")
        if not isinstance(people, Mapping):
            return self._head
        short = {name: read_person(name, text) for name, text in people.items() if isinstance(text, str)}
        full = {
            name: {"roles": list(one.roles), **({} if one.org is None else {"org": one.org})}
            for name, one in short.items()
        }
        above = organisations_of(one.way for one in short.values())
        given = self._head.get("organisations", {})
        organisations = {
            **{
                org: {"zh": org} if under is None else {"zh": org, "under": under}
                for org, under in above.items()
            },
            **(given if isinstance(given, Mapping) else {}),
        }
        return {**self._head, "organisations": organisations, "people": {**people, **full}}

    def _tree(self, value: object) -> Tree | str:
        """A value as maps of texts, so that a long one can stand in several lines."""
        if isinstance(value, Mapping) and value:
            return {name: self._tree(one) for name, one in value.items()}
        return "none" if value is None else self._written(value)

    def _written(self, value: object) -> str:
        """A value in one line.

        Raises:
            TypeError: no story holds such a value.
        """
        return written(self._plain(value))

    def _plain(self, value: object) -> object:
        if isinstance(value, dt.datetime):
            return local_text(instant_of(value), self._zone)
        if isinstance(value, get_args(Amount)):
            return written_amount(value)
        if isinstance(value, Outcome):
            return self._answer(value)
        if isinstance(value, Mapping):
            return {name: self._plain(one) for name, one in value.items()}
        if isinstance(value, Set):
            return sorted(value)
        return [self._plain(one) for one in value] if isinstance(value, list | tuple) else value

    def _answer(self, outcome: Outcome) -> object:
        if outcome != Outcome(ok=outcome.ok, data=outcome.data, error=outcome.error):
            raise TypeError(f"a story's connector answers with ok, data and error alone, got {outcome!r}")
        more = {"data": self._plain(outcome.data), "error": outcome.error}
        return {"ok": outcome.ok, **{key: value for key, value in more.items() if value}}


def _text(lines: Sequence[_Line]) -> str:
    return "".join(f"{line.text}\n" for line in lines)


def _in_python(finding: FindingLike, file: str, lines: Sequence[_Line]) -> FindingLike:
    """A finding in the text, at the line of Python that says so; with its advice, as a traceback shows one line."""
    if not isinstance(finding, Finding) or finding.place.file != file:
        return finding
    line = lines[min(finding.place.line, len(lines)) - 1]
    more = [f"allowed: {', '.join(finding.allowed)}"] if finding.allowed else []
    message = "; ".join([finding.message, *([finding.help] if finding.help else []), *more])
    return attrs.evolve(
        finding, message=message, allowed=(), help="", place=line.said_at(finding.place.column)
    )


def _caller() -> Place:
    """The line of Python that calls the method which asks."""
    frame = traceback.extract_stack(limit=3)[0]
    path = Path(frame.filename)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return Place(file=str(shown), line=frame.lineno or 1, snippet=frame.line or "")
