"""Steps of stories that write into the case's file, what they expect there, and the timeline of it."""

from __future__ import annotations

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.definition import parse_workflow
from casewf.errors import DefinitionError
from casewf.model.workflow import Workflow
from casewf.testing.playback import Playback
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from casewf.views.timeline import Names, timeline
from story_texts import DISPATCH, OPEN, TOP, WORKFLOW, line_of

RATED = WORKFLOW.replace(
    "opening: {by: operator}\n",
    "  rating: {type: choice, of: {good: {zh: 满意, en: Satisfied}, bad: {zh: 不满意, en: Dissatisfied}}}\n"
    "opening: {by: operator}\n"
    "parties:\n"
    "  kinds: {worker: {zh: 职工, en: Worker}, speaker: {zh: 代表, en: Representative}}\n"
    "  by: operator\n"
    "  seen_by: operator\n"
    "  ratings: {of: rating, by: operator, in: work.done}\n",
).replace(
    "      finish: {zh: 办结, en: Finish}\n",
    "      finish: {zh: 办结, en: Finish}\n      again: {zh: 重办, en: Again}\n",
).replace(
    "slas:\n",
    "      - {trigger: again, from: done, to: dispatched, by: handler, clears: ratings}\nslas:\n",
    1,
)  # fmt: skip
PARTY = "  - {party: {id: w1, kind: worker, person: m-1, identity: {name: 甲}}, by: wu}\n"
SPEAKER = "  - {party: {id: r1, kind: speaker, represents: [w1]}, by: wu}\n"
FINISH = "  - {fire: finish, by: li}\n"


def rated() -> Workflow:
    return parse_workflow(RATED)


def played(steps: str, **more: object) -> Playback:
    read = parse_story(TOP + OPEN + DISPATCH + steps, file="s.yaml", workflow=rated())
    return play(read, **more)  # type: ignore[arg-type]


def failures(steps: str) -> list[str]:
    return [str(failure) for failure in played(steps).failures]


def test_a_story_keeps_a_file() -> None:
    played(
        PARTY + SPEAKER + FINISH + "  - {write: 已联系, by: li, expect: {notes: 1}}\n"
        "  - {attach: {id: a1, name: 回执.pdf, text: abc}, by: li, expect: {attachments: [a1], links: {related: []}}}\n"
        "  - {rate: w1, rating: bad, by: wu, expect: {parties: {w1: {rated: bad}, r1: {rated: none}}}}\n"
        "  - {rate: w1, rating: good, by: wu, refused: [already_rated]}\n"
        "  - {fire: again, by: li, expect: {parties: {w1: {rated: none, first: bad, kind: worker}}}}\n"
        "  - {drop_party: r1, by: wu, expect: {parties: {r1: none, w1: {identity: {name: 甲}}}}}\n"
        "  - {party: {id: r1, kind: spaeker}, by: wu, refused: [party_kind_unknown]}\n"
        "  - {erase: {parties: [w1]}, by: wu, expect: {parties: {w1: {identity: •••}}}}\n"
        "  - {link: nowhere, by: wu, refused: [not_found]}\n"
        "  - {link: card-1, kind: cousin, by: wu, refused: [link_to_itself, link_kind_unknown]}\n"
        "  - {unlink: nowhere, by: wu, refused: [not_found]}\n"
    ).check()


def test_a_story_links_its_case_to_another_one_of_the_store() -> None:
    store = MemoryStore()
    other = parse_story(TOP.replace("card-1", "card-0") + OPEN, file="o.yaml", workflow=rated())
    play(other, store=store).check()
    steps = "  - {link: card-0, kind: duplicate, by: wu, expect: {links: {duplicate: card-0}}}\n  - {deliver: true}\n"
    played(steps, store=store).check()
    found = store.load("card-0")
    assert found is not None
    assert [(link.kind, link.case) for link in found.case.links] == [("duplicate", "card-1")]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("notes: 1", "the number of notes: expected 1, found 0"),
        ("attachments: [a1]", "the attachments: expected [a1], found []"),
        ("links: {related: C-2}", "the links related: expected [C-2], found []"),
        ("parties: {w9: {rated: good}}", "rated of the party w9: expected good, found no party"),
        ("parties: {w1: none}", "kind of the party w1: expected none, found worker"),
        ("parties: {w1: {kind: speaker}}", "kind of the party w1: expected speaker, found worker"),
        ("parties: {w1: {rated: good}}", "rated of the party w1: expected good, found none"),
    ],
)
def test_a_wrong_expectation_names_its_line_and_both_sides(expect: str, message: str) -> None:
    steps = PARTY + f"  - expect:\n      {expect}\n"
    line = line_of(OPEN + DISPATCH + steps, expect)
    assert failures(steps) == [f"s.yaml:{line}: {message}"]


def test_a_command_that_goes_otherwise_names_the_party() -> None:
    (found,) = failures(PARTY + "  - {rate: w1, rating: good, by: wu}\n")
    assert "rate w1 by wu: expected success, found [wrong_state]" in found


@pytest.mark.parametrize(
    ("step", "code", "message"),
    [
        ("{rate: w1, by: wu}", "CW203", "a step with 'rate' needs the key 'rating'"),
        ("{rate: w1, rating: splendid, by: wu}", "CW303", "unknown rating 'splendid'"),
        ("{party: {id: w1, kind: wroker}, by: wu}", "CW303", "did you mean 'worker'?"),
        ("{party: {id: w1}, by: wu}", "CW203", "a party needs the key 'kind'"),
        ("{attach: {id: a1}, by: wu}", "CW203", "an attachment needs the key 'name'"),
        ("{link: C-2, kind: cousin, by: wu}", "CW208", "kind cannot be 'cousin'"),
        ("{write: x}", "CW203", "a step with 'write' needs the key 'by'"),
        ("{write: x, by: wu, kind: related}", "CW205", "kind goes with link, unlink only"),
        ("{erase: {}, by: wu}", "CW206", "nothing is named that could be erased"),
        ("{erase: {feilds: [x]}, by: wu}", "CW202", "did you mean 'fields'?"),
        ("{expect: {parties: {w1: {ratd: good}}}}", "CW202", "did you mean 'rated'?"),
        ("{expect: {notes: many}}", "CW207", "notes must be a whole number"),
    ],
)
def test_a_wrong_step_is_found(step: str, code: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        played(f"  - {step}\n")
    found = [(one.code, f"{one.message} {one.help}") for one in caught.value.findings]
    assert any(one[0] == code and message in one[1] for one in found), found


def test_nothing_is_written_into_the_file_of_a_case_that_is_not_open() -> None:
    with pytest.raises(DefinitionError, match="the case is not open yet"):
        parse_story(TOP + "  - {at: 2026-03-02 09:00, write: x, by: wu}\n" + OPEN, workflow=rated())


TOLD = (
    PARTY + SPEAKER + "  - {write: 已联系, by: li, note: {zh: 记一笔, en: Noted}}\n"
    "  - {attach: {id: a1, name: 回执.pdf, text: abc}, by: li}\n"
    + FINISH
    + "  - {rate: w1, rating: bad, by: wu}\n"
    "  - {rate: w1, rating: good, by: wu, refused: [already_rated]}\n"
    "  - {fire: again, by: li}\n"
    "  - {drop_party: r1, by: wu}\n"
    "  - {link: card-0, by: wu}\n"
    "  - {unlink: card-0, by: wu}\n"
)


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "zh",
            [
                "登记当事人 w1（职工） · 吴敏",
                "登记当事人 r1（代表），代表 w1 · 吴敏",
                "备注 · 李薇",
                "记一笔",
                "“已联系”",
                "附件 a1 · 李薇",
                "“回执.pdf”",
                "当事人 w1 评价：不满意 · 吴敏",
                "登记当事人评价 被拒绝 · 吴敏",
                "当事人 w1 在本轮已评价",
                "△ 当事人可重新评价",
                "移除当事人 r1 · 吴敏",
                "关联工单 card-0（相关） · 吴敏",
                "取消与工单 card-0 的关联（相关） · 吴敏",
            ],
        ),
        (
            "en",
            [
                "Party w1 recorded (Worker) · Wu Min",
                "Party r1 recorded (Representative), speaks for w1 · Wu Min",
                "Note · Li Wei",
                "Attachment a1 · Li Wei",
                "Party w1 rates: Dissatisfied · Wu Min",
                "Record a party's rating: refused · Wu Min",
                "the parties may rate anew",
                "Party r1 dropped · Wu Min",
                "Linked to case card-0 (related) · Wu Min",
                "No longer linked to case card-0 (related) · Wu Min",
            ],
        ),
    ],
)
def test_the_timeline_tells_it_and_names_nobody(lang: str, lines: list[str]) -> None:
    store = MemoryStore()
    play(parse_story(TOP.replace("card-1", "card-0") + OPEN, workflow=rated()), store=store).check()
    found = played(TOLD, store=store).check()
    people = {name: one.name for name, one in found.story.people.items()}
    text = timeline(
        found.story.workflow,
        found.history,
        zone="Asia/Shanghai",
        lang=lang,
        columns=160,
        names=Names(people=people),
        notes=found.notes,
        attempts=found.refusals,
    )
    positions = [text.find(line) for line in lines]
    assert -1 not in positions, lines[positions.index(-1)]
    assert positions == sorted(positions)
    assert "甲" not in text
