"""Faults that take the whole of a workflow to see, sown into copies of the hotline: found at their line, and played."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from casewf.analysis.lint import lint
from casewf.analysis.rule import Problem
from casewf.analysis.rules import row_never_taken, tracks_wait_for_each_other, waits_for_nobody
from casewf.analysis.subject import Subject
from casewf.cli.main import main
from casewf.definition.document import Document
from casewf.definition.files import kind_of_file
from casewf.definition.load import load_calendar, packaged_workflows, parse_document, read_document

HOTLINE = files("casewf").joinpath("workflows/hotline-12351.yaml").read_text("utf-8")
CALENDARS = {"cn-office": load_calendar("cn-office")}
RULES = (tracks_wait_for_each_other.RULE, row_never_taken.RULE, waits_for_nobody.RULE)
EXAMPLES = [
    path
    for path in sorted(Path(__file__).parents[2].glob("examples/*.yaml"))
    if kind_of_file(path) == "workflow"
]

MUTUAL = {
    # the union waits in `transferred` for the government, which goes on only while the union is at work
    "to: closed, by: handler, asks: [outcome, reply],\n         set": "to: closed, by: handler,\n"
    "         asks: [outcome, reply], when: \"state.government in ('done', 'not_required', 'cancelled')\", set",
    "from: transferred, to: coordinated, by: handler, comment: required}": "from: transferred, to: coordinated, "
    "by: handler, comment: required, when: state.government == 'done'}",
    "to: accepted, by: gov_center}": "to: accepted, by: gov_center, when: state.union == 'coordinated'}",
    "to: returned, by: gov_dept,": "to: returned, by: gov_dept, when: state.union == 'coordinated',",
    "to: cancelled, by: supervisor,": "to: cancelled, by: supervisor, when: state.union == 'rework_ruling',",
}
LEFT_BEHIND = {
    # no case is archived while a payment is pending
    "from: [pending, failed], by: handler, asks: [paid_amount]}": "from: [pending, failed], by: handler, "
    "asks: [paid_amount], when: state.union == 'archived'}",
}
NO_WAY_BACK = {
    # what was never dispatched has no organisation, and there are no more rows for it
    "comment: required, when: not has(lead_org),\n         set: {rework_count": "comment: required, "
    "when: has(lead_org) and rework_count < 3,\n         set: {rework_count",
    "comment: required}\n\n      # 12351": "comment: required, when: has(lead_org)}\n\n      # 12351",
}
ONLY_ONCE = {
    # the limit that ends a suspension starts the first time only, and nobody else may end one
    "start: {enter: union.suspended}\n    restarts: true": "start: {enter: union.suspended}",
    "      - {trigger: resume, from: suspended, to: =previous, by: [handler, supervisor], comment: required}\n": "",
    "negotiated, suspended], to: closed": "negotiated], to: closed",
}


def sown(fault: dict[str, str]) -> Document:
    text = HOTLINE
    for right, wrong in fault.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    return parse_document(text, file="hotline.yaml")


def problems(document: Document) -> list[tuple[str, Problem]]:
    subject = Subject(document, CALENDARS)
    return [(rule.code, problem) for rule in RULES for problem in rule.check(subject)]


@pytest.mark.parametrize(
    ("fault", "code", "line", "end"),
    [
        (
            MUTUAL,
            "CW770",
            "when: \"state.government in ('done', 'not_required', 'cancelled')\", set",
            "transferred",
        ),
        (LEFT_BEHIND, "CW771", "asks: [paid_amount], when: state.union == 'archived'", "negotiated"),
        (NO_WAY_BACK, "CW770", "when: has(lead_org) and rework_count < 3", "rework_ruling"),
        (ONLY_ONCE, "CW772", "to: =previous, by: system", "suspended"),
    ],
    ids=["mutual", "left behind", "no way back", "only once"],
)
def test_a_sown_fault_is_found_at_its_line_and_its_story_plays(
    fault: dict[str, str],
    code: str,
    line: str,
    end: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = sown(fault)
    ((found, problem),) = problems(document)
    place = document.report.place(problem.span)
    assert (found, place.file) == (code, "hotline.yaml")
    assert line in place.snippet, place.snippet
    (tmp_path / "hotline.yaml").write_text(document.report.source.text, encoding="utf-8")
    (tmp_path / "found.story.yaml").write_text(problem.story, encoding="utf-8")
    assert main(["run", str(tmp_path / "found.story.yaml"), "--lang", "en"]) == 0
    assert "expectations met" in capsys.readouterr().out
    assert f"union: {end}," in problem.story


def test_the_rows_that_wait_are_named_with_what_they_wait_for() -> None:
    ((_, problem),) = problems(sown(MUTUAL))
    assert "union in 'transferred' and government in 'pushed'" in problem.message
    assert "'statutory_result' (line " in problem.help
    assert "waits for state.government in ('done', 'not_required', 'cancelled')" in problem.help
    assert "'g_accept' (line " in problem.help
    assert "waits for state.union == 'coordinated'" in problem.help


@pytest.mark.parametrize("name", [*packaged_workflows(), *map(str, EXAMPLES)])
def test_nothing_is_wrong_with_what_is_shipped(name: str) -> None:
    document = read_document(name)
    assert problems(document) == []
    assert [one for one in lint(document, CALENDARS) if one.code.startswith("CW77")] == []
