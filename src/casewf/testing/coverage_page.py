"""The coverage of workflows by their stories as a page for a browser: every row, guard and limit, marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from pathlib import PurePath

import attrs

from casewf.machine.rules import PREVIOUS
from casewf.model.expression import Expression
from casewf.model.text import Label
from casewf.model.workflow import Sla, Track
from casewf.testing.coverage import WorkflowCoverage, share_of
from casewf.testing.coverage_gaps import line_of, owner_of, rung_words, target_words
from casewf.testing.coverage_points import KINDS, Place, Point, conditions_of, guards_of
from casewf.testing.coverage_text import KIND_WORDS, percent
from casewf.views.conditions import condition_words
from casewf.views.page import render_page
from casewf.views.words import Speaker

__all__ = ["coverage_page"]


@attrs.frozen(slots=True)
class _Mark:
    """Something that was covered or not; its code, and the line on which it stands, where that is not its row's."""

    text: str
    covered: bool
    line: str = ""
    code: str = ""


@attrs.frozen(slots=True, kw_only=True)
class _Guard:
    line: str
    owner: str
    text: str
    words: str
    answers: tuple[_Mark, ...]
    conditions: tuple[tuple[str, tuple[_Mark, ...]], ...]

    @property
    def complete(self) -> bool:
        return _all(self.answers, *(marks for _, marks in self.conditions))


@attrs.frozen(slots=True, kw_only=True)
class _Row:
    """A row of a track, or a target of a limit: its name, and the code where that is another."""

    line: str
    name: str
    code: str
    marks: tuple[_Mark, ...]
    guards: tuple[_Guard, ...]

    @property
    def complete(self) -> bool:
        return _all(self.marks) and all(guard.complete for guard in self.guards)


@attrs.frozen(slots=True, kw_only=True)
class _Part:
    """A track, or a limit, with the guards that belong to no row of it; its code where the name is another."""

    name: str
    code: str
    rows: tuple[_Row, ...]
    guards: tuple[_Guard, ...] = ()

    @property
    def complete(self) -> bool:
        return all(row.complete for row in self.rows) and all(guard.complete for guard in self.guards)


@attrs.frozen(slots=True, kw_only=True)
class _Section:
    id: str
    title: str
    version: int
    stories: int
    file: str
    overlaid: bool
    figures: tuple[tuple[str, int, int, str], ...]
    tracks: tuple[_Part, ...]
    limits: tuple[_Part, ...]


def coverage_page(results: Collection[WorkflowCoverage], *, lang: str = "en") -> str:
    """The page, self-contained.

    Raises:
        MissingExtra: Jinja2, the extra ``html``, is not installed.
    """
    return render_page(
        "coverage.html",
        lang=lang,
        title="故事覆盖率" if lang == "zh" else "Story coverage",
        share=percent(share_of(results)),
        workflows=[_Workflow(result, lang).section() for result in results],
    )


class _Workflow:
    """Marks the parts of one workflow."""

    def __init__(self, result: WorkflowCoverage, lang: str) -> None:
        self._result = result
        self._lang = lang
        self._speaker = Speaker(workflow=result.workflow, zone="UTC", lang=lang)
        self._guards: Mapping[Place, Expression] = dict(guards_of(result.workflow))

    def section(self) -> _Section:
        workflow, result = self._result.workflow, self._result
        sources = [] if result.document is None else result.document.report.sources
        figures = [(kind, *result.of(kind)) for kind in KINDS]
        return _Section(
            id=workflow.id,
            title=workflow.title.text(self._lang),
            version=workflow.version,
            stories=result.stories,
            file=sources[0].file if sources else "",
            overlaid=len(sources) > 1,
            figures=tuple(
                (KIND_WORDS[kind].text(self._lang), covered, every, percent(Fraction(covered, every)))
                for kind, covered, every in figures
                if every
            ),
            tracks=tuple(self._track(track) for track in workflow.tracks),
            limits=tuple(self._limit(sla) for sla in workflow.slas),
        )

    def _track(self, track: Track) -> _Part:
        rows = []
        for number, row in enumerate(track.transitions):
            place: Place = ("tracks", track.id, "transitions", number)
            name, code = self._speaker.label("trigger", row.trigger), row.trigger
            if row.target is not None:
                name, code = f"{name} → {self._state(track, row.target)}", f"{code} → {row.target}"
            marks = (
                self._mark(self._state(track, point.detail), point.detail, point)
                for point in self._points("transition", place)
            )
            rows.append(
                _Row(
                    line=self._line(place),
                    name=name,
                    code=_other(code, name),
                    marks=tuple(marks),
                    guards=self._guards_below(place),
                )
            )
        name = track.title.text(self._lang) or track.id
        return _Part(name=name, code=_other(track.id, name), rows=tuple(rows))

    def _state(self, track: Track, state: str) -> str:
        if state == PREVIOUS:
            return "原状态" if self._lang == "zh" else "the state before"
        return self._speaker.state(track.id, state)

    def _mark(self, text: str, code: str, point: Point) -> _Mark:
        return _Mark(text, self._has(point), code=_other(code, text))

    def _limit(self, sla: Sla) -> _Part:
        rows = [self._target(sla, number) for number in range(len(sla.target))]
        others = [place for place in self._guards if place[:2] == ("slas", sla.id) and place[2] != "target"]
        name = sla.title.text(self._lang) or sla.id
        return _Part(
            name=name,
            code=_other(sla.id, name),
            rows=tuple(rows),
            guards=tuple(self._guard(place) for place in others),
        )

    def _target(self, sla: Sla, number: int) -> _Row:
        place: Place = ("slas", sla.id, "target", number)
        workflow = self._result.workflow
        used = self._has(Point("target", place))
        rungs = [
            point
            for point in self._result.points
            if point.kind == "rung" and point.place[1] == sla.id and point.detail == str(number)
        ]
        words = "采用" if self._lang == "zh" else "measured by"
        return _Row(
            line=self._line(place),
            name=self._say(target_words(workflow, sla.id, number)),
            code="",
            marks=(
                _Mark(words, used),
                *(
                    _Mark(self._say(rung_words(workflow, one.place)), self._has(one), self._line(one.place))
                    for one in rungs
                ),
            ),
            guards=self._guards_below(place),
        )

    def _guards_below(self, place: Place) -> tuple[_Guard, ...]:
        below = [other for other in self._guards if other[: len(place)] == place]
        return tuple(self._guard(other) for other in below)

    def _guard(self, place: Place) -> _Guard:
        guard, zh = self._guards[place], self._lang == "zh"
        met, not_met = ("满足", "不满足") if zh else ("met", "not met")
        true, false = ("真", "假") if zh else ("true", "false")
        return _Guard(
            line=self._line(place),
            owner=self._say(owner_of(self._result.workflow, place)),
            text=str(guard),
            words=condition_words(self._speaker, guard.tree),
            answers=self._answers(Point("guard", place), met, not_met),
            conditions=tuple(
                (text, self._answers(Point("condition", place, text), true, false))
                for text in conditions_of(guard)
            ),
        )

    def _answers(self, point: Point, yes: str, no: str) -> tuple[_Mark, ...]:
        return tuple(
            _Mark(words, self._has(attrs.evolve(point, met=met))) for words, met in ((yes, True), (no, False))
        )

    def _points(self, kind: str, place: Place) -> Iterable[Point]:
        return (point for point in self._result.points if point.kind == kind and point.place == place)

    def _has(self, point: Point) -> bool:
        return point in self._result.covered

    def _line(self, place: Place) -> str:
        """The line, and the name of the file where it is another one, over which this one is laid."""
        document = self._result.document
        file, line = line_of(document, place)
        if document is None or line is None:
            return ""
        return str(line) if file == document.report.source.file else f"{PurePath(file).name}:{line}"

    def _say(self, label: Label) -> str:
        return label.text(self._lang)


def _other(code: str, name: str) -> str:
    """The code, if it says something else than the name."""
    return "" if code == name else code


def _all(*marks: tuple[_Mark, ...]) -> bool:
    return all(mark.covered for some in marks for mark in some)
