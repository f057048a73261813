"""A workflow on one screen: its lanes with their states, who acts, and its limits with where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from casewf.model.text import Label
from casewf.model.workflow import Sla, Workflow
from casewf.views.table import Cell, table
from casewf.views.text import Paint, wrap
from casewf.views.words import Speaker

__all__ = ["Origins", "overview"]

_KINDS = {
    "advisory": Label("提示性", "advisory"),
    "service": Label("服务", "service"),
    "statutory": Label("法定", "statutory"),
}


@attrs.frozen(slots=True, kw_only=True)
class Origins:
    """Where the parts of a workflow stand.

    Attributes:
        files: the file itself, its base, the base of that one, and so on.
        targets: by limit, the file and line of its targets.
        ceilings: by limit, what ``at_most`` says.
        sealed: the paths that these files seal, each with the file and line that does.
    """

    files: Sequence[str]
    targets: Mapping[str, str]
    ceilings: Mapping[str, str]
    sealed: Mapping[str, str]


def overview(
    workflow: Workflow, origins: Origins, *, lang: str = "en", columns: int = 100, colour: bool = False
) -> str:
    """The workflow in short; ends with a line end.

    Args:
        workflow: what is shown.
        origins: where it is written.
        lang: ``zh`` or ``en``.
        columns: how wide the terminal is.
        colour: whether to use colours.
    """
    paint, speaker = Paint(colour), Speaker(workflow=workflow, zone="UTC", lang=lang)
    say = speaker.say
    title = workflow.title.text(lang) or workflow.id
    lines = [paint(line, "bold") for line in wrap(title, columns)]
    lines += wrap(
        say(f"{workflow.id} 第{workflow.version}版", f"{workflow.id}, version {workflow.version}"), columns
    )
    lines += wrap(say("，叠加于 ", ", over ").join(origins.files), columns)
    sections = {
        say("轨道", "Tracks"): _tracks(speaker),
        say("角色", "Roles"): _labels(workflow.roles, lang),
        say("警示牌（由轻到重）", "Cards, mildest first"): _labels(dict(workflow.cards), lang),
        say("时限", "Limits"): [_limit(speaker, sla, origins) for sla in workflow.slas],
        say(
            "封存（叠加文件不得改动，时限只可收紧）", "Sealed: no overlay changes it, limits may be tightened"
        ): [[Cell(path), Cell(place, ("dim",))] for path, place in origins.sealed.items()],
    }
    for head, rows in sections.items():
        if rows:
            lines += ["", paint(head, "bold"), *table((), rows, columns=columns, paint=paint, indent=2)]
    return "\n".join(lines) + "\n"


def _tracks(speaker: Speaker) -> list[list[Cell]]:
    """Each lane with its states; the closed ones are marked."""
    rows = []
    for track in speaker.workflow.tracks:
        states = (
            f"{'✓' if one.closed else ''}{one.title.text(speaker.lang) or one.id}" for one in track.states
        )
        title = track.title.text(speaker.lang)
        rows.append([Cell(track.id), Cell(title, ("bold",)), Cell(" · ".join(states))])
    return rows


def _labels(labels: Mapping[str, Label], lang: str) -> list[list[Cell]]:
    return [[Cell(name), Cell(label.text(lang))] for name, label in labels.items()]


def _limit(speaker: Speaker, sla: Sla, origins: Origins) -> list[Cell]:
    limits = list(_targets(speaker, sla))
    if sla.id in origins.ceilings:
        limits.append(speaker.say("最长", "at most ") + origins.ceilings[sla.id])
    return [
        Cell(sla.id),
        Cell(sla.title.text(speaker.lang), ("bold",)),
        Cell(_KINDS[sla.kind].text(speaker.lang)),
        Cell(speaker.say("；", "; ").join(limits)),
        Cell(origins.targets.get(sla.id, ""), ("dim",)),
    ]


def _targets(speaker: Speaker, sla: Sla) -> Iterator[str]:
    for target in sla.target:
        if target.until is not None:
            field = speaker.label("field", target.until)
            length = speaker.say(f"至“{field}”", f"until “{field}”")
        else:
            length = "" if target.within is None else speaker.amount(target.within)
        if target.when is None:
            yield length
        else:
            condition = speaker.condition(target.when)
            yield speaker.say(f"{condition}：{length}", f"{length} if {condition}")
