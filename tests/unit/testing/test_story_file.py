"""Story files: what is read, and what is found wrong, with its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from casewf.errors import DefinitionError
from casewf.testing.clock import at, instant_of
from casewf.testing.story_file import load_story, packaged_stories, parse_story
from casewf.testing.story_model import DeliverNow, EraseValues, FireTrigger, OpenCase, SweepNow
from story_texts import DISPATCH, OPEN, TOP, WORKFLOW, story


def findings(steps: str, *, top: str = TOP) -> list[tuple[str, int, str]]:
    with pytest.raises(DefinitionError) as caught:
        story(steps, top=top)
    return [(one.code, one.place.line, f"{one.message} {one.help}") for one in caught.value.findings]


def only(steps: str, *, top: str = TOP) -> tuple[str, int, str]:
    (found,) = findings(steps, top=top)
    return found


FIRST = TOP.count("\n") + 1
"""The line of the first step."""


def test_every_kind_of_step_is_read() -> None:
    read = story(
        OPEN + DISPATCH + "  - {sweep: true}\n  - {deliver: true}\n"
        "  - {erase: [caller_phone], by: wu, reason: asked for}\n  - {erase: all, by: wu}\n"
    )
    assert [step.action for step in read.steps] == [
        OpenCase(by="wu", data={"caller_phone": "139"}),
        FireTrigger(trigger="dispatch", by="wu", data={"lead_org": "north", "topic": "card", "people": 2}),
        SweepNow(),
        DeliverNow(),
        EraseValues(by="wu", fields=("caller_phone",), reason="asked for"),
        EraseValues(by="wu", fields=None),
    ]


def test_a_time_alone_is_on_the_date_of_the_step_above_and_no_time_is_its_instant() -> None:
    read = story(OPEN + DISPATCH + "  - {sweep: true}\n  - {at: 2026-03-03 10:00:05.25, sweep: true}\n")
    wanted = ["2026-03-02 09:00", "2026-03-02 09:05", "2026-03-02 09:05", "2026-03-03 10:00:05.250000"]
    assert [step.at for step in read.steps] == [instant_of(at(one)) for one in wanted]


def test_values_have_the_type_of_their_field() -> None:
    data = (
        "{lead_org: north, urgent: true, people: 3, amount: 12.50, seen_at: 08:00,"
        " tags: [a, 7], pay_by: 2026-04-01}"
    )
    read = story(OPEN + f"  - {{fire: dispatch, by: wu, data: {data}}}\n")
    action = read.steps[1].action
    assert isinstance(action, FireTrigger)
    assert action.data == {
        "lead_org": "north",
        "urgent": True,
        "people": 3,
        "amount": Decimal("12.50"),
        "seen_at": at("2026-03-02 08:00"),
        "tags": ("a", "7"),
        "pay_by": dt.date(2026, 4, 1),
    }


@pytest.mark.parametrize(
    ("step", "code", "message"),
    [
        ("{at: 09:01, fire: dispach, by: wu}", "CW303", "unknown trigger 'dispach' did you mean 'dispatch'?"),
        ("{at: 09:01, fire: dispatch, by: wuu}", "CW303", "unknown person 'wuu' did you mean 'wu'?"),
        ("{at: 09:01, fire: dispatch}", "CW203", "a step with 'fire' needs the key 'by'"),
        ("{at: 08:59, sweep: true}", "CW209", "this is before the step above, 2026-03-02 09:00:00"),
        ("{at: 9:01, sweep: true}", "CW207", "at '9:01' is not a time"),
        ("{at: 2026-02-30 09:01, sweep: true}", "CW207", "is not a time"),
        ("{sweep: false}", "CW208", "sweep cannot be 'false'"),
        ("{open: {}, by: wu}", "CW205", "the case was opened above say which one with `case`"),
        ("{sweep: true, deliver: true}", "CW205", "at most one of"),
        ("{at: 10:00}", "CW205", "found none"),
        ("{sweep: true, by: wu}", "CW205", "by goes with open, fire, act, split, write, attach, party"),
        (
            "{fire: dispatch, by: wu, data: {peple: 1}}",
            "CW303",
            "unknown field 'peple' did you mean 'people'?",
        ),
        ("{fire: dispatch, by: wu, data: {people: two}}", "CW207", "people must be a whole number"),
        ("{fire: dispatch, by: wu, refused: [role_mising]}", "CW303", "did you mean 'role_missing'?"),
        ("{erase: [topic], by: wu}", "CW303", "unknown sensitive field 'topic'"),
        ("{expect: {states: {wrk: done}}}", "CW303", "unknown track 'wrk' did you mean 'work'?"),
        ("{expect: {states: {work: don}}}", "CW303", "did you mean 'done'?"),
        ("{expect: {clocks: {handel: none}}}", "CW303", "unknown SLA 'handel' did you mean 'handle'?"),
        ("{expect: {clocks: {handle: {verdict: late}}}}", "CW208", "verdict cannot be 'late'"),
        ("{expect: {card: red}}", "CW303", "unknown card 'red'"),
        ("{act: extent, sla: handle, by: li}", "CW208", "did you mean 'extend'?"),
        ("{act: extend, by: li}", "CW203", "a step with 'act' needs the key 'sla'"),
        ("{act: extend, sla: handel, by: li}", "CW303", "did you mean 'handle'?"),
        ("{act: request_extension, sla: handle, by: li, amount: 3 wd}", "CW210", "write `3 working days`"),
        ("{fire: finish, by: li, amount: 3 days}", "CW205", "amount goes with act only"),
        ("{expect: {options: {li: {extend/handel: true}}}}", "CW303", "did you mean 'extend/handle'?"),
        ("{expect: {effects: [{notify: handlers}]}}", "CW303", "did you mean 'handler'?"),
        ("{expect: {effects: [{notify: handler, push: registry}]}}", "CW205", "exactly one of"),
        ("{expect: {pushed: {regstry: {people: 2}}}}", "CW303", "did you mean 'registry'?"),
        ("{expect: {pushed: {registry: {peple: 2}}}}", "CW303", "did you mean 'people'?"),
        ("{expect: {pushed: {registry: {people: two}}}}", "CW207", "people must be a whole number"),
        ("{expect: {told: [lii]}}", "CW303", "unknown person 'lii' did you mean 'li'?"),
        ("{expect: {options: {li: {finsh: true}}}}", "CW303", "did you mean 'finish'?"),
        ("{expect: {not_found: nobody}}", "CW303", "unknown person 'nobody'"),
        ("{expect: {fields: {people: x}}}", "CW207", "people must be a whole number"),
        ("{expect: {closed: yes}}", "CW207", "closed must be true or false"),
        ("{expekt: {}, sweep: true}", "CW202", "did you mean 'expect'?"),
    ],
)
def test_a_wrong_step_is_found_at_its_line(step: str, code: str, message: str) -> None:
    found = only(f"{OPEN}  - {step}\n")
    assert found[:2] == (code, FIRST + 1)
    assert message in found[2]


def test_the_first_step_needs_a_date() -> None:
    assert only("  - {at: 09:00, open: {}, by: wu}\n")[2].startswith("at '09:00' has no date")


def test_a_case_is_opened_before_anybody_fires_on_it() -> None:
    code, line, message = only("  - {at: 2026-03-02 09:00, fire: dispatch, by: wu}\n")
    assert (code, line) == ("CW205", FIRST)
    assert message.startswith("the case is not open yet")


def test_a_time_that_the_zone_skips_is_refused() -> None:
    top = TOP.replace("Asia/Shanghai", "Europe/Berlin")
    found = only("  - {at: 2026-03-29 02:30, open: {}, by: wu}\n", top=top)
    assert "does not exist in Europe/Berlin" in found[2]


def test_a_year_from_which_nothing_could_be_measured_is_refused() -> None:
    found = only("  - {at: 0001-01-01 09:00, open: {}, by: wu}\n")
    assert "must be in the years 1900–9000" in found[2]


def test_what_a_step_wants_refused_may_be_wrong() -> None:
    read = story(
        OPEN + "  - {fire: nothing, by: wu, refused: unknown_trigger}\n"
        "  - {fire: dispatch, by: wu, data: {people: two, lead_org: north}, refused: [field_type]}\n"
        "  - {fire: dispatch, by: wu, data: {pople: 2}, refused: [field_unknown]}\n"
    )
    actions = [step.action for step in read.steps[1:]]
    assert [getattr(action, "data", None) for action in actions] == [
        {},
        {"people": "two", "lead_org": "north"},
        {"pople": 2},
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("zone: Asia/Shanghai", "zone: Asia/Shanghia", "did you mean 'Asia/Shanghai'?"),
        ("under: city}\n  south", "under: citty}\n  south", "unknown organisation 'citty'"),
        ("en: City federation}", "en: City federation, under: north}", "lies below itself"),
        ("roles: [operator]", "roles: [operater]", "unknown role 'operater' did you mean 'operator'?"),
        ("org: north}", "org: north, quiet: 22-7}", "quiet cannot be '22-7'"),
        ("org: north}", "org: north, quiet: 22:00-22:00}", "quiet cannot be '22:00-22:00'"),
        ("org: north}", "org: nort}", "unknown organisation 'nort'"),
        ("registry: [{ok: false, error: down}, {ok: true}]", "registri: [{ok: true}]", "unknown connector"),
        ("registry: [{ok: false, error: down}, {ok: true}]", "registry: []", "has no answers"),
        ("id: card-1, org: city", "org: city", "a case needs the key 'id'"),
        ("casewf-story: 1", "casewf-story: 2", "format 2 is not known here"),
    ],
)
def test_a_wrong_top_is_found(old: str, new: str, message: str) -> None:
    assert any(message in found[2] for found in findings(OPEN, top=TOP.replace(old, new, 1)))


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = findings(OPEN + "  - {fire: a, by: b}\n  - {expect: {card: c, states: {d: e}}}\n")
    assert [line for _, line, _ in found] == [FIRST + 1, FIRST + 1, FIRST + 2, FIRST + 2]


def test_a_workflow_path_starts_at_the_storys_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lost-card.yaml").write_text(WORKFLOW, encoding="utf-8")
    (tmp_path / "a.story.yaml").write_text(TOP + OPEN, encoding="utf-8")
    monkeypatch.chdir("/")
    assert load_story(tmp_path / "a.story.yaml").workflow.id == "lost-card"


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ("directory: ../unions.yaml\npeople: {wu: {roles: operator}}", "found directory and people"),
        ("", "has exactly one of directory, people; found none"),
        ("directory: ../unions.yaml\norganisations: {c: {zh: 市}}", "organisations do not go with directory"),
        ("directory: ../unoins.yaml", "the file cannot be read"),
    ],
)
def test_a_story_has_its_people_in_one_place(top: str, message: str) -> None:
    examples = Path(__file__).parents[3] / "examples" / "stories"
    text = (examples / "deputies.story.yaml").read_text(encoding="utf-8")
    assert "directory: ../unions.yaml\n" in text
    with pytest.raises(DefinitionError, match=message):
        parse_story(text.replace("directory: ../unions.yaml\n", f"{top}\n"), folder=examples)


def test_a_packaged_story_is_found_by_its_id() -> None:
    assert "s01-yang-yun" in packaged_stories()
    assert load_story("s01-yang-yun").case == "S01"


def test_an_unknown_workflow_offers_the_packaged_ones() -> None:
    text = TOP.replace("./lost-card.yaml", "hotline-12315") + OPEN
    with pytest.raises(DefinitionError, match="not among the packaged workflows") as caught:
        parse_story(text)
    assert "did you mean 'hotline-12351'?" in caught.value.findings[0].help


def test_a_story_that_is_no_map_is_an_error() -> None:
    with pytest.raises(DefinitionError, match="a story must be a map"):
        parse_story("- 1\n")
