"""How a story file names what lies outside it, seen from its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from casewf.definition.children import with_children
from casewf.definition.files import is_id
from casewf.testing.story_model import Story
from casewf.testing.story_writer import References

__all__ = ["references"]


def references(
    folder: Path,
    story: Story,
    *,
    workflows: Mapping[str, str],
    calendars: Sequence[str] = (),
    directory: str | None = None,
) -> References:
    """The names that a story in this folder uses.

    Args:
        folder: where it will be.
        story: what it is about.
        workflows: by id, the path or the packaged id; without one the id stands for itself.
        calendars: the paths of calendars that are not packaged.
        directory: the path of the directory file, or None.
    """
    known = {one.id: one.id for one in with_children(story.workflows)}
    return References(
        workflows=known | {name: _from(folder, where) for name, where in workflows.items()},
        calendars=[_from(folder, where) for where in calendars],
        directory=None if directory is None else _from(folder, directory),
    )


def _from(folder: Path, where: str) -> str:
    """A path as the folder sees it, or a packaged id as it is."""
    if is_id(where):
        return where
    path = Path(os.path.relpath(where, folder)).as_posix()
    return path if path.startswith("../") else f"./{path}"
