"""Explanations in words: the target that won, the days that counted, the warnings (X1)."""

from __future__ import annotations

from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.views.explanation import explanation_text
from story_texts import OPEN, story


def explain(steps: str, *, lang: str = "zh", sla: str = "handle") -> str:
    playback = play(story(OPEN + steps)).check()
    found = playback.engine.explain("card-1", sla, actor=playback.observer)
    return explanation_text(found, playback.story.workflow, lang=lang)


def dispatched(when: str, data: str) -> str:
    return f"  - {{at: {when}, fire: dispatch, by: wu, data: {{lead_org: north, {data}}}}}\n"


def test_it_begins_with_the_readers_question_and_ends_with_the_answer() -> None:
    lines = explain(dispatched("2026-03-02 10:00", "topic: card")).splitlines()
    assert lines[0] == "为什么“办结”的期限是 2026-03-04 周三 18:00？"
    assert lines[-1].strip() == "期限 2026-03-04 周三 18:00；计时中，尚无结论"


def test_the_winning_target_and_the_losing_ones_are_told_apart() -> None:
    text = explain(dispatched("2026-03-02 10:00", "topic: card, urgent: false"))
    assert "· 紧急为是：2小时 （条件不满足）" in text
    assert "✓ topic为“会员卡”：2个工作日 ← 适用" in text
    assert "· 其他情况：5个工作日 （上面已定，不再看）" in text


def test_the_calendar_and_its_version_are_named() -> None:
    assert "cn-office，内容版本 " in explain(dispatched("2026-03-02 10:00", "topic: card"))


def test_holidays_weekends_and_make_up_days_are_named_and_days_are_numbered() -> None:
    # National Day 2026 is 1 to 7 October; 20 September and 10 October are make-up working days
    lines = explain(dispatched("2026-09-30 10:00", "topic: card")).splitlines()
    (first,) = [line for line in lines if "2026-09-30" in line and "工作日" in line]
    assert "当日，不算" in first
    assert [line for line in lines if "2026-10-01" in line and "国庆节" in line and "不算" in line]
    assert [line for line in lines if "2026-10-08" in line and "第1个工作日" in line]
    assert [line for line in lines if "2026-10-09" in line and "第2个工作日" in line]


def test_plain_time_is_added_up() -> None:
    text = explain(dispatched("2026-03-02 10:00", "urgent: true"), lang="en")
    assert "Plain time, day and night, rest days included." in text
    assert "Mon 2026-03-02 10:00 + 2 hours = Mon 2026-03-02 12:00" in text


def test_warnings_that_fired_and_those_to_come_are_told_apart() -> None:
    steps = dispatched("2026-03-02 10:00", "topic: card") + "  - {at: 2026-03-04 09:00, sweep: true}\n"
    lines = explain(steps, lang="en").splitlines()
    assert [line for line in lines if "1 working day before it is due" in line and line.endswith("fired")]
    assert [line for line in lines if "Yellow card" in line and line.endswith("to come")]


def test_a_pause_is_shown_and_while_it_lasts_nothing_is_due() -> None:
    steps = (
        dispatched("2026-03-02 10:00", "topic: card") + "  - {at: 14:00, fire: wait, by: li, comment: x}\n"
    )
    assert explain(steps).startswith("为什么“办结”暂时没有到期时刻？")
    steps += "  - {at: 15:00, fire: go_on, by: li}\n"
    assert "‖ 暂停：2026-03-02 周一 14:00 – 15:00，因工单状态（li），不计" in explain(steps)


def test_a_date_target_names_its_field() -> None:
    playback = play(load_story("s01-yang-yun"))
    found = playback.engine.explain("S01", "performance", actor=playback.observer)
    text = explanation_text(found, playback.story.workflow, lang="zh")
    assert "到“约定付清日”那一天为止" in text
    assert "期限 2025-07-08 周二 18:00；已停止，按时" in text


def test_a_missed_limit_says_so() -> None:
    steps = dispatched("2026-03-02 10:00", "topic: card") + "  - {at: 2026-03-05 09:00, sweep: true}\n"
    assert explain(steps, lang="en").splitlines()[-1].endswith("running, breached")
