"""Saving a walk as a story file, with paths that start at its folder, and playing it to be sure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from casewf.definition.children import with_children
from casewf.definition.files import is_id
from casewf.testing.story_writer import References, story_text
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
        text = story_text(walk.story(), self._references(path.parent, walk))
        if path not in self.saved:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
            self.saved.add(path)
        else:
            path.write_text(text, encoding="utf-8")
        return run_story(path)

    def _references(self, folder: Path, walk: Walk) -> References:
        workflows = {one.id: one.id for one in with_children(walk.setting.workflows)}
        workflows |= {name: _from(folder, where) for name, where in self.workflows.items()}
        return References(
            workflows=workflows,
            calendars=[_from(folder, where) for where in self.calendars],
            directory=None if self.directory is None else _from(folder, self.directory),
        )


def _from(folder: Path, where: str) -> str:
    """A path as the folder sees it, or a packaged id as it is."""
    if is_id(where):
        return where
    path = Path(os.path.relpath(where, folder)).as_posix()
    return path if path.startswith("../") else f"./{path}"
