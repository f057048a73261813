"""What the core makes of children, merges and splits: decisions, and the fold of them (M8, M9, D3)."""

from __future__ import annotations

import attrs
import pytest

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import evolve
from casewf.core.program import Program, compile_program
from casewf.model.case import Actor, Children, Link, Party, Sealed, Stamp
from casewf.model.commands import Absorb, Open, ReportChild, Split
from casewf.model.effects import MergeInto, OpenCase, TellParent
from casewf.model.events import IncidentRaised, Moved, Opened
from casewf.model.file_events import Absorbed, ChildReported, Linked, PartyRecorded, SplitOff
from core_cases import DESK, OFFICE, START, Story, only
from relatives_flows import letter, matter
from well_formed import check_nouns

SYSTEM = Actor("system", frozenset({"system"}), on_behalf="A:3:0")
BOSS = Actor("bo", frozenset({"boss"}))
SECRET = Sealed("ref", "digest")
STAMP = Stamp("ann")


def program(**replacements: str) -> Program:
    workflow = attrs.evolve(
        matter(**{"calendar: cn-office": "calendar: office", **replacements}), parties=matter().parties
    )
    return compile_program(workflow, {"office": OFFICE})


def story(*triggers: str, data: dict[str, object] | None = None, **replacements: str) -> Story:
    made = Story(program(**replacements), data={"firm": "F", "name": SECRET, **(data or {})})
    for trigger in triggers:
        made.fire(trigger)
    return made


def test_the_effect_holds_results_and_refers_to_secrets() -> None:
    """D3, D5: what the child is opened with was worked out at the move."""
    one = story("work", "spawn")
    (effect,) = one.happened(Moved)[-1].effects
    assert effect == OpenCase(
        workflow="letter", case="C1.1", values={"firm": "F", "number": 2}, carry=("name",), about="spawn"
    )
    assert effect.destination == "case:C1.1"


def test_a_value_is_of_the_case_as_the_move_leaves_it() -> None:
    one = story()
    one.fire("spawn", data={"firm": "G"})
    (effect,) = one.happened(Moved)[-1].effects
    assert isinstance(effect, OpenCase)
    assert effect.values == {"firm": "G", "number": 2}


def test_what_is_missing_or_cannot_be_worked_out_is_left_out() -> None:
    one = story("spawn", **{"number: count + 1": "number: count // (count - 1)"})
    (effect,) = one.happened(Moved)[-1].effects
    assert isinstance(effect, OpenCase)
    assert effect.values == {"firm": "F"}
    bare = Story(program())
    bare.fire("spawn")
    (effect,) = bare.happened(Moved)[-1].effects
    assert isinstance(effect, OpenCase)
    assert (effect.values, effect.carry) == ({"number": 2}, ())


def test_children_are_numbered_through_rows_and_effects() -> None:
    one = story("work", "spawn", "spawn_two")
    effects = [effect for event in one.happened(Moved) for effect in event.effects]
    assert [effect.case for effect in effects if isinstance(effect, OpenCase)] == ["C1.1", "C1.2", "C1.3"]
    assert one.case.children == Children(open=3)
    one.send(ReportChild("C1.1", True, SYSTEM))
    one.fire("spawn")
    (effect,) = one.happened(Moved)[-1].effects
    assert isinstance(effect, OpenCase)
    assert (effect.case, one.case.children) == ("C1.4", Children(open=3, closed=1))


def test_a_report_moves_what_waited_for_it() -> None:
    one = story("work", "spawn", "wait")
    assert one.state() == "waiting"
    events = one.send(ReportChild("C1.1", True, SYSTEM))
    assert not isinstance(events, Refusal)
    assert [type(event) for event in events[:1]] == [ChildReported]
    assert (one.state(), one.case.children) == ("working", Children(closed=1))
    assert one.happened(Moved)[-1].auto


@pytest.mark.parametrize(("open_", "state"), [(2, "waiting"), (1, "working")])
def test_a_guard_counts_every_child(open_: int, state: str) -> None:
    one = story("work", *["spawn"] * open_, "wait")
    one.send(ReportChild("C1.1", True, SYSTEM))
    assert one.state() == state


def test_a_child_tells_its_parent_when_it_closes_and_when_it_is_open_again() -> None:
    made = Story(program())
    opened = decide(made.program, None, Open("C1.1", SYSTEM, parent="C1"), START)
    assert not isinstance(opened, Refusal)
    child = Story(made.program)
    child._case = attrs.evolve(child.case, parent="C1")
    child.history[0] = attrs.evolve(child.happened(Opened)[0], parent="C1")
    for trigger, actor, told in (("work", DESK, None), ("close", DESK, True), ("reopen", BOSS, False)):
        (event, *_) = child.fire(trigger, actor)
        assert isinstance(event, Moved)
        assert event.effects == (() if told is None else (TellParent("C1", told, trigger),))


def test_a_case_without_a_parent_tells_nobody() -> None:
    one = story("work", "close")
    assert all(event.effects == () for event in one.happened(Moved))


def test_an_opening_that_closes_its_case_tells_the_parent() -> None:
    closed = compile_program(
        letter(**{"initial: draft": "initial: ended", "cn-office": "office"}), {"office": OFFICE}
    )
    for parent, effects in ((None, ()), ("P", (TellParent("P", True, "open"),))):
        (opened,) = decide(closed, None, Open("P.1", SYSTEM, data={"firm": "F"}, parent=parent), START)  # type: ignore[misc]
        assert isinstance(opened, Opened)
        assert (opened.closed, opened.effects, opened.parent) == (True, effects, parent)


def test_an_effect_opens_whatever_its_author_decided_but_not_without_what_is_needed() -> None:
    """``by`` of the opening is about people; ``needs`` and ``accepts`` are about the case."""
    of = compile_program(letter(**{"cn-office": "office"}), {"office": OFFICE})
    assert not isinstance(decide(of, None, Open("P.1", SYSTEM, data={"firm": "F"}), START), Refusal)
    refused = decide(of, None, Open("P.1", SYSTEM), START)
    assert isinstance(refused, Refusal)
    assert [reason.code for reason in refused.reasons] == ["field_missing"]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("{trigger: extra, from: closed, by: desk, effects: [{open: letter, with: {firm: firm}}]}", []),
        ("{trigger: extra, from: closed, by: desk, effects: [{notify: desk}]}", ["case_closed"]),
        ("{trigger: extra, from: closed, to: closed, by: desk, effects: [{open: letter}]}", ["case_closed"]),
    ],
)
def test_a_closed_case_takes_an_internal_row_that_opens_a_child_and_no_other(
    row: str, codes: list[str]
) -> None:
    """M8."""
    more = {"- {trigger: wait,": f"- {row}\n      - {{trigger: wait,"}
    assert story("work", "close", **more).codes("extra") == codes


def test_a_case_that_was_ended_opens_no_child_from_where_the_work_was() -> None:
    """M8: the state that a row leaves must be a closed one, as with all rows that a closed case takes."""
    two = {
        "slas:\n": "  side:\n    initial: busy\n    states: {busy: {zh: 忙, en: Busy}}\n    transitions:\n"
        "      - {trigger: extra, from: busy, by: desk, effects: [{open: letter, with: {firm: firm}}]}\nslas:\n"
    }
    one = story("work", **two)
    assert one.codes("extra") == []
    one.fire("merge", data={"into": "C2"})
    assert one.codes("extra") == ["case_closed"]


# Merges


def test_a_merge_is_folded_from_the_move_on() -> None:
    one = story("work")
    one.fire("merge", data={"into": "C2"})
    (effect,) = one.happened(Moved)[-1].effects
    assert effect == MergeInto("C2", (), caller=True, about="merge")
    assert (one.case.links, one.case.closed) == ((Link("merged_into", "C2"),), True)


def test_parties_go_in_one_order_whatever_order_a_store_gives_them_back_in() -> None:
    """D4: the same commands make the same bytes on every store."""
    one = story("work")
    for name in ("w2", "w1"):
        one._case = evolve(one.case, PartyRecorded(at=one.now, by=STAMP, party=Party(id=name, kind="worker")))
        one.history.append(PartyRecorded(at=one.now, by=STAMP, party=Party(id=name, kind="worker")))
    one.fire("merge", data={"into": "C2"})
    (effect,) = one.happened(Moved)[-1].effects
    assert isinstance(effect, MergeInto)
    assert effect.parties == ("w1", "w2")


def absorbed(one: Story, *parties: Party, source: str = "B", circle: bool = False) -> Absorbed:
    return only(Absorbed, one.send(Absorb(source, SYSTEM, parties, circle)))


def test_parties_get_ids_that_are_new_here_and_do_not_name_where_they_came_from() -> None:
    """M2: who sees this case may not see that one."""
    one = story()
    number = one.case.version + 1
    event = absorbed(
        one,
        Party(id="w1", kind="worker"),
        Party(id="rep", kind="worker", represents=("w1", "gone")),
        Party(id="", kind="worker"),
    )
    assert [(party.id, party.represents) for party in event.parties] == [
        (f"m{number}.1", ()),
        (f"m{number}.2", (f"m{number}.1",)),
        (f"m{number}.3", ()),
    ]
    again = absorbed(one, Party(id="w1", kind="worker"), Party(id="", kind="worker"))
    assert [party.id for party in again.parties] == [f"m{number + 1}.1", f"m{number + 1}.2"]
    assert one.case.links == (Link("merged_from", "B"),)


def test_parties_who_come_to_a_merged_case_are_sent_on() -> None:
    one = story("work")
    one.fire("merge", data={"into": "C2"})
    event = absorbed(one, Party(id="w1", kind="worker"))
    assert event.effects == (MergeInto("C2", (event.parties[0].id,), about="merge"),)
    assert one.happened(IncidentRaised) == []
    assert absorbed(one, source="D").effects == ()


def test_parties_who_come_to_a_closed_case_are_an_incident() -> None:
    one = story("work", "close")
    event = absorbed(one, Party(id="w1", kind="worker"))
    assert event.effects == ()
    assert [one.kind for one in one.happened(IncidentRaised)] == ["merged_into_closed"]
    assert event.parties[0].id in one.case.parties


def test_parties_in_a_circle_are_not_sent_round() -> None:
    one = story("work")
    one.fire("merge", data={"into": "B"})
    assert absorbed(one, Party(id="w1", kind="worker"), circle=True).effects == ()
    assert [event.kind for event in one.happened(IncidentRaised)] == ["merged_in_circle"]


# Splits


def test_a_split_carries_what_the_author_names_and_what_is_given() -> None:
    one = story(data={"topic": "t"})
    event = only(SplitOff, one.send(Split("C9", BOSS, (), {"firm": "G", "phone": SECRET}, SECRET)))
    assert event.fields == {"firm": "G", "phone": SECRET}
    assert event.effects == (
        OpenCase(
            workflow="matter",
            case="C9",
            relation="split",
            values={"topic": "t", "firm": "G", "phone": SECRET},
            carry=("name",),
            about="split",
        ),
    )
    assert one.case.links == (Link("split_to", "C9"),)
    assert one.case.children == Children()


def test_who_is_split_off_is_a_party_of_the_case_no_more() -> None:
    one = story()
    for name in ("w1", "w2"):
        one._case = evolve(one.case, PartyRecorded(at=START, by=STAMP, party=Party(id=name, kind="worker")))
    event = SplitOff(at=START, by=STAMP, other="C9", parties=("w1",))
    after = evolve(one.case, event)
    assert (set(after.parties), after.links) == ({"w2"}, (Link("split_to", "C9"),))


def test_a_party_that_is_not_in_the_case_cannot_be_split_off_and_is_named() -> None:
    refused = story().send(Split("C9", BOSS, ("w1", "w2"), {}, SECRET))
    assert isinstance(refused, Refusal)
    assert [(one.code, one.params) for one in refused.reasons] == [
        ("party_unknown", {"party": "w1"}),
        ("party_unknown", {"party": "w2"}),
    ]


def test_a_case_that_was_split_off_is_opened_with_its_parties_and_its_tie() -> None:
    party = Party(id="w1", kind="worker", came_from="C1")
    events = decide(program(), None, Open("C9", SYSTEM, split_from="C1", parties=(party,)), START)
    assert not isinstance(events, Refusal)
    assert [type(event) for event in events[:3]] == [Opened, PartyRecorded, Linked]
    check_nouns(events)
    assert (events[2].kind, events[2].other) == ("split_from", "C1")  # type: ignore[union-attr]
