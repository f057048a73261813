"""A way that a case went as the text of a story file, which `casewf run` plays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from casewf.analysis.product.cast import ORGANISATIONS, TEXT, Cast, Person
from casewf.analysis.product.search import Way
from casewf.analysis.product.waits import Wait
from casewf.analysis.product.walk import CASE, Deed
from casewf.core.options import options
from casewf.core.program import named_effects
from casewf.definition.load import packaged_calendars, packaged_workflows
from casewf.definition.written import written, written_label
from casewf.model.effect_specs import OpenSpec
from casewf.model.text import Label
from casewf.model.zone import load_zone

__all__ = ["story_of"]

_NOT_YET = frozenset({"guard_not_met", "guard_missing", "guard_failed", "previous_unknown"})
"""Why somebody cannot fire a trigger who may."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def story_of(way: Way, title: Label, waits: Sequence[Wait], *, file: str, cast: Cast) -> str:
    """The text of a story that goes the way, and expects at its end the states, and that the rows wait.

    Args:
        way: what happened.
        title: what the story is called.
        waits: rows that somebody should then not be able to take.
        file: the workflow's file; relative to where the story will lie. What else it needs is expected beside it.
        cast: who could take the rows.
    """
    program = way.program
    expected, asked = _expected(way, waits, cast)
    people = {one.actor.id: one for deed in way.deeds if (one := deed.by) is not None} | asked
    lines = [
        "casewf-story: 1",
        f"title: {written_label(title)}",
        f"note: {written_label(_note(waits))}",
        f"workflow: {written(file)}",
        f"zone: {way.zone}",
    ]
    own = [name for name in program.workflow.calendar.ids if name not in packaged_calendars()]
    if own:
        lines.append(f"calendars: {written([f'./{name}.yaml' for name in own])}")
    lines += _organisations(way, people.values())
    lines += ["people:", *(f"  {name}: {_person(one)}" for name, one in people.items())]
    lines += _connectors(way)
    lines.append(f"case: {written({'id': CASE})}")
    lines += _children(way)
    lines += ["steps:", *_steps(way), "  - expect:"]
    lines += [f"      {key}: {written(value)}" for key, value in expected.items()]
    return "".join(f"{line}\n" for line in lines)


def _note(waits: Sequence[Wait]) -> Label:
    """What the rows wait for."""
    zh = "；".join(f"{one.trigger} {'无人触发' if one.nobody else f'等待 {one.what}'}" for one in waits)
    en = "; ".join(f"{one.trigger} waits for {one.what}" for one in waits)
    return Label(f"由 casewf lint 生成。{zh}。", f"Made by casewf lint. {en}.")


def _organisations(way: Way, people: Iterable[Person]) -> list[str]:
    """Those that somebody belongs to, or that a field names."""
    values = way.here.case.fields.values()
    named = {one.actor.org for one in people} | {one for one in values if isinstance(one, str)}
    named |= {one for many in values if isinstance(many, tuple) for one in many}
    named |= {org for holder in way.here.case.holders.values() for org in holder.ids}
    used = [(name, label) for name, label in ORGANISATIONS.items() if name in named]
    return ["organisations:", *(f"  {name}: {written_label(label)}" for name, label in used)] if used else []


def _person(person: Person) -> str:
    org = person.actor.org
    pairs: dict[str, object] = {"name": person.name, "roles": list(person.roles)}
    return written(pairs if org is None else {**pairs, "org": org})


def _connectors(way: Way) -> list[str]:
    """The answers of each connector; one that takes everything and sends nothing back need not be named."""
    answers: dict[str, list[dict[str, object]]] = {}
    for deed in way.deeds:
        for name, answer in deed.answers:
            told: dict[str, object] = {"ok": answer.ok}
            if answer.data:
                told["data"] = _values(way, answer.data)
            answers.setdefault(name, []).append(told if answer.ok else {**told, "error": "not taken"})
    answers = {name: told for name, told in answers.items() if any(one != {"ok": True} for one in told)}
    return (
        ["connectors:", *(f"  {name}: {written(told)}" for name, told in answers.items())] if answers else []
    )


def _children(way: Way) -> list[str]:
    """The files of the workflows of children, which a story must know."""
    known = {*packaged_workflows(), way.program.workflow.id}
    effects = named_effects(way.program.workflow)
    opened = [one.workflow for one in effects if isinstance(one, OpenSpec) and one.workflow not in known]
    cases = [
        f"  {CASE}.{number}: {written({'workflow': f'./{name}.yaml'})}"
        for number, name in enumerate(dict.fromkeys(opened), 1)
    ]
    return ["cases:", *cases] if cases else []


def _steps(way: Way) -> Iterable[str]:
    last = None
    for deed in way.deeds:
        at = "" if deed.at == last else f"at: {_moment(way, deed.at)}, "
        last = deed.at
        yield f"  - {{{at}{_deed(way, deed)}}}"


def _deed(way: Way, deed: Deed) -> str:
    if deed.by is None:
        return f"{deed.kind}: true"
    told: dict[str, object] = {"by": deed.by.actor.id}
    if deed.kind == "open":
        told = {"open": _values(way, deed.data), **told}
    else:
        told = {"fire": deed.trigger, **told}
        if deed.data:
            told["data"] = _values(way, deed.data)
    if deed.comment:
        told["comment"] = TEXT
    return written(told)[1:-1]


def _values(way: Way, data: Mapping[str, object]) -> dict[str, object]:
    """The values as a story writes them: an instant as a time of its zone."""
    fields = way.program.fields
    return {
        name: f"{_moment(way, value)}" if fields[name].kind == "instant" and isinstance(value, int) else value
        for name, value in data.items()
    }


def _moment(way: Way, instant: int) -> str:
    moment = (_EPOCH + dt.timedelta(microseconds=instant)).astimezone(load_zone(way.zone))
    return f"{moment:%Y-%m-%d %H:%M}"


def _expected(way: Way, waits: Iterable[Wait], cast: Cast) -> tuple[dict[str, object], dict[str, Person]]:
    """What is so at the end, and who is asked what he can do then."""
    refused: dict[str, dict[str, bool]] = {}
    people: dict[str, Person] = {}
    for wait in waits:
        person = _waiting(way, wait, cast)
        if person is not None:
            refused.setdefault(person.actor.id, {})[wait.trigger] = False
            people[person.actor.id] = person
    expected: dict[str, object] = {"states": dict(way.here.case.states), "closed": way.here.case.closed}
    return ({**expected, "options": refused} if refused else expected), people


def _waiting(way: Way, wait: Wait, cast: Cast) -> Person | None:
    """Somebody who may not fire the trigger then, but for who he is, could; None if there is nobody."""
    row = way.program.workflow.track(wait.track).transitions[wait.row]
    for person in cast.people(row.by):
        for one in options(way.program, way.here.case, person.actor, way.here.now):
            here = one.trigger == wait.trigger and one.track and not one.allowed
            if here and all(reason.code in _NOT_YET for reason in one.reasons):
                return person
    return None
