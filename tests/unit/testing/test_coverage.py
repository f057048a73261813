"""What stories cover, against a workflow whose points are counted by hand."""

from __future__ import annotations

from fractions import Fraction

import attrs
import pytest

from casewf.definition.load import parse_document
from casewf.model.codec import dump_event
from casewf.testing.coverage import Coverage, WorkflowCoverage, share_of
from casewf.testing.coverage_gaps import gaps_of
from casewf.testing.coverage_points import KINDS, Point, points_of
from casewf.testing.coverage_text import coverage_text, percent
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from coverage_texts import AROUND, EVERYWHERE, HEAVY, LOOKS, PARCEL, TOP, URGENT

MAIN = ("tracks", "main", "transitions")
HANDLE = ("slas", "handle")


def covered(*stories: str, workflow: str = PARCEL) -> WorkflowCoverage:
    document = parse_document(workflow, file="parcel.yaml")
    coverage = Coverage()
    coverage.know(document)
    for text in stories:
        play(parse_story(text, file="p.story.yaml", workflow=document.workflow), coverage=coverage).check()
    (result,) = coverage.result()
    return result


def counts(result: WorkflowCoverage) -> dict[str, tuple[int, int]]:
    return {kind: result.of(kind) for kind in KINDS}


def test_everything_there_is_to_cover_is_counted() -> None:
    points = points_of(parse_document(PARCEL).workflow)
    assert {kind: sum(one.kind == kind for one in points) for kind in KINDS} == {
        "transition": 4,
        "guard": 8,
        "condition": 4,
        "target": 2,
        "rung": 3,
    }
    assert len(set(points)) == len(points)


def test_a_story_covers_what_a_person_counts() -> None:
    result = covered(HEAVY)
    assert result.covered == {
        Point("transition", (*MAIN, 1), "new"),
        Point("transition", (*MAIN, 2), "open"),
        Point("guard", (*MAIN, 0, "when"), met=False),
        Point("condition", (*MAIN, 0, "when"), "urgent", False),
        Point("condition", (*MAIN, 0, "when"), "weight > 10", False),
        Point("guard", (*MAIN, 2, "when"), met=True),
        Point("guard", (*HANDLE, "start", 0, "when"), met=True),
        Point("guard", (*HANDLE, "target", 0, "when"), met=False),
        Point("target", (*HANDLE, "target", 1)),
        Point("rung", (*HANDLE, "ladder", 0), "1"),
        Point("rung", (*HANDLE, "ladder", 1), "1"),
    }
    assert share_of([result]) == Fraction(11, 21)


def test_a_refused_attempt_covers_the_guard_that_refused_it() -> None:
    """What evaluation did not reach is not covered, and a guard that lacks a value is not met (M9)."""
    result = covered(URGENT)
    assert result.covered == {
        Point("transition", (*MAIN, 0), "new"),
        Point("guard", (*MAIN, 0, "when"), met=True),
        Point("condition", (*MAIN, 0, "when"), "urgent", True),
        Point("guard", (*MAIN, 2, "when"), met=False),
        Point("guard", (*HANDLE, "start", 0, "when"), met=False),
    }


def test_stories_add_up() -> None:
    result = covered(HEAVY, URGENT)
    assert counts(result) == {
        "transition": (3, 4),
        "guard": (7, 8),
        "condition": (3, 4),
        "target": (1, 2),
        "rung": (2, 3),
    }
    assert result.stories == 2


def test_to_ask_what_may_be_done_covers_nothing() -> None:
    assert covered(LOOKS).covered == frozenset()


def test_evaluation_goes_on_behind_a_not_as_in_the_guard() -> None:
    workflow = PARCEL.replace("when: urgent or weight > 10", "when: not urgent and weight > 10")
    result = covered(HEAVY, workflow=workflow)
    found = {(one.detail, one.met) for one in result.covered if one.kind == "condition"}
    assert found == {("urgent", False), ("weight > 10", False)}


def test_no_row_leaves_a_final_state() -> None:
    """The reader refuses such a row; a workflow written in Python may have one (M8)."""
    workflow = parse_document(PARCEL.replace("category: closed", "final: true")).workflow
    (track,) = workflow.tracks
    rows = (attrs.evolve(track.transitions[0], sources=("new", "done")), *track.transitions[1:])
    changed = attrs.evolve(workflow, tracks=(attrs.evolve(track, transitions=rows),))
    assert [one.detail for one in points_of(changed) if one.kind == "transition"] == [
        "new",
        "new",
        "new",
        "open",
    ]


def test_a_workflow_that_no_story_opened_a_case_of_is_left_out() -> None:
    coverage = Coverage()
    workflow = parse_document(PARCEL).workflow
    refused = f"{TOP}  - {{at: 2026-03-02 09:00, open: {{weight: x}}, by: wu, refused: [field_type]}}\n"
    play(parse_story(refused, workflow=workflow), coverage=coverage).check()
    assert coverage.result() == ()
    assert share_of(coverage.result()) == 1
    assert coverage_text(coverage.result()) == "no story opened a case\n"


@pytest.mark.parametrize("text", [HEAVY, URGENT, LOOKS])
def test_a_story_under_coverage_makes_the_same_events(text: str) -> None:
    workflow = parse_document(PARCEL).workflow
    plain = play(parse_story(text, workflow=workflow))
    watched = play(parse_story(text, workflow=workflow), coverage=Coverage())
    assert [dump_event(one.event) for one in plain.history] == [
        dump_event(one.event) for one in watched.history
    ]


# What is missing, in words


def test_gaps_name_the_line_the_owner_and_what_never_happened() -> None:
    gaps = gaps_of(covered(HEAVY))
    assert [(gap.kind, gap.line, gap.owner.en, gap.missing.en, gap.text) for gap in gaps] == [
        ("transition", 18, "main: take", "never taken from new", ""),
        ("transition", 20, "main: finish", "never taken from new", ""),
        ("guard", 18, "main: take", "never met", "urgent or weight > 10"),
        ("guard", 20, "main: finish", "always met", "not urgent"),
        ("guard", 23, "handle: start", "always met", "weight > 5"),
        ("guard", 26, "handle, target 1 (1 working day)", "never met", "urgent"),
        ("condition", 18, "main: take", "never true", "urgent"),
        ("condition", 18, "main: take", "never true", "weight > 10"),
        ("target", 26, "handle, target 1 (1 working day)", "never measured by", ""),
    ]
    assert {gap.file for gap in gaps} == {"parcel.yaml"}


def test_what_was_never_asked_or_reached_is_told_apart() -> None:
    """The rung of a target that never was, and the conditions of a guard never asked, go without saying."""
    gaps = gaps_of(covered(URGENT))
    said = {(gap.kind, gap.owner.en, gap.text): gap.missing.en for gap in gaps}
    assert said["condition", "main: take", "weight > 10"] == "never reached"
    assert said["guard", "handle, target 1 (1 working day)", "urgent"] == "never asked"
    assert "rung" not in {gap.kind for gap in gaps}
    assert [gap.missing.zh for gap in gaps if gap.kind == "condition"] == ["从未为假", "从未判断到"]


def test_a_rung_that_never_fired_names_its_target() -> None:
    early = HEAVY.replace("at: 2026-03-05 09:00", "at: 10:30")
    gaps = [gap for gap in gaps_of(covered(early)) if gap.kind == "rung"]
    assert [(gap.line, gap.owner.en, gap.missing.en) for gap in gaps] == [
        (32, "handle, target 2 (2 working days)", "never fired (50% used)"),
        (33, "handle, target 2 (2 working days)", "never fired (due)"),
    ]


def test_a_workflow_of_which_no_file_is_known_has_no_lines() -> None:
    coverage = Coverage()
    story = parse_story(HEAVY, workflow=parse_document(PARCEL).workflow)
    play(story, coverage=coverage).check()
    (result,) = coverage.result()
    assert {(gap.file, gap.line) for gap in gaps_of(result)} == {("", None)}


def test_the_text_tells_figures_and_gaps() -> None:
    text = coverage_text([covered(HEAVY, URGENT)])
    assert text.splitlines() == [
        "parcel Parcel (version 1, 2 stories)",
        "  transitions  3/4  75.0%",
        "  guards       7/8  87.5%",
        "  conditions   3/4  75.0%",
        "  targets      1/2  50.0%",
        "  rungs        2/3  66.6%",
        "",
        "  not covered: transitions",
        "  parcel.yaml:20  main: finish  never taken from new",
        "",
        "  not covered: guards",
        "  parcel.yaml:26  handle, target 1 (1 working day)  never met: urgent",
        "",
        "  not covered: conditions",
        "  parcel.yaml:18  main: take  never true: weight > 10",
        "",
        "  not covered: targets",
        "  parcel.yaml:26  handle, target 1 (1 working day)  never measured by",
    ]


def test_the_text_speaks_chinese() -> None:
    text = coverage_text([covered(HEAVY, URGENT)], lang="zh")
    assert "parcel 包裹（第1版，2个故事）" in text
    assert "parcel.yaml:26  handle 第1档（1个工作日）  从未采用" in text


def test_a_share_is_rounded_down_so_that_all_of_it_is_all_of_it() -> None:
    assert percent(Fraction(9999, 10000)) == "99.9%"
    assert percent(Fraction(1)) == "100.0%"
    assert percent(Fraction(2, 3)) == "66.6%"


# Every place where a guard can stand


def test_guards_are_found_wherever_they_stand() -> None:
    result = covered(AROUND, workflow=EVERYWHERE)
    assert {point.place: point.met for point in result.covered if point.kind == "guard"}.keys() == {
        point.place for point in result.points if point.kind == "guard"
    }
    lines = EVERYWHERE.splitlines()
    for gap in gaps_of(result):
        assert gap.line is not None
        assert gap.text in lines[gap.line - 1], gap


def test_conditions_under_not_and_if_are_conditions() -> None:
    result = covered(AROUND, workflow=EVERYWHERE)
    found = {
        (point.detail, point.met)
        for point in result.covered
        if point.kind == "condition" and point.place == (*MAIN, 1, "when")
    }
    assert found == {("b", False), ("a", True), ("b", True)}
