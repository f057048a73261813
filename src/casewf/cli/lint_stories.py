"""Stories that show what the linter found, written where ``casewf run`` plays them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from casewf.cli.terminal import Terminal, UsageError
from casewf.definition.files import is_id
from casewf.definition.findings import Finding

__all__ = ["write_stories"]

_WORKFLOW = re.compile(r"^workflow: .*$", re.MULTILINE)
_BESIDE = re.compile(r"(?<=[\"' \[])\./(?=[\w-]+\.yaml)")


def write_stories(found: Iterable[tuple[str, Finding]], folder: Path, out: Terminal) -> list[Path]:
    """Write the story of each finding that has one, with the file it was found in; the paths written.

    Raises:
        UsageError: a file of that name is there already; nothing was written.
    """
    numbers: Counter[str] = Counter()
    stories: dict[Path, str] = {}
    for file, finding in found:
        if finding.story:
            stem = f"{Path(file).stem}-{finding.code}"
            numbers[stem] += 1
            stories[folder / f"{stem}-{numbers[stem]}.story.yaml"] = _placed(finding.story, file, folder)
    for path in stories:
        if path.exists():
            raise UsageError(
                out.say(f"{path} 已存在，未作改动", f"{path} exists already and is left as it is")
            )
    if stories:
        folder.mkdir(parents=True, exist_ok=True)
    for path, text in stories.items():
        path.write_text(text, encoding="utf-8")
    return list(stories)


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
