"""Codes, times, amounts and conditions in words, in both languages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from casewf.definition import parse_workflow
from casewf.definition.expression import Scope, parse
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.reasons import reason
from casewf.model.text import Label
from casewf.testing.clock import at, instant_of
from casewf.views.words import Speaker
from story_texts import WORKFLOW

LOST_CARD = parse_workflow(WORKFLOW)
NAMES = {
    "people": {"wu": Label("吴敏", "Wu Min")},
    "organisations": {"north": Label("城北区总工会", "North district")},
}


def speaker(lang: str) -> Speaker:
    return Speaker(workflow=LOST_CARD, zone="Asia/Shanghai", lang=lang, **NAMES)


ZH, EN = speaker("zh"), speaker("en")
SCOPE = Scope(
    fields=LOST_CARD.fields,
    tracks={"work": ("received", "dispatched", "waiting", "done")},
    slas=("handle", "glance"),
    cards=("yellow",),
    roles=("operator", "handler"),
)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("topic == 'card'", "topic为“会员卡”", "topic is “Card”"),
        ("topic != 'card'", "topic不为“会员卡”", "topic is not “Card”"),
        ("topic in ('card', 'other')", "topic为“会员卡”或“其他”", "topic is “Card” or “Other”"),
        (
            "topic not in ('card', 'other')",
            "topic不为“会员卡”或“其他”",
            "topic is neither “Card” nor “Other”",
        ),
        ("topic not in ('card',)", "topic不为“会员卡”", "topic is not “Card”"),
        ("people >= 2", "人数不少于“2”", "People is at least “2”"),
        ("amount < 10.5", "金额小于“10.5”", "Amount is below “10.5”"),
        ("urgent", "紧急为是", "Urgent"),
        ("not urgent", "紧急为否", "Urgent is “no”"),
        ("has(people)", "已填人数", "People is given"),
        ("not has(people)", "未填人数", "People is not given"),
        ("state.work == 'done'", "办理为“办结”", "Work is “Done”"),
        ("card == 'yellow'", "警示牌为“黄牌”", "the card is “Yellow card”"),
        ("sla.handle.verdict == 'met'", "办结的结论为“按时”", "Handle's verdict is “in time”"),
        ("sla.handle.phase != 'running'", "办结的阶段不为“计时中”", "Handle's phase is not “running”"),
        ("'handler' in actor.roles", "操作人有角色“办理员”", "who acts has the role “Handler”"),
        ("'handler' not in actor.roles", "操作人没有角色“办理员”", "who acts has not the role “Handler”"),
        ("urgent and people > 1", "紧急为是，且人数大于“1”", "Urgent and People is above “1”"),
        (
            "urgent and (has(people) or has(amount))",
            "紧急为是，且（已填人数，或已填金额）",
            "Urgent and (People is given or Amount is given)",
        ),
        ("people + 1 > 2", "人数 + 1大于“2”", "People + 1 is above “2”"),
        ("people * (people - 1) >= 2", "人数 × (人数 - 1)不少于“2”", "People × (People - 1) is at least “2”"),
        ("1 < people <= 5", "“1”小于人数，且人数不超过“5”", "“1” is below People and People is at most “5”"),
        (
            "urgent if has(people) else topic == 'card'",
            "已填人数时须紧急为是，否则须topic为“会员卡”",
            "Urgent where People is given, else topic is “Card”",
        ),
        ("not (urgent or has(people))", "并非（紧急为是，或已填人数）", "not (Urgent or People is given)"),
        ("card == 'none'", "警示牌为“无”", "the card is “none”"),
        ("children.open == 0", "未办结的子工单数为“0”", "the number of open child cases is “0”"),
        ("sla.handle.cycle > 1", "办结的轮次大于“1”", "Handle's cycle is above “1”"),
        ("actor.id == 'wu'", "操作人为“wu”", "who acts is “wu”"),
        ("len(tags) > 2", "tags的个数大于“2”", "the number of values of tags is above “2”"),
        ("true", "总是", "always"),
    ],
)
def test_a_condition_has_labels_for_codes(text: str, zh: str, en: str) -> None:
    expression = parse(text, SCOPE)
    assert (ZH.condition(expression), EN.condition(expression)) == (zh, en)


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (WorkingDays(1), "1个工作日", "1 working day"),
        (CalendarDays(45), "45个自然日", "45 calendar days"),
        (WorkingTime(hours=4), "4小时工作时间", "4 hours of working time"),
        (Elapsed(hours=72), "72小时", "72 hours"),
        (Elapsed(minutes=90), "90分钟", "90 minutes"),
        (Elapsed(seconds=15), "15秒", "15 seconds"),
        (Elapsed(microseconds=7), "7微秒", "7 microseconds"),
    ],
)
def test_an_amount_keeps_its_unit(amount: Amount, zh: str, en: str) -> None:
    assert (ZH.amount(amount), EN.amount(amount)) == (zh, en)


@pytest.mark.parametrize(
    ("us", "zh", "en"),
    [
        (5_000_000, "5秒", "5 s"),
        (5_760_000_000, "1小时36分钟", "1 h 36 min"),
        (86_400_000_000 * 2 + 61_000_000, "2天1分钟", "2 d 1 min"),
        (10, "不到1秒", "less than a second"),
    ],
)
def test_a_duration_has_at_most_two_units(us: int, zh: str, en: str) -> None:
    assert (ZH.duration(us), EN.duration(us)) == (zh, en)


def test_an_instant_is_as_short_as_its_neighbour_allows() -> None:
    base = instant_of(at("2025-12-31 09:00"))
    near = [at("2025-12-31 18:00"), at("2025-12-01 18:00"), at("2026-01-01 18:00:05")]
    assert [ZH.near(instant_of(one), base) for one in near] == ["18:00", "12-01 18:00", "2026-01-01 18:00:05"]


def test_a_time_shows_seconds_and_their_fraction_only_where_there_are_any() -> None:
    times = ["09:00", "09:00:01", "09:00:00.000001", "09:00:00.5"]
    assert [EN.time(instant_of(at(f"2026-03-02 {time}"))) for time in times] == times


def test_a_value_is_shown_as_its_field_wants_it() -> None:
    values = {
        "topic": "card",
        "urgent": True,
        "amount": Decimal("12.50"),
        "lead_org": "north",
        "tags": ("a", "b"),
        "seen_at": instant_of(at("2026-03-02 09:00")),
    }
    assert [ZH.value(name, value) for name, value in values.items()] == [
        "会员卡",
        "是",
        "12.50",
        "城北区总工会",
        "a、b",
        "2026-03-02 周一 09:00",
    ]


def test_the_condition_of_a_refusal_is_in_words() -> None:
    assert ZH.reason(reason("guard_not_met", guard="topic == 'card'")) == "条件不满足：topic为“会员卡”"
    assert EN.reason(reason("guard_not_met", guard="no expression (")).endswith("no expression (")


def test_what_has_no_name_is_shown_as_it_is() -> None:
    assert (ZH.person("who"), ZH.org("where"), ZH.card("red"), ZH.person("system")) == (
        "who",
        "where",
        "red",
        "系统",
    )


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        ("2026-03-02 12:00", "剩不到1分钟", "in less than a minute"),
        ("2026-03-02 14:05", "剩2小时5分钟", "in 2 h 5 min"),
        ("2026-03-04 11:59", "剩1天", "in 1 d"),
        ("2026-03-02 11:59", "逾期1分钟", "late by 1 min"),
        ("2026-03-01 11:00", "逾期1天", "late by 1 d"),
    ],
)
def test_how_far_an_instant_is_away(moment: str, zh: str, en: str) -> None:
    now = instant_of(at("2026-03-02 12:00"))
    assert (ZH.until(instant_of(at(moment)), now), EN.until(instant_of(at(moment)), now)) == (zh, en)
    assert EN.until(now - 1, now) == "late by less than a minute"


def test_times_are_as_fine_as_they_are_wanted() -> None:
    instant = instant_of(at("2026-03-02 08:55:09")) + 161_788
    assert [
        Speaker(workflow=LOST_CARD, zone="Asia/Shanghai", finest=finest).time(instant)
        for finest in (1, 1_000_000, 60_000_000)
    ] == ["08:55:09.161788", "08:55:09", "08:55"]
