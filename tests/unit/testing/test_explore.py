"""Exploring: the shortest stories of small workflows, worked out by hand, and what cannot be reached and why."""

from __future__ import annotations

import pytest

import casewf.testing.explore.search as search_module
from casewf.definition.children import with_children
from casewf.definition.document import Document
from casewf.definition.load import load_calendar, load_workflow, parse_document
from casewf.testing.clock import at, instant_of
from casewf.testing.coverage import Coverage
from casewf.testing.coverage_points import Point, points_of
from casewf.testing.explore.commands import Command
from casewf.testing.explore.cover import Plan
from casewf.testing.explore.distance import Distance, Goal
from casewf.testing.explore.impossible import impossible
from casewf.testing.explore.merge import merged
from casewf.testing.explore.setting import setting_of
from casewf.testing.explore.stories import Explored, did, explore
from casewf.testing.explore.unreached import unreached
from casewf.testing.explore.walk import ExploringWalk
from casewf.testing.story import play
from casewf.testing.story_model import ActOnClock, FireTrigger, OpenCase, Story
from casewf.testing.story_writer import References, story_text

START = instant_of(at("2026-03-02 09:00"))  # a Monday, when the offices open
OFFICE = load_calendar("cn-office")

LOAN = """casewf: 1
id: loan
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口, en: Clerk}, boss: {zh: 领导, en: Boss}}
fields: {amount: {type: integer, min: 1}}
opening: {by: clerk, needs: [amount]}
tracks:
  main:
    initial: asked
    states:
      asked: {zh: 申请, en: Asked}
      granted: {zh: 准予, en: Granted}
      paid: {zh: 已付, en: Paid, category: closed}
      refused: {zh: 不予, en: Refused, final: true, category: closed}
    transitions:
      - {trigger: grant, from: asked, to: granted, by: boss, when: amount <= 100}
      - {trigger: refuse, from: asked, to: refused, by: boss}
      - {trigger: pay, from: granted, to: paid, by: clerk, not_by: [grant]}
slas:
  answer:
    start: {enter: main.asked}
    stop: {leave: main.asked}
    target: [{within: 2 hours}]
    ladder: [{at: 50%, notify: clerk}, {at: due, notify: boss}]
"""


def document(text: str) -> Document:
    return parse_document(text, file="it.yaml")


def story_setting(*texts: str) -> Story:
    main, *children = (document(text).workflow for text in texts)
    return setting_of(main, children, {}, "Asia/Shanghai")


def explored(*texts: str, budget: int = 3_000) -> Explored:
    return explore(story_setting(*texts), START, budget)


def all_of(text: str) -> set[Point]:
    return set(points_of(document(text).workflow))


def depth(result: Explored, point: Point) -> int:
    """How many commands the shortest way to a point has that was found."""
    return min(node.depth for node in result.found.nodes if point in node.points)


def row(number: int, *, met: bool | None = None) -> Point:
    place = ("tracks", "main", "transitions", number)
    return (
        Point("guard", (*place, "when"), met=met) if met is not None else Point("transition", place, "asked")
    )


def test_each_point_of_a_small_workflow_is_covered_by_the_shortest_way() -> None:
    result = explored(LOAN)
    assert result.found.covered == all_of(LOAN)
    rungs = [Point("rung", ("slas", "answer", "ladder", number), "0") for number in (0, 1)]
    ways = {
        row(0): 2,  # open, grant
        row(0, met=False): 2,  # open with more than 100, grant in vain
        row(1): 2,  # open, refuse
        Point("transition", ("tracks", "main", "transitions", 2), "granted"): 3,  # open, grant, pay
        rungs[0]: 2,  # open, wait
        rungs[1]: 3,  # open, wait, wait
    }
    assert {point: depth(result, point) for point in ways} == ways


def test_few_stories_cover_it_the_shortest_first() -> None:
    """Refused, paid and too much cannot share a story; to wait for the warnings goes with any of them."""
    stories = explored(LOAN).stories
    assert [did(story.steps) for story in stories] == [("refuse",), ("grant",), ("grant", "pay")]
    vain = stories[1].steps[1]
    assert isinstance(vain.action, FireTrigger)
    assert vain.refused == frozenset({"guard_not_met"})


def test_the_stories_play_and_cover_what_the_search_says() -> None:
    result = explored(LOAN)
    coverage = Coverage()
    for story in result.stories:
        play(story, coverage=coverage).check()
    (found,) = coverage.result()
    assert found.covered == result.found.covered


def test_the_same_workflow_gives_the_same_bytes() -> None:
    references = References(workflows={"loan": "./loan.yaml"})
    texts = [[story_text(story, references) for story in explored(LOAN).stories] for _ in range(2)]
    assert texts[0] == texts[1]


def test_only_those_who_do_something_are_in_a_story() -> None:
    assert set(explored(LOAN).stories[0].people) == {"clerk", "boss"}


RINGING = """casewf: 1
id: ringing
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}}
tracks:
  main:
    initial: waiting
    states: {waiting: {zh: 等候}}
    transitions: [{trigger: call, from: waiting, by: clerk}]
slas:
  answer:
    start: {enter: main.waiting}
    stop: {fire: call}
    target: [{within: 2 hours}]
    ladder: [{at: due, notify: clerk}]
  bell:
    start: {enter: main.waiting}
    stop: {case: closed}
    target: [{within: 1 working day}]
    ladder: [{after: 1 hour, every: 1 hour, times: 9, notify: clerk}]
"""


def test_stories_are_not_put_together_where_that_would_lose_something() -> None:
    """To call first would keep the answer from being late; the bell can be waited for twice all the same."""
    setting = story_setting(RINGING)
    walk = ExploringWalk(setting, START, {})
    opened = Command(case="explored", action=OpenCase(by="clerk"))
    call = Command(case="explored", action=FireTrigger(trigger="call", by="clerk"))
    wait = Command(case="explored")
    apart = (Plan((opened, call)), Plan((opened, wait, wait)))
    assert merged(apart, walk) == apart


# What is not reached


def why(text: str, budget: int = 3_000) -> dict[str, str]:
    ruled_out = impossible(document(text), {"cn-office": OFFICE})
    result = explore(story_setting(text), START, budget, ruled_out)
    found = unreached(document(text), {"cn-office": OFFICE}, result.found, ruled_out)
    return {f"{one.owner.en} {one.missing.en}": f"{one.line}: {one.why.en}" for one in found}


def test_a_branch_that_no_value_takes_is_proved_unreachable_by_lint() -> None:
    never = LOAN.replace("amount <= 100", "amount <= 100 and amount < 1")
    proved = "17: lint proves that it never happens (CW707)"
    assert why(never) == {
        "main: grant taken from asked": proved,
        "main: pay taken from granted": "19: lint proves that it never happens (CW701)",
        "main: grant met: amount <= 100 and amount < 1": proved,
        "main: grant true: amount < 1": proved,
    }


def test_lint_proves_of_a_part_what_it_says_of_that_part() -> None:
    text = LOAN.replace("amount <= 100", "amount < 1 or amount > 0")
    found = why(text)
    assert found.pop("main: grant true: amount < 1") == "17: lint proves that it never happens (CW709)"
    assert found.pop("main: grant not met: amount < 1 or amount > 0").startswith("17: not from any of the ")
    assert (
        found.pop("main: grant false: amount > 0") == "17: cannot be false: no case is so where it is asked"
    )
    assert not found


def test_what_an_earlier_row_leaves_nothing_for_is_found_by_going_everywhere() -> None:
    text = LOAN.replace(
        "      - {trigger: refuse",
        "      - {trigger: grant, from: asked, to: refused, by: boss, when: amount > 100}\n"
        "      - {trigger: refuse",
    )
    (missing,) = why(text).items()
    assert missing[0] == "main: grant not met: amount > 100"
    assert missing[1].startswith("18: not from any of the ")


def test_of_two_limits_the_one_that_ends_the_case_keeps_the_other_from_its_warning() -> None:
    text = LOAN + (
        "  patience:\n"
        "    start: {enter: main.asked}\n"
        "    stop: {leave: main.asked}\n"
        "    target: [{within: 90 minutes}]\n"
        "    ladder: [{at: due, fire: refuse}]\n"
    )
    text = text.replace("to: refused, by: boss}", "to: refused, by: [boss, system]}")
    (missing,) = why(text).items()
    assert missing[0] == "answer (2 hours) fired (due)"
    assert "not from any of the" in missing[1]


def test_the_budget_is_the_number_of_commands_that_are_tried() -> None:
    result = explored(LOAN, budget=2)
    assert result.found.tried == 2
    assert not result.found.complete
    assert (
        "not within the 2 commands that were tried" in why(LOAN, budget=2)["main: pay taken from granted"][3:]
    )


def test_nothing_is_worked_out_for_points_that_the_budget_leaves_no_command_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_for: list[Point] = []
    goal = Distance.goal

    def noted(distance: Distance, point: Point) -> Goal:
        looked_for.append(point)
        return goal(distance, point)

    monkeypatch.setattr(Distance, "goal", noted)
    monkeypatch.setattr(search_module, "_PATIENCE", 0)  # straight on, as soon as something covers nothing new
    wide = "".join(f"      - {{trigger: t{number}, from: paid, by: boss}}\n" for number in range(300))
    result = explored(LOAN.replace("slas:\n", wide + "slas:\n"), budget=40)
    assert result.found.tried == 40
    assert 0 < len(looked_for) < 40


# What is tried


PUSHED = """casewf: 1
id: pushed
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}}
fields: {what: {type: text}}
tracks:
  main:
    initial: ready
    states: {ready: {zh: 待送}, sending: {zh: 在送}, sent: {zh: 已送, category: closed},
             lost: {zh: 未送, category: closed}, stopped: {zh: 撤回, category: closed}}
    transitions:
      - trigger: send
        from: ready
        to: sending
        by: clerk
        effects: [{push: office, send: [what], on_ok: took, on_fail: failed, retry: [1 minute]}]
      - {trigger: took, from: sending, to: sent, by: system}
      - {trigger: failed, from: sending, to: lost, by: system}
      - {trigger: halt, from: sending, to: stopped, by: clerk}
      - {trigger: took, from: lost, to: sent, by: system}
"""


def test_connectors_take_it_fail_and_let_one_wait() -> None:
    """Halted is only what nothing was delivered of yet; what failed is tried again after a minute."""
    result = explored(PUSHED)
    assert result.found.covered == all_of(PUSHED)
    answers = [story.connectors.get("office", ()) for story in result.stories]
    assert sorted([one.ok for one in each] for each in answers) == [[False, True], [True], [True]]


PARENT = """casewf: 1
id: house
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}, builder: {zh: 工匠}}
tracks:
  main:
    initial: planned
    states: {planned: {zh: 计划}, built: {zh: 建成, category: closed}}
    transitions:
      - {trigger: order, from: planned, by: clerk, effects: [{open: window}]}
      - {trigger: finish, from: planned, to: built, by: clerk, when: children.total > 0 and children.open == 0}
"""
CHILD = """casewf: 1
id: window
version: 1
calendar: cn-office
roles: {builder: {zh: 工匠}}
tracks:
  work:
    initial: cut
    states: {cut: {zh: 下料}, set: {zh: 安装, category: closed}}
    transitions: [{trigger: fit, from: cut, to: set, by: builder}]
"""


def test_children_are_worked_on_where_conditions_look_at_them() -> None:
    result = explored(PARENT, CHILD)
    assert result.found.covered == all_of(PARENT)
    longest = result.stories[-1]
    assert did(longest.steps)[-2:] == ("fit", "finish")
    assert {step.case for step in longest.steps} == {"explored", "explored.1"}


COUNTED = """casewf: 1
id: calls
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}, boss: {zh: 领导}}
fields: {tries: {type: integer, default: 0}, org: {type: org}, into: {type: text}}
tracks:
  main:
    initial: waiting
    states: {waiting: {zh: 等候}, asked: {zh: 已问}, ended: {zh: 结束, category: closed},
             merged: {zh: 并入, final: true, ends_case: true}}
    transitions:
      - {trigger: call, from: waiting, to: asked, by: clerk, set: {tries: tries + 1}}
      - {trigger: again, from: asked, to: waiting, by: clerk, when: "tries < 3 or 'boss' in actor.roles"}
      - {trigger: give_up, from: asked, to: ended, by: [clerk, boss], not_by_org: [call], when: tries >= 3}
      - {trigger: join, from: waiting, to: merged, by: boss, asks: [into], effects: [{merge: into}]}
"""


def test_something_is_counted_up_and_merged_and_duties_are_separated() -> None:
    result = explored(COUNTED)
    left = all_of(COUNTED) - result.found.covered
    assert {point.detail for point in left} == {"'boss' in actor.roles"}  # the clerk alone is asked
    assert {point.met for point in left} == {True}
    ways = {name: story for story in result.stories for name in did(story.steps)}
    givers = {step.action.by for step in ways["give_up"].steps if isinstance(step.action, FireTrigger)}
    assert {ways["give_up"].people[name].org for name in givers} == {"one", "two"}
    opened = [step.case for step in ways["join"].steps if isinstance(step.action, OpenCase)]
    assert opened == ["explored", "explored-other"]


COLLEAGUES = """casewf: 1
id: letter
version: 1
calendar: cn-office
roles: {desk: {zh: 窗口}, handler: {zh: 办理员}}
fields: {lead: {type: org}}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理}, given: {zh: 派单}, drafted: {zh: 起草}, signed: {zh: 签发, category: closed}}
    transitions:
      - {trigger: give, from: received, to: given, by: desk, asks: [lead], assign: {handler: lead}}
      - {trigger: draft, from: given, to: drafted, by: handler}
      - {trigger: sign, from: drafted, to: signed, by: handler, not_by: [draft]}
"""


def test_two_of_one_organisation_do_what_one_of_them_may_not() -> None:
    result = explored(COLLEAGUES)
    assert result.found.covered == all_of(COLLEAGUES)
    *_, signed = (step.action for step in result.stories[-1].steps if isinstance(step.action, FireTrigger))
    assert (signed.by, result.stories[-1].people[signed.by].org) == ("handler-4", "one")


STOOD = LOAN.replace(
    "      - {trigger: pay",
    "      - {trigger: remind, from: asked, by: clerk, when: sla.answer.phase == 'paused'}\n      - {trigger: pay",
).replace(
    "    target: [{within: 2 hours}]",
    "    target: [{within: 2 hours}]\n    suspension: {by: boss, asked_by: clerk, up_to: 1 hour}",
)


def test_clocks_are_suspended_where_conditions_look_at_that() -> None:
    result = explored(STOOD)
    assert result.found.covered == all_of(STOOD)
    acts = [
        step.action.act
        for story in result.stories
        for step in story.steps
        if isinstance(step.action, ActOnClock)
    ]
    assert acts == ["request_suspension", "suspend"]
    assert not [
        step
        for story in explored(LOAN).stories
        for step in story.steps
        if isinstance(step.action, ActOnClock)
    ]


@pytest.mark.parametrize("workflow", ["legal-supervision", "prevention-visit"])
def test_the_packaged_workflows_for_children_are_covered_wholly(workflow: str) -> None:

    main, *others = with_children((load_workflow(workflow),))
    setting = setting_of(main, others, {}, "Asia/Shanghai")
    result = explore(setting, START, 5_000)
    assert result.found.covered == set(points_of(main))


def _switch(name: str) -> str:
    return (
        f"  {name}:\n    initial: down\n    states: {{down: {{zh: 关}}, up: {{zh: 开, category: closed}}}}\n"
        f"    transitions:\n      - {{trigger: {name}_up, from: down, to: up, by: clerk}}\n"
        f"      - {{trigger: {name}_down, from: up, to: down, by: clerk}}\n"
    )


def test_what_is_far_away_is_looked_for_straight() -> None:
    """Everything in order would be 40 rounds times 32 ways in which the switches stand, with six commands at each."""
    far = """casewf: 1
id: far
version: 1
calendar: cn-office
roles: {clerk: {zh: 窗口}}
fields: {rounds: {type: integer, default: 0}, note: {type: text}}
opening: {by: clerk, accepts: [note]}
tracks:
  main:
    initial: running
    states: {running: {zh: 在跑}, ended: {zh: 结束, category: closed}}
    transitions:
      - {trigger: run, from: running, by: clerk, set: {rounds: rounds + 1}}
      - {trigger: stop, from: running, to: ended, by: clerk, when: rounds >= 40}
""" + "".join(map(_switch, ("red", "blue", "green", "black", "white")))
    result = explored(far, budget=2_500)
    assert result.found.covered == all_of(far)
    assert depth(result, Point("transition", ("tracks", "main", "transitions", 1), "running")) == 42
