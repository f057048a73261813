"""A notification in words: what happened to which case, and how the case stands."""

from __future__ import annotations

from collections.abc import Mapping

from casewf.model.case import Case
from casewf.model.effects import Notify
from casewf.model.notice import Notice
from casewf.model.plain_text import printable
from casewf.model.workflow import Workflow
from casewf.views.words import Speaker

__all__ = ["full_notice", "short_notice"]


def full_notice(
    speaker: Speaker, case: Case, effect: Notify, at: int, values: Mapping[str, object]
) -> Notice:
    """What somebody is told who sees the case.

    Args:
        speaker: in which language, and in the words of which definition.
        case: as it stands.
        effect: the notification.
        at: when it was written, in microseconds.
        values: the fields as he may read them.
    """
    say = speaker.say
    lines = [
        say(f"您的角色：{_role(speaker, effect)}", f"your role: {_role(speaker, effect)}"),
        say(f"时间：{speaker.moment(at)}", f"when: {speaker.moment(at)}"),
        say(f"状态：{_states(speaker, case)}", f"state: {_states(speaker, case)}"),
    ]
    if case.card != "none":
        lines.append(say(f"警示牌：{speaker.card(case.card)}", f"card: {speaker.card(case.card)}"))
    lines += [
        say(f"{speaker.sla(name)}：{speaker.moment(due)}", f"{speaker.sla(name)}: {speaker.moment(due)}")
        for name, due in _limits(speaker.workflow, case)
    ]
    fields = {
        name: _line(
            say(
                f"{speaker.label('field', name)}：{speaker.value(name, value)}",
                f"{speaker.label('field', name)}: {speaker.value(name, value)}",
            )
        )
        for name, value in values.items()
        if value is not None
    }
    return Notice(subject=_subject(speaker, case, effect), lines=tuple(map(_line, lines)), fields=fields)


def short_notice(speaker: Speaker, case: Case, effect: Notify) -> Notice:
    """What somebody is told who was to be told, and does not see the case any more: nothing of how it stands now."""
    line = speaker.say(
        "该工单现已不在您的职责范围内，不再显示详情",
        "the case is no longer in your field of duty, so no more of it is shown",
    )
    return Notice(subject=_subject(speaker, case, effect), lines=(line,))


def _subject(speaker: Speaker, case: Case, effect: Notify) -> str:
    title = speaker.workflow_title(speaker.workflow.id)
    return _line(
        speaker.say(
            f"{title} {case.id}：{_about(speaker, effect)}", f"{title} {case.id}: {_about(speaker, effect)}"
        )
    )


def _about(speaker: Speaker, effect: Notify) -> str:
    """What happened: a trigger, an act, or the rung of a limit."""
    sla, _, rung = effect.about.partition("/")
    if rung.isdecimal() and speaker.limit(sla) is not None:
        words = (speaker.sla(sla), speaker.rung(sla, int(rung)))
        return speaker.say(" ", ", ").join(word for word in words if word)
    return speaker.workflow.trigger_title(effect.about).text(speaker.lang)


def _role(speaker: Speaker, effect: Notify) -> str:
    return speaker.label("role", effect.role)


def _states(speaker: Speaker, case: Case) -> str:
    """The state of the first track, and those of the others that are not done with."""
    tracks = [track for track in speaker.workflow.tracks if track.id in case.states]
    return speaker.joined(
        [
            speaker.state(track.id, case.states[track.id])
            for number, track in enumerate(tracks)
            if number == 0 or not track.state(case.states[track.id]).closed
        ]
    )


def _limits(workflow: Workflow, case: Case) -> list[tuple[str, int]]:
    """The running limits that somebody can be late by, what is due first at the top."""
    found = [
        (name, clock.due)
        for name, clock in case.clocks.items()
        if clock.phase == "running" and clock.due is not None and name not in workflow.advisory
    ]
    return sorted(found, key=lambda one: (one[1], one[0]))


def _line(text: str) -> str:
    """One line whatever is in it: values come from callers, who must not write lines of their own."""
    return printable(" ".join(text.split()))
