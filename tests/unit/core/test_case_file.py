"""Notes, attachments, parties and links: who may, and what of it the case remembers (M2, M3, M11, D3)."""

from __future__ import annotations

from typing import Any

import pytest

from casewf.core.case_file import why_no_entry
from casewf.core.decide import Refusal
from casewf.core.evolve import Draft
from casewf.core.work import Work
from casewf.model.case import Actor, Link, Party, Sealed
from casewf.model.commands import Elapse
from casewf.model.effects import LinkBack
from casewf.model.file_commands import (
    AttachFile,
    DropParty,
    FileCommand,
    LinkCase,
    RateHandling,
    RecordParty,
    UnlinkCase,
    WriteNote,
)
from casewf.model.file_events import Absorbed, Attached, Linked, Noted, PartyRecorded, Unlinked
from core_cases import BOSS, DESK, NOTE, STRANGER, Story, only, program

FLOW = """
main:
  initial: a
  states: {a: {}, b: {}, done: {category: closed}}
  transitions:
    - {trigger: sign, from: a, by: boss}
    - {trigger: finish, from: a, to: done, by: [desk, boss]}
    - {trigger: rework, from: done, to: a, by: [desk, boss], clears: ratings}
    - {trigger: reopen, from: done, to: a, by: desk, clears: cards}
"""
FIELDS = "rating: {type: choice, of: [good, bad]}"
PARTIES = """
kinds: {worker: {zh: 职工, en: Worker}, representative: {zh: 代表, en: Representative}}
by: desk
seen_by: desk
ratings: {of: rating, by: [desk, helper], not_by: finish, not_by_org: sign, in: main.done}
"""
WITHOUT = program(FLOW.replace(", clears: ratings", ""), fields=FIELDS)
CALLER = Actor("cal", frozenset({"helper"}), "centre", ("centre",))
WHO = Sealed("who", "digest")


def attach(name: str = "a1", actor: Actor = DESK, expect: int | None = None) -> AttachFile:
    return AttachFile(actor=actor, id=name, place=NOTE, sha256="f" * 64, size=3, expect=expect)


def record(name: str = "p1", kind: str = "worker", actor: Actor = DESK, **more: Any) -> RecordParty:
    return RecordParty(actor=actor, party=name, kind=kind, **more)


def rate(name: str = "p1", rating: str = "good", actor: Actor = CALLER, **more: Any) -> RateHandling:
    return RateHandling(actor=actor, party=name, rating=rating, **more)


def story(*commands: FileCommand, done: bool = False) -> Story:
    made = Story(program(FLOW, fields=FIELDS, parties=PARTIES))
    for command in commands:
        assert not isinstance(made.send(command), Refusal), command
    if done:
        made.fire("finish", BOSS)
    return made


def refused(made: Story, command: FileCommand) -> list[tuple[str, dict[str, str]]]:
    """Codes and gaps of a refusal, which must change nothing (M3)."""
    before = made.case
    result = made.send(command)
    assert isinstance(result, Refusal), result
    assert made.case is before
    return [(one.code, dict(one.params)) for one in result.reasons]


# Notes and attachments


def test_a_note_and_an_attachment_move_nothing() -> None:
    made = story()
    before = made.case
    assert only(Noted, made.send(WriteNote(actor=DESK, comment=NOTE))).comment == NOTE
    event = only(Attached, made.send(attach()))
    assert (event.id, event.place, event.sha256, event.size) == ("a1", NOTE, "f" * 64, 3)
    assert (made.case.states, made.case.fields) == (before.states, before.fields)
    assert made.case.attachments == ("a1",)


@pytest.mark.parametrize(
    "command",
    [
        WriteNote(actor=STRANGER, comment=NOTE),
        attach(actor=STRANGER),
        LinkCase(actor=STRANGER, other="C2", kind="related"),
        UnlinkCase(actor=STRANGER, other="C2", kind="related"),
    ],
    ids=lambda command: command.name,
)
def test_whoever_has_no_role_of_the_workflow_writes_nothing(command: FileCommand) -> None:
    assert refused(story(), command) == [("role_missing", {"roles": "desk, boss, helper"})]


def test_a_note_needs_a_text() -> None:
    assert refused(story(), WriteNote(actor=DESK, comment=None)) == [("note_empty", {})]


def test_an_attachment_has_an_id_of_its_own() -> None:
    assert refused(story(attach()), attach()) == [("attachment_exists", {"attachment": "a1"})]


@pytest.mark.parametrize(
    "command",
    [
        WriteNote(actor=BOSS, comment=NOTE),
        attach(),
        record(),
        LinkCase(actor=BOSS, other="C2", kind="related"),
    ],
    ids=lambda command: command.name,
)
def test_a_closed_case_still_has_a_file(command: FileCommand) -> None:
    made = story(done=True)
    assert made.case.closed
    assert not isinstance(made.send(command), Refusal)


# Parties


def test_a_party_is_recorded_and_corrected_and_what_is_not_said_stays() -> None:
    made = story(record("p2"), record(person="m-1", identity=WHO, represents=("p2",)))
    assert made.case.parties["p1"] == Party(
        id="p1", kind="worker", person="m-1", identity=WHO, represents=("p2",)
    )
    made.send(record(kind="representative"))
    assert made.case.parties["p1"] == Party(
        id="p1", kind="representative", person="m-1", identity=WHO, represents=("p2",)
    )
    made.send(record(person="", anonymous=True, represents=()))
    assert made.case.parties["p1"] == Party(id="p1", kind="worker")
    assert made.case.persons == ("m-1",)


def test_a_correction_keeps_the_ratings() -> None:
    made = story(record(), done=True)
    made.send(rate())
    assert only(PartyRecorded, made.send(record(kind="representative"))).party.ratings == ("good",)
    assert refused(made, rate()) == [("already_rated", {"party": "p1"})]


def test_whoever_leaves_is_represented_and_represents_no_more() -> None:
    made = story(record("p1"), record("p2"), record("p3", represents=("p1", "p2")))
    made.send(DropParty(actor=DESK, party="p1"))
    assert list(made.case.parties) == ["p2", "p3"]
    assert made.case.parties["p3"].represents == ("p2",)
    assert refused(made, DropParty(actor=DESK, party="p1")) == [("party_unknown", {"party": "p1"})]


def test_whoever_rated_stays() -> None:
    """Dropped and recorded anew he could rate twice in a round."""
    made = story(record(), record("p2"), done=True)
    made.send(rate())
    assert refused(made, DropParty(actor=DESK, party="p1")) == [("party_stays", {"party": "p1"})]
    assert not isinstance(made.send(DropParty(actor=DESK, party="p2")), Refusal)


def test_only_who_records_parties_records_them() -> None:
    made = story(record())
    missing = [("role_missing", {"roles": "desk"})]
    assert refused(made, record("p2", actor=BOSS)) == missing
    assert refused(made, DropParty(actor=BOSS, party="p1")) == missing
    assert refused(made, DropParty(actor=STRANGER, party="p9")) == missing  # a stranger learns nothing


def test_all_that_is_wrong_with_a_party_is_said_at_once() -> None:
    assert refused(story(), record(kind="witness", represents=("p1", "p8", "p9"))) == [
        ("party_kind_unknown", {"party_kind": "witness", "party_kinds": "worker, representative"}),
        ("represents_itself", {"party": "p1"}),
        ("party_unknown", {"party": "p8"}),
        ("party_unknown", {"party": "p9"}),
    ]


@pytest.mark.parametrize("command", [record(), DropParty(actor=DESK, party="p1"), rate()])
def test_a_workflow_without_parties_records_none(command: FileCommand) -> None:
    assert refused(Story(WITHOUT), command) == [("parties_not_kept", {})]


# Ratings


def test_a_party_rates_once_a_round() -> None:
    made = story(record(), record("p2"), done=True)
    made.send(rate())
    assert refused(made, rate(rating="bad")) == [("already_rated", {"party": "p1"})]
    made.fire("rework")
    made.fire("finish", BOSS)
    made.send(rate(rating="bad"))
    made.send(rate("p2"))
    ratings = {name: (party.ratings, party.rated) for name, party in made.case.parties.items()}
    assert ratings == {"p1": (("good", "bad"), True), "p2": (("good",), True)}


def test_clearing_cards_begins_no_round_and_a_round_clears_no_card() -> None:
    made = story(record(), done=True)
    made.send(rate())
    made.fire("reopen")
    assert made.case.parties["p1"].rated
    made.fire("finish", BOSS)
    moved = made.fire("rework")[0]
    assert (moved.clears, moved.new_round) == (False, True)  # type: ignore[union-attr]


def test_one_person_rates_once_though_he_is_two_parties() -> None:
    """As after a merge, which brings the parties of another case."""
    made = story(record(person="m-1"), record("p2", person="m-2"), record("p3"), record("p4"), done=True)
    draft = Draft(made.case, CALLER)
    twin = Party(id="C9:p1", kind="worker", person="m-1")
    draft.apply(Absorbed(at=made.now, by=made.history[0].by, source="C9", parties=(twin,)))  # type: ignore[union-attr]
    work = Work(made.program, draft, made.now)
    assert why_no_entry(work, rate("C9:p1")) == []
    draft.apply(made.send(rate())[0])  # type: ignore[index]
    assert [one.code for one in why_no_entry(work, rate("C9:p1"))] == ["already_rated"]
    assert why_no_entry(work, rate("p2")) == []
    draft.apply(made.send(rate("p3"))[0])  # type: ignore[index]
    assert why_no_entry(work, rate("p4")) == []  # two people of whom nothing is known are two


def test_who_may_rate_is_looked_at_first() -> None:
    made = story(record())
    assert refused(made, rate("p9", actor=BOSS)) == [("role_missing", {"roles": "desk, helper"})]


def test_who_did_the_work_does_not_ask_how_it_was() -> None:
    """M11: the case remembers whom the rule of ratings bars, though no row does."""
    made = story(record())
    made.fire("sign", Actor("bo", frozenset({"boss"}), "centre", ("centre",)))
    made.fire("finish", DESK)
    assert refused(made, rate()) == [("same_org", {"trigger": "sign"})]
    assert refused(made, rate(actor=DESK)) == [("same_person", {"trigger": "finish"})]
    assert not isinstance(made.send(rate(actor=Actor("eva", frozenset({"helper"}), "other"))), Refusal)


def test_ratings_are_recorded_where_the_workflow_says() -> None:
    assert refused(story(record()), rate("p9")) == [("wrong_state", {"state": "a", "possible": "done"})]


def test_the_party_and_the_rating_must_be_known() -> None:
    made = story(record(), done=True)
    assert refused(made, rate("p9", "splendid")) == [
        ("party_unknown", {"party": "p9"}),
        ("field_option", {"field": "rating", "found": "splendid", "options": "good, bad"}),
    ]


def test_a_workflow_may_have_parties_that_do_not_rate() -> None:
    quiet = "kinds: {worker: {zh: 职工}}\nby: desk"
    made = Story(program(FLOW.replace(", clears: ratings", ""), fields=FIELDS, parties=quiet))
    made.send(record())
    assert refused(made, rate()) == [("ratings_not_kept", {})]


# Links


def test_a_link_has_two_ends_and_the_other_one_follows() -> None:
    made = story()
    event = only(Linked, made.send(LinkCase(actor=DESK, other="C2", kind="duplicate")))
    assert event.effects == (LinkBack("C2", "duplicate"),)
    made.send(LinkCase(actor=DESK, other="C2", kind="related"))
    assert made.case.links == (Link("duplicate", "C2"), Link("related", "C2"))
    gone = only(Unlinked, made.send(UnlinkCase(actor=DESK, other="C2", kind="duplicate")))
    assert gone.effects == (LinkBack("C2", "duplicate", linked=False),)
    assert made.case.links == (Link("related", "C2"),)


def test_the_end_that_follows_asks_nobody_and_makes_nothing_follow() -> None:
    made = story()
    event = only(Linked, made.send(LinkCase(actor=STRANGER, other="C2", kind="related", back=True)))
    assert event.effects == ()


def test_what_is_wrong_with_a_link() -> None:
    made = story(LinkCase(actor=DESK, other="C2", kind="related"))
    assert refused(made, LinkCase(actor=DESK, other="C1", kind="cousin")) == [
        ("link_kind_unknown", {"link_kind": "cousin", "link_kinds": "duplicate, related"}),
        ("link_to_itself", {}),
    ]
    assert refused(made, LinkCase(actor=DESK, other="C2", kind="related")) == [
        ("link_exists", {"case": "C2"})
    ]
    assert refused(made, UnlinkCase(actor=DESK, other="C2", kind="duplicate")) == [
        ("link_unknown", {"case": "C2"})
    ]


# What holds for all of them


@pytest.mark.parametrize(
    "command",
    [
        WriteNote(actor=DESK, comment=NOTE, expect=9),
        attach(expect=9),
        record("p2", expect=9),
        DropParty(actor=DESK, party="p1", expect=9),
        rate(expect=9),
        LinkCase(actor=DESK, other="C2", kind="related", expect=9),
        UnlinkCase(actor=DESK, other="C3", kind="related", expect=9),
    ],
    ids=lambda command: command.name,
)
def test_another_version_than_expected_is_the_last_thing_looked_at(command: FileCommand) -> None:
    made = story(record(), LinkCase(actor=DESK, other="C3", kind="related"), done=True)
    assert refused(made, command) == [("version_conflict", {"found": "4", "expected": "9"})]


def test_time_passing_leaves_the_file_alone() -> None:
    made = story(record())
    assert made.send(Elapse()) == ()
