"""The page on the packaged workflows names their roles, parties, connectors, fields, states and limits, all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewf.core.program import named_effects
from casewf.definition.load import load_workflow
from casewf.model.amount import amount_words
from casewf.model.effect_specs import OpenSpec, PushSpec
from casewf.model.people import By
from casewf.model.text import Label
from casewf.model.workflow import Transition, Workflow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "hotline-workflow.md"
HOTLINE = load_workflow("hotline-12351")
CHILDREN = ("legal-supervision", "prevention-visit")


def tables(heading: str) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables under a heading, each with the first cell of its header."""
    text = PAGE.read_text(encoding="utf-8")
    depth = heading.count("#")
    [start] = [match.end() for match in re.finditer(rf"^{re.escape(heading)}$", text, re.MULTILINE)]
    section = re.split(rf"^#{{2,{depth}}} ", text[start:], maxsplit=1, flags=re.MULTILINE)[0]
    for block in re.findall(r"(?:^\|.*\n?)+", section, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()]
        yield rows[0][0].strip("| "), rows[2:]


def table(heading: str, first: str) -> list[list[str]]:
    [found] = [rows for name, rows in tables(heading) if name == first]
    return found


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def said(code: str, label: Label) -> tuple[str, str]:
    return f"`{code}`", f"{label.zh}, {label.en}"


def names(by: tuple[By, ...]) -> list[str]:
    return [one.role for one in by]


def rows(workflow: Workflow, trigger: str) -> list[Transition]:
    return [row for track in workflow.tracks for row in track.transitions if row.trigger == trigger]


@pytest.mark.parametrize("workflow_id", ["hotline-12351", *CHILDREN])
def test_the_tables_of_roles_name_them_all(workflow_id: str) -> None:
    heading = "### Roles" if workflow_id == HOTLINE.id else f"### `{workflow_id}`"
    roles = load_workflow(workflow_id).roles
    assert [(role, label) for role, label, *_ in table(heading, "role")] == [
        said(role, label) for role, label in roles.items()
    ]


def test_the_holders_are_those_that_the_rows_assign() -> None:
    assigned = {
        role: (row.trigger, value.text)
        for track in HOTLINE.tracks
        for row in track.transitions
        for role, value in row.assign.items()
        if role != "case_worker"  # the page says it in words: whoever signs
    }
    told = {codes(role)[0]: codes(held) for role, _, held, _ in table("### Roles", "role")}
    assert {role: (held[1], held[0]) for role, held in told.items() if held} == assigned


def test_who_records_rates_splits_merges_and_opens_children() -> None:
    parties, split = HOTLINE.parties, HOTLINE.split
    assert parties is not None
    assert parties.rating is not None
    assert split is not None
    told = [
        (codes(what), codes(who)) for what, who in table("### Parties, splits, child cases: who may", "what")
    ]
    [supervision], [visit] = rows(HOTLINE, "start_supervision"), rows(HOTLINE, "plan_visit")
    [merge] = rows(HOTLINE, "merge")
    assert told == [
        (list(parties.kinds), names(parties.by)),
        ([], list(parties.seen_by)),
        ([parties.rating.field, "closed"], names(parties.rating.by)),
        ([], names(split.by)),
        (["merge"], names(merge.by)),
        (["start_supervision", "plan_visit"], names(supervision.by)),
    ]
    assert supervision.by == visit.by
    labels = table("### Parties, splits, child cases: who may", "what")[0][0]
    for kind, label in parties.kinds.items():
        assert f"`{kind}` ({label.zh}, {label.en})" in labels


def test_every_push_is_told_with_its_connector_and_fields() -> None:
    pushed: dict[tuple[str, str], set[str]] = {}
    for track in HOTLINE.tracks:
        for row in track.transitions:
            for effect in row.effects:
                if isinstance(effect, PushSpec):
                    more = () if effect.send_if is None else effect.send_if.fields
                    known = pushed.setdefault((effect.connector, row.trigger), set())
                    known.update(effect.send, more)
    told = {
        (codes(connector)[0], trigger): set(codes(fields))
        for connector, triggers, fields in table("### Connectors", "connector")
        for trigger in codes(triggers)
    }
    assert told == pushed
    assert {one.connector for one in named_effects(HOTLINE) if isinstance(one, PushSpec)} == {"government"}


def test_the_fields_of_the_desk_are_those_of_the_file() -> None:
    [register] = rows(HOTLINE, "register")
    dispatch = rows(HOTLINE, "dispatch")[-1]
    assert HOTLINE.opening.accepts is not None
    assert [
        (codes(needed), codes(more)) for _, needed, more in table("### Fields given at the desk", "when")
    ] == [
        (list(HOTLINE.opening.needs), list(HOTLINE.opening.accepts)),
        ([*register.needs, *register.asks], list(register.accepts)),
        ([*dispatch.needs, *dispatch.asks], list(dispatch.accepts)),
    ]


def test_the_rows_that_open_children_are_told() -> None:
    opened = {
        row.trigger: (effect.workflow, [*row.needs, *row.asks])
        for track in HOTLINE.tracks
        for row in track.transitions
        for effect in row.effects
        if isinstance(effect, OpenSpec)
    }
    told = table("## Child cases", "row")
    assert {codes(row)[0]: (codes(child)[0], codes(needs)) for row, child, needs, _ in told} == opened
    text = PAGE.read_text(encoding="utf-8").split("## Child cases")[1].split("\n|")[0]
    for trigger in opened:
        [row] = rows(HOTLINE, trigger)
        assert codes(text) == list(row.sources)


@pytest.mark.parametrize("workflow_id", CHILDREN)
def test_states_and_limits_of_the_children_are_those_of_their_files(workflow_id: str) -> None:
    workflow = load_workflow(workflow_id)
    heading = f"### `{workflow_id}`"
    [track] = workflow.tracks
    assert [(state, label) for state, label, _ in table(heading, "state")] == [
        said(state.id, state.title) for state in track.states
    ]
    limits = table(heading, "limit")
    assert [codes(limit) for limit, *_ in limits] == [[sla.id] for sla in workflow.slas]
    for (_, amount, _), sla in zip(limits, workflow.slas, strict=True):
        [target] = sla.target
        assert target.within is not None
        assert amount.split(",")[0] == amount_words(target.within, "en").replace("calendar ", "")


def test_the_tables_of_limits_name_every_limit() -> None:
    named = {
        name
        for rows in (found for _, found in tables("## Its limits"))
        for row in rows
        for name in codes(row[0])
    }
    assert named == {sla.id for sla in HOTLINE.slas}
