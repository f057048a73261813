"""One plain ``transitions.Machine`` per track, made of casewf's classes and compiled rules."""

from __future__ import annotations

from casewf.machine.classes import CaseMachine
from casewf.machine.guard_view import View
from casewf.machine.rules import Rule, compile_rules, is_closed, is_met
from casewf.model.workflow import Track, Workflow


def build_machine(workflow: Workflow, track: Track | str) -> CaseMachine:
    """The machine of a track, which may be named by its id; ``KeyError`` if there is none of that name.

    It has no model and no automatic triggers. Its conditions take a ``View``; a host that plays with it fires
    ``machine.events[trigger].trigger(cell, view)``, where ``cell`` is any object with a ``state``.
    Each transition carries its compiled ``Rule`` as ``rule``.
    """
    track = workflow.track(track) if isinstance(track, str) else track
    machine = CaseMachine(
        model=None,
        states=[
            {
                "name": state.id,
                "title": state.title,
                "category": "closed" if is_closed(state) else "open",
                "final": state.final,
            }
            for state in track.states
        ],
        initial=track.initial,
        auto_transitions=False,
    )
    for rule in compile_rules(workflow, track):
        machine.add_transition(
            rule.spec.trigger,
            rule.source,
            rule.target,
            conditions=[] if rule.guard is None else [_Condition(rule)],
            rule=rule,
        )
    return machine


class _Condition:
    """A rule's guard in the shape ``transitions`` calls; a missing value counts as false (M9)."""

    __slots__ = ("rule",)

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __call__(self, view: View) -> bool:
        return self.rule.guard is None or is_met(self.rule.guard, view)
