"""What the rules refused in a run: counted by what was tried and why, and told in the words of the workflow."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.core.decide import Refusal
from casewf.model.commands import Act, Command, Fire
from casewf.model.reasons import Reason, with_label
from casewf.model.workflow import Workflow
from casewf.simulation.agenda import Place
from casewf.simulation.entangled import Entangled

__all__ = [
    "OPENING",
    "ROUND_IN_CIRCLES",
    "Refused",
    "add_refusals",
    "count_refusal",
    "name_of",
    "refused_words",
]

OPENING = "open "
"""Stands before the name of a stream whose case was refused at its opening."""

ROUND_IN_CIRCLES = "round_in_circles"
_CIRCLES = (
    "同一工单反复执行操作，已停止",
    "the case goes round in circles, and nothing more is done with it",
)


@attrs.define(slots=True, kw_only=True)
class Refused:
    """Refusals of one kind.

    Attributes:
        what: the trigger; of an act its name and that of the limit; ``open`` and the stream.
        code: that of the first reason, or ``round_in_circles``.
        field: the field that the reason is about, or empty.
        since: where in time it was first.
        times: how often.
        reason: the first such reason; None for ``round_in_circles``.
    """

    what: str
    code: str
    field: str
    since: Place = attrs.field(eq=False, repr=False)
    times: int = 0
    reason: Reason | None = None


def count_refusal(
    counted: dict[tuple[str, str, str], Refused], what: str, refusal: Refusal | None, now: Place
) -> None:
    """Count a refusal; None for a case that goes round in circles."""
    reason = None if refusal is None else refusal.reasons[0]
    code, field = (ROUND_IN_CIRCLES, "") if reason is None else (reason.code, reason.params.get("field", ""))
    key = what, code, field
    if key not in counted:
        counted[key] = Refused(what=what, code=code, field=field, since=now, reason=reason)
    counted[key].times += 1


def add_refusals(
    counted: dict[tuple[str, str, str], Refused], others: Mapping[tuple[str, str, str], Refused]
) -> None:
    """Count what was refused elsewhere, too; the reason told is that of the first refusal anywhere.

    Raises:
        Entangled: nobody knows which was the first.
    """
    for key, other in others.items():
        one = counted.get(key)
        if one is None:
            counted[key] = other
            continue
        if one.since == other.since and one.reason != other.reason:
            raise Entangled
        first = min(one, other, key=lambda refused: refused.since)
        counted[key] = attrs.evolve(first, times=one.times + other.times)


def name_of(command: Command) -> str:
    """What refusals call a command."""
    if isinstance(command, Fire):
        return command.trigger
    return f"{command.act} {command.sla}" if isinstance(command, Act) else type(command).__name__


def refused_words(refused: Refused, workflow: Workflow, lang: str) -> tuple[str, str]:
    """What was refused, and why: the sentence that who tries it reads."""
    if refused.reason is None:
        why = _CIRCLES[lang != "zh"]
    else:
        why = refused.reason.text(lang, workflow.words)
    return _what(refused.what, workflow, lang), why


def _what(what: str, workflow: Workflow, lang: str) -> str:
    if what.startswith(OPENING):
        stream = what.removeprefix(OPENING)
        return f"立案：{stream}" if lang == "zh" else f"opening: {stream}"
    name, _, sla = what.partition(" ")
    if not sla:
        return with_label("trigger", name, lang, workflow.words)
    act, limit = workflow.words("act", name, lang) or name, with_label("sla", sla, lang, workflow.words)
    return f"{act}：{limit}" if lang == "zh" else f"{act}: {limit}"
