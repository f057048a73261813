"""Cases that are open when a run ends: where they stand and why, and the warning that lint gives of it before."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.cli.main import main
from casewf.simulation import load_profile, measure
from casewf.simulation.result import OpenAt
from casewf.simulation.tables import sheets
from simulated import DESK, PROFILE, profile, ran

LOOK = "  - {enter: desk.waiting, steps: [{by: clerks, fire: look}]}"
WAYS = {
    "": ("no_course", ""),
    "\n  - {enter: desk.looked_at, steps: [{by: heads, chance: 0, fire: park}]}": ("done", ""),
    "\n  - {enter: desk.looked_at, steps: [{by: clerks, after: 90 days, fire: serve}]}": ("group", "clerks"),
    "\n  - {enter: desk.looked_at, steps: [{by: heads, until: urgent, fire: park}]}": ("condition", "heads"),
}


@pytest.mark.parametrize(("more", "waits"), WAYS.items())
def test_where_open_cases_stand_and_for_whom_they_wait(more: str, waits: tuple[str, str]) -> None:
    of = profile(LOOK + more, days=1, people=5)
    result = measure(ran(of))
    assert result.open == 5
    (one,) = result.open_at
    assert one == OpenAt(track="desk", state="looked_at", waits=waits[0], group=waits[1], cases=5)  # type: ignore[arg-type]
    for lang, title in (("zh", "期末未结"), ("en", "Still open at the end")):
        (sheet,) = [sheet for sheet in sheets([result], of, lang) if sheet.title == title]
        ((state, waiting, cases),) = sheet.rows
        assert "desk.looked_at" in state
        assert waits[1] in waiting
        assert cases == "5"


def test_a_run_that_closes_all_has_no_such_table() -> None:
    of = profile(days=1, people=5)
    result = measure(ran(of))
    assert result.open_at == ()
    assert "Still open at the end" not in [sheet.title for sheet in sheets([result], of, "en")]


def test_a_state_that_nobody_leads_out_of_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "profile.yaml"
    (tmp_path / "desk.yaml").write_text(DESK, encoding="utf-8")
    written = PROFILE.replace("workflow: desk", "workflow: ./desk.yaml")

    def said(flow: str) -> list[str]:
        file.write_text(
            written.format(days=1, clerks=1, people=5, flow=flow, clerk_hours=""), encoding="utf-8"
        )
        return [one.message for one in load_profile(file).warnings]

    assert said(LOOK) == ["no course leads out of desk.looked_at: cases stay there until the end"]
    assert main(["lint", str(file)]) == 1
    assert "warning: no course leads out of desk.looked_at" in capsys.readouterr().out
    park = "\n  - {enter: desk.looked_at, steps: [{by: heads, fire: park}]}"
    assert said(LOOK + park) == ["no course leads out of desk.parked: cases stay there until the end"]
    back = "\n  - {warned: serve, steps: [{by: heads, fire: unpark}, {by: clerks, fire: serve}]}"
    assert said(LOOK + park + back) == []
    assert load_profile("chongqing-2024").warnings == ()


TOO_LATE = ["with serve a case leaves desk.waiting, so look after it is done only where that is refused"]
NOT_THERE = ["unpark is not possible in desk.waiting, so it is refused whenever somebody does it"]
AFTER = {
    "[{by: clerks, fire: serve}, {by: clerks, fire: look}]": TOO_LATE,
    "[{choose: [{share: 1, steps: [{by: clerks, fire: serve}, {by: clerks, fire: look}]}]}]": TOO_LATE,
    "[{by: clerks, fire: serve, when: urgent}, {by: clerks, fire: leave}]": [],
    "[{by: clerks, fire: serve, chance: 0.5}, {by: clerks, fire: leave}]": [],
    "[{by: clerks, fire: serve, when: urgent}, {by: heads, fire: unpark}]": NOT_THERE,
    "[{choose: [{share: 1, steps: [{by: heads, begin: unpark, takes: 1 hours}]}]}]": NOT_THERE,
    "[{by: clerks, takes: 1 hours, gives_up: 1 hours, otherwise: [{by: heads, fire: unpark}]}]": NOT_THERE,
    "[{by: clerks, fire: serve}, {by: clerks, fire: look}, {by: heads, fire: unpark}]": TOO_LATE,
    "[{by: clerks, act: request_extension, sla: serve, amount: 2 hours}, {by: clerks, fire: leave}]": [],
}


@pytest.mark.parametrize(("steps", "expected"), AFTER.items())
def test_a_step_for_which_no_case_is_ever_there_is_warned_of(
    steps: str, expected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "desk.yaml").write_text(DESK, encoding="utf-8")
    written = PROFILE.replace("workflow: desk", "workflow: ./desk.yaml")
    looked_at = "  - {enter: desk.looked_at, steps: [{by: clerks, fire: serve}]}"
    flow = f"  - {{enter: desk.waiting, steps: {steps}}}\n{looked_at}"
    file = tmp_path / "profile.yaml"
    file.write_text(written.format(days=1, clerks=1, people=5, flow=flow, clerk_hours=""), encoding="utf-8")
    warnings = load_profile(file).warnings
    assert [one.message for one in warnings] == expected
    assert all("desk.waiting, steps" in file.read_text().splitlines()[one.place.line - 1] for one in warnings)
