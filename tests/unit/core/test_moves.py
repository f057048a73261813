"""How a case moves: rows in order, automatic rounds, the way back, case time (M1, M3, M5, M10, M12)."""

from __future__ import annotations

import copy
from itertools import product

import attrs
import pytest

from casewf.core.decide import Refusal, decide
from casewf.core.evolve import Draft
from casewf.core.step import enabled
from casewf.model.commands import Elapse, Fire, Open
from casewf.model.events import Moved
from core_cases import BOSS, DESK, HOUR, START, Story, at, only, program

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


@pytest.mark.parametrize(
    "guard",
    [
        "state.two == 'p'",
        "not (state.two == 'p')",
        "state.two != 'p' and n > 1",
        "n > 1 or state.two in ('q', 'r')",
        "state.two not in ('q', 'r')",
        "not (n > 1 and state.two == 'q' or state.one == 'b')",
    ],
)
def test_the_states_rule_out_just_the_automatic_rows_that_cannot_run_there(guard: str) -> None:
    """M5: what is remembered for a combination of states agrees with asking the guard in each."""
    rows = """
        one:
          initial: a
          states: {a: {}, b: {}}
          transitions:
            - {trigger: on, from: a, to: b, auto: true, when: GUARD}
        two:
          initial: p
          states: {p: {}, q: {}, r: {}}
          transitions:
            - {trigger: next, from: p, to: q, by: desk}
            - {trigger: last, from: q, to: r, by: desk}
        """
    of = program(rows.replace("GUARD", f'"{guard}"'), fields="n: {type: integer}")
    story = Story(of)
    met: dict[tuple[str, str], set[bool]] = {}
    for one, two, n in product("ab", "pqr", (None, 1, 2)):
        fields = {} if n is None else {"n": n}
        draft = Draft(attrs.evolve(story.case, states={"one": one, "two": two}, fields=fields))
        leaving = of.autos[0][1].get(one, ())
        can = any(enabled(rule, draft) for _, rule in leaving)
        met.setdefault((one, two), set()).add(can)
    for (one, two), answers in met.items():
        for states in ({"one": one, "two": two}, {"two": two, "one": one}):
            assert bool(of.possible_autos.of(states)) is (True in answers)


@pytest.mark.parametrize("guard", ["has(n)", "has(n) and n > 1", "not has(n)", "n > 1 and has(n)"])
def test_an_automatic_row_that_asks_for_a_value_runs_when_its_guard_is_met(guard: str) -> None:
    """M5: where it asks for the value first, the guard need not be asked without one; with one it is."""
    of = program(
        f"""
        main:
          initial: a
          states: {{a: {{}}, b: {{}}, c: {{}}}}
          transitions:
            - {{trigger: go, from: a, to: b, by: desk, accepts: [n]}}
            - {{trigger: on, from: b, to: c, auto: true, when: {guard}}}
        """,
        fields="n: {type: integer}",
        opening="accepts: []",
    )
    met = {"has(n)": {1, 2}, "not has(n)": {None}}.get(guard, {2})
    for n in (None, 1, 2):
        story = Story(of)
        story.fire("go", data={} if n is None else {"n": n})
        assert (n, story.state()) == (n, "c" if n in met else "b")


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


def test_an_automatic_move_waits_for_what_it_needs() -> None:
    """M2: a needed field has a value afterwards, also where nobody is there to be asked for it."""
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {}, c: {}}
          transitions:
            - {trigger: go, from: a, to: b, by: desk, accepts: [n]}
            - {trigger: note, from: b, by: desk, accepts: [n]}
            - {trigger: on, from: b, to: c, auto: true, needs: [n]}
        """,
        fields="n: {type: integer}",
        opening="accepts: []",
    )
    story = Story(of)
    story.fire("go")
    assert story.state() == "b"
    story.fire("note", data={"n": 1})
    assert story.state() == "c"


def test_an_automatic_way_back_from_a_state_that_nothing_leads_to_is_never_taken() -> None:
    """M10: there is no previous state, so the machine has no such row."""
    of = program(
        """
        main:
          initial: a
          states: {a: {}, b: {}}
          transitions:
            - {trigger: back, from: b, to: =previous, auto: true}
            - {trigger: note, from: a, by: desk}
        """
    )
    story = Story(of)
    story.fire("note")
    assert story.state() == "a"


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


def test_an_automatic_way_back_from_where_nobody_came_is_never_taken() -> None:
    """M10: no state leads to the initial one, so there is no row at all; the workflow can be played all the same."""
    tracks = PREVIOUS + "    - {trigger: undo, from: a, to: =previous, auto: true}\n"
    assert Story(program(tracks)).state() == "a"


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
