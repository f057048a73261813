"""The product of the tracks of small workflows: what is a trap, what is never taken, when it gives up."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.analysis.product.look import look
from casewf.analysis.product.soundness import Soundness
from casewf.analysis.product.ways import ends_of
from casewf.analysis.soundness_of import soundness_of
from casewf.analysis.subject import Subject
from casewf.core.program import compile_program
from casewf.definition.load import load_calendar, parse_document, parse_workflow
from casewf.model.case import Actor
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from core_cases import Story

OFFICE = {"cn-office": load_calendar("cn-office")}
HEAD = """\
casewf: 1
id: small
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口, en: Desk}, boss: {zh: 领导, en: Boss}}
cards: {yellow: {zh: 黄牌, en: Yellow}}
opening: {by: desk, accepts: []}
"""
SIDE = """\
  side:
    initial: idle
    states: {idle: {en: Idle}, busy: {en: Busy}, done: {en: Done, category: closed}}
    transitions:
      - {trigger: begin, from: idle, to: busy, by: desk}
      - {trigger: finish, from: busy, to: done, by: desk}
"""


def seen(
    tracks: str, *, fields: str = "", slas: str = "", known: bool = True, most: int | None = None
) -> Soundness:
    text = HEAD + (f"fields:\n{fields}" if fields else "") + f"tracks:\n{tracks}"
    text += f"slas:\n{slas}" if slas else ""
    return Soundness(
        compile_program(parse_workflow(text), OFFICE if known else {}, pinned=True), "small.yaml"
    )


def main(
    rows: str, states: str = "work: {en: Work}, wait: {en: Wait}, done: {en: Done, category: closed}"
) -> str:
    lines = "".join(f"      - {{{row}}}\n" for row in rows.strip().splitlines())
    initial = states.partition(":")[0]
    return f"  main:\n    initial: {initial}\n    states: {{{states}}}\n    transitions:\n{lines}"


def told(found: Soundness) -> list[list[tuple[str, str]]]:
    """The rows that wait, of each trap, with what they wait for; every story is played."""
    for caught in found.caught:
        play(parse_story(caught.story, workflow=caught.way.program.workflow)).check()
    return [[(wait.trigger, wait.what) for wait in caught.trap.waits] for caught in found.caught]


def never(found: Soundness) -> list[tuple[str, str]]:
    return [(one.wait.trigger, one.wait.what) for one, _ in found.never]


def test_two_tracks_that_wait_for_each_other() -> None:
    rows = "trigger: close, from: work, to: done, by: desk, when: state.side == 'done'"
    side = SIDE.replace("to: done, by: desk", "to: done, by: desk, when: state.main == 'done'")
    found = seen(main(rows) + side)
    assert told(found) == [[("close", "state.side == 'done'"), ("finish", "state.main == 'done'")]]
    assert never(found) == [], "they are told with the trap"
    assert len(found.caught[0].way.deeds) == 2, "open, begin"


def test_a_way_out_for_either_is_no_trap() -> None:
    rows = "trigger: close, from: work, to: done, by: desk, when: state.side == 'done'"
    side = SIDE.replace("to: done, by: desk", "to: done, by: desk, when: state.main == 'done'")
    out = "\n".join((rows, "trigger: give_up, from: work, to: done, by: boss"))
    assert told(seen(main(out) + side)) == []


def test_a_case_that_another_track_can_end_is_not_caught() -> None:
    """M8: one state ends the case, wherever the others are."""
    states = "work: {en: Work}, wait: {en: Wait}, done: {en: Done, final: true, ends_case: true}"
    rows = "trigger: close, from: work, to: done, by: desk"
    stuck = SIDE.replace("to: done, by: desk", "to: done, by: desk, when: state.main == 'wait'")
    assert told(seen(main(rows, states) + stuck)) == []
    away = """
trigger: close, from: work, to: done, by: desk
trigger: leave, from: work, to: wait, by: desk
trigger: come_back, from: wait, to: work, by: desk, when: state.side == 'done'
"""
    stuck = stuck.replace("'wait'", "'work'")
    waits = [("come_back", "state.side == 'done'"), ("finish", "state.main == 'work'")]
    assert told(seen(main(away, states) + stuck)) == [waits]


def test_a_track_that_has_no_way_alone_is_not_meant() -> None:
    """That does not take several tracks to see, and a rule of its own finds it."""
    rows = "trigger: hold, from: work, to: wait, by: desk\ntrigger: close, from: work, to: done, by: desk"
    assert told(seen(main(rows) + SIDE)) == []


def test_a_field_that_nothing_sets_any_more() -> None:
    """The way matters: approved before it is submitted, nobody can be."""
    rows = """
trigger: approve, from: work, by: boss, set: {ok: 'true'}
trigger: submit, from: work, to: wait, by: desk
trigger: close, from: wait, to: done, by: desk, when: ok
"""
    found = seen(main(rows), fields="  ok: {type: boolean, default: false}\n")
    assert told(found) == [[("close", "ok")]]
    assert [deed.trigger for deed in found.caught[0].way.deeds] == ["", "submit"]
    given = rows.replace("to: done, by: desk, when", "to: done, by: desk, accepts: [ok], when")
    assert told(seen(main(given), fields="  ok: {type: boolean, default: false}\n")) == [], "it can be given"


def test_a_counter_that_has_run_out() -> None:
    rows = """
trigger: hold, from: work, to: wait, by: desk
trigger: go_on, from: wait, to: work, by: desk, when: n < 2, set: {n: n + 1}
trigger: close, from: work, to: done, by: desk, when: n == 2
"""
    found = seen(main(rows), fields="  n: {type: integer, default: 0}\n")
    assert told(found) == [[("go_on", "n < 2")]]
    triggers = [deed.trigger for deed in found.caught[0].way.deeds]
    assert triggers == ["", "hold", "go_on", "hold", "go_on", "hold"]


def test_a_limit_that_does_not_start_again_fires_nothing() -> None:
    rows = """
trigger: hold, from: work, to: wait, by: desk
trigger: go_on, from: wait, to: work, by: system
trigger: close, from: work, to: done, by: desk
"""
    limit = (
        "{start: {enter: main.wait}, stop: {leave: main.wait}, target: [{within: 1 day}], "
        "ladder: [{at: due, fire: go_on}]}"
    )
    found = seen(main(rows), slas=f"  hold: {limit}\n")
    assert told(found) == [[("go_on", "a warning of limit 'hold', which does not run there")]]
    assert found.caught[0].trap.waits[0].nobody
    assert [deed.kind for deed in found.caught[0].way.deeds] == ["open", "fire", "sweep", "fire"]
    assert (
        told(seen(main(rows), slas=f"  hold: {limit.replace('{start', '{restarts: true, start', 1)}\n")) == []
    )


def test_what_only_the_system_takes_and_nothing_makes_it() -> None:
    rows = "trigger: hold, from: work, to: wait, by: desk\ntrigger: close, from: [work, wait], to: done, by: system"
    found = seen(main(rows))
    assert told(found) == [[("close", "the system, but no limit and no connector fires it")]]


def test_the_answer_of_a_connector_is_a_way_out_and_may_be_a_way_in() -> None:
    rows = """
trigger: send, from: work, to: wait, by: desk, effects: [{push: registry, on_ok: taken, on_fail: lost}]
trigger: taken, from: wait, to: done, by: system
trigger: lost, from: wait, by: system
"""
    assert told(seen(main(rows))) == []
    states = "work: {en: Work}, wait: {en: Wait}, odd: {en: Odd}, done: {en: Done, category: closed}"
    lost = rows.replace("lost, from: wait, by", "lost, from: wait, to: odd, by")
    lost += "trigger: mend, from: odd, to: done, by: desk, when: state.side == 'idle'\n"
    side = SIDE.replace("idle, to: busy, by: desk", "idle, to: busy, auto: true, when: state.main == 'odd'")
    side = side.replace("idle: {en: Idle}", "idle: {en: Idle, category: closed}")
    found = seen(main(lost, states) + side)
    assert told(found) == [[("mend", "state.side == 'idle'")]]
    assert [deed.kind for deed in found.caught[0].way.deeds] == ["open", "fire", "deliver"]


def test_separated_duties_take_several_people() -> None:
    rows = """
trigger: ask, from: work, by: boss
trigger: hold, from: work, to: wait, by: boss, not_by: ask, when: asked
trigger: close, from: wait, to: done, by: desk, when: not asked
"""
    rows = rows.replace("by: boss\n", "by: boss, set: {asked: 'true'}\n", 1)
    found = seen(main(rows), fields="  asked: {type: boolean, default: false}\n")
    assert told(found) == [[("close", "not asked")]]
    (caught,) = found.caught
    who = [deed.by.actor.id for deed in caught.way.deeds if deed.by is not None]
    assert len(set(who)) == 3, who


def test_a_story_gives_values_of_every_type() -> None:
    fields = """\
  words: {type: text}
  secret: {type: text, sensitive: true}
  count: {type: integer, min: 2}
  price: {type: decimal, max: 9}
  sure: {type: boolean}
  kind: {type: choice, of: [a, b]}
  day: {type: date}
  moment: {type: instant}
  org: {type: org}
  orgs: {type: org, many: true}
  who: {type: person}
"""
    asked = "words, secret, count, price, sure, kind, day, moment, org, orgs, who"
    rows = f"""
trigger: hold, from: work, to: wait, by: boss, asks: [{asked}], comment: required, assign: {{boss: org}}
trigger: close, from: wait, to: done, by: boss, when: kind == 'a' and price > count and state.side == 'idle'
"""
    found = seen(main(rows) + SIDE, fields=fields)
    (waits,) = told(found)
    assert [name for name, _ in waits] == ["close"]


def test_nothing_is_known_of_the_calendar() -> None:
    rows = "trigger: close, from: work, to: done, by: desk, when: state.side == 'idle'"
    found = seen(
        main(rows) + SIDE,
        slas="  a: {start: {enter: main.work}, stop: {enter: main.done}, target: [{within: 1 day}]}\n",
        known=False,
    )
    assert told(found) == [[("close", "state.side == 'idle'")]]


def test_of_two_traps_the_smaller_is_told() -> None:
    """Where two rows wait, of which one waits alone elsewhere, the author mends that one first."""
    rows = """
trigger: hold, from: work, to: wait, by: desk
trigger: close, from: wait, to: done, by: desk, when: state.side == 'idle'
"""
    side = SIDE.replace("to: done, by: desk", "to: done, by: desk, when: state.main == 'work'")
    close, finish = ("close", "state.side == 'idle'"), ("finish", "state.main == 'work'")
    assert sorted(told(seen(main(rows) + side))) == [[close], [finish]]


@pytest.mark.parametrize(
    ("when", "waits"),
    [
        ("state.side == 'busy'", []),
        ("state.side == 'done' and state.main == 'wait'", [("odd", "state.main == 'wait'")]),
        ("state.side == 'idle' and has(note)", []),
        ("children.open > 0", [("odd", "children.open > 0")]),
        ("note == 'x' and note == 'y'", []),
    ],
    ids=[
        "possible",
        "never there",
        "given elsewhere",
        "no children: met nowhere at all",
        "met nowhere at all",
    ],
)
def test_a_row_is_never_taken(when: str, waits: list[tuple[str, str]]) -> None:
    rows = f"""
trigger: say, from: work, by: desk, accepts: [note]
trigger: odd, from: work, by: desk, when: "{when}", set: {{note: "'y'"}}
trigger: close, from: work, to: done, by: desk
"""
    assert never(seen(main(rows) + SIDE, fields="  note: {type: text}\n")) == waits


def test_a_row_behind_one_that_is_never_taken_says_so() -> None:
    """What sets the field is itself never taken: nothing ever sets it."""
    rows = """
trigger: submit, from: work, to: wait, by: desk, when: ok
trigger: approve, from: wait, by: boss, set: {ok: 'true'}
trigger: close, from: [work, wait], to: done, by: desk
"""
    found = seen(main(rows) + SIDE, fields="  ok: {type: boolean, default: false}\n")
    assert never(found) == [("submit", "ok")]
    assert found.never[0][0].cut_off == ("wait",)
    play(parse_story(found.never[0][1], workflow=found.looked.ground.workflow)).check()


def test_what_follows_from_a_row_that_is_never_taken_is_not_told() -> None:
    """No case comes to `late`, so that nothing ever sets the field, so that nothing else happens: one finding."""
    begin = "trigger: begin, from: idle, to: busy, by: desk"
    side = SIDE.replace(begin, f"{begin}, when: state.main == 'wait'").replace(
        "Idle}", "Idle, category: closed}"
    )
    side += "      - {trigger: follow, from: busy, to: done, by: desk, when: state.main == 'late' or late}\n"
    states = "work: {en: Work}, wait: {en: Wait}, late: {en: Late}, done: {en: Done, category: closed}"
    rows = """
trigger: hold, from: work, to: wait, by: desk
trigger: odd, from: work, to: late, by: desk, when: state.side == 'busy'
trigger: note, from: late, by: desk, set: {late: 'true'}
trigger: close, from: [wait, late], to: done, by: desk
"""
    fields = "  late: {type: boolean, default: false}\n"
    assert never(seen(main(rows, states) + side, fields=fields)) == [("odd", "state.side == 'busy'")]
    assert never(seen(side + main(rows, states), fields=fields)) == [("odd", "state.side == 'busy'")]


def test_what_follows_from_a_finding_of_another_rule_is_not_told() -> None:
    rows = """
trigger: hold, from: work, to: wait, by: desk, when: n > 1 and n < 1
trigger: close, from: [work, wait], to: done, by: desk
"""
    side = SIDE.replace("to: done, by: desk", "to: done, by: desk, when: state.main == 'wait'")
    text = f"{HEAD}fields:\n  n: {{type: integer, default: 0}}\ntracks:\n{main(rows)}{side}"
    program = compile_program(parse_workflow(text), OFFICE)
    assert told(Soundness(program, "small.yaml")) == [[("finish", "state.main == 'wait'")]]
    subject = Subject(parse_document(text), OFFICE)
    assert (soundness_of(subject).caught, soundness_of(subject).never) == ((), ())
    assert soundness_of(subject) is soundness_of(subject)
    codes = {one.code for one in lint(subject.document, OFFICE)}
    assert "CW707" in codes
    assert not any(code.startswith("CW77") for code in codes)


def test_no_row_is_taken_in_a_case_that_has_ended() -> None:
    """M8: another track ended it, and nothing opens it again."""
    states = "work: {en: Work}, wait: {en: Wait}, done: {en: Done, final: true, ends_case: true}"
    side = (
        SIDE + "      - {trigger: late, from: busy, by: desk, set: {n: n + 1}, when: state.main == 'done'}\n"
    )
    found = seen(
        main("trigger: close, from: work, to: done, by: desk", states) + side,
        fields="  n: {type: integer, default: 0}\n",
    )
    assert [name for name, _ in never(found)] == ["late"]


def test_what_a_way_back_leads_to_is_remembered() -> None:
    """M10: whoever comes from `early` never goes back to `work`."""
    states = "early: {en: Early}, work: {en: Work}, hold: {en: Hold}, done: {en: Done, category: closed}"
    rows = """
trigger: pause, from: [early, work], to: hold, by: desk
trigger: go_on, from: hold, to: =previous, by: desk
trigger: start, from: early, to: work, by: desk, when: state.side == 'idle'
trigger: close, from: work, to: done, by: desk
"""
    found = seen(main(rows, states) + SIDE)
    assert told(found) == [[("start", "state.side == 'idle'")]]


def test_a_way_back_into_a_state_does_not_forget_what_that_one_leads_back_to() -> None:
    """M10: it is looked at where a real case goes; see the test of the same moves in the core."""
    states = "a: {en: A}, b: {en: B}, held: {en: Held}, deep: {en: Deep, category: closed}"
    rows = """
trigger: on, from: a, to: b, by: desk
trigger: hold, from: [a, b], to: held, by: desk, when: state.side == 'idle'
trigger: dig, from: [a, held], to: deep, by: desk
trigger: resume, from: held, to: =previous, by: desk
trigger: rise, from: deep, to: =previous, by: desk
"""
    side = SIDE.replace("to: busy, by: desk", "to: busy, by: desk, when: state.main == 'deep'")
    program = compile_program(parse_workflow(f"{HEAD}tracks:\n{main(rows, states)}{side}"), OFFICE)
    graphs = look(program).graphs
    story = Story(program, by=Actor("ann", frozenset({"desk"})))
    for trigger in ("on", "hold", "dig", "begin", "rise", "resume"):
        story.fire(trigger, Actor("ann", frozenset({"desk"})))
        assert all(graph.layout.position(story.case) in graph.steps for graph in graphs)
    assert story.state() == "b"


def crossing(guarded: str) -> str:
    """Five tracks of ten states, from each of which all others are open; rows of one kind look at the next track."""
    text = ""
    for track in range(5):
        when = f", when: state.t{(track + 1) % 5} != 's3'"
        states = ", ".join(f"s{n}: {{en: S{n}}}" for n in range(9))
        text += f"  t{track}:\n    initial: s0\n"
        text += f"    states: {{{states}, end: {{en: End, category: closed}}}}\n    transitions:\n"
        go = when if guarded == "go" else ""
        close = when if guarded == "close" else ""
        text += "".join(
            f"      - {{trigger: go{track}_{n}, from: '*', to: s{n}, by: desk{go}}}\n" for n in range(9)
        )
        text += f"      - {{trigger: close{track}, from: '*', to: end, by: desk{close}}}\n"
    return f"{HEAD}tracks:\n{text}"


def test_it_gives_up_after_so_many_moves_and_says_nothing_that_is_not_certain() -> None:
    program = compile_program(parse_workflow(crossing("close")), OFFICE)
    for most in (2_000, 20_000):
        found = look(program, most)
        assert found.given_up == (("t0", "t1", "t2", "t3", "t4"),)
        assert sum(graph.looked for graph in found.graphs) < 3 * most
        again = look(program, most)
        assert again.graphs[0].steps.keys() == found.graphs[0].steps.keys(), "it is counted, not timed"
    whole = Soundness(program, "small.yaml")
    assert (whole.caught, whole.never) == ((), ())


def test_tracks_that_can_each_be_closed_are_not_given_up() -> None:
    found = look(compile_program(parse_workflow(crossing("go")), OFFICE), 2_000)
    assert not all(graph.whole for graph in found.graphs)
    assert found.given_up == ()


def test_tracks_that_do_not_look_at_each_other_are_looked_at_apart() -> None:
    """A hundred positions each: a million together, three hundred apart."""
    states = ", ".join(f"s{n}: {{en: S{n}{', category: closed' if n == 99 else ''}}}" for n in range(100))
    text = f"{HEAD}tracks:\n"
    for track in range(3):
        text += f"  t{track}:\n    initial: s0\n    states: {{{states}}}\n    transitions:\n"
        text += "".join(
            f"      - {{trigger: x{track}_{n}, from: s{n}, to: s{n + 1}, by: desk}}\n" for n in range(99)
        )
    found = look(compile_program(parse_workflow(text), OFFICE))
    assert found.given_up == ()
    assert [len(graph.steps) for graph in found.graphs] == [100, 100, 100]


def test_where_ways_end() -> None:
    leads = {(1,): [(2,), (3,)], (2,): [(1,), (4,)], (3,): [(5,)], (4,): [(6,)], (5,): [(5,)], (6,): [(4,)]}
    ends = ends_of([(1,)], lambda one: leads[one])
    assert sorted(map(sorted, ends)) == [[(4,), (6,)], [(5,)]]


def test_an_answer_may_fire_a_trigger_whose_only_row_leads_back_from_where_no_case_comes() -> None:
    text = f"""{HEAD}tracks:
  union:
    initial: received
    states:
      {{received: {{en: R}}, noted: {{en: O}}, working: {{en: Work}}, never: {{en: Never}},
       closed: {{en: C, category: closed}}}}
    transitions:
      - {{trigger: note, from: received, to: noted, by: desk, effects: [{{push: registry, on_ok: answered}}]}}
      - {{trigger: dispatch, from: noted, to: working, by: desk}}
      - {{trigger: answered, from: never, to: =previous, by: system}}
      - {{trigger: close, from: working, to: closed, by: desk, when: "state.government in ('none', 'done')"}}
  government:
    initial: none
    states: {{none: {{en: Not asked, category: closed}}, asked: {{en: A}}, done: {{en: D, category: closed}}}}
    transitions:
      - {{trigger: ask, from: none, to: asked, auto: true, when: "state.union == 'working'"}}
      - {{trigger: finish, from: asked, to: done, by: boss, when: "state.union == 'closed'"}}
"""
    assert "CW770" in {one.code for one in lint(parse_document(text), OFFICE)}
