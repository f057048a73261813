"""Each rule on limits, ladders and calendars finds one fault seeded in a copy of a packaged workflow, at its line."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import pytest

from casewf.analysis.lint import lint
from casewf.analysis.rules import RULES
from casewf.definition.findings import Finding
from casewf.definition.load import load_calendar, packaged_workflows, parse_document, read_document

CALENDARS = {"cn-office": load_calendar("cn-office")}
MINE = tuple(rule for rule in RULES if "CW750" <= rule.code <= "CW769")
EXAMPLES = Path(__file__).parents[3] / "examples"


def packaged(name: str) -> str:
    return files("casewf").joinpath("workflows", f"{name}.yaml").read_text("utf-8")


def findings(text: str, on: dt.date | None = None) -> tuple[Finding, ...]:
    return lint(parse_document(text), CALENDARS, rules=MINE, on=on)


# code, workflow, what stands there, what it becomes (the line of `>` is where it is found)
FAULTS = {
    "never starts": (
        "CW750",
        "hotline-12351",
        "start: {enter: performance.pending}",
        ">start: {leave: union.archived}",
    ),
    "never ends": (
        "CW751",
        "prevention-visit",
        "    start: {enter: visit.planned}\n    stop: {leave: visit.planned}\n",
        "    start: {case: closed}\n    >stop: {leave: visit.closed}\n",
    ),
    "never met": (
        "CW752",
        "hotline-12351",
        "    stop: {leave: union.closed}\n    target:\n      - {within: 3 working days}\n",
        "    >stop: {leave: union.archived}\n    target:\n      - {within: 3 working days}\n",
    ),
    "stop comes only after the cancel": (
        "CW753",
        "hotline-12351",
        "    stop: {fire: approve_return}\n",
        "    >stop: {fire: review_reject}\n",
    ),
    "stopped by what starts it": (
        "CW754",
        "hotline-12351",
        "    start: {enter: union.suspended}\n    restarts: true\n    stop: {leave: union.suspended}\n",
        "    >start: {enter: union.suspended}\n    stop: {fire: suspend}\n",
    ),
    "pause in a final state": (
        "CW755",
        "hotline-12351",
        "    pause: {in: union.suspended}\n    stop: {enter: [union.in_review, union.transferred]}\n"
        "    cancel: {enter: union.closed}\n    reopen:\n",
        "    pause: {in: [union.suspended, >union.archived]}\n"
        "    stop: {enter: [union.in_review, union.transferred]}\n    cancel: {enter: union.closed}\n    reopen:\n",
    ),
    "paused wherever it runs": (
        "CW756",
        "hotline-12351",
        "    stop: {leave: union.return_requested}\n",
        "    >pause: {in: union.return_requested}\n    stop: {leave: union.return_requested}\n",
    ),
    "paused where it never runs": (
        "CW757",
        "hotline-12351",
        "    stop: {leave: union.in_review}\n",
        "    pause: {in: >union.suspended}\n    stop: {leave: union.in_review}\n",
    ),
    "cancelled by a final state that is left": (
        "CW757",
        "hotline-12351",
        "    stop: {enter: government.pushed}\n    cancel: {enter: government.cancelled}\n",
        "    stop: {enter: government.pushed}\n    cancel: {leave: >union.archived}\n",
    ),
    "five days end before three working days, round a holiday only": (
        "CW758",
        "hotline-12351",
        "- {after: 5 working days, notify: leader, card: escalated, fire: supervise}",
        ">- {after: 5 days, notify: leader, card: escalated, fire: supervise}",
    ),
    "a warning as long as the limit": (
        "CW759",
        "hotline-12351",
        "- {before: 2 working days, notify: [handler, supervisor]}\n",
        ">- {before: 20 working days, notify: [handler, supervisor]}\n",
    ),
    "a warning longer than the limit": (
        "CW760",
        "hotline-12351",
        "- {before: 2 working days, notify: [handler, supervisor]}\n",
        ">- {before: 25 working days, notify: [handler, supervisor]}\n",
    ),
    "a milder card after a stricter one": (
        "CW761",
        "hotline-12351",
        "- {after: 3 working days, notify: [supervisor, leader], card: red, fire: supervise}",
        ">- {after: 3 working days, notify: [supervisor, leader], card: blue, fire: supervise}",
    ),
    "goes on between hours and working days": (
        "CW762",
        "hotline-12351",
        "        within: 3 working days\n        ladder:\n          - {before: 4 hours, notify: handler, card: blue}\n"
        "          - {at: due, notify: [handler, supervisor], card: yellow, fire: supervise}\n"
        "          - {after: 4 hours, notify: [supervisor, leader], card: red, fire: supervise}\n"
        "          - {after: 8 hours, notify: leader, card: escalated, fire: supervise}\n"
        "      - when: category == 'consult'\n",
        "        within: 72 hours\n        ladder:\n          - {before: 4 hours, notify: handler, card: blue}\n"
        "          - {at: due, notify: [handler, supervisor], card: yellow, fire: supervise}\n"
        "          - {after: 4 hours, notify: [supervisor, leader], card: red, fire: supervise}\n"
        "          - {after: 8 hours, notify: leader, card: escalated, fire: supervise}\n"
        "      >- when: category == 'consult'\n",
    ),
    "a rung that fires what the system cannot fire there": (
        "CW763",
        "hotline-12351",
        "- {at: due, fire: resume}",
        "- {at: due, fire: >archive}",
    ),
    "an unknown calendar": ("CW764", "hotline-12351", "calendar: cn-office\n", "calendar: >cn-offices\n"),
    "a calendar for a value that does not occur": (
        "CW765",
        "hotline-12351",
        "calendar: cn-office\n",
        'calendar: {by: anonymous, default: cn-office, of: {>"yes": cn-office}}\n',
    ),
    "longer than the calendar": (
        "CW766",
        "hotline-12351",
        "- {within: 20 working days}",
        ">- {within: 20000 working days}",
    ),
    "a rung past the calendar": (
        "CW767",
        "hotline-12351",
        "- {after: 5 working days, notify: leader, card: escalated, fire: supervise}",
        ">- {after: 5000 working days, notify: leader, card: escalated, fire: supervise}",
    ),
    "asked for before it starts": (
        "CW768",
        "hotline-12351",
        "times: 1, up_to: original, asked_before: 1 working day,",
        "times: 1, up_to: original, asked_before: >16 working days,",
    ),
    "the last of one cycle": (
        "CW769",
        "hotline-12351",
        "    stop: {fire: progress}\n",
        "    stop: {fire: progress}\n    >counts: last\n",
    ),
}


@pytest.mark.parametrize(("code", "name", "sound", "faulty"), FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found_at_its_line(code: str, name: str, sound: str, faulty: str) -> None:
    text = packaged(name)
    assert sound in text
    text = text.replace(sound, faulty)
    line = text[: text.index(">", text.index(faulty))].count("\n") + 1
    found = findings(text.replace(faulty, faulty.replace(">", "")))
    assert [(one.code, one.place.line) for one in found] == [(code, line)]


def test_every_rule_has_a_seeded_fault() -> None:
    assert {fault[0] for fault in FAULTS.values()} == {rule.code for rule in MINE}


def test_the_holiday_that_turns_a_ladder_round_is_named() -> None:
    """Around an ordinary week-end five days and three working days do not cross; the finding says when they do."""
    _, name, sound, faulty = FAULTS["five days end before three working days, round a holiday only"]
    (found,) = findings(packaged(name).replace(sound, faulty.replace(">", "")))
    assert "`after: 5 days`" in found.message
    assert "`after: 3 working days` above it" in found.message
    assert found.message.endswith(
        "starts Fri 2026-09-18 09:00, at Thu 2026-10-08 18:00 and Fri 2026-10-09 18:00"
    )


def test_a_fault_of_a_district_is_found_in_its_own_file(tmp_path: Path) -> None:
    """What the base says stays where it is; the ladder that the district writes is out of order by its own lines."""
    file = tmp_path / "north.yaml"
    file.write_text(
        "casewf: 1\nid: north\nversion: 1\nextends: hotline-12351\nslas:\n  suspension:\n    ladder:\n"
        "      - {at: due, notify: handler}\n      - {before: 2 working days, notify: handler}\n",
        encoding="utf-8",
    )
    (found,) = lint(read_document(file), CALENDARS, rules=MINE)
    assert (found.code, found.place.file, found.place.line) == ("CW758", str(file), 9)
    assert "with `within: 20 working days`" in found.message


@pytest.mark.parametrize("name", packaged_workflows())
def test_packaged_workflows_have_no_finding(name: str) -> None:
    assert findings(packaged(name)) == ()


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.name)
def test_examples_have_no_finding(path: Path) -> None:
    text = path.read_text("utf-8")
    if "casewf: 1" in text:
        assert findings(text) == ()


def test_a_day_near_the_end_of_the_calendar_names_the_limits_that_nothing_could_start() -> None:
    text = packaged("hotline-12351")
    assert findings(text, on=dt.date(2026, 11, 2)) == ()
    (found,) = findings(text, on=dt.date(2026, 12, 10))
    assert found.code == "CW766"
    assert found.message == (
        "calendar 'cn-office' is announced through 2026-12-28, so that on 2026-12-10 no case could start handle, "
        "suspension, g_feedback"
    )
    assert [one.code for one in findings(text, on=dt.date(2026, 12, 22))] == ["CW766", "CW767"]
