"""Deputies: they may what the absent person may, and nothing that he may not (M11, K7)."""

from __future__ import annotations

import attrs

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import replay
from casewf.core.options import options
from casewf.core.permission import may_see
from casewf.core.program import compile_program
from casewf.definition.load import load_calendar
from casewf.model.amount import Elapsed
from casewf.model.case import Actor, Stamp
from casewf.model.clock_events import ActRequested, ClockExtended
from casewf.model.commands import Act, Open, Split
from casewf.model.events import Moved, Opened
from casewf.model.file_commands import RateHandling, RecordParty, WriteNote
from casewf.model.file_events import Noted, PartyRated, PartyRecorded, SplitOff
from casewf.model.reasons import reason
from core_cases import NOTE, START, Story, only, program
from relatives_flows import matter

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}}
  transitions:
    - {trigger: give, from: a, by: desk, asks: [to], assign: {helper: to}}
    - {trigger: entrust, from: a, by: desk, asks: [whom], assign: {helper: whom}}
    - {trigger: take, from: a, by: {any: helper}, assign: {helper: actor.id}}
    - {trigger: found, from: a, by: {any: helper}, assign: {boss: actor.org}}
    - {trigger: help, from: a, by: helper}
    - {trigger: lead, from: a, by: {any: boss}, when: actor.org == 'city'}
    - {trigger: submit, from: a, by: [desk, {any: helper}]}
    - {trigger: review, from: a, by: [desk, {any: boss}], not_by: [submit]}
    - {trigger: call, from: a, by: [desk, {any: boss}], not_by_org: [submit]}
"""
FIELDS = """
to: {type: org, many: true}
whom: {type: person}
"""
SLAS = """
limit:
  start: {enter: main.a}
  stop: {enter: main.b}
  extension: {by: boss, asked_by: helper}
  target: [{within: 24 hours}]
"""
LINES = {
    "city": ("city",),
    "north": ("north", "city"),
    "street": ("street", "north", "city"),
    "south": ("south", "city"),
}
ABOVE = {org: line[1:] for org, line in LINES.items()}
DESK = Actor("ann", frozenset({"desk"}), "city", LINES["city"])


def person(name: str, org: str, *roles: str, stands_in_for: tuple[Actor, ...] = ()) -> Actor:
    return Actor(name, frozenset(roles), org, LINES[org], deputy_for=stands_in_for)


def story(to: str = "street") -> Story:
    """A case of the city whose helper is an organisation."""
    made = Story(program(FLOW, fields=FIELDS, slas=SLAS), by=DESK, org="city", org_above=(), lineages=ABOVE)
    made.fire("give", DESK, data={"to": [to]})
    return made


LI = person("li", "street", "helper")
DEPUTY = person("mo", "north", stands_in_for=(LI,))


def last(made: Story) -> Moved:
    return next(event for event in reversed(made.history) if isinstance(event, Moved))


def test_a_deputy_sees_and_may_what_the_absent_person_may() -> None:
    made = story()
    assert may_see(made.case, DEPUTY)
    assert made.codes("help", DEPUTY) == []
    assert made.codes("help", attrs.evolve(DEPUTY, deputy_for=())) == ["role_missing"]


def test_a_lent_role_counts_only_where_the_absent_person_has_it() -> None:
    """M11: the district's deputy is a helper of the street, not of his district, nor of its other streets."""
    assert story("north").codes("help", person("mo", "north", stands_in_for=(LI,))) == []
    assert story("south").codes("help", person("mo", "city", stands_in_for=(LI,))) == ["not_holder"]
    city = person("mo", "city", "boss", stands_in_for=(LI,))
    nobody = Story(program(FLOW, fields=FIELDS), by=DESK, org="south", org_above=("city",))
    assert nobody.codes("help", city) == ["out_of_scope"]


def test_what_a_deputy_does_names_the_absent_person() -> None:
    made = story()
    made.fire("help", DEPUTY)
    assert (last(made).by, last(made).role) == (Stamp("mo", "street", "li"), "helper")


def test_in_his_own_right_he_acts_for_nobody() -> None:
    made = story()
    made.fire("help", person("mo", "street", "helper", stands_in_for=(LI,)))
    assert last(made).by == Stamp("mo", "street", stood_in_for=("li",))


def test_a_person_who_holds_a_role_is_held_by_his_deputy_too() -> None:
    made = story()
    made.fire("entrust", DESK, data={"whom": "li"})
    assert made.codes("help", DEPUTY) == []
    made.fire("help", DEPUTY)
    assert last(made).by.on_behalf == "li"
    assert made.codes("help", person("eve", "street", "helper")) == ["not_holder"]


def test_what_a_deputy_takes_over_belongs_to_the_absent_person() -> None:
    """Else nobody could go on with it when he is back, and the deputy has no role any more."""
    made = story()
    made.fire("take", DEPUTY)
    assert made.case.holders["helper"].ids == ("li",)
    made.fire("found", DEPUTY)
    assert made.case.holders["boss"].ids == ("street",)
    assert made.codes("help", LI) == []


def test_a_guard_sees_the_person_for_whom_he_acts() -> None:
    made = story()
    made.fire("lead", person("mo", "city", stands_in_for=(person("kai", "city", "boss"),)))
    assert last(made).by == Stamp("mo", "city", "kai")
    low = person("mo", "city", stands_in_for=(person("kai", "street", "boss"),))
    assert made.codes("lead", low) == ["guard_not_met"]


def test_each_capacity_is_tried_before_a_guard_refuses() -> None:
    chief = person("kai", "city", "boss")
    lower = person("mo", "north", "boss", stands_in_for=(chief,))
    made = story("north")
    shown = {one.trigger: one.allowed for one in options(made.program, made.case, lower, made.now)}
    assert shown["lead"]
    made.fire("lead", lower)
    assert last(made).by == Stamp("mo", "city", "kai")
    alone = attrs.evolve(lower, deputy_for=())
    assert made.codes("lead", alone) == ["guard_not_met"]
    assert not {one.trigger: one.allowed for one in options(made.program, made.case, alone, made.now)}["lead"]


# Separation of duties


def reasons(made: Story, trigger: str, actor: Actor) -> list[tuple[str, str | None]]:
    result = made.attempt(trigger, actor)
    return (
        [(one.code, one.params.get("person")) for one in result.reasons]
        if isinstance(result, Refusal)
        else []
    )


def test_the_deputy_of_who_did_one_thing_may_not_do_the_other() -> None:
    """M11: not even in his own right."""
    made = story()
    made.fire("submit", LI)
    deputy = person("mo", "city", "boss", stands_in_for=(LI,))
    assert reasons(made, "review", deputy) == [("deputy_same_person", "li")]
    assert reasons(made, "call", deputy) == [("deputy_same_org", "li")]
    free = attrs.evolve(deputy, deputy_for=())
    assert (reasons(made, "review", free), reasons(made, "call", free)) == ([], [])
    assert not {one.trigger: one.allowed for one in options(made.program, made.case, deputy, made.now)}[
        "review"
    ]


def test_what_a_deputy_did_bars_him_and_the_person_for_whom_he_did_it() -> None:
    made = story()
    made.fire("submit", DEPUTY)
    assert replay(made.history).witnesses["submit"] == (("mo", "street"), ("li", "street"))
    assert reasons(made, "review", person("mo", "city", "boss")) == [("same_person", None)]
    assert reasons(made, "review", person("li", "city", "boss")) == [("same_person", None)]
    assert reasons(made, "review", person("xu", "city", "boss")) == []


def test_the_organisation_he_acted_for_is_barred_and_so_is_he_in_his_own() -> None:
    """``not_by_org``: what he did for the street, he may not check for the district."""
    made = story()
    made.fire("submit", DEPUTY)
    assert reasons(made, "call", person("bo", "street", "boss")) == [("same_org", None)]
    assert reasons(made, "call", person("mo", "north", "boss")) == [("same_org", None)]
    assert reasons(made, "call", person("bo", "north", "boss")) == []


def test_two_who_stand_in_for_one_another_do_not_bar_others() -> None:
    made = story()
    made.fire("submit", LI)
    assert reasons(made, "review", person("bo", "city", "boss", stands_in_for=(person("xu", "city"),))) == []


# Acts


HELPER_AND_BOSS = person("mo", "city", "boss", stands_in_for=(LI,))
HOUR = Elapsed(hours=1)


def asked(by: Actor) -> Story:
    made = story()
    assert made.act("request_extension", by, amount=HOUR) == []
    return made


def test_the_deputy_of_who_asked_may_not_grant_it() -> None:
    """K7: requester and approver are two people, and neither is the other's deputy."""
    made = asked(LI)
    result = made.send(Act("extend", "limit", HELPER_AND_BOSS))
    assert isinstance(result, Refusal)
    assert result.reasons == (reason("deputy_own_request", person="li"),)
    assert made.act("extend", attrs.evolve(HELPER_AND_BOSS, deputy_for=())) == []


def test_who_asked_for_somebody_may_not_grant_it_and_neither_may_that_person() -> None:
    made = asked(DEPUTY)
    assert only_event(made).by == Stamp("mo", "street", "li")
    for barred in (person("mo", "city", "boss"), person("li", "city", "boss")):
        assert made.act("extend", barred) == ["own_request"]
    assert made.act("extend", person("bo", "city", "boss")) == []


def test_a_deputy_may_take_back_what_the_absent_person_asked_for() -> None:
    made = asked(LI)
    assert made.act("reject_extension", DEPUTY, comment=None) == []
    assert made.clock().requests == ()


def test_a_deputy_grants_for_the_absent_approver() -> None:
    made = asked(LI)
    chief = person("kai", "city", "boss")
    assert made.act("extend", person("mo", "city", stands_in_for=(chief,))) == []
    assert made.happened(ClockExtended)[0].by == Stamp("mo", "city", "kai")


def only_event(made: Story) -> ActRequested:
    [event] = made.happened(ActRequested)
    return event


def test_opening_for_somebody_is_recorded_so() -> None:
    of = program(FLOW, fields=FIELDS, opening="by: desk")
    clerk = person("cy", "street", "desk")
    command = Open(
        "C1", person("mo", "north", stands_in_for=(clerk,)), org="street", org_above=("north", "city")
    )
    made = decide(of, None, command, START)
    assert not isinstance(made, Refusal)
    assert isinstance(made[0], Opened)
    assert made[0].by == Stamp("mo", "street", "cy")
    refused = decide(of, None, attrs.evolve(command, org="south"), START)
    assert isinstance(refused, Refusal)
    assert [one.code for one in refused.reasons] == ["out_of_scope"]


# The file of a case, and splits


PARTIES = """
kinds: {worker: {zh: 职工, en: Worker}}
by: helper
seen_by: helper
ratings: {of: rating, by: {any: boss}, not_by: submit}
"""
RATING = "\nrating: {type: choice, of: [good, bad]}"


def filed() -> Story:
    made = Story(
        program(FLOW, fields=FIELDS + RATING, parties=PARTIES),
        by=DESK,
        org="city",
        org_above=(),
        lineages=ABOVE,
    )
    made.fire("give", DESK, data={"to": ["street"]})
    return made


def test_a_deputy_writes_into_the_file_for_the_absent_person() -> None:
    made = filed()
    assert only(Noted, made.send(WriteNote(actor=DEPUTY, comment=NOTE))).by == Stamp("mo", "street", "li")
    recorded = only(PartyRecorded, made.send(RecordParty(actor=DEPUTY, party="p1", kind="worker")))
    assert recorded.by == Stamp("mo", "street", "li")
    own = attrs.evolve(DEPUTY, roles=frozenset({"desk"}))
    assert only(Noted, made.send(WriteNote(actor=own, comment=NOTE))).by == Stamp(
        "mo", "north", stood_in_for=("li",)
    )


def test_a_lent_role_writes_only_where_the_absent_person_sees_the_case() -> None:
    made = filed()
    chief = person("mo", "city", stands_in_for=(person("chen", "south", "helper"),))
    refused = made.send(WriteNote(actor=chief, comment=NOTE))
    assert isinstance(refused, Refusal)
    assert [one.code for one in refused.reasons] == ["role_missing"]


def test_the_deputy_of_who_submitted_records_no_rating() -> None:
    """The rule of ratings separates as a row does (M11)."""
    made = filed()
    made.send(RecordParty(actor=DEPUTY, party="p1", kind="worker"))
    made.fire("submit", LI)
    boss = person("mo", "city", "boss", stands_in_for=(LI,))
    refused = made.send(RateHandling(actor=boss, party="p1", rating="good"))
    assert isinstance(refused, Refusal)
    assert refused.reasons == (reason("deputy_same_person", trigger="submit", person="li"),)
    rated = made.send(RateHandling(actor=attrs.evolve(boss, deputy_for=()), party="p1", rating="good"))
    assert only(PartyRated, rated).by == Stamp("mo", "city")


def test_a_deputy_splits_for_the_absent_person() -> None:
    calendar = load_calendar("cn-office")
    desk, chief = Actor("ann", frozenset({"desk"}), "north"), Actor("bo", frozenset({"boss"}), "north")
    made = Story(
        compile_program(matter(), {"cn-office": calendar}), by=desk, org="north", org_above=("city",)
    )
    deputy = person("mo", "city", stands_in_for=(chief,))
    split = only(SplitOff, made.send(Split(actor=deputy, other="C2", parties=())))
    assert split.by == Stamp("mo", "north", "bo")
