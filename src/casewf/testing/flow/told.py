"""A walk that failed, written down as a story that can be played."""

from __future__ import annotations

from pathlib import Path

from casewf.model.text import Label
from casewf.testing.flow.setting import FlowSetting
from casewf.testing.flow.watcher import RuleBroken
from casewf.testing.flow.world import FlowWalk
from casewf.testing.story_places import references
from casewf.testing.story_writer import story_text
from casewf.testing.suite import SUFFIX

__all__ = ["written_down"]


def written_down(walk: FlowWalk, setting: FlowSetting, path: Path, failure: Exception) -> str:
    """Write a walk up to where it failed into a folder, and say where it is.

    Args:
        walk: up to now.
        setting: what it began with.
        path: the file, without what it failed with and the suffix.
        failure: what it failed with.
    """
    rule_name = failure.rule if isinstance(failure, RuleBroken) else type(failure).__name__
    words = next(iter(str(failure).splitlines()), "")[:300]
    walk.note(Label(f"此处违反：{words}", f"broken here: {words}"))
    file = path.with_name(f"{path.name}-{rule_name}{SUFFIX}")
    try:
        names = references(
            file.parent,
            setting.story,
            workflows=setting.workflows,
            calendars=setting.calendars,
            directory=setting.directory,
        )
        text = story_text(walk.told_story(), names)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as trouble:
        return f"casewf: no story could be written of it: {trouble}"
    return f"casewf: the steps up to here are a story; see them with: casewf run {file}"
