"""Many stories as one suite of tests: finds them, plays each, and says what came of it; a broken one stops no other."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs

from casewf.analysis.explain import code_titles
from casewf.definition.document import Document
from casewf.definition.findings import Finding, render_findings
from casewf.errors import CasewfError, DefinitionError
from casewf.testing.coverage import Coverage
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import load_story

__all__ = ["SUFFIX", "StoryResult", "find_stories", "problem_lines", "run_story"]

SUFFIX = ".story.yaml"
"""What the name of a story file ends with."""


@attrs.frozen(slots=True, kw_only=True)
class StoryResult:
    """What came of one story file.

    Attributes:
        path: the file.
        playback: what was played; None if it could not be.
        error: why it could not be played, or None.
    """

    path: Path
    playback: Playback | None = None
    error: CasewfError | None = None

    @property
    def ok(self) -> bool:
        """Whether it was played, and all was as it expects."""
        return self.playback is not None and not self.playback.failures

    @property
    def expectations(self) -> int:
        """How much it expects."""
        steps = () if self.playback is None else self.playback.story.steps
        return sum(len(step.checks) + (step.refused is not None) for step in steps)

    def problems(self, lang: str = "en") -> tuple[str, ...]:
        """What is wrong, each in a text of one or several lines: expectations that failed, or findings in its files."""
        if self.error is not None:
            return problem_lines(self.error, lang)
        return () if self.playback is None else tuple(one.text(lang) for one in self.playback.failures)


def find_stories(places: Iterable[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """The story files in the order of the places, those below a folder in the order of their names, each once.

    A file is taken whatever it is called. Hidden folders, such as those of virtual environments, are left out.

    Raises:
        OSError: a place that is not there, or a folder that cannot be read.
    """
    found: dict[Path, None] = {}
    for place in map(Path, places):
        place.stat()
        found |= dict.fromkeys(_below(place) if place.is_dir() else (place,))
    return tuple(found)


def run_story(
    path: Path, *, document: Document | None = None, coverage: Coverage | None = None
) -> StoryResult:
    """Play one story in memory; whatever is wrong with it or with its workflow is in the result.

    Args:
        path: the file.
        document: plays it on this workflow, not on the one that it names.
        coverage: takes note of what it covers.
    """
    if coverage is not None and document is not None:
        coverage.know(document)
    try:
        story = load_story(path, workflow=None if document is None else document.workflow)
        return StoryResult(path=path, playback=play(story, coverage=coverage))
    except CasewfError as error:
        return StoryResult(path=path, error=error)


def problem_lines(error: CasewfError, lang: str = "en") -> tuple[str, ...]:
    """An error in words: of a wrong file every finding, rendered with its line, else its own text."""
    if isinstance(error, DefinitionError):
        findings = [one for one in error.findings if isinstance(one, Finding)]
        return tuple(render_findings([one], code_titles(lang)).rstrip("\n") for one in findings)
    text = getattr(error, "text", None)
    return (text(lang) if text else str(error),)


def _below(folder: Path) -> Iterator[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_cannot_read):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in _stories(names)]
    return iter(sorted(found))


def _stories(names: Sequence[str]) -> list[str]:
    return [name for name in names if name.endswith(SUFFIX)]


def _cannot_read(error: OSError) -> None:
    raise error
