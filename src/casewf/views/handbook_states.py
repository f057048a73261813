"""The states of a handbook: who may do what there, what he must give, where it leads, within which limit."""

from __future__ import annotations

from collections.abc import Iterable

from casewf.core.program import Program, rule_of
from casewf.machine.rules import Rule
from casewf.model.roles import SYSTEM
from casewf.model.workflow import Transition
from casewf.views.conditions import operand_words
from casewf.views.diagram_lines import beside, state_words, target_words
from casewf.views.diagram_model import Limit, Picture, StateBox, TrackPicture
from casewf.views.diagram_svg import svg_text
from casewf.views.handbook_model import ActionRow, Link, StateLimit, StateSection, TrackSection
from casewf.views.limit_words import effect_words
from casewf.views.page import Inline
from casewf.views.words import Speaker

__all__ = ["limit_link", "role_link", "rules_by_state", "state_link", "track_section"]


def limit_link(limit: Limit) -> Link:
    """Where a limit is told."""
    return Link(title=f"{limit.number} {limit.title}", anchor=f"limit-{limit.id}")


def role_link(speaker: Speaker, role: str) -> Link:
    """Where a role is told."""
    return Link(title=speaker.label("role", role), anchor=f"role-{role}")


def state_link(speaker: Speaker, track: str, state: str) -> Link:
    """Where a state is told."""
    return Link(title=speaker.state(track, state), anchor=f"state-{track}-{state}")


def rules_by_state(program: Program, track: str) -> dict[str, list[list[Rule]]]:
    """The rows of the machine that leave each state, in file order; those of one row of the definition together."""
    machine = program.machines[track]
    found: dict[str, dict[int, list[Rule]]] = {state: {} for state in machine.states}
    for event in machine.events.values():
        for state in event.transitions:
            for rule in map(rule_of, event.rows(state)):
                found[state].setdefault(rule.row, []).append(rule)
    return {state: [rules for _, rules in sorted(rows.items())] for state, rows in found.items()}


def track_section(program: Program, speaker: Speaker, alone: Picture, whole: Picture) -> TrackSection:
    """A track with its picture.

    Args:
        program: the compiled workflow.
        speaker: who says it.
        alone: the picture of this track alone.
        whole: the picture of the workflow, which knows all limits.
    """
    (track,) = alone.tracks
    drawing = Inline(svg_text(alone, panels=False, prefix=f"casewf-{track.id}"))
    leaving = rules_by_state(program, track.id)
    return TrackSection(
        link=Link(title=track.title, anchor=f"track-{track.id}"),
        drawing=drawing,
        states=tuple(_state(leaving[state.id], speaker, whole, track, state) for state in track.states),
    )


def _state(
    leaving: list[list[Rule]], speaker: Speaker, picture: Picture, track: TrackPicture, state: StateBox
) -> StateSection:
    limits = [
        _limit(speaker, picture, limit, what)
        for what, several in beside(picture, track.id, state.id).items()
        for limit in several
    ]
    actions = [_action(speaker, rules) for rules in leaving]
    return StateSection(
        link=state_link(speaker, track.id, state.id),
        notes=state_words(picture, state),
        awaited=state.awaited,
        actions=tuple(actions),
        limits=tuple(limits),
    )


def _limit(speaker: Speaker, picture: Picture, limit: Limit, what: str) -> StateLimit:
    places = {
        "early": ("到期前", "before it is due"),
        "due": ("到期时", "when due"),
        "late": ("逾期后", "overdue"),
    }
    told: dict[str, dict[str, None]] = {}
    for target in limit.targets:
        for rung in target.ladder:
            told.setdefault(rung.place, {}).update(dict.fromkeys(rung.told))
    return StateLimit(
        link=limit_link(limit),
        what=what,
        lengths=tuple(target_words(picture, limit, target) for target in limit.targets),
        told=tuple(
            speaker.say("：", ": ").join((speaker.say(*places[place]), speaker.joined(list(roles))))
            for place, roles in told.items()
            if roles
        ),
    )


def _action(speaker: Speaker, rules: list[Rule]) -> ActionRow:
    spec, track = rules[0].spec, rules[0].track
    say = speaker.say
    by_system = any(by.role == SYSTEM for by in spec.by)
    targets = dict.fromkeys(rule.target for rule in rules if rule.target is not None)
    asks = [speaker.label("field", name) for name in spec.asks]
    if spec.comment == "required":
        asks.append(say("说明", "a comment"))
    return ActionRow(
        title=speaker.label("trigger", spec.trigger),
        who=tuple(role_link(speaker, by.role) for by in spec.by if by.role != SYSTEM),
        itself=say("自动", "automatic") if spec.auto else say("系统", "the system") if by_system else "",
        asks=tuple(asks),
        needs=_labels(speaker, spec.needs),
        accepts=_labels(speaker, spec.accepts),
        conditions="" if spec.when is None else speaker.condition(spec.when),
        barred=_barred(speaker, spec),
        leads=tuple(state_link(speaker, track, target) for target in targets),
        then=_then(speaker, spec),
    )


def _labels(speaker: Speaker, fields: Iterable[str]) -> tuple[str, ...]:
    return tuple(speaker.label("field", name) for name in fields)


def _barred(speaker: Speaker, spec: Transition) -> tuple[str, ...]:
    """Separation of duties (M11)."""
    found = []
    for triggers, zh, en in (
        (spec.not_by, "做过{}的人不可", "not who did {}"),
        (spec.not_by_org, "做过{}的单位不可", "not the organisation that did {}"),
    ):
        if triggers:
            named = [f"“{speaker.label('trigger', name)}”" for name in triggers]
            did = "".join(named) if speaker.lang == "zh" else ", ".join(named)
            found.append(speaker.say(zh, en).format(did))
    return tuple(found)


def _then(speaker: Speaker, spec: Transition) -> tuple[str, ...]:
    """Who becomes responsible, what is cleared, who is told."""
    say = speaker.say
    found = []
    for role, value in spec.assign.items():
        holder, name = operand_words(speaker, value.tree), speaker.label("role", role)
        found.append(say(f"{name}：{holder}", f"{holder} becomes {name}"))
    if "cards" in spec.clears:
        found.append(say("清除警示牌", "clears the card"))
    if "ratings" in spec.clears:
        found.append(say("当事人可重新评价", "the parties may rate anew"))
    found += [effect_words(speaker, effect) for effect in spec.effects]
    return tuple(found)
