"""What needs a person, in words (E6, E7)."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.model.text import Label
from casewf.views.words import Speaker

__all__ = ["INCIDENTS", "incident_kind"]

INCIDENTS: Mapping[str, Label] = {
    "dead_letter": Label("未能送达，不再重试", "not delivered, given up"),
    "erasure_failed": Label("未能删除", "could not be erased"),
    "limit_without_date": Label("时限缺少约定日期", "a limit without its date"),
    "merged_in_circle": Label("循环并案", "merged in a circle"),
    "merged_into_closed": Label("并入了已办结的工单", "merged into a closed case"),
    "migration_failed": Label("未能改用新版流程", "could not be moved to a new version"),
    "nobody_delivers": Label("此处无法投递", "nothing here delivers it"),
    "nobody_to_tell": Label("无人可通知", "nobody to tell"),
    "outcome_refused": Label("对方的结果未被接受", "an outcome was refused"),
    "recompute_failed": Label("未能按新版日历重算", "could not be recomputed"),
    "sweep_failed": Label("定时处理失败", "could not be swept"),
    "timer_refused": Label("到时操作被拒绝", "a timer was refused"),
}
"""What the engine reports, by kind; a host's connector may report others."""


def incident_kind(speaker: Speaker, kind: str) -> str:
    """A kind with its label before it, as ``无人可通知（nobody_to_tell）``; one without a label as it is."""
    label = INCIDENTS.get(kind)
    if label is None:
        return kind
    return speaker.say(f"{label.zh}（{kind}）", f"{label.en} ({kind})")
