"""Who may: roles, holders, organisation scope and separation of duties (M11)."""

from __future__ import annotations

import attrs
import pytest

from casewf.core.decide import Refusal, decide
from casewf.core.permission import in_scope, may_see
from casewf.core.step import SYSTEM_ACTOR
from casewf.model.case import Actor, Holder
from casewf.model.commands import Open
from core_cases import DESK, START, Story, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}}
  transitions:
    - {trigger: give, from: a, by: desk, asks: [to], assign: {helper: to}}
    - {trigger: entrust, from: a, by: desk, asks: [whom], assign: {helper: whom}}
    - {trigger: help, from: a, by: helper}
    - {trigger: lend, from: a, by: {any: helper}}
    - {trigger: either, from: a, by: [boss, helper]}
    - {trigger: submit, from: a, by: [desk, boss]}
    - {trigger: review, from: a, by: [desk, boss], not_by: [submit, help]}
    - {trigger: call, from: a, by: [desk, boss], not_by_org: [submit, help]}
    - {trigger: wake, from: a, by: [system, boss]}
    - {trigger: side, from: a, by: desk}
"""
FIELDS = """
to: {type: org, many: true}
whom: {type: person}
"""

LINES = {
    "city": ("city", "nation"),
    "north": ("north", "city", "nation"),
    "south": ("south", "city", "nation"),
    "street": ("street", "north", "city", "nation"),
    "nation": ("nation",),
    "elsewhere": ("elsewhere",),
}
ABOVE = {org: line[1:] for org, line in LINES.items()}


def person(name: str, org: str | None, *roles: str) -> Actor:
    return Actor(name, frozenset(roles), org, LINES[org] if org else ())


def city_case(*holders: str) -> Story:
    """A case of the city, with helpers if any are given."""
    story = Story(
        program(FLOW, fields=FIELDS),
        by=person("ann", "city", "desk"),
        org="city",
        org_above=ABOVE["city"],
        lineages=ABOVE,
    )
    if holders:
        story.fire("give", person("ann", "city", "desk"), data={"to": list(holders)})
    return story


@pytest.mark.parametrize(
    ("org", "sees"), [("city", True), ("nation", True), ("north", False), ("elsewhere", False), (None, False)]
)
def test_scope_is_the_organisation_of_the_case_and_those_above_it(org: str | None, sees: bool) -> None:
    """A district does not see every case of its city."""
    assert in_scope(city_case().case, person("x", org, "desk")) is sees


@pytest.mark.parametrize(
    ("org", "sees"),
    [("north", True), ("street", True), ("south", False), ("nation", True), ("elsewhere", False)],
)
def test_a_holder_and_those_below_and_above_it_are_in_scope(org: str, sees: bool) -> None:
    assert in_scope(city_case("north").case, person("x", org)) is sees


def test_a_superior_of_a_holder_of_another_line_is_in_scope() -> None:
    """The case is the city's, its holder belongs to another line."""
    holder = Holder(("branch",), above=("elsewhere",))
    assert in_scope(attrs.evolve(city_case().case, holders={"helper": holder}), person("x", "elsewhere"))


def entrusted(name: str) -> Story:
    story = city_case()
    story.fire("entrust", person("ann", "city", "desk"), data={"whom": name})
    return story


def test_a_person_who_holds_a_role_is_in_scope() -> None:
    assert in_scope(entrusted("li").case, person("li", "elsewhere"))
    assert not in_scope(entrusted("north").case, person("x", "north")), (
        "an organisation of that name is nobody"
    )


def test_a_person_who_is_called_like_the_holding_organisation_is_not_the_holder() -> None:
    assert not in_scope(city_case("north").case, person("north", "elsewhere"))


def test_a_case_without_an_organisation_is_in_everybodys_scope() -> None:
    assert in_scope(Story(program(FLOW, fields=FIELDS)).case, person("x", "elsewhere"))


def test_who_opened_a_case_may_see_it_without_being_in_scope() -> None:
    """And may do nothing there: seeing is not scope."""
    story = Story(
        program(FLOW, fields=FIELDS), by=person("ann", "north", "desk"), org="city", org_above=ABOVE["city"]
    )
    ann = person("ann", "north", "desk")
    assert (may_see(story.case, ann), in_scope(story.case, ann)) == (True, False)
    assert story.codes("side", ann) == ["out_of_scope"]


def test_a_stranger_may_not_see_a_case() -> None:
    assert not may_see(city_case().case, person("eve", "elsewhere", "desk", "boss"))


def test_a_role_without_a_holder_admits_within_the_scope() -> None:
    """M11."""
    story = city_case()
    assert story.codes("help", person("x", "city", "helper")) == []
    assert story.codes("help", person("x", "south", "helper")) == ["out_of_scope"]


@pytest.mark.parametrize(
    ("org", "codes"), [("north", []), ("street", []), ("south", ["not_holder"]), ("city", ["not_holder"])]
)
def test_a_role_with_a_holder_admits_the_holder_and_those_below_it(org: str, codes: list[str]) -> None:
    """M11: not those above it."""
    assert city_case("north").codes("help", person("x", org, "helper")) == codes


def test_the_holder_needs_the_role_as_well() -> None:
    assert city_case("north").codes("help", person("x", "north", "desk")) == ["role_missing"]


def test_several_holders_are_each_admitted() -> None:
    story = city_case("north", "south")
    assert story.codes("help", person("x", "north", "helper")) == []
    assert story.codes("help", person("x", "south", "helper")) == []


def test_a_person_can_be_the_holder() -> None:
    story = entrusted("li")
    assert story.codes("help", person("li", "elsewhere", "helper")) == []
    assert story.codes("help", person("mo", "city", "helper")) == ["not_holder"]


def test_any_lifts_the_holder_but_not_the_scope() -> None:
    """M11."""
    story = city_case("north")
    assert story.codes("lend", person("x", "city", "helper")) == []
    assert story.codes("lend", person("x", "south", "helper")) == ["out_of_scope"]


def test_one_role_is_enough_and_each_that_fails_is_a_reason() -> None:
    story = city_case("north")
    assert story.codes("either", person("x", "city", "helper", "boss")) == []
    assert story.codes("either", person("x", "south", "helper", "boss")) == ["out_of_scope", "not_holder"]


def test_a_new_holder_takes_the_place_of_the_old_one() -> None:
    story = city_case("north")
    story.fire("give", person("ann", "city", "desk"), data={"to": ["south"]})
    assert story.codes("help", person("x", "north", "helper")) == ["not_holder"]


def test_system_needs_neither_scope_nor_holder() -> None:
    assert city_case("north").codes("wake", SYSTEM_ACTOR) == []


def test_system_fires_only_what_admits_it() -> None:
    assert city_case().codes("side", SYSTEM_ACTOR) == ["role_missing"]


def test_nobody_else_is_admitted_as_system() -> None:
    assert city_case().codes("wake", person("x", "city", "desk")) == ["role_missing"]


def test_who_did_one_thing_may_not_do_the_other() -> None:
    """M11: ``not_by``, for the same person in any role and organisation."""
    story = city_case()
    story.fire("submit", person("ann", "city", "desk"))
    assert story.codes("review", person("ann", "nation", "boss")) == ["same_person"]
    assert story.codes("review", person("bob", "city", "desk")) == []


def test_everybody_who_ever_did_it_is_barred() -> None:
    story = city_case()
    for name in ("ann", "bob", "ann"):
        story.fire("submit", person(name, "city", "desk"))
    assert [story.codes("review", person(name, "city", "desk")) for name in ("ann", "bob")] == [
        ["same_person"]
    ] * 2


def test_a_refused_attempt_bars_nobody() -> None:
    story = city_case()
    assert story.codes("submit", person("ann", "city")) == ["role_missing"]
    assert story.codes("review", person("ann", "city", "desk")) == []


def test_the_organisation_that_did_one_thing_may_not_do_the_other() -> None:
    """M11: ``not_by_org``, for every person of it, but not for those above."""
    story = city_case()
    story.fire("submit", person("ann", "city", "desk"))
    assert story.codes("call", person("bob", "city", "desk")) == ["same_org"]
    assert story.codes("call", person("bob", "nation", "desk")) == []


def test_no_organisation_is_not_the_same_organisation() -> None:
    story = Story(program(FLOW, fields=FIELDS))
    story.fire("submit")
    assert story.codes("call", Actor("bob", frozenset({"desk"}))) == []


def test_every_separation_that_fails_is_a_reason_beside_the_role() -> None:
    story = city_case()
    story.fire("submit", person("ann", "city", "desk"))
    story.fire("help", person("ann", "city", "helper"))
    result = story.attempt("review", person("ann", "city"))
    assert isinstance(result, Refusal)
    assert [(one.code, one.params.get("trigger")) for one in result.reasons] == [
        ("role_missing", None),
        ("same_person", "submit"),
        ("same_person", "help"),
    ]


def test_opening_outside_ones_scope_is_refused_as_such() -> None:
    of = program(FLOW, fields=FIELDS, opening="by: desk")
    result = decide(
        of, None, Open("C1", person("x", "south", "desk"), org="city", org_above=ABOVE["city"]), START
    )
    assert isinstance(result, Refusal)
    assert [one.code for one in result.reasons] == ["out_of_scope"]
    assert not isinstance(decide(of, None, Open("C1", DESK), START), Refusal)


def test_a_condition_on_the_actor_makes_no_person_of_an_organisation() -> None:
    """M11: what an assignment's condition reads says nothing of who becomes the holder."""
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {}}
          transitions:
            - {trigger: give, from: a, to: b, by: desk, asks: [to],
               assign: {helper: to if actor.id == 'ann' else to}}
            - {trigger: help, from: b, by: helper}
        """,
        fields="to: {type: org}",
    )
    story = Story(of, by=person("ann", "city", "desk"), org="city", org_above=ABOVE["city"], lineages=ABOVE)
    story.fire("give", person("ann", "city", "desk"), data={"to": "north"})
    assert story.case.holders["helper"] == Holder(("north",), "org", ("city", "nation"))
    assert story.codes("help", person("li", "street", "helper")) == []
