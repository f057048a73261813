"""Files of terms: every name is checked, at its place, with what was probably meant."""

from __future__ import annotations

import attrs
import pytest

from casewf.definition.files import packaged, read_packaged
from casewf.definition.load import load_workflow, packaged_workflows, parse_terms, terms_of, terms_workflow
from casewf.errors import DefinitionError
from casewf.model.terms import Sign

HEAD = "casewf-kpi: 1\nworkflow: hotline-12351\n"
HOTLINE = load_workflow("hotline-12351")


def problems(body: str, head: str = HEAD) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse_terms(head + body, HOTLINE, file="t.yaml")
    return [finding.render() for finding in caught.value.findings]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", packaged("terms"))
def test_the_packaged_terms_fit_their_workflows(name: str) -> None:
    assert name in packaged_workflows()
    assert terms_workflow(read_packaged("terms", name)[0]) == name
    terms = terms_of(load_workflow(name))
    assert terms.marks
    assert set(terms.slas) == {sla.id for sla in load_workflow(name).slas}


def test_a_workflow_without_terms_has_the_general_ones() -> None:
    terms = terms_of(load_workflow("prevention-visit"))
    assert (terms.workflow, terms.marks, terms.limits) == ("prevention-visit", {}, {})
    assert set(terms.slas) == {"first_visit", "report", "revisit"}


def test_what_a_sign_says() -> None:
    body = (
        "marks:\n"
        "  contacted: {fire: contact, where: {connected: true}}\n"
        "  registered: [{fire: [register, answer_now]}, {enter: union.dispatched}]\n"
        "  supervised: {fire: supervise, by: person}\n"
    )
    marks = parse_terms(HEAD + body, HOTLINE).marks
    assert marks["contacted"] == (Sign(fire=("contact",), where={"connected": True}),)
    assert marks["registered"] == (
        Sign(fire=("register", "answer_now")),
        Sign(enter=(("union", "dispatched"),)),
    )
    assert marks["supervised"] == (Sign(fire=("supervise",), by_person=True),)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("marks: {dispached: {fire: dispatch}}", ["unknown mark 'dispached'", "did you mean 'dispatched'?"]),
        ("marks: {dispatched: {fire: dispach}}", ["unknown trigger 'dispach'", "did you mean 'dispatch'?"]),
        (
            "marks: {dispatched: {enter: union.dispached}}",
            ["no state 'dispached'", "did you mean 'dispatched'?"],
        ),
        ("marks: {dispatched: {enter: dispatched}}", ["which track", "write union.dispatched"]),
        (
            "marks: {dispatched: {when: x}}",
            ["unknown key 'when' in a sign", "allowed: fire, enter, where, by"],
        ),
        ("marks: {dispatched: {by: person}}", ["a sign needs fire or enter"]),
        ("marks: {contacted: {fire: contact, where: {connected: 1}}}", ["connected must be true or false"]),
        ("cases: {call: {chanel: app}}", ["unknown field 'chanel'", "did you mean 'channel'?"]),
        ("cases: {call: {channel: phone}}", ["channel cannot be 'phone'", "hotline_12351"]),
        ("cases: {call: {caller_name: Li}}", ["'caller_name' is sensitive", "the vault"]),
        ("matter: co_orgs", ["'co_orgs' is a list"]),
        ("limits: {handling: handel}", ["unknown SLA 'handel'", "did you mean 'handle'?"]),
        (
            "limits: {handeling: handle}",
            ["unknown limit of key figures 'handeling'", "did you mean 'handling'?"],
        ),
        ("cards: [orange]", ["unknown card 'orange'"]),
        ("rating: {field: rating, good: [splendid]}", ["good cannot be 'splendid'"]),
        ("rating: {field: summary, good: [x]}", ["'summary' is no choice"]),
        ("rating: {field: rating, good: satisfied, persons: worcker}", ["unknown kind of party", "'worker'"]),
        ("rating: {good: satisfied}", ["a rating needs the key 'field'"]),
        ("figures: {}", ["unknown key 'figures' in terms"]),
    ],
)
def test_what_is_wrong_is_told_at_its_line(body: str, said: list[str]) -> None:
    found = problems(body)
    assert len(found) == 1
    assert found[0].startswith("t.yaml:3:")
    for words in said:
        assert words in found[0]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("casewf: 1\nid: x\n", "this is a workflow file, and a terms file was expected"),
        ("casewf-kpi: 2\nworkflow: hotline-12351\n", "format 2 is not known here"),
        ("casewf-kpi: 1\n", "terms needs the key 'workflow'"),
        ("casewf-kpi: 1\nworkflow: harbour\n", "these are terms of 'harbour', and those of 'hotline-12351'"),
        ("- x\n", "terms must be a map"),
    ],
)
def test_another_file_is_refused_as_such(head: str, said: str) -> None:
    assert said in problems("", head)[0]


def test_a_name_of_an_earlier_version_is_known() -> None:
    """Cases of both are counted together, and what happened to the older ones has the older names."""
    track = HOTLINE.tracks[0]
    rows = tuple(
        attrs.evolve(row, trigger="send") if row.trigger == "dispatch" else row for row in track.transitions
    )
    earlier = attrs.evolve(
        HOTLINE, version=1, tracks=(attrs.evolve(track, transitions=rows), *HOTLINE.tracks[1:])
    )
    body = HEAD + "marks: {dispatched: {fire: [send, dispatch]}}"
    assert parse_terms(body, earlier, HOTLINE).marks["dispatched"] == (Sign(fire=("send", "dispatch")),)
    with pytest.raises(DefinitionError, match="unknown trigger 'send'"):
        parse_terms(body, HOTLINE)
