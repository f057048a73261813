"""The timeline: lanes that line up, and every kind of event in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casewf.adapters.sqlite import SqliteStore
from casewf.definition import parse_workflow
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import load_story, parse_story
from casewf.views.text import width
from casewf.views.timeline import Names, timeline
from story_texts import DISPATCH, OPEN, TOP, WORKFLOW, story


def played(steps: str) -> Playback:
    return play(story(OPEN + DISPATCH + steps)).check()


def draw(playback: Playback, **options: object) -> str:
    people = {name: one.name for name, one in playback.story.people.items()}
    orgs = {name: one.title for name, one in playback.story.organisations.items()}
    given = {"zone": playback.story.zone, "names": Names(people=people, organisations=orgs), **options}
    return timeline(
        playback.story.workflow, playback.history, notes=playback.notes, attempts=playback.refusals, **given
    )


def test_who_stands_in_for_somebody_is_named_with_that_person() -> None:
    story_file = Path(__file__).parents[3] / "examples" / "stories" / "deputies.story.yaml"
    playback = play(load_story(story_file)).check()
    assert "送审 · 赵强（代罗娟），办理员" in draw(playback, lang="zh")
    assert "Submit · 赵强 (for 罗娟), Handler" in draw(playback, lang="en")


LATE = (
    "  - {at: 2026-03-05 09:00, sweep: true}\n  - {fire: finish, by: li, note: {zh: 终于办好, en: At last}}\n"
)


def test_a_person_who_is_told_as_the_holder_of_a_role_is_named() -> None:
    told = WORKFLOW.replace(
        "to: done, by: handler, clears: cards,",
        "to: done, by: handler, clears: cards, assign: {operator: actor.id}, effects: [{notify: operator}],",
    )
    steps = OPEN + DISPATCH + "  - {at: 09:10, fire: finish, by: li}\n"
    effects = "[{notify: handler}, {push: registry}, {notify: operator}]"
    steps += f"  - {{deliver: true, expect: {{effects: {effects}, told: [li, li]}}}}\n"
    playback = play(parse_story(TOP + steps, file="s.yaml", workflow=parse_workflow(told))).check()
    assert "→ 通知接线员（李薇）" in draw(playback, lang="zh")


def test_a_move_says_who_what_and_with_which_data() -> None:
    text = draw(played(""), lang="en")
    assert "Dispatch · Wu Min, Operator" in text
    assert "· People 2; Lead organisation North district; topic Card" in text


def test_a_sensitive_value_is_masked() -> None:
    text = draw(played(""))
    assert "Phone •••" in text
    assert "139" not in text


def test_effects_and_starting_clocks_are_told() -> None:
    text = draw(played(""), lang="zh")
    assert "▸ 办结 限 03-04 18:00；观察期 限 09:35" in text
    assert "→ 通知办理员（城北区总工会）；推送 registry" in text


def test_that_somebody_is_told_at_night_is_said() -> None:
    text = WORKFLOW.replace("[{notify: handler},", "[{notify: handler, quiet_hours: ignore},")
    playback = play(parse_story(TOP + OPEN + DISPATCH, file="s.yaml", workflow=parse_workflow(text)))
    assert "→ notify Handler (North district), quiet hours or not; push to registry" in draw(
        playback, lang="en"
    )
    assert "→ 通知办理员（城北区总工会）（免打扰时段照发）；推送 registry" in draw(playback, lang="zh")


def test_a_missed_limit_shows_its_warning_its_card_and_how_late_it_was() -> None:
    text = draw(played(LATE), lang="en")
    assert "✗ Warning · Handle: due, and not done · 03-04 18:00" in text
    assert "▲ Yellow card" in text
    assert "✗ Handle: too late · due 03-04 18:00 · 15 h late" in text


def test_a_card_is_told_when_it_rises_and_not_when_another_warning_names_it_or_a_lower_one() -> None:
    """E5: the card only rises until it is cleared."""
    one = "{at: due, notify: handler, card: yellow}"
    many = "{at: due, card: red, notify: handler}, {after: 1 hour, card: yellow}, {after: 2 hours, card: red}"
    workflow = WORKFLOW.replace(one, many).replace(
        "cards: {yellow: {zh: 黄牌, en: Yellow card}}",
        "cards: {yellow: {en: Yellow card}, red: {en: Red card}}",
    )
    story_ = parse_story(TOP + OPEN + DISPATCH + LATE, file="s.yaml", workflow=parse_workflow(workflow))
    text = draw(play(story_), lang="en")
    assert text.count("▲") == 1
    assert text.count("Warning · Handle") == 4


def test_clearing_cards_is_told_only_where_one_was_up() -> None:
    assert "△ cards cleared" in draw(played(LATE), lang="en")
    assert "cards cleared" not in draw(played("  - {at: 10:00, fire: finish, by: li}\n"), lang="en")


def test_an_early_warning_is_no_breach() -> None:
    assert "! 时限预警 · 办结 到期前1个工作日 · 03-03 18:00" in draw(played(LATE), lang="zh")


def test_the_end_of_an_advisory_limit_is_no_fault() -> None:
    text = draw(played(LATE), lang="en")
    assert "Time to look ran out at 03-02 09:35" in text
    assert "Time to look: too late" not in text


def test_pausing_and_going_on_are_told() -> None:
    steps = (
        "  - {at: 2026-03-02 14:00, fire: wait, by: li, comment: 等回信}\n"
        "  - {at: 15:00, fire: go_on, by: li}\n  - {at: 15:30, fire: finish, by: li}\n"
    )
    text = draw(played(steps), lang="zh")
    assert "‖ 办结 暂停计时" in text
    assert "“等回信”" in text
    assert "▸ 办结 恢复计时 · 限 03-05 10:00" in text
    assert "✓ 办结 按时 · 限 03-05 10:00 · 提前2天18小时" in text


def test_a_refusal_shows_its_note_and_its_condition_in_words() -> None:
    refused = "at: 2026-03-02 10:00, fire: finish, by: wu, refused: [role_missing]"
    steps = f"  - {{{refused}, note: {{zh: 不归她, en: Not hers}}}}\n"
    text = draw(played(steps), lang="zh")
    assert "✗ 办结 被拒绝 · 吴敏" in text
    assert text.index("不归她") < text.index("该操作需要角色")


def test_a_refused_condition_is_in_words() -> None:
    no_data = "  - {at: 09:05, fire: dispatch, by: wu, data: {lead_org: north, people: 1, topic: card}}\n"
    early = "  - {at: 2026-03-02 09:01, fire: finish, by: li, refused: [not_found]}\n"
    assert "没有找到工单" in draw(play(story(OPEN + early + no_data)).check(), lang="zh")
    text = draw(play(load_story("s01-yang-yun")).check(), lang="zh", columns=120)
    assert "条件不满足：履约跟踪为“不需跟踪”或“已履约”" in text
    assert "state.performance" not in text


def test_an_erasure_has_a_moment_of_its_own() -> None:
    text = draw(played("  - {at: 10:00, erase: [caller_phone], by: wu}\n"), lang="en")
    assert re.search(r"^10:00 .*Personal data erased · Wu Min$", text, re.MULTILINE)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("columns", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal_and_lanes_line_up(lang: str, columns: int) -> None:
    text = draw(play(load_story("s01-yang-yun")), lang=lang, columns=columns)
    assert max(width(line) for line in text.splitlines()) <= columns
    lanes = {
        tuple(width(line[:place]) for place, character in enumerate(line) if character in "│┊●○")[:4]
        for line in text.splitlines()
        if re.match(r"(\d\d:\d\d| {10})", line) and sum(line.count(mark) for mark in "│┊●○") >= 4
    }
    assert len(lanes) == 1


def test_colours_change_no_column() -> None:
    playback = play(load_story("s01-yang-yun"))
    plain = draw(playback, lang="zh", columns=100)
    coloured = draw(playback, lang="zh", columns=100, colour=True)
    stripped = re.sub("\x1b\\[[0-9;]*m", "", coloured)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_the_timeline_does_not_depend_on_the_store(tmp_path: Path) -> None:
    s01 = load_story("s01-yang-yun")
    with SqliteStore(tmp_path / "a.db") as store:
        assert draw(play(s01, store=store)) == draw(play(s01))


def test_without_names_ids_are_shown() -> None:
    playback = played("")
    text = timeline(playback.story.workflow, playback.history, zone="Asia/Shanghai", lang="en")
    assert "Dispatch · wu, Operator" in text
    assert "notify Handler (north)" in text
