"""How a case moves (M1, M3-M5, M8-M10, M12)."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal

import pytest

from casewf.core.decide import Refusal, decide
from casewf.core.program import compile_program
from casewf.model.commands import Elapse, Fire, Open
from casewf.model.effects import CallHook, Notify, Push
from casewf.model.events import Moved, Opened
from casewf.model.workflow import By, CalendarChoice, State, Track, Transition, Workflow
from core_cases import BOSS, DESK, HOUR, NOTE, START, Story, at, only, program

FORK = """
main:
  initial: a
  states: {a: {}, b: {}, c: {}, d: {}}
  transitions:
    - {trigger: go, from: a, to: b, by: desk, when: n > 10}
    - {trigger: go, from: a, to: c, by: boss}
    - {trigger: go, from: a, to: d, by: [desk, boss], accepts: [n]}
"""
NUMBER = "n: {type: integer, default: 0}"


def test_the_first_row_that_nothing_speaks_against_is_taken() -> None:
    """M1."""
    story = Story(program(FORK, fields=NUMBER), data={"n": 11})
    assert only(Moved, story.fire("go")).row == 0


def test_a_row_dropped_by_permission_leaves_the_next_one() -> None:
    """M1, M2: each step drops rows."""
    story = Story(program(FORK, fields=NUMBER))
    assert only(Moved, story.fire("go", BOSS)).row == 1


def test_a_row_dropped_by_its_guard_leaves_the_else() -> None:
    story = Story(program(FORK, fields=NUMBER))
    assert only(Moved, story.fire("go")).row == 2


def test_a_row_that_does_not_take_the_field_leaves_the_one_that_does() -> None:
    """M2: accepted fields come before the guard."""
    story = Story(program(FORK, fields=NUMBER), data={"n": 11})
    assert only(Moved, story.fire("go", data={"n": 12})).target == "d"


def test_the_move_says_who_did_it_and_in_which_role() -> None:
    story = Story(program(FORK, fields=NUMBER))
    moved = only(Moved, story.fire("go", BOSS))
    assert (moved.by.id, moved.role, moved.source, moved.target, moved.at) == ("bo", "boss", "a", "c", START)


def test_a_refusal_changes_nothing() -> None:
    """M3."""
    story = Story(program(FORK, fields=NUMBER))
    before, twin = story.case, copy.deepcopy(story.case)
    fields, states = before.fields, before.states
    assert isinstance(story.attempt("go", data={"n": "x"}), Refusal)
    assert story.case is before
    assert (before.fields is fields, before.states is states) == (True, True)
    assert before == twin


VALUES = """
main:
  initial: a
  states: {a: {}, b: {}}
  transitions:
    - {trigger: add, from: a, by: desk, asks: [n], when: n > 2, set: {n: n + 1, m: n}}
    - {trigger: give, from: a, by: desk, asks: [lead], accepts: [basis], assign: {helper: lead},
       effects: [{notify: helper}, {push: gov, send: [n], send_if: {when: has(basis), fields: [m]}}, {hook: ring}]}
    - {trigger: halve, from: a, by: desk, set: {n: 7 / m}}
    - {trigger: grow, from: a, by: desk, set: {m: m + 1}}
"""
VALUE_FIELDS = """
n: {type: integer, default: 0, max: 9}
m: {type: integer}
lead: {type: org}
basis: {type: text}
q: {type: decimal}
"""


def values_flow(**more: str) -> Story:
    text = VALUES.replace("set: {n: 7 / m}", "set: {q: 7 / m}")
    return Story(program(text, fields=VALUE_FIELDS), **more)  # type: ignore[arg-type]


def test_guards_and_values_see_the_data_of_the_command() -> None:
    """M2; all values of a row are worked out on one snapshot."""
    story = values_flow()
    story.fire("add", data={"n": 5})
    assert (story.case.fields["n"], story.case.fields["m"]) == (6, 5)


def test_a_value_that_cannot_be_worked_out_refuses_the_move() -> None:
    """M3, M6: all or nothing."""
    story = values_flow()
    assert story.codes("grow") == ["value_failed"]


def test_a_value_out_of_the_range_of_its_field_refuses_the_move() -> None:
    story = values_flow()
    assert story.codes("add", data={"n": 9}) == ["field_range"]


def test_a_division_by_zero_refuses_the_move() -> None:
    story = values_flow(data={"m": 0})
    assert story.codes("halve") == ["value_failed"]


def test_numbers_are_stored_in_the_type_of_their_field() -> None:
    story = values_flow(data={"m": 2})
    story.fire("halve")
    assert story.case.fields["q"] == Decimal("3.5")


def test_a_holder_is_stored_with_the_organisations_above_it() -> None:
    """D3, M11: the event holds what was resolved."""
    story = Story(program(VALUES.replace("{n: 7 / m}", "{q: 7 / m}"), fields=VALUE_FIELDS), lineages={"yz": ("cq", "cn")})
    moved = only(Moved, story.fire("give", data={"lead": "yz"}))
    assert (moved.holders["helper"].ids, moved.holders["helper"].above) == (("yz",), ("cq", "cn"))


def test_effects_go_to_the_holder_that_the_same_move_made() -> None:
    moved = only(Moved, values_flow().fire("give", data={"lead": "yz"}))
    assert moved.effects == (Notify("helper", ("yz",), "give"), Push("gov", ("n",), about="give"), CallHook("ring", "give"))


def test_what_is_sent_along_sees_the_data_of_the_command() -> None:
    """M2: a legal basis that is given with the very command counts for it."""
    moved = only(Moved, values_flow().fire("give", data={"lead": "yz", "basis": "consent"}))
    assert next(one for one in moved.effects if isinstance(one, Push)).fields == ("n", "m")


ROUNDS = """
one:
  initial: a
  states: {a: {}, b: {}, c: {}, z: {}}
  transitions:
    - {trigger: begin, from: a, to: b, by: desk}
    - {trigger: one_on, from: b, to: c, auto: true, when: state.two == 'q'}
    - {trigger: one_on, from: c, to: z, auto: true, when: state.two == 'q'}
two:
  initial: p
  states: {p: {}, q: {}, r: {}}
  transitions:
    - {trigger: two_on, from: p, to: q, auto: true, when: state.one == 'b'}
    - {trigger: two_off, from: q, to: r, auto: true, when: state.one == 'c'}
    - {trigger: two_else, from: q, to: p, auto: true, when: state.one == 'c'}
"""


def test_automatic_moves_of_one_round_are_chosen_on_one_snapshot() -> None:
    """M5: in the third round both tracks move, although the first would have shut the second out."""
    story = Story(program(ROUNDS))
    events = story.fire("begin")
    assert [(e.track, e.target) for e in events if isinstance(e, Moved)] == [
        ("one", "b"),
        ("two", "q"),
        ("one", "c"),
        ("one", "z"),
        ("two", "r"),
    ]


def test_automatic_moves_are_made_by_the_system_and_marked() -> None:
    story = Story(program(ROUNDS))
    moved = [event for event in story.fire("begin") if isinstance(event, Moved)][1]
    assert (moved.by.id, moved.by.on_behalf, moved.role, moved.auto) == ("system", "two_on", None, True)


def test_time_alone_fires_no_automatic_move() -> None:
    """M5: ``ripe`` may move when its clock is breached, but only a move looks for it."""
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {}}
          transitions:
            - {trigger: ripe, from: a, to: b, auto: true, when: sla.limit.verdict == 'breached'}
            - {trigger: note, from: a, by: desk}
        """,
        slas="limit: {start: {enter: main.a}, stop: {enter: main.b}, target: [{within: 1 hour}]}",
    )
    story = Story(of)
    story.elapse("mon 12:00")
    assert (story.clock().verdict, story.state()) == ("breached", "a")
    story.fire("note")
    assert story.state() == "b"


CHAIN = """
main:
  initial: start
  states: {start: {}, count: {}}
  transitions:
    - {trigger: begin, from: start, to: count, by: desk}
    - {trigger: tick, from: count, auto: true, when: n < LIMIT, set: {n: n + 1}}
"""


def test_thirty_two_rounds_of_automatic_moves_are_accepted() -> None:
    """M5."""
    story = Story(program(CHAIN.replace("LIMIT", "32"), fields=NUMBER))
    story.fire("begin")
    assert story.case.fields["n"] == 32


def test_a_thirty_third_round_refuses_the_whole_command() -> None:
    """M5, M6."""
    story = Story(program(CHAIN.replace("LIMIT", "33"), fields=NUMBER))
    before = story.case
    assert story.codes("begin") == ["auto_chain"]
    assert story.case is before


def test_opening_a_case_runs_automatic_moves() -> None:
    text = CHAIN.replace("LIMIT", "3").replace("initial: start", "initial: count")
    assert Story(program(text, fields=NUMBER)).case.fields["n"] == 3


CLOSING = """
main:
  initial: open
  states: {open: {}, closed: {category: closed}, rated: {category: closed}, filed: {final: true},
           merged: {category: closed, ends_case: true}}
  transitions:
    - {trigger: note, from: [open, closed], by: desk}
    - {trigger: close, from: open, to: closed, by: desk}
    - {trigger: rate, from: closed, to: rated, by: desk}
    - {trigger: again, from: closed, to: closed, by: desk}
    - {trigger: reopen, from: [closed, rated, merged], to: open, by: desk}
    - {trigger: file, from: [closed, rated], to: filed, by: desk}
    - {trigger: merge, from: open, to: merged, by: desk}
    - {trigger: file_merged, from: merged, to: filed, by: desk}
side:
  initial: idle
  states: {idle: {category: closed}, busy: {}, resting: {category: closed}, done: {category: closed}}
  transitions:
    - {trigger: work, from: [idle, done, resting], to: busy, by: desk}
    - {trigger: rest, from: busy, to: resting, by: desk}
    - {trigger: finish, from: [busy, resting], to: done, by: desk}
    - {trigger: remark, from: [idle, busy, resting, done], by: desk}
"""


def closing(*triggers: str) -> Story:
    story = Story(program(CLOSING))
    for trigger in triggers:
        story.fire(trigger)
    return story


def test_a_case_is_closed_when_every_track_is() -> None:
    """M8."""
    assert not closing().case.closed
    assert closing("close").case.closed
    assert not closing("work", "close").case.closed
    assert closing("work", "close", "finish").case.closed


def test_one_state_that_ends_the_case_closes_it() -> None:
    assert closing("work", "merge").case.closed


def test_a_closed_case_takes_no_internal_move() -> None:
    assert closing("close").codes("note") == ["case_closed"]
    assert closing("close").codes("remark") == ["case_closed"]


def test_a_closed_case_takes_no_move_into_the_same_state() -> None:
    assert closing("close").codes("again") == ["case_closed"]


def test_an_open_track_of_an_ended_case_stands_still() -> None:
    assert closing("work", "merge").codes("finish") == ["case_closed"]


def test_a_closed_state_of_an_open_case_takes_work() -> None:
    """M8 speaks of cases: a track may be done while another is not."""
    assert closing("work", "close", "again", "note").state() == "closed"


def test_a_closed_case_can_be_finished() -> None:
    """From one closed state to another: rate, file."""
    story = closing("close", "rate", "file")
    assert (story.state(), story.case.closed) == ("filed", True)


def test_a_closed_case_can_be_reopened_in_any_track() -> None:
    assert not closing("close", "reopen").case.closed
    assert not closing("close", "work").case.closed


def test_an_ended_case_is_not_finished_out_of_the_state_that_ended_it() -> None:
    assert closing("merge").codes("file_merged") == ["case_closed"]


def test_an_ended_case_is_reopened_out_of_the_state_that_ended_it() -> None:
    assert not closing("merge", "reopen").case.closed


def test_another_track_does_not_reopen_an_ended_case() -> None:
    """M8: such a move would work on a case that stays closed."""
    assert closing("merge").codes("work") == ["case_closed"]


def test_a_final_state_accepts_nothing() -> None:
    story = closing("close", "file")
    assert [story.codes(name) for name in ("note", "close", "rate", "reopen", "file")] == [["wrong_state"]] * 5


def test_a_final_state_written_in_python_is_closed_and_accepts_nothing() -> None:
    """M8 holds without the reader's checks."""
    desk = (By(role="desk"),)
    workflow = Workflow(
        id="twin",
        version=1,
        calendar=CalendarChoice(default="office"),
        tracks=(
            Track(
                id="main",
                initial="a",
                states=(State(id="a"), State(id="z", final=True)),
                transitions=(
                    Transition(trigger="end", sources=("a",), target="z", by=desk),
                    Transition(trigger="back", sources=("z",), target="a", by=desk),
                ),
            ),
        ),
    )
    story = Story(compile_program(workflow, program(CLOSING).calendars))
    story.fire("end")
    assert story.case.closed
    assert story.codes("back") != []


GUARDS = """
main:
  initial: a
  states: {a: {}}
  transitions:
    - {trigger: both, from: a, by: desk, when: n > 0 and m > 0}
    - {trigger: either, from: a, by: desk, when: n == 0 or m > 0}
    - {trigger: ratio, from: a, by: desk, when: 1 / n > 0}
    - {trigger: mine, from: a, by: desk, when: "actor.id == 'ann' and state.main == 'a' and card == 'none'"}
"""


def test_a_missing_value_makes_a_guard_not_met_and_is_named() -> None:
    """M9."""
    result = Story(program(GUARDS, fields=VALUE_FIELDS), data={"n": 1}).attempt("both")
    assert isinstance(result, Refusal)
    assert [(one.code, one.params["field"]) for one in result.reasons] == [("guard_missing", "m")]


def test_a_missing_value_counts_only_where_evaluation_reaches_it() -> None:
    """M9: ``or`` stops before it, ``and`` names what it saw first."""
    story = Story(program(GUARDS, fields=VALUE_FIELDS))
    assert story.codes("either") == []
    assert story.codes("both") == ["guard_not_met"]


def test_each_part_of_a_conjunction_that_is_not_met_is_a_reason() -> None:
    result = Story(program(GUARDS, fields=VALUE_FIELDS), data={"m": 0}).attempt("both")
    assert isinstance(result, Refusal)
    assert [one.params["guard"] for one in result.reasons] == ["n > 0", "m > 0"]


def test_a_guard_that_cannot_be_worked_out_is_not_met() -> None:
    assert Story(program(GUARDS, fields=VALUE_FIELDS)).codes("ratio") == ["guard_failed"]


def test_guards_see_who_acts_and_where_the_case_stands() -> None:
    story = Story(program(GUARDS, fields=VALUE_FIELDS))
    assert story.codes("mine") == []
    assert story.codes("mine", type(DESK)("bob", frozenset({"desk"}))) == ["guard_not_met"]


PREVIOUS = """
main:
  initial: a
  states: {a: {}, b: {}, held: {}, deep: {}}
  transitions:
    - {trigger: on, from: a, to: b, by: desk}
    - {trigger: hold, from: [a, b, deep], to: held, by: desk}
    - {trigger: hold, from: held, to: held, by: boss}
    - {trigger: look, from: held, by: desk}
    - {trigger: dig, from: [a, held], to: deep, by: desk}
    - {trigger: resume, from: held, to: =previous, by: desk}
    - {trigger: rise, from: deep, to: =previous, by: desk}
"""


def previous(*triggers: str) -> Story:
    story = Story(program(PREVIOUS))
    for trigger in triggers:
        story.fire(trigger)
    return story


def test_resuming_leads_to_the_state_that_was_left() -> None:
    """M10."""
    assert previous("hold", "resume").state() == "a"
    assert previous("on", "hold", "resume").state() == "b"


def test_an_internal_move_enters_nothing_and_forgets_nothing() -> None:
    assert previous("on", "hold", "look", "resume").state() == "b"


def test_a_move_into_the_same_state_forgets_nothing() -> None:
    """M10: what is remembered is where the case came from, not the state itself."""
    story = previous("on", "hold")
    story.fire("hold", BOSS)
    story.fire("resume")
    assert story.state() == "b"


def test_a_way_back_does_not_overwrite_what_a_state_remembers() -> None:
    """M10: ``rise`` enters held again, which still remembers b, the state before it was first entered."""
    assert previous("on", "hold", "dig", "rise", "resume").state() == "b"


def test_what_is_remembered_is_kept_for_each_state() -> None:
    story = previous("on", "hold", "dig")
    assert story.case.previous == {"main.held": "b", "main.deep": "held"}


def test_an_initial_state_remembers_nothing() -> None:
    text = PREVIOUS.replace("initial: a", "initial: held")
    assert Story(program(text)).codes("resume") == ["previous_unknown"]


def test_opening_enters_the_initial_states() -> None:
    """M10."""
    opened = only(Opened, (Story(program(CLOSING)).history[0],))
    assert opened.states == {"main": "open", "side": "idle"}


def test_a_case_begins_with_the_defaults_and_what_was_given() -> None:
    story = values_flow(data={"lead": "yz"})
    assert story.case.fields == {"n": 0, "lead": "yz"}


def test_case_time_never_runs_backwards() -> None:
    """M12."""
    story = Story(program(FORK, fields=NUMBER))
    story.now = START - HOUR
    assert only(Moved, story.fire("go")).at == START


def test_what_occurred_earlier_is_kept_beside_case_time() -> None:
    story = Story(program(FORK, fields=NUMBER))
    moved = only(Moved, story.fire("go", when="mon 12:00", occurred_at=at("mon 10:00")))
    assert (moved.at, moved.occurred_at) == (at("mon 12:00"), at("mon 10:00"))


@pytest.mark.parametrize("occurred", ["mon 08:59", "mon 12:01"])
def test_nothing_occurs_before_the_opening_or_after_now(occurred: str) -> None:
    """M12."""
    story = Story(program(FORK, fields=NUMBER))
    story.now = at("mon 12:00")
    assert story.codes("go", occurred_at=at(occurred)) == ["occurred_range"]


def test_the_opening_and_now_are_themselves_allowed() -> None:
    story = Story(program(FORK, fields=NUMBER))
    assert story.codes("go", occurred_at=START) == []


def test_a_second_opening_is_refused() -> None:
    story = Story(program(FORK, fields=NUMBER))
    result = decide(story.program, story.case, Open("C1", DESK), START)
    assert isinstance(result, Refusal)
    assert [one.code for one in result.reasons] == ["case_exists"]


def test_a_command_on_no_case_is_a_programming_error() -> None:
    for command in (Fire("go", DESK), Elapse()):
        with pytest.raises(ValueError, match="needs a case"):
            decide(program(FORK, fields=NUMBER), None, command, START)


KINDS = """
main:
  initial: a
  states: {a: {}}
  transitions:
    - {trigger: tell, from: a, by: desk, accepts: [t, i, d, b, c, day, when, many]}
"""
KIND_FIELDS = """
t: {type: text}
i: {type: integer, min: 1, max: 9}
d: {type: decimal, min: 0}
b: {type: boolean}
c: {type: choice, of: [x, y]}
day: {type: date}
when: {type: instant}
many: {type: org, many: true}
"""


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("t", "word", "word"),
        ("i", 9, 9),
        ("d", "1.50", Decimal("1.50")),
        ("d", 2, Decimal(2)),
        ("b", False, False),
        ("c", "y", "y"),
        ("day", "2025-06-20", dt.date(2025, 6, 20)),
        ("when", dt.datetime(1970, 1, 1, 1, tzinfo=dt.UTC), HOUR),
        ("when", 5, 5),
        ("many", ["p", "q"], ("p", "q")),
    ],
)
def test_values_are_made_into_the_type_of_their_field(name: str, given: object, stored: object) -> None:
    story = Story(program(KINDS, fields=KIND_FIELDS))
    story.fire("tell", data={name: given}, comment=NOTE)
    assert story.case.fields[name] == stored
    assert type(story.case.fields[name]) is type(stored)


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("t", 1, "field_type"),
        ("t", "  ", "field_type"),
        ("i", True, "field_type"),
        ("i", "1", "field_type"),
        ("i", 0, "field_range"),
        ("i", 10, "field_range"),
        ("d", 1.5, "field_type"),
        ("d", "NaN", "field_type"),
        ("d", -1, "field_range"),
        ("b", 1, "field_type"),
        ("c", "z", "field_range"),
        ("day", "20 June", "field_type"),
        ("day", dt.datetime(2025, 6, 20, tzinfo=dt.UTC), "field_type"),
        ("when", dt.datetime(2025, 6, 20), "field_type"),  # noqa: DTZ001  # naive on purpose
        ("many", "p", "field_type"),
        ("many", ["p", 1], "field_type"),
        ("t", None, "field_type"),
    ],
)
def test_values_of_another_type_or_out_of_range_are_refused(name: str, given: object, code: str) -> None:
    assert Story(program(KINDS, fields=KIND_FIELDS)).codes("tell", data={name: given}) == [code]
