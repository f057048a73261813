"""Saving a walk as a story file, with paths that start at its folder, and playing it to be sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from casewf.testing.story_places import references
from casewf.testing.story_writer import story_text
from casewf.testing.suite import SUFFIX, StoryResult, run_story
from casewf.testing.walk import Walk

__all__ = ["Saver"]


@attrs.define(slots=True, kw_only=True)
class Saver:
    """Where the files of a walk are; ``saved`` are those that it wrote, and may write again.

    Attributes:
        workflows: by id, the path or the packaged id.
        calendars: the paths of calendars that are not packaged.
        directory: the path of the directory file, or None.
    """

    workflows: Mapping[str, str]
    calendars: Sequence[str] = ()
    directory: str | None = None
    saved: set[Path] = attrs.field(factory=set)

    def path(self, name: str) -> Path:
        """The file that a name means; it ends as story files do."""
        return Path(name if name.endswith(SUFFIX) else f"{name}{SUFFIX}")

    def save(self, walk: Walk, path: Path) -> StoryResult:
        """Write the story and play it.

        Raises:
            FileExistsError: there is such a file already, and it is not of this walk.
            OSError: it cannot be written.
            ValueError: an instant of the walk has no name in a story.
        """
        names = references(
            path.parent,
            walk.setting,
            workflows=self.workflows,
            calendars=self.calendars,
            directory=self.directory,
        )
        text = story_text(walk.story(), names)
        if path not in self.saved:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
            self.saved.add(path)
        else:
            path.write_text(text, encoding="utf-8")
        return run_story(path)
