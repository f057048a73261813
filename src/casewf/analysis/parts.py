"""The parts of a workflow, each with its path in the file: rows, rungs, effects, expressions, fields that are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from casewf.definition.document import Document, Path
from casewf.model.effect_specs import EffectSpec, HookSpec, MergeSpec, NotifySpec, OpenSpec, PushSpec
from casewf.model.expression import Expression
from casewf.model.roles import By
from casewf.model.workflow import ActRule, Moment, Rung, Sla, Track, Transition, Workflow

__all__ = [
    "Row",
    "Steps",
    "act_rules",
    "admissions",
    "effects",
    "expressions",
    "fields_named",
    "fields_of",
    "fired_by_system",
    "rows",
    "rungs",
    "transitions",
]

Steps: TypeAlias = tuple[Path, ...]
"""A path in the file."""


@attrs.frozen(slots=True, kw_only=True)
class Row:
    """A row of a track."""

    track: Track
    number: int
    spec: Transition

    @property
    def path(self) -> Steps:
        """Where it stands."""
        return ("tracks", self.track.id, "transitions", self.number)


def rows(workflow: Workflow) -> Iterator[Row]:
    """Every row, in file order."""
    for track in workflow.tracks:
        for number, spec in enumerate(track.transitions):
            yield Row(track=track, number=number, spec=spec)


def transitions(workflow: Workflow) -> Iterator[Transition]:
    """Every row, where it stands left out."""
    for track in workflow.tracks:
        yield from track.transitions


def rungs(workflow: Workflow) -> Iterator[tuple[Rung, Steps]]:
    """Every rung: those of an SLA's own ladder, then those of its targets."""
    for sla in workflow.slas:
        for number, rung in enumerate(sla.ladder):
            yield rung, ("slas", sla.id, "ladder", number)
        for place, target in enumerate(sla.target):
            for number, rung in enumerate(target.ladder or ()):
                yield rung, ("slas", sla.id, "target", place, "ladder", number)


def act_rules(workflow: Workflow) -> Iterator[tuple[ActRule, Steps]]:
    """Every rule of an extension or a suspension."""
    for sla in workflow.slas:
        for key, rule in (("extension", sla.extension), ("suspension", sla.suspension)):
            if rule is not None:
                yield rule, ("slas", sla.id, key)


def admissions(workflow: Workflow) -> Iterator[By]:
    """Every item of every `by` that is a list of roles."""
    yield from workflow.opening.by
    if workflow.split is not None:
        yield from workflow.split.by
    if workflow.parties is not None:
        yield from workflow.parties.by
        yield from () if workflow.parties.rating is None else workflow.parties.rating.by
    for spec in transitions(workflow):
        yield from spec.by


def effects(document: Document) -> Iterator[tuple[EffectSpec, Steps]]:
    """Every effect of rows, rungs and acts; `notify`, `hook` and the like stand right below its path."""
    workflow = document.workflow
    for track in workflow.tracks:
        for place, row in enumerate(track.transitions):
            for number, effect in enumerate(row.effects):
                yield effect, ("tracks", track.id, "transitions", place, "effects", number)
    for rung, path in rungs(workflow):
        yield from _of_rung(document, rung, path)
    for rule, path in act_rules(workflow):
        if rule.notify:
            yield NotifySpec(roles=rule.notify), path


def _of_rung(document: Document, rung: Rung, path: Steps) -> Iterator[tuple[EffectSpec, Steps]]:
    """The shorthands of a rung come before its list."""
    short = sum(document.node(*path, key) is not None for key in ("notify", "hook"))
    for number, effect in enumerate(rung.effects):
        yield effect, path if number < short else (*path, "effects", number - short)


def fired_by_system(workflow: Workflow) -> tuple[frozenset[str], frozenset[str]]:
    """The triggers that timers and connectors fire, and those of them that a connector can give data with."""
    specs = [effect for row in transitions(workflow) for effect in row.effects]
    specs += [effect for rung, _ in rungs(workflow) for effect in rung.effects]
    pushes = [effect for effect in specs if isinstance(effect, PushSpec)]
    given = {push.on_ok for push in pushes}
    fired = given | {push.on_fail for push in pushes} | {rung.fire for rung, _ in rungs(workflow)}
    return frozenset(name for name in fired if name), frozenset(name for name in given if name)


def expressions(document: Document) -> Iterator[tuple[Expression, Steps]]:
    """Every expression of the file."""
    for track in document.workflow.tracks:
        yield from _of_rows(track)
    for rung, path in rungs(document.workflow):
        yield from _consequences(rung.set, rung.assign, path)
    for effect, path in effects(document):
        if isinstance(effect, PushSpec) and effect.send_if is not None:
            yield from _when(effect.send_if.when, (*path, "send_if"))
        elif isinstance(effect, OpenSpec):
            yield from ((value, (*path, "with", name)) for name, value in effect.values.items())
            if effect.org is not None:
                yield effect.org, (*path, "org")
    for sla in document.workflow.slas:
        yield from _of_sla(sla)


def _of_rows(track: Track) -> Iterator[tuple[Expression, Steps]]:
    for number, row in enumerate(track.transitions):
        path: Steps = ("tracks", track.id, "transitions", number)
        yield from _when(row.when, path)
        yield from _consequences(row.set, row.assign, path)


def _when(expression: Expression | None, path: Steps) -> Iterator[tuple[Expression, Steps]]:
    if expression is not None:
        yield expression, (*path, "when")


def _consequences(
    sets: Mapping[str, Expression], assigns: Mapping[str, Expression], path: Steps
) -> Iterator[tuple[Expression, Steps]]:
    yield from ((value, (*path, "set", name)) for name, value in sets.items())
    yield from ((value, (*path, "assign", name)) for name, value in assigns.items())


def _of_sla(sla: Sla) -> Iterator[tuple[Expression, Steps]]:
    moments: dict[str, tuple[Moment, ...]] = {
        "start": sla.start,
        "stop": sla.stop,
        "pause": sla.pause,
        "cancel": sla.cancel,
        "reopen": sla.reopen,
    }
    for key, found in moments.items():
        for number, moment in enumerate(found):
            yield from _when(moment.when, ("slas", sla.id, key, number))
    for number, target in enumerate(sla.target):
        yield from _when(target.when, ("slas", sla.id, "target", number))


def fields_of(expression: Expression) -> frozenset[str]:
    """The fields that an expression reads, also those that it only asks for with ``has``."""
    return frozenset(name.removeprefix("field.") for name in expression.names if name.startswith("field."))


def fields_named(document: Document) -> Iterator[tuple[str, Steps]]:
    """Every place, outside expressions, where a field's value is used."""
    workflow = document.workflow
    if workflow.calendar.field is not None:
        yield workflow.calendar.field, ("calendar", "by")
    if workflow.parties is not None and workflow.parties.rating is not None:
        yield workflow.parties.rating.field, ("parties", "ratings", "of")
    for sla in workflow.slas:
        for number, target in enumerate(sla.target):
            if target.until is not None:
                yield target.until, ("slas", sla.id, "target", number, "until")
    for effect, path in effects(document):
        for key, names in _named_in(effect).items():
            yield from ((name, (*path, *key.split("."), place)) for place, name in enumerate(names))


def _named_in(effect: EffectSpec) -> dict[str, tuple[str, ...]]:
    match effect:
        case PushSpec():
            more = {} if effect.send_if is None else {"send_if.fields": effect.send_if.fields}
            return {"send": effect.send, **more}
        case OpenSpec():
            return {"carry": effect.carry}
        case MergeSpec():
            return {"merge": (effect.into,)}
        case NotifySpec() | HookSpec():
            return {}
