"""What came of playing a story."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.definition.source import Place
from casewf.engine.case_view import CaseView, HistoryEntry
from casewf.engine.engine import Engine
from casewf.errors import StoryFailed
from casewf.model.case import Actor
from casewf.model.reasons import Reason
from casewf.model.text import Label
from casewf.testing.story_model import Story

__all__ = ["Playback", "RefusedAttempt", "StoryFailure"]


@attrs.frozen(slots=True, kw_only=True)
class StoryFailure:
    """Something that a story expects and that is not so.

    Attributes:
        place: the file and line that expects it.
        subject: what it is about, in both languages.
        expected, found: both sides, as stories write them.
    """

    place: Place
    subject: Label
    expected: Label
    found: Label

    def text(self, lang: str = "en") -> str:
        """One line: where, what was expected, what was found."""
        where = f"{self.place.file}:{self.place.line}"
        if lang == "zh":
            return f"{where}：{self.subject.zh}：应为 {self.expected.zh}，实为 {self.found.zh}"
        return f"{where}: {self.subject.en}: expected {self.expected.en}, found {self.found.en}"

    def __str__(self) -> str:
        return self.text()


@attrs.frozen(slots=True, kw_only=True)
class RefusedAttempt:
    """A command that was refused on the way.

    Attributes:
        at: the instant.
        after: the number of the case's last event then.
        person: who tried; ``trigger`` what, ``open`` for an opening.
        reasons: why; empty where the case was not found (M2).
        note: what the story says of it.
    """

    at: int
    after: int
    person: str
    trigger: str
    reasons: tuple[Reason, ...]
    note: Label = attrs.field(factory=Label)


@attrs.frozen(slots=True, kw_only=True)
class Playback:
    """What came of a story.

    Attributes:
        engine: the engine it was played on, its clock at the last step.
        observer: an actor who sees the case and every field of it.
        case: the case at the end; None if it was never opened.
        history: its events.
        others: the histories of the story's other cases, by id; of those that were opened.
        notes: event number → what the story says of it.
        refusals: refused commands, in order.
        failures: every expectation that was not met, in order.
    """

    story: Story
    engine: Engine
    observer: Actor
    case: CaseView | None
    history: tuple[HistoryEntry, ...]
    others: Mapping[str, tuple[HistoryEntry, ...]] = attrs.field(factory=dict)
    notes: dict[int, Label]
    refusals: tuple[RefusedAttempt, ...]
    failures: tuple[StoryFailure, ...]

    def check(self) -> Playback:
        """This playback, if everything was as expected.

        Raises:
            StoryFailed: something was not; its ``failures`` hold it all.
        """
        __tracebackhide__ = True
        if self.failures:
            raise StoryFailed(self.failures)
        return self
