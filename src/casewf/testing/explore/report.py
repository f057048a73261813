"""What exploring a workflow gave, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import attrs

from casewf.model.text import Label
from casewf.testing.coverage import WorkflowCoverage
from casewf.testing.coverage_text import KIND_WORDS, coverage_text
from casewf.testing.explore.stories import Explored, did
from casewf.testing.explore.unreached import Unreached
from casewf.testing.story_model import DeliverNow, Step, Story, SweepNow
from casewf.views.table import Cell, table
from casewf.views.text import Paint

__all__ = ["explored_text"]

_INDENT = 2
_NOT_REACHED, _IMPOSSIBLE = Label("未到达", "not reached"), Label("不可能发生", "impossible")


def explored_text(
    explored: Explored,
    names: Sequence[str],
    left: Sequence[Unreached],
    *,
    lang: str,
    columns: int,
    colour: bool,
) -> str:
    """A line for each story, what they cover together, and what they do not; ends with a line end.

    Args:
        explored: what was found.
        names: what the stories are called, or will be in files.
        left: what is not covered; what is proved impossible has a section of its own, and no share in the figures.
        lang: ``zh`` or ``en``.
        columns: how wide the terminal is.
        colour: whether to paint.
    """
    paint = Paint(colour)
    lines = [*_stories(explored, names, lang, columns, paint), ""]
    if explored.coverage is not None:
        possible = _possible(explored.coverage, left)
        figures = coverage_text([possible], lang=lang, columns=columns, colour=colour, gaps=False)
        lines += [*figures.splitlines(), ""]
    for proved, words in ((False, _NOT_REACHED), (True, _IMPOSSIBLE)):
        if told := [one for one in left if one.proved is proved]:
            lines += [*_left(told, words, lang, columns, paint), ""]
    tried, positions = explored.found.tried, explored.found.positions
    last = (
        f"试了{tried:,}步，见到{positions:,}种情形"
        if lang == "zh"
        else f"{tried:,} commands were tried, {positions:,} positions found"
    )
    if not all(one.never for one in left):
        last += "；加大 --budget 可继续找" if lang == "zh" else "; a higher --budget tries longer"
    return "\n".join([*lines, paint(last, "dim")]) + "\n"


def _stories(
    explored: Explored, names: Sequence[str], lang: str, columns: int, paint: Paint
) -> Iterator[str]:
    rows = []
    for name, story in zip(names, explored.stories, strict=True):
        deeds = list(_deeds(story))
        steps = (
            f"{len(deeds)}步" if lang == "zh" else f"{len(deeds)} {'step' if len(deeds) == 1 else 'steps'}"
        )
        shown = " · ".join(_summary(story, deeds, lang))
        rows.append([Cell(name, ("bold",)), Cell(steps, ("dim",)), Cell(shown)])
    yield from table((), rows, columns=columns, paint=paint)


def _deeds(story: Story) -> Iterator[Step | None]:
    """What people do, and None where time passes until something is due."""
    now = story.steps[0].at
    for step in story.steps:
        if isinstance(step.action, SweepNow | DeliverNow):
            if step.at > now:
                yield None
        elif step.action is not None:
            yield step
        now = step.at


def _summary(story: Story, deeds: Iterable[Step | None], lang: str) -> Iterator[str]:
    """What is done, in one line: ``✗`` is what is refused, ``⧗ 3`` that three times something is waited for."""
    for waits, several in groupby(deeds, key=lambda deed: deed is None):
        found = [*several]
        if waits:
            yield f"⧗ {len(found)}" if len(found) > 1 else "⧗"
        for step in found:
            for name in did([step] if step is not None else ()):
                title = story.workflow.trigger_title(name).text(lang) or name
                yield title if step is None or step.refused is None else f"✗ {title}"


def _possible(coverage: WorkflowCoverage, left: Sequence[Unreached]) -> WorkflowCoverage:
    """The coverage of what is not proved impossible."""
    proved = {one.point for one in left if one.proved}
    return attrs.evolve(coverage, points=tuple(point for point in coverage.points if point not in proved))


def _left(left: Sequence[Unreached], title: Label, lang: str, columns: int, paint: Paint) -> Iterator[str]:
    for kind in dict.fromkeys(one.point.kind for one in left):
        colon = "：" if lang == "zh" else ": "
        yield paint(f"{title.text(lang)}{colon}{KIND_WORDS[kind].text(lang)}", "bold")
        rows = [
            [
                Cell(f"{one.file}:{one.line}" if one.line is not None else "–", ("dim",)),
                Cell(one.owner.text(lang)),
                Cell(one.missing.text(lang), ("yellow",)),
                Cell(one.why.text(lang)),
            ]
            for one in left
            if one.point.kind == kind
        ]
        yield from table((), rows, columns=columns, paint=paint, indent=_INDENT)
