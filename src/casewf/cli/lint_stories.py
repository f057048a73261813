"""Stories that show what the linter found, written where ``casewf run`` plays them."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable
from pathlib import Path

from casewf.definition.files import is_id
from casewf.definition.findings import Finding

__all__ = ["write_stories"]

_WORKFLOW = re.compile(r"^workflow: .*$", re.MULTILINE)
_BESIDE = re.compile(r"(?<=[\"' \[])\./(?=[\w-]+\.yaml)")


def write_stories(found: Iterable[tuple[str, Finding]], folder: Path) -> list[Path]:
    """Write the story of each finding that has one, with the file it was found in; the paths of all of them.

    A story that lies there already, as it would be written, stays; beside another file of that name it gets the next
    number.
    """
    written: list[Path] = []
    for file, finding in found:
        if finding.story:
            text = _placed(finding.story, file, folder)
            path = _free(folder, f"{Path(file).stem}-{finding.code}", text, written)
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def _free(folder: Path, stem: str, text: str, written: list[Path]) -> Path:
    for number in itertools.count(1):
        path = folder / f"{stem}-{number}.story.yaml"
        if path not in written and (not path.exists() or path.read_bytes() == text.encode()):
            return path
    raise AssertionError("counting does not end")


def _placed(story: str, file: str, folder: Path) -> str:
    """The story with paths that start at its folder; in the linter they start at the workflow's."""
    if is_id(file):
        return _WORKFLOW.sub(f"workflow: {file}", story, count=1)
    beside = os.path.relpath(Path(file).resolve().parent, folder.resolve())
    beside = "." if beside == os.curdir else Path(beside).as_posix()
    named = f"{beside}/{Path(file).name}".replace("\\", "/")
    escaped = named.replace('"', '\\"')
    story = _WORKFLOW.sub(lambda _: f'workflow: "{escaped}"', story, count=1)
    return _BESIDE.sub(f"{beside}/", story)
