"""The example districts: they lint, they run on SQLite and reopen, and one that loosens a sealed limit is refused.

Their stories are played by ``test_stories.py``.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.cli.main import main
from casewf.definition import load_calendar, load_workflow
from casewf.engine.engine import Engine
from casewf.errors import AdapterError
from casewf.model.amount import WorkingDays
from casewf.model.case import Actor
from casewf.model.codec import content_hash
from casewf.model.directory import StaticDirectory
from casewf.model.staff import Organisation
from casewf.testing.clock import TestClock, at
from casewf.testing.recorders import RecordingNotifier, ScriptedConnector

ROOT = Path(__file__).parents[2]
DISTRICTS = ROOT / "examples" / "districts"
OFFICE = DISTRICTS / "south-office.yaml"
OVERLAYS = sorted(
    path for path in DISTRICTS.glob("*.yaml") if "office" not in path.stem and ".story" not in path.name
)
OPERATOR = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
HANDLER = Actor("chen", frozenset({"handler"}), "south", lineage=("city",))
DATA = {"category": "complaint", "topic": "contract", "summary": "未签劳动合同", "government_needed": False}


def engine(store: SqliteStore, *workflows: Path, now: str) -> Engine:
    directory = StaticDirectory(
        {"city": Organisation(), "south": Organisation(under="city")}, {"city": [], "south": []}
    )
    return Engine(
        [load_workflow(path) for path in workflows],
        store=store,
        clock=TestClock(at(now)),
        directory=directory,
        notifier=RecordingNotifier(),
        connectors={"government": ScriptedConnector()},
        calendars={"south-office": load_calendar(OFFICE)},
        deliver="later",
    )


def test_there_is_a_city_with_three_districts_each_with_a_story() -> None:
    assert [path.stem for path in OVERLAYS] == ["city", "harbour", "north", "south"]
    stories = sorted(path.name.partition(".")[0] for path in DISTRICTS.glob("*.story.yaml"))
    assert stories == ["harbour", "north", "south"]


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.stem)
def test_a_district_is_lint_clean(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(path), "--calendar", str(OFFICE)]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_one_that_loosens_what_the_city_seals_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "docs" / "how-to" / "refused-district")
    assert main(["lint", "loosened.yaml", "--lang", "en"]) == 1
    shown = capsys.readouterr().out
    expected = Path("loosened.txt")
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


def test_a_district_s_case_goes_by_what_it_was_opened_with(tmp_path: Path) -> None:
    """K6: the whole of it is stored, so neither the overlay nor its bases are needed afterwards."""
    south = load_workflow(DISTRICTS / "south.yaml")
    with SqliteStore(tmp_path / "cases.db") as store:
        first = engine(store, DISTRICTS / "south.yaml", now="2026-03-02 09:00")
        first.open("south-hotline", actor=OPERATOR, case_id="S-1")
        first.fire("S-1", "register", data=DATA, actor=OPERATOR)
        first.fire("S-1", "dispatch", data={"lead_org": "south"}, actor=OPERATOR)
    with SqliteStore(tmp_path / "cases.db") as store:
        again = engine(store, now="2026-03-02 10:00")
        view = again.fire("S-1", "sign", actor=HANDLER)
        assert view.clocks["contact"].due == at("2026-03-02 15:30")
        assert view.clocks["handle"].due == at("2026-03-17 17:30")
        (stored,) = [one for one in store.definitions("workflow") if one.id == "south-hotline"]
        assert stored.hash == content_hash(south)
        assert again.workflow_of("S-1", actor=HANDLER) == south


def test_a_base_that_changes_wants_a_new_version_of_each_district(tmp_path: Path) -> None:
    """K6: another content under the same id and version is an error, wherever it was changed."""
    for name in ("city", "north"):
        text = (DISTRICTS / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    with SqliteStore(tmp_path / "cases.db") as store:
        engine(store, tmp_path / "north.yaml", now="2026-03-02 09:00").open(
            "north-hotline", actor=OPERATOR, case_id="N-1"
        )
        city = (tmp_path / "city.yaml").read_text(encoding="utf-8")
        changed = city.replace("- {within: 5 working days}", "- {within: 4 working days}")
        (tmp_path / "city.yaml").write_text(changed, encoding="utf-8")
        assert load_workflow(tmp_path / "north.yaml").sla("stage").target[-1].within == WorkingDays(4)
        with pytest.raises(AdapterError, match="give the changed one a new version"):
            engine(store, tmp_path / "north.yaml", now="2026-03-02 09:00").open(
                "north-hotline", actor=OPERATOR, case_id="N-2"
            )
        (tmp_path / "city.yaml").write_text(city.replace("  - retention\n", ""), encoding="utf-8")
        engine(store, tmp_path / "north.yaml", now="2026-03-02 09:00").open(
            "north-hotline", actor=OPERATOR, case_id="N-2"
        )
