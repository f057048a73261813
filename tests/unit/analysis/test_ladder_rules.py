"""What the linter says of rungs holds when the due instant moves on and when targets share a ladder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casewf.model.amount import Elapsed
from casewf.model.clock_events import RungFired
from core_cases import BOSS, DESK, HOUR, Story, program
from lint_cases import problems, subject

TRACKS = """
main:
  initial: idle
  states: {idle: {}, work: {}, wait: {}, done: {category: closed}}
  transitions:
    - {trigger: begin, from: idle, to: work, by: desk, accepts: n}
    - {trigger: wait, from: work, to: wait, by: desk}
    - {trigger: go_on, from: wait, to: work, by: desk}
    - {trigger: note, from: [work, wait], by: desk, accepts: n}
    - {trigger: finish, from: [work, wait], to: done, by: desk}
    - {trigger: reopen, from: done, to: work, by: desk}
"""
FIELDS = "n: {type: integer, default: 0}"


def limit(more: str) -> str:
    return f"limit: {{start: {{enter: main.work}}, stop: {{enter: main.done}}, {more}}}"


def said(more: str, *codes: str) -> list[tuple[str, str]]:
    found = problems(subject(TRACKS, limit(more), fields=FIELDS))
    return [(code, problem.message) for code, problem in found if code in codes]


def begun(more: str, **data: object) -> Story:
    story = Story(program(TRACKS, slas=limit(more), fields=FIELDS))
    story.fire("begin", data=data)
    return story


def extend(story: Story) -> None:
    assert story.act("request_extension", DESK, amount=Elapsed(hours=4)) == []
    assert story.act("extend", BOSS) == []


def suspend(story: Story) -> None:
    assert story.act("request_suspension", DESK) == []
    assert story.act("suspend", BOSS) == []
    story.elapse(story.now + 10 * HOUR)
    assert story.act("resume", BOSS) == []


def pause(story: Story) -> None:
    story.fire("wait", when=story.now + HOUR)
    story.fire("go_on", when=story.now + 10 * HOUR)


def reopen(story: Story) -> None:
    story.fire("finish", when=story.now + HOUR)
    story.fire("reopen", when=story.now + 10 * HOUR)


def change(story: Story) -> None:
    story.fire("note", when=story.now + 10 * HOUR, data={"n": 5})


SHORT = "target: [{within: 4 hours}], ladder: [{before: 5 hours, card: red}]"
OWN = "{when: n > 1, within: 4 hours, ladder: [{before: 5 hours, card: red}]}"
CARRIED = f"target: [{OWN}, {{within: 90 hours, ladder: []}}]"
MOVED = {
    "extension": (f"{SHORT}, extension: {{by: boss}}", extend),
    "suspension": (f"{SHORT}, suspension: {{by: boss}}", suspend),
    "pause": (f"{SHORT}, pause: {{in: main.wait}}", pause),
    "reopening": (f"{SHORT}, on_reopen: continue", reopen),
    "carrying": (f"{CARRIED}, on_change: carry", change),
}


@pytest.mark.parametrize(("more", "move"), MOVED.values(), ids=MOVED)
def test_a_rung_longer_than_the_limit_fires_once_the_due_instant_has_moved(
    more: str, move: Callable[[Story], None]
) -> None:
    story = begun(more)
    move(story)
    story.elapse(story.now + 100 * HOUR)
    assert [event.rung for event in story.happened(RungFired)] == [0]
    ((code, message),) = said(more, "CW759", "CW760")
    assert code == "CW759"
    assert "is not armed with `within: 4 hours` before the due instant moves on" in message


@pytest.mark.parametrize("more", ["", ", on_reopen: restart", ", on_change: restart", ", restarts: true"])
def test_a_rung_longer_than_a_limit_that_stays_where_it_is_never_fires(more: str) -> None:
    assert [code for code, _ in said(f"{SHORT}{more}", "CW759", "CW760")] == ["CW760"]


LADDER = "ladder: [{before: 10 hours, card: red}, {at: due, card: yellow}]"


def test_a_card_shows_where_the_target_is_too_short_for_the_stricter_one() -> None:
    shared = f"target: [{{when: n > 1, within: 48 hours}}, {{within: 4 hours}}], {LADDER}"
    story = begun(shared)
    story.elapse(story.now + 20 * HOUR)
    assert story.case.card == "yellow"
    assert said(shared, "CW761") == []
    assert [code for code, _ in said(f"target: [{{within: 48 hours}}], {LADDER}", "CW761")] == ["CW761"]


def test_a_card_shows_for_a_start_that_does_not_arm_the_stricter_one() -> None:
    """Two working hours from Friday's last hour on are over on Monday, from Monday's first they are over at once."""
    some = "target: [{within: 2 working hours}], ladder: [{before: 24 hours, card: red}, {at: due, card: yellow}]"
    story = begun(some)
    story.elapse(story.now + 20 * HOUR)
    assert story.case.card == "yellow"
    assert said(some, "CW761") == []


def test_of_a_date_nothing_is_known_before_it_is_given() -> None:
    """A percent of it may lie before or after a number of days."""
    more = "target: [{until: day}], ladder: [{at: 50%, card: red}, {before: 30 days, card: yellow}]"
    fields = f"{FIELDS}\nday: {{type: date}}"
    found = problems(subject(TRACKS, limit(more), fields=fields))
    assert [code for code, _ in found if code == "CW761"] == []


def test_a_card_may_show_after_an_automatic_row_has_cleared_the_stricter_one() -> None:
    some = (
        'target: [{within: 4 hours}], ladder: [{at: 50%, card: red, set: {n: "1"}}, {at: due, card: yellow}]'
    )
    auto = "- {trigger: calm, from: work, to: wait, auto: true, when: n == 1, clears: cards}"
    tracks = f"{TRACKS.rstrip()}\n    {auto}\n"
    story = Story(program(tracks, slas=limit(some), fields=FIELDS))
    story.fire("begin")
    story.fire("note", when=story.now + 3 * HOUR)
    assert story.case.card == "none"
    story.elapse(story.now + 20 * HOUR)
    assert story.case.card == "yellow"
    found = problems(subject(tracks, limit(some), fields=FIELDS))
    assert [code for code, _ in found if code == "CW761"] == []


def test_a_suspension_may_be_asked_for_once_the_limit_is_extended() -> None:
    asked = "target: [{within: 4 hours}], suspension: {by: boss, asked_before: 6 hours}"
    extended = f"{asked}, extension: {{by: boss}}"
    story = begun(extended)
    extend(story)
    suspend(story)
    assert said(extended, "CW768") == []
    assert [code for code, _ in said(asked, "CW768")] == ["CW768"]
    assert len(said(f"{asked}, extension: {{by: boss, asked_before: 6 hours}}", "CW768")) == 2
