"""What a picture shows, and that it is drawn from the tables that run."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.core.program import Program
from casewf.views.diagram_build import picture_of
from casewf.views.diagram_dot import dot_text
from casewf.views.diagram_lines import (
    beside,
    condition_lines,
    heads_of,
    limit_lines,
    mark_words,
    state_words,
    who_may,
)
from casewf.views.diagram_mermaid import mermaid_text
from casewf.views.diagram_model import Mark, Move, Picture
from casewf.views.diagram_svg import svg_text
from picture_flows import FILES, SMALL, compiled, small

ROOT = Path(__file__).parents[3]


def picture(lang: str = "en", of: Program | None = None) -> Picture:
    return picture_of(of or compiled(SMALL), lang=lang)


def move(shown: Picture, title: str) -> Move:
    return next(one for track in shown.tracks for one in track.moves if one.title == title)


def test_a_picture_names_workflow_tracks_states_and_limits() -> None:
    shown = picture("zh")
    assert (shown.title, shown.source) == ("许可", "permit 第3版")
    assert [track.title for track in shown.tracks] == ["窗口", "检测"]
    assert [state.title for state in shown.tracks[0].states] == [
        "已递交",
        "已审查",
        "暂缓",
        "准许",
        "不准",
        "作废",
    ]
    assert [(limit.number, limit.title, limit.kind) for limit in shown.limits] == [(1, "审批", "服务时限")]


def test_what_a_state_is_is_said_in_words() -> None:
    shown = picture()
    told = {state.title: state_words(shown, state) for state in shown.tracks[0].states}
    assert told == {
        "Filed": ("start",),
        "Checked": (),
        "Held": (),
        "Granted": ("closed",),
        "Refused": ("final",),
        "Void": ("final", "ends the case"),
    }


@pytest.mark.parametrize(
    ("title", "who"),
    [("Check", "Clerk"), ("Hold", "Clerk, Head"), ("Cancel", "Clerk, system"), ("Lapse", "automatic")],
)
def test_a_move_says_who_may(title: str, who: str) -> None:
    shown = picture()
    assert who_may(shown, move(shown, title)) == who


def test_rows_of_one_trigger_between_the_same_states_are_one_move_with_several_ways() -> None:
    shown = picture()
    grants = [one for one in shown.tracks[0].moves if one.title == "Grant"]
    assert [words for _, words in condition_lines(shown, grants[0])] == [
        "if Place is “North”",
        "and Lab is not “Waiting”",
        "or Place is “South”",
        "and Lab is “Passed”",
    ]
    assert [about for about, _ in condition_lines(shown, grants[0])] == [None, 1, None, 1]
    assert len(grants) == 1


def test_conditions_are_chinese_in_a_chinese_picture() -> None:
    shown = picture("zh")
    assert [words for _, words in condition_lines(shown, move(shown, "批准"))] == [
        "若地区为“北区”",
        "且检测不为“待检”",
        "或地区为“南区”",
        "且检测为“合格”",
    ]


def test_a_way_back_leads_to_every_state_that_it_can_come_from() -> None:
    shown = picture()
    back = move(shown, "Go on")
    assert back.targets == ("filed", "checked")
    assert heads_of(shown, back, shown.tracks[0]) == "where it was before"


def test_a_state_says_who_waits_for_it() -> None:
    awaited = {state.title: state.awaited for state in picture().tracks[1].states}
    assert awaited == {"Waiting": (), "Passed": ("Grant",), "Skipped": ("Grant",)}


def test_moves_say_what_they_do_to_limits() -> None:
    shown = picture()
    filed, void = shown.tracks[0].state("filed"), shown.tracks[0].state("void")
    assert [mark_words(shown, mark) for mark in filed.entered] == ["1 Decide starts"]
    assert [mark_words(shown, mark) for mark in void.entered] == ["1 Decide calls off"]
    assert move(shown, "Refuse").marks == (("checked", Mark(1, "stop")),)
    assert move(shown, "Grant").marks == ()  # it is the state entered that stops it


def test_an_internal_move_leaves_no_state() -> None:
    """What ``leave`` stops is not stopped by a move that stays, but what its trigger stops is (M2, K3)."""
    shown = picture_of(compiled("hotline-12351"))
    no_answer = move(shown, "Callback not answered")
    assert [mark_words(shown, mark) for mark in no_answer.marks_from("closed")] == [
        "11 Call back stops",
        "13 Between two callbacks starts",
    ]


def test_limits_say_where_they_run() -> None:
    shown = picture()
    found = {
        state.title: {
            what: [limit.title for limit in limits]
            for what, limits in beside(shown, "desk", state.id).items()
        }
        for state in shown.tracks[0].states
    }
    assert found == {
        "Filed": {"runs": ["Decide"]},
        "Checked": {"runs": ["Decide"]},
        "Held": {"stands": ["Decide"]},
        "Granted": {},
        "Refused": {},
        "Void": {},
    }


def test_a_limit_says_how_long_and_who_is_told() -> None:
    shown = picture()
    assert limit_lines(shown, shown.limits[0]) == [
        "Urgent: 4 hours of working time",
        "· due: tells Head; Red card; fires “Cancel”",
        "Otherwise: 5 working days",
        "· 80% used: tells Clerk",
        "· 1 working day before it is due: tells Clerk, Head; Yellow card",
        "· due: tells Head; Red card",
        "· 1 calendar day overdue, every 1 calendar day, 3 times in all: runs call-the-boss",
    ]


def test_one_track_alone_has_the_limits_beside_it() -> None:
    of = compiled(SMALL)
    assert [limit.title for limit in picture_of(of, tracks=["desk"]).limits] == ["Decide"]
    assert picture_of(of, tracks=["lab"]).limits == ()
    assert picture_of(of, tracks=["desk"]) == picture_of(of).only("desk")


def test_an_unknown_track_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        picture_of(compiled(SMALL), tracks=["nowhere"])


def test_the_only_track_without_a_name_is_called_as_the_workflow() -> None:
    assert [track.title for track in picture_of(compiled(str(ROOT / "examples/complaint.yaml"))).tracks] == [
        "Complaint"
    ]


# Drawn from the tables that run


@pytest.mark.parametrize("draw", [mermaid_text, dot_text, svg_text], ids=lambda draw: draw.__name__)
def test_a_row_that_is_taken_out_of_the_plan_is_gone_from_the_picture(draw: object) -> None:
    of = small()
    before = draw(picture_of(of))  # type: ignore[operator]
    event = of.machines["desk"].events["refuse"]
    event.plan = {}
    after = draw(picture_of(of))  # type: ignore[operator]
    assert "Refuse" in before.replace("Refused", "")
    assert "Refuse" not in after.replace("Refused", "")


def test_a_source_that_is_taken_out_of_the_plan_has_no_arrow_any_more() -> None:
    of = small()
    event = of.machines["desk"].events["hold"]
    event.plan = {"filed": event.rows("filed")}
    assert move(picture_of(of), "Hold").sources == ("filed",)
    assert "desk__checked --> desk__held" not in mermaid_text(picture_of(of))


def test_a_row_that_the_machine_is_given_is_drawn() -> None:
    of, other = small(), small()
    event = of.machines["desk"].events["check"]
    moved = other.machines["desk"].events["refuse"].rows("checked")
    event.plan = {**event.plan, "checked": moved}
    titles = [one.title for one in picture_of(of).tracks[0].moves if one.targets == ("refused",)]
    assert titles == ["Refuse"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("file", FILES)
def test_every_row_of_every_workflow_is_somewhere(file: str, lang: str) -> None:
    of = compiled(str(ROOT / file) if file.endswith(".yaml") else file)
    shown = picture_of(of, lang=lang)
    for track in shown.tracks:
        machine = of.machines[track.id]
        drawn = {(one.trigger, source, target) for one in track.moves for source in one.sources
                 for target in one.targets or (None,)}  # fmt: skip
        run = {(name, row.source, row.dest) for name, event in machine.events.items()
               for rows in event.plan.values() for row in rows}  # fmt: skip
        assert drawn == run


def test_a_move_that_can_find_no_clock_has_no_mark_for_ending_it() -> None:
    """`visit` stops the revisit, but from `planned` there is none yet."""
    shown = picture_of(compiled("prevention-visit"))
    assert [mark_words(shown, mark) for mark in move(shown, "Visit").marks_from("risk_listed")] == [
        "3 Visit again stops"
    ]
    assert move(shown, "Visit").marks_from("planned") == ()


def test_a_mark_whose_condition_the_state_entered_rules_out_is_not_shown() -> None:
    """Rework is measured from `coordinated` on; what was never dispatched goes back to the desk without that limit."""
    shown = picture_of(compiled("hotline-12351"))
    grants = [one for one in shown.tracks[0].moves if one.title == "Grant rework"]
    marks = {
        one.targets: [mark_words(shown, mark) for mark in one.marks_from("rework_ruling")] for one in grants
    }
    assert marks == {("received",): [], ("coordinated",): ["15 Rework starts"]}


def test_who_could_go_on_from_every_state_waits_for_none() -> None:
    """`suspend` has a row for every state of the government's track, so it waits for none of them."""
    government = picture_of(compiled("hotline-12351")).tracks[1]
    assert government.state("done").awaited == ("Submit the result", "Pass the review", "Archive")
    assert all("Suspend" not in state.awaited for state in government.states)


def test_final_states_stand_below_all_others() -> None:
    """A district that adds a state to its base adds it at the end of the file (``extends``)."""
    added = SMALL.replace("ends_case: true}\n", "ends_case: true}\n      late: {zh: 逾期, en: Late}\n")
    shown = picture_of(compiled(added.replace("from: held, to: =previous", "from: [held, late], to: filed")))
    assert [state.title for state in shown.tracks[0].states][-3:] == ["Late", "Refused", "Void"]
