"""What the events of an ``.ics`` file become, in feeds as people subscribe to them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.definition import load_calendar, parse_calendar
from casewf.definition.ics_file import MAX_EVENTS
from casewf.errors import DefinitionError
from casewf.worktime import WorkCalendar

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
HEAD = """casewf-calendar: 1
id: office
zone: Asia/Shanghai
week: {mon: 09:00-12:00, tue: 09:00-12:00, wed: 09:00-12:00, thu: 09:00-12:00, fri: 09:00-12:00}
"""


def read(folder: Path, *feeds: str | bytes, keys: str = "") -> WorkCalendar:
    """A calendar that names these feeds."""
    for number, feed in enumerate(feeds):
        content = feed if isinstance(feed, bytes) else feed.encode()
        (folder / f"{number}.ics").write_bytes(content)
    names = ", ".join(f"{number}.ics" for number in range(len(feeds)))
    (folder / "office.yaml").write_text(f"{HEAD}ics: [{names}]\n{keys}", encoding="utf-8")
    return load_calendar(folder / "office.yaml")


def feed(*events: str) -> str:
    blocks = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{blocks}END:VCALENDAR\n"


def event(start: str, *lines: str, summary: str = "休") -> str:
    return "\n".join((f"SUMMARY:{summary}", f"DTSTART;VALUE=DATE:{start}", *lines))


def off(calendar: WorkCalendar) -> dict[str, str]:
    return calendar.to_document()["days_off"]


def worked(calendar: WorkCalendar) -> dict[str, str]:
    return calendar.to_document()["extra_days"]


def codes(folder: Path, *feeds: str | bytes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        read(folder, *feeds)
    return [finding.code for finding in caught.value.findings]  # type: ignore[attr-defined]


def working_days(calendar: WorkCalendar, year: int) -> list[int]:
    first, after = dt.date(year, 1, 1).toordinal(), dt.date(year, 12, 29).toordinal()
    return [day for day in range(first, after) if calendar.is_working_day(day)]


@pytest.mark.parametrize("name", ["apple-style.ics", "notice-style.ics"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_chinese_feeds_give_the_working_days_of_the_notice(name: str, line_end: str, tmp_path: Path) -> None:
    text = (FEEDS / name).read_text(encoding="utf-8").replace("\n", line_end)
    calendar = read(tmp_path, "\ufeff" + text)
    assert working_days(calendar, 2026) == working_days(load_calendar("cn-office"), 2026)
    assert working_days(calendar, 2027) == working_days(parse_calendar(HEAD), 2027)


def test_in_a_feed_that_marks_its_days_the_others_are_only_shown(tmp_path: Path) -> None:
    calendar = read(tmp_path, (FEEDS / "apple-style.ics").read_bytes())
    assert off(calendar)["2026-01-01"] == "元旦"
    assert worked(calendar)["2026-02-14"] == "春节"
    assert not {"2026-02-04", "2026-03-08", "2027-01-01"} & off(calendar).keys()


def test_a_google_feed_gives_its_public_holidays(tmp_path: Path) -> None:
    calendar = read(tmp_path, (FEEDS / "google-style.ics").read_bytes())
    assert off(calendar) == {
        "2026-01-01": "New Year's Day",
        "2026-01-02": "New Year's Day Holiday",
        "2026-04-30": "International Workers' Day eve",
        "2026-05-01": "Labour Day",
        "2026-05-04": "Non-working day",
    }
    assert worked(calendar) == {"2026-01-04": "Working Day for New Year's Day"}


@pytest.mark.parametrize(
    ("summary", "is_worked"),
    [
        ("春节（班）", True),
        ("春节(班)", True),
        ("【班】春节", True),
        ("补班", True),
        ("春节调休上班", True),
        ("上班(补春节假期)", True),
        ("Special working day", True),
        ("Workday", True),
        ("春节（休）", False),
        ("春节", False),
        ("春节调休放假", False),
        ("不上班", False),
        ("May Day, workers' day", False),
        ("Non-working day", False),
        ("", False),
    ],
)
def test_a_summary_says_whether_a_day_is_worked(summary: str, is_worked: bool, tmp_path: Path) -> None:
    calendar = read(tmp_path, feed(event("20260214", summary=summary)))
    assert (list(off(calendar)), list(worked(calendar))) == (
        ([], ["2026-02-14"]) if is_worked else (["2026-02-14"], [])
    )


def test_a_name_is_one_line_without_what_a_terminal_would_act_on(tmp_path: Path) -> None:
    calendar = read(tmp_path, feed(event("20260618", summary="端午\\n \x1b[31m 安康\u3000！")))
    assert off(calendar) == {"2026-06-18": "端午 [31m 安康 ！"}


def test_an_event_of_several_days_ends_before_its_end(tmp_path: Path) -> None:
    by_end, by_length, short = (
        list(off(read(tmp_path, feed(event("20261230", line)))))
        for line in ("DTEND;VALUE=DATE:20270102", "DURATION:P3D", "DTEND;VALUE=DATE:20261230")
    )
    assert by_end == by_length == ["2026-12-30", "2026-12-31", "2027-01-01"]
    assert short == ["2026-12-30"]


@pytest.mark.parametrize(
    ("rule", "yearly", "dates"),
    [
        ("FREQ=YEARLY", ["12-25"], []),
        ("FREQ=YEARLY;INTERVAL=1;BYMONTH=12;BYMONTHDAY=25;WKST=MO", ["12-25"], []),
        ("FREQ=YEARLY;COUNT=2", [], ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;UNTIL=20271225", [], ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;UNTIL=20271224T235959Z", [], ["2026-12-25"]),
    ],
)
def test_a_yearly_event_counts_for_every_year_or_until_its_end(
    rule: str, yearly: list[str], dates: list[str], tmp_path: Path
) -> None:
    document = read(tmp_path, feed(event("20261225", f"RRULE:{rule}"))).to_document()
    assert (list(document["yearly_off"]), list(document["days_off"])) == (yearly, dates)


def test_a_leap_day_that_recurs_counts_leap_years(tmp_path: Path) -> None:
    days = off(read(tmp_path, feed(event("20240229", "RRULE:FREQ=YEARLY;COUNT=3"))))
    assert list(days) == ["2024-02-29", "2028-02-29", "2032-02-29"]


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY", "FREQ=YEARLY;INTERVAL=2", "FREQ=YEARLY;BYMONTH=11", "FREQ=YEARLY;BYDAY=4TH"]
)
def test_other_recurrences_are_refused(rule: str, tmp_path: Path) -> None:
    assert codes(tmp_path, feed(event("20261225", f"RRULE:{rule}"))) == ["CW508"]


def test_a_cancelled_event_counts_for_nothing(tmp_path: Path) -> None:
    assert off(read(tmp_path, feed(event("20261225", "STATUS:CANCELLED")))) == {}


def test_the_file_lies_on_its_feeds_and_a_later_feed_on_an_earlier(tmp_path: Path) -> None:
    first = feed(event("20260601", summary="甲"), event("20260602"), event("20260603"))
    second = feed(event("20260601", summary="乙"), event("20260602", summary="补班"))
    calendar = read(tmp_path, first, second, keys="extra_days: {2026-06-03: 照常上班}\n")
    assert off(calendar) == {"2026-06-01": "乙"}
    assert worked(calendar) == {"2026-06-02": "补班", "2026-06-03": "照常上班"}


def test_without_icalendar_the_finding_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(DefinitionError, match="CW509") as caught:
        read(tmp_path, feed(event("20260601")))
    assert "pip install 'casewf[ics]'" in caught.value.findings[0].help  # type: ignore[attr-defined]


def test_a_text_can_name_no_feed() -> None:
    with pytest.raises(DefinitionError, match=r"lies in no folder.*CW101"):
        parse_calendar(HEAD + "ics: /etc/hostname\n")


def test_the_size_of_a_feed_is_bounded(tmp_path: Path) -> None:
    assert codes(tmp_path, feed(*["SUMMARY:x"] * (MAX_EVENTS + 1))) == ["CW103"]
    assert codes(tmp_path, b"BEGIN:VCALENDAR\n" + b"X" * 5_000_000) == ["CW103"]
    assert codes(tmp_path, "春节".encode("gbk")) == ["CW102"]


@pytest.mark.parametrize("between", ["", "\r"])
def test_an_event_whose_first_line_goes_on_is_a_finding(between: str, tmp_path: Path) -> None:
    folded = feed("DTSTART;VALUE=DATE:20260101").replace("BEGIN:VEVENT", f"BEGIN:VEVENT{between}\n folded")
    with pytest.raises(DefinitionError, match="BEGIN:VEVENT goes on in the next line") as caught:
        read(tmp_path, folded)
    (finding,) = caught.value.findings  # type: ignore[attr-defined]
    assert (finding.code, finding.place.line) == ("CW507", 3)


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "DTSTART;VALUE=DATE:20260101",
        "DTSTART:20260101T000000Z",
        "DTSTART;TZID=No/Where:20260101T000000",
        "DTSTART;VALUE=PERIOD:20260101T000000Z/PT1H",
        "DTSTART;VALUE=DATE:99991231",
        "DTEND;VALUE=DATE:20260103",
        "DTEND:1",
        "DURATION:P2D",
        "DURATION:-P9999999999D",
        "RRULE:FREQ=YEARLY",
        "RRULE:FREQ=YEARLY;COUNT=0",
        "RRULE:COUNT=x",
        "RRULE:",
        "EXDATE:20260101",
        "SUMMARY:补班",
        "SUMMARY;LANGUAGE=:",
        "STATUS:CANCELLED",
        "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
        ":",
        ";",
        " folded",
        "DTSTART",
    ]
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINES | st.text(max_size=20), max_size=12), whole=st.booleans())
def test_any_feed_gives_a_calendar_or_findings(
    lines: list[str], whole: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    body = ["BEGIN:VEVENT", *lines, "END:VEVENT"] if whole else lines
    content = "\n".join(["BEGIN:VCALENDAR", *body, "END:VCALENDAR"]).encode("utf-8", "surrogatepass")
    try:
        result: object = read(tmp_path_factory.mktemp("feed"), content)
    except DefinitionError as error:
        result = error.findings
    assert result
