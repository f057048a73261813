"""A version whose changes `diff` all calls safe: every open case can be moved to it, and goes on as it says (X2)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TypeAlias

import attrs
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from casewf.analysis.changes.change import SAFE
from casewf.analysis.changes.diff import diff
from casewf.analysis.changes.skeleton import skeleton
from casewf.core.decide import Refusal
from casewf.core.evolve import evolve
from casewf.core.migrate import migrate
from casewf.core.migration_gaps import gaps
from casewf.core.program import Program, compile_program
from casewf.core.recall import asks_for_more, recall
from casewf.definition.load import parse_document, parse_workflow
from casewf.model.case import Actor
from casewf.model.commands import Command
from casewf.model.events import Event
from casewf.model.migration import Migration
from casewf.model.text import Label
from casewf.model.workflow import Sla, State, Transition, Workflow
from casewf.worktime import WorkCalendar
from core_cases import _STATE, BOSS, OFFICE, Story
from core_walks import step
from core_workflows import FIELDS, STARTS, STATES, TRIGGERS, sections
from migration_cases import version

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
PEOPLE = (
    Actor("wu", frozenset(("desk", "boss", "helper")), "cq", ("cq",)),
    Actor("li", frozenset(("desk", "boss", "helper")), "yz", ("yz", "cq")),
)
Edit: TypeAlias = Callable[[Workflow, st.DrawFn], Workflow]


def _track(workflow: Workflow, **changed: object) -> Workflow:
    return attrs.evolve(workflow, tracks=(attrs.evolve(workflow.tracks[0], **changed),))


def _row(workflow: Workflow, draw: st.DrawFn, change: Callable[[Transition], dict[str, object]]) -> Workflow:
    rows = list(workflow.tracks[0].transitions)
    at = draw(st.integers(0, len(rows) - 1))
    rows[at] = attrs.evolve(rows[at], **change(rows[at]))
    return _track(workflow, transitions=tuple(rows))


def _limit(workflow: Workflow, draw: st.DrawFn, change: Callable[[Sla], dict[str, object]]) -> Workflow:
    slas = list(workflow.slas)
    at = draw(st.integers(0, len(slas) - 1))
    slas[at] = attrs.evolve(slas[at], **change(slas[at]))
    return attrs.evolve(workflow, slas=tuple(slas))


def _retitled(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    states = [attrs.evolve(one, title=Label("", "Other")) for one in workflow.tracks[0].states]
    return _track(workflow, states=tuple(states))


def _reordered(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return _track(workflow, states=tuple(draw(st.permutations(workflow.tracks[0].states))))


def _begins_elsewhere(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return _track(workflow, initial=draw(st.sampled_from(STATES)))


def _new_state(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return _track(workflow, states=(State(id="fresh"), *workflow.tracks[0].states))


def _new_row(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    rows = list(workflow.tracks[0].transitions)
    row = attrs.evolve(
        rows[0],
        trigger=draw(st.sampled_from((*TRIGGERS, "t9"))),
        sources=tuple(sorted(draw(st.sets(st.sampled_from(STATES), min_size=1)))),
        target=draw(st.sampled_from((None, *STATES, "=previous"))),
    )
    rows.insert(draw(st.integers(0, len(rows))), row)
    return _track(workflow, transitions=tuple(rows))


def _without_a_row(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    rows = list(workflow.tracks[0].transitions)
    del rows[draw(st.integers(0, len(rows) - 1))]
    return _track(workflow, transitions=tuple(rows))


def _rows_in_another_order(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return _track(workflow, transitions=tuple(draw(st.permutations(workflow.tracks[0].transitions))))


def _new_role(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return attrs.evolve(workflow, roles={"aide": Label("", "Aide"), **workflow.roles})


def _new_card(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return attrs.evolve(workflow, cards=(("blue", Label("", "Blue")), *workflow.cards))


def _another_default(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    fields = dict(workflow.fields)
    fields["n"] = attrs.evolve(fields["n"], default=draw(st.sampled_from((None, 1, 5))))
    return attrs.evolve(workflow, fields=fields)


def _wider(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    fields = dict(workflow.fields)
    fields["n"] = attrs.evolve(fields["n"], maximum=draw(st.sampled_from((None, 900, 3))))
    return attrs.evolve(workflow, fields=fields)


def _limits_in_another_order(workflow: Workflow, draw: st.DrawFn) -> Workflow:
    return attrs.evolve(workflow, slas=tuple(draw(st.permutations(workflow.slas))))


ANY_MOMENT = ("start", "stop", "cancel", "reopen", "pause")
EDITS: dict[str, Edit] = {
    "labels": _retitled,
    "states_order": _reordered,
    "initial": _begins_elsewhere,
    "state": _new_state,
    "row": _new_row,
    "row_gone": _without_a_row,
    "rows_order": _rows_in_another_order,
    "role": _new_role,
    "card": _new_card,
    "default": _another_default,
    "bounds": _wider,
    "limits_order": _limits_in_another_order,
    "guard": lambda w, d: _row(w, d, lambda row: {"needs": ("n",)}),
    "nobody": lambda w, d: _row(w, d, lambda row: {"not_by": (d(st.sampled_from(TRIGGERS)),)}),
    "sources": lambda w, d: _row(w, d, lambda row: {"sources": STATES[: d(st.integers(1, 4))]}),
    "target": lambda w, d: _row(
        w, d, lambda row: {"target": d(st.sampled_from((None, *STATES, "=previous")))}
    ),
    "rung_gone": lambda w, d: _limit(w, d, lambda sla: {"ladder": sla.ladder[1:]}),
    "rungs_order": lambda w, d: _limit(w, d, lambda sla: {"ladder": tuple(d(st.permutations(sla.ladder)))}),
    "rungs_twice": lambda w, d: _limit(w, d, lambda sla: {"ladder": sla.ladder + sla.ladder[:1]}),
    "kind": lambda w, d: _limit(w, d, lambda sla: {"kind": "statutory"}),
    "measure": lambda w, d: _limit(
        w, d, lambda sla: {"measure": d(st.sampled_from(("recorded", "occurred")))}
    ),
    "on_reopen": lambda w, d: _limit(
        w, d, lambda sla: {"on_reopen": d(st.sampled_from(("never", "continue", "restart")))}
    ),
    "on_change": lambda w, d: _limit(
        w, d, lambda sla: {"on_change": d(st.sampled_from(("rebase", "restart")))}
    ),
    "acts": lambda w, d: _limit(w, d, lambda sla: {d(st.sampled_from(("extension", "suspension"))): None}),
    "pause_gone": lambda w, d: _limit(w, d, lambda sla: {"pause": ()}),
    "moment": lambda w, d: _limit(w, d, lambda sla: {d(st.sampled_from(ANY_MOMENT[:3])): sla.start}),
}
QUIET = frozenset(
    ("label", "options_order", "states_order", "other", "opening", "initial", "field_default", "role_added",
     "card_added", "kind_added", "options_added", "state_added", "bounds_loosened")
)  # fmt: skip
"""Changes that by their sentence say nothing to a case that is open: it goes on exactly as it would have."""

QUIET_EDITS = (
    "labels",
    "states_order",
    "initial",
    "state",
    "role",
    "card",
    "default",
    "bounds",
    "rows_order",
)


@st.composite
def pairs(
    draw: st.DrawFn, most: int = 3, edits: tuple[str, ...] = tuple(sorted(EDITS))
) -> tuple[Workflow, Workflow]:
    """A small workflow, and another version of it with a few edits."""
    tracks, slas = sections(draw)
    old = parse_workflow(version(1, tracks=_STATE.sub(r"\1: {en: \1, \2", tracks), slas=slas, fields=FIELDS))
    new = attrs.evolve(old, version=2)
    for name in draw(st.lists(st.sampled_from(edits), min_size=1, max_size=most)):
        new = EDITS[name](new, draw)
        event(name)
    return old, new


def compiled(workflow: Workflow, calendar: WorkCalendar = OFFICE) -> Program:
    return compile_program(workflow, {"office": calendar})


def moved(one: Story, new: Program, plan: Migration) -> tuple[Event, ...] | Refusal:
    """The story goes on under the new version, if it is not refused."""
    one.elapse()
    old = one.program
    more = (
        {"recalled": recall(old.workflow, one.history)} if asks_for_more(old.workflow, new.workflow) else {}
    )
    result = migrate(old, new, plan, one.case, one.now, BOSS, **more)
    if isinstance(result, tuple):
        for each in result:
            one._case = evolve(one._case, each)
        one.history += result
        one.program = new
    assert isinstance(result, tuple | Refusal)
    return result


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(data=st.data(), length=st.integers(0, 8))
def test_no_case_is_refused_where_every_change_is_safe(data: st.DataObject, length: int) -> None:
    old, new = data.draw(pairs())
    found = diff(old, new)
    assume(all(one.mark == SAFE for one in found))
    one = Story(compiled(old), by=PEOPLE[0], now=STARTS[0])
    for _ in range(length):
        step(one, data.draw, PEOPLE)
    one.elapse()
    if one.case.closed:
        return
    event(f"changes: {min(len(found), 3)}")
    result = moved(one, compiled(new), Migration(workflow="small", version=2))
    assert isinstance(result, tuple), ([each.code for each in result.reasons], found)
    for _ in range(3):
        step(one, data.draw, PEOPLE)


class Told(Story):
    """A story that keeps what it was told, and when."""

    told: list[tuple[int, Command]]

    def send(self, command: Command) -> tuple[Event, ...] | Refusal:
        self.__dict__.setdefault("told", []).append((self.now, command))
        return super().send(command)


SAME = (
    "states",
    "fields",
    "clocks",
    "awaited",
    "holders",
    "witnesses",
    "card",
    "closed",
    "children",
    "parties",
)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(data=st.data(), before=st.integers(0, 6), after=st.integers(1, 6))
def test_a_case_goes_on_as_it_would_have_where_no_change_is_about_it(
    data: st.DataObject, before: int, after: int
) -> None:
    """The same commands at the same instants have the same outcomes, refusals too."""
    old, new = data.draw(pairs(most=4, edits=QUIET_EDITS))
    found = {one.what for one in diff(old, new)}
    assume(found <= QUIET)
    event(f"{sorted(found)}")
    one = Told(compiled(old), by=PEOPLE[0], now=STARTS[0])
    for _ in range(before):
        step(one, data.draw, PEOPLE)
    one.elapse()
    if one.case.closed:
        return
    other = copy.copy(one)
    other.history, other.batches = list(one.history), list(one.batches)
    assert isinstance(moved(other, compiled(new), Migration(workflow="small", version=2)), tuple)
    one.told = []
    for _ in range(after):
        step(one, data.draw, PEOPLE)
    for now, command in list(one.told):
        other.now = now
        other.send(command)
    for name in SAME:
        assert getattr(other.case, name) == getattr(one.case, name), (name, found)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(data=st.data())
def test_the_proposed_section_leaves_nothing_open(data: st.DataObject) -> None:
    """It loads when it is pasted into the new file, whatever changed."""
    texts = [data.draw(st.composite(lambda d, number=number: whole(d, number))()) for number in (1, 2)]
    old, new = map(parse_workflow, texts)
    text = skeleton(old, new, data.draw(st.sampled_from(("zh", "en"))))
    assert bool(text) is bool(gaps(old, new, Migration(workflow="small", version=2)))
    document = parse_document(texts[1] + text)
    assert document.workflow == new
    plan = document.migration or Migration(workflow="small", version=2)
    assert gaps(old, new, plan) == ()
    assert not [one for one in diff(old, new, plan) if one.what == "mapping_closes"]


NAMES = st.sampled_from(("n", "nn", "on", "null", "m_1", "m_2", "true", "yes"))
KINDS = st.sampled_from(
    ("integer", "text", "choice, of: [a, b]", "choice, of: {b: {en: B}, true: {en: T}, '1': {en: One}}", "boolean",
     "text, sensitive: true", "text, many: true", "choice, of: [b, c], many: true", "org", "decimal, max: 5")
)  # fmt: skip


ENDINGS = st.sampled_from(("", ", category: closed", ", final: true", ", ends_case: true"))


def whole(draw: st.DrawFn, number: int) -> str:
    """A file with names that come and go in every section that cases hold something of."""
    names = {
        section: draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
        for section in ("fields", "roles", "cards", "kinds", "states", "side", "tracks")
    }
    label = draw(st.sampled_from(("A", "B")))
    labels = {
        section: ", ".join(f'"{name}": {{en: {label}{at}}}' for at, name in enumerate(found))
        for section, found in names.items()
    }
    fields = "\n".join(f'"{name}_f": {{type: {draw(KINDS)}}}' for name in names["fields"])
    tracks = ""
    for track in (*names["tracks"], "main"):
        states = names["states"] if track == "main" else names["side"]
        written = ", ".join(f'"{one}": {{en: S{at}{draw(ENDINGS)}}}' for at, one in enumerate(states))
        trigger = f"go_{track}{draw(st.sampled_from(('', '_on')))}"
        tracks += f'"{track}":\n  initial: "{states[0]}"\n  states: {{first: {{en: F}}, {written}}}\n  transitions: ['
        tracks += f"{{trigger: {trigger}, from: first, by: boss, not_by: {trigger}}}]\n"
    limits = "\n".join(
        f'"{name}": {{start: {{enter: main.first}}, stop: {{leave: main.first}}, '
        f"target: [{{within: {draw(st.integers(1, 2))} hours}}]}}"
        for name in draw(st.lists(NAMES, max_size=3, unique=True))
    )
    return version(
        number,
        fields=fields,
        tracks=tracks,
        slas=limits,
        cards=f"{{{labels['cards']}}}",
        roles=f"{labels['roles']}, ",
        parties=f"kinds: {{{labels['kinds']}}}\nby: boss",
    )
