"""What `diff` says where a case would be refused by what looks safe: ways back, outcomes of pushes (M10, D2, X2)."""

from __future__ import annotations

from casewf.analysis.changes.change import SAFE
from casewf.analysis.changes.diff import diff
from casewf.definition.load import parse_document, parse_workflow
from core_cases import DESK
from migration_cases import TRACKS, move, story, version

WAIT = "{trigger: wait, from: work, to: wait, by: desk}"
BOTH = TRACKS.replace(WAIT, WAIT.replace("work", "[work, idle]", 1))
ONE = TRACKS.replace(WAIT, WAIT.replace("work", "idle", 1))
UNDO = TRACKS.replace(
    "- {trigger: close", "- {trigger: undo, from: work, to: =previous, by: desk}\n    - {trigger: close"
)


def told(before: str, after: str, migrate: str = "") -> list[tuple[str, str, str, str, bool]]:
    """What is not safe."""
    new = parse_document(version(2, tracks=after, migrate=migrate))
    found = diff(parse_workflow(version(1, tracks=before)), new.workflow, new.migration)
    return [
        (one.what, ".".join(one.path), one.old, one.new, one.is_settled) for one in found if one.mark != SAFE
    ]


def test_a_way_back_that_some_cases_have_no_more_is_told() -> None:
    one = story(version(1, tracks=BOTH))
    one.fire("begin", actor=DESK)
    one.fire("wait", actor=DESK)
    assert move(one, version(2, tracks=ONE)) == ["previous_lost"]
    assert told(BOTH, ONE) == [("way_back_lost", "triggers.go_on.from wait", "from work", "to idle", False)]
    assert told(BOTH, BOTH) == told(ONE, BOTH) == []


def test_a_word_about_the_state_settles_it() -> None:
    assert told(BOTH, ONE, "from: 1\nstates: {main: {wait: =stay}}") == []
    assert told(BOTH, ONE, "from: 1\nstates: {main: {wait: done}}") == []
    assert [one[0] for one in told(BOTH, ONE, "from: 1\nstates: {main: {done: wait}}")] == [
        "way_back_lost"
    ] * 2
    renamed = "from: 1\nstates: {main: {work: idle}}"
    assert told(BOTH, ONE, renamed) == []


def test_a_new_way_back_is_not_known_to_cases_whose_past_is_not_told() -> None:
    """The history knows it, but not what lies before an import or another migration."""
    one = story()
    one.fire("begin", actor=DESK)
    assert isinstance(move(one, version(2)), tuple)
    assert move(one, version(3, tracks=UNDO)) == ["previous_lost"]
    assert told(TRACKS, UNDO) == [
        ("way_back_added", "triggers.undo.from work", "", "to idle, done, shut", False)
    ]
    into_new = UNDO.replace("undo, from: work", "undo, from: halt").replace(
        "work: {en: Work}", "work: {en: Work}\n    halt: {en: Halt}"
    )
    into_new = into_new.replace(
        "- {trigger: undo", "- {trigger: halt, from: work, to: halt, by: desk}\n    - {trigger: undo"
    )
    assert told(TRACKS, into_new) == []  # no case is in a state that is new


def test_a_trigger_by_which_pushes_report_is_missed() -> None:
    push = "effects: [{push: city, on_ok: ping, on_fail: finish}]"
    before = TRACKS.replace("{trigger: begin,", f"{{trigger: begin, {push},")
    after = TRACKS.replace(
        "    - {trigger: ping, from: [idle, work, wait, done], by: [desk, system], accepts: [n, kind, until]}\n",
        "",
    )
    after = after.replace(", not_by: [ping]", "")
    assert ("outcome_removed", "outcomes.ping", "ping", "", False) in told(before, after)
    assert "outcome_removed" not in {one[0] for one in told(TRACKS, after)}
