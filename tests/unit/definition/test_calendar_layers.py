"""Calendars on calendars: nation, province, district, office (T6)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from casewf.definition import load_calendar, parse_calendar
from casewf.definition.calendar_layers import MAX_DEEP, MAX_FILES
from casewf.errors import DefinitionError
from casewf.worktime import WorkCalendar

SIX_LINES = """casewf-calendar: 1
id: yuzhong-office
layers: [cn-office]
days_off:
  2026-06-18: 本区放假
"""
TOP = "casewf-calendar: 1\nid: top\n"
MONDAYS = "casewf-calendar: 1\nid: mondays\nzone: Asia/Shanghai\nweek: {mon: 09:00-12:00}\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def findings(path: Path) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_calendar(path, name=path.name)
    return [str(finding) for finding in caught.value.findings]


def test_a_district_writes_its_own_days_and_nothing_else() -> None:
    calendar, nation = parse_calendar(SIX_LINES), load_calendar("cn-office")
    assert calendar == nation.layer("x", days_off={dt.date(2026, 6, 18): "本区放假"})
    assert (calendar.id, calendar.announced_through) == ("yuzhong-office", nation.announced_through)


def test_without_days_of_its_own_a_calendar_is_that_below() -> None:
    assert parse_calendar(TOP + "layers: [cn-office]\n") == load_calendar("cn-office")


def test_own_hours_over_the_days_of_the_nation() -> None:
    week = (
        "week: {mon: 08:30-17:00, tue: 08:30-17:00, wed: 08:30-17:00, thu: 08:30-17:00, fri: 08:30-17:00}\n"
    )
    calendar = parse_calendar(TOP + "layers: [cn-office]\n" + week)
    own, nation = calendar.to_document(), load_calendar("cn-office").to_document()
    assert own["week"]["mon"] == own["extra_hours"] == [["08:30", "17:00"]]
    assert [own[key] for key in ("zone", "days_off", "extra_days")] == [
        nation[key] for key in ("zone", "days_off", "extra_days")
    ]


def test_the_hours_of_make_up_days_are_those_below_as_long_as_the_week_is(tmp_path: Path) -> None:
    write(tmp_path, "below.yaml", MONDAYS + "extra_days: {2026-06-06: 补班}\n")
    first_of_the_week = write(tmp_path, "a.yaml", TOP + "layers: [below.yaml]\nweek: {tue: 10:00-11:00}\n")
    same_week = write(tmp_path, "b.yaml", TOP + "layers: [below.yaml]\n")
    assert load_calendar(first_of_the_week).to_document()["extra_hours"] == [["10:00", "11:00"]]
    assert load_calendar(same_week).to_document()["extra_hours"] == [["09:00", "12:00"]]


def test_another_zone_may_be_given() -> None:
    assert parse_calendar(TOP + "layers: [cn-office]\nzone: Asia/Urumqi\n").zone == "Asia/Urumqi"


def test_a_later_layer_wins_on_each_date_that_it_names(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "top.yaml",
        TOP
        + """layers:
  - cn-office
  - name: 重庆市
    days_off: {2026-06-18: 市, 2026-06-22: 市}
    hours: {2026-06-23: 09:00-10:00}
  - name: 渝中区
    extra_days: {2026-06-22: 区}
    days_off: {2026-06-23: 区}
extra_days: {2026-06-18: 照常}
yearly_off: {"12-25": 某节}
""",
    )
    document = load_calendar(path).to_document()
    assert document["extra_days"]["2026-06-18"] == "照常"
    assert document["extra_days"]["2026-06-22"] == "区"
    assert document["days_off"]["2026-06-23"] == "区"
    assert not {"2026-06-18", "2026-06-22"} & document["days_off"].keys()
    assert document["day_hours"] == {}
    assert document["yearly_off"] == {"12-25": "某节"}


def test_of_a_second_calendar_the_days_count_and_not_the_week(tmp_path: Path) -> None:
    write(tmp_path, "more.yaml", MONDAYS + 'days_off: {2026-06-18: 休}\nyearly_off: {"12-25": 某节}\n')
    calendar = load_calendar(write(tmp_path, "top.yaml", TOP + "layers: [cn-office, more.yaml]\n"))
    nation = load_calendar("cn-office").to_document()
    assert calendar.to_document()["week"] == nation["week"]
    assert calendar.to_document()["yearly_off"] == {"12-25": "某节"}
    assert calendar.to_document()["days_off"] == nation["days_off"] | {"2026-06-18": "休"}


@pytest.mark.parametrize(
    ("own", "below", "expected"),
    [
        ("", ("2026-06-30", "2026-03-31"), dt.date(2026, 3, 31)),
        ("", ("2026-06-30", ""), dt.date(2026, 6, 30)),
        ("", ("", ""), None),
        ("2027-12-28", ("2026-06-30", "2026-03-31"), dt.date(2027, 12, 28)),
    ],
)
def test_a_calendar_is_announced_as_far_as_it_says_or_as_all_its_layers(
    own: str, below: tuple[str, str], expected: dt.date | None, tmp_path: Path
) -> None:
    key = "announced_through: {}\n".format
    for number, end in enumerate(below):
        write(tmp_path, f"{number}.yaml", MONDAYS + (key(end) if end else ""))
    top = TOP + "layers: [./0.yaml, ./1.yaml]\n" + (key(own) if own else "")
    assert load_calendar(write(tmp_path, "top.yaml", top)).announced_through == expected


def test_paths_start_at_the_folder_of_the_file_that_names_them(tmp_path: Path) -> None:
    write(tmp_path, "nation/base.yaml", MONDAYS)
    write(tmp_path, "cq/city.yaml", TOP + "layers: [../nation/base.yaml]\n")
    district = write(tmp_path, "cq/yuzhong/district.yaml", TOP + "layers: [../city.yaml]\n")
    assert load_calendar(district) == parse_calendar(MONDAYS)


def test_a_finding_names_the_file_that_it_is_in(tmp_path: Path) -> None:
    write(tmp_path, "cq/yuzhong.yaml", MONDAYS + "days_off: {2026-02-30: 休}\n")
    write(tmp_path, "cq/city.yaml", TOP + "layers: [yuzhong.yaml]\n")
    path = write(tmp_path, "top.yaml", TOP + "layers: [cq/city.yaml]\n")
    assert findings(path) == ["cq/yuzhong.yaml:5:12: '2026-02-30' is not a date [CW207]"]


def test_a_file_may_stand_under_two_others_and_not_on_itself(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", MONDAYS)
    for name in "ab":
        write(tmp_path, f"{name}.yaml", TOP + "layers: [base.yaml]\n")
    top = write(tmp_path, "top.yaml", TOP + "layers: [a.yaml, b.yaml, ./base.yaml]\n")
    assert load_calendar(top) == parse_calendar(MONDAYS)
    write(tmp_path, "base.yaml", TOP + "layers: [base.yaml]\n")
    assert findings(top) == ["base.yaml:3:10: layers in a circle: base.yaml → base.yaml [CW506]"]


def test_layers_lie_at_most_eight_files_deep(tmp_path: Path) -> None:
    write(tmp_path, "0.yaml", MONDAYS)
    for number in range(1, MAX_DEEP + 1):
        write(tmp_path, f"{number}.yaml", TOP + f"layers: [./{number - 1}.yaml]\n")
    assert load_calendar(tmp_path / f"{MAX_DEEP - 1}.yaml") == parse_calendar(MONDAYS)
    (finding,) = findings(tmp_path / f"{MAX_DEEP}.yaml")
    assert "more than 8 files deep [CW506]" in finding


def test_a_calendar_has_at_most_fifty_layers_and_feeds(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", MONDAYS)
    names = [f"{'./' * number}base.yaml" for number in range(MAX_FILES + 1)]
    assert load_calendar(write(tmp_path, "a.yaml", TOP + f"layers: {names[:-1]}\n"))
    top = write(tmp_path, "b.yaml", TOP + f"layers: {names}\nics: {names}\n")
    told = findings(top)
    assert any("more than 50 layers [CW506]" in finding for finding in told)
    assert any("more than 50 .ics files [CW506]" in finding for finding in told)


def test_wrong_files_under_one_another_are_read_once_each(tmp_path: Path) -> None:
    """Fifty names for each of eight files would be 50**7 readings otherwise."""
    write(tmp_path, "0.yaml", MONDAYS + "days_off: 1\n")
    for number in range(1, MAX_DEEP):
        names = [f"./{'./' * times}{number - 1}.yaml" for times in range(MAX_FILES)]
        write(tmp_path, f"{number}.yaml", TOP + f"layers: {names}\n")
    (finding,) = findings(tmp_path / f"{MAX_DEEP - 1}.yaml")
    assert finding.endswith("days_off must be a map, found '1' [CW201]")


def test_a_text_can_stand_on_packaged_calendars_and_not_on_files(tmp_path: Path) -> None:
    path = write(tmp_path, "base.yaml", MONDAYS)
    for _ in range(2):
        with pytest.raises(DefinitionError, match=r"lies in no folder.*CW101"):
            parse_calendar(TOP + f"layers: [{path}]\n")


def test_a_file_that_is_mended_is_read_anew(tmp_path: Path) -> None:
    top = write(tmp_path, "top.yaml", TOP + "layers: [./base.yaml]\n")
    assert len(findings(top)) == 1
    write(tmp_path, "base.yaml", MONDAYS)
    assert isinstance(load_calendar(top), WorkCalendar)
