"""Playing stories: what is checked, how failures name their line, and that the bytes are always the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.definition import parse_workflow
from casewf.errors import AdapterError, StoryFailed
from casewf.ports.stored import StoredEvent
from casewf.testing.story import play
from casewf.testing.story_file import parse_story
from story_texts import DISPATCH, OPEN, TOP, WORKFLOW, line_of, story

DELIVER = "  - {at: 09:06, deliver: true}\n"


def failures(steps: str) -> list[str]:
    return [str(failure) for failure in play(story(OPEN + DISPATCH + steps)).failures]


def test_a_story_that_goes_as_expected_has_no_failures() -> None:
    playback = play(
        story(
            OPEN + DISPATCH + "  - expect:\n"
            "      states: {work: dispatched}\n"
            "      clocks: {handle: {due: 2026-03-04 18:00, verdict: none, phase: running}}\n"
            "      card: none\n"
            "      closed: false\n"
            "      fields: {people: 2, caller_phone: 139, lead_org: north}\n"
            "      effects: [{notify: handler}, {push: registry}]\n"
            "      options: {li: {finish: true, go_on: false}, wu: {finish: false}, zhao: {finish: false}}\n"
            "      incidents: 0\n"
            "      not_found: [zhao]\n"
        )
    )
    assert playback.check() is playback
    assert playback.case is not None
    assert playback.case.states == {"work": "dispatched"}


@pytest.mark.parametrize(
    ("expect", "subject", "expected", "found"),
    [
        ("states: {work: done}", "the state of work", "done", "dispatched"),
        (
            "clocks: {handle: {due: 2026-03-04 17:00}}",
            "the due instant of handle",
            "2026-03-04 17:00:00",
            "2026-03-04 18:00:00",
        ),
        ("clocks: {handle: {due: none}}", "the due instant of handle", "none", "2026-03-04 18:00:00"),
        ("clocks: {handle: {verdict: met}}", "the verdict of handle", "met", "none"),
        ("clocks: {handle: {phase: paused}}", "the phase of handle", "paused", "running"),
        ("clocks: {handle: none}", "clock handle", "none", "running"),
        ("card: yellow", "the card", "yellow", "none"),
        ("closed: true", "whether the case is closed", "true", "false"),
        ("fields: {people: 3}", "the field people", "3", "2"),
        ("fields: {tags: [a]}", "the field tags", "[a]", "none"),
        ("effects: [{push: registry}]", "the effects", "[push registry]", "[notify handler, push registry]"),
        ("effects: []", "the effects", "[]", "[notify handler, push registry]"),
        ("options: {li: {finish: false}}", "whether li may finish", "false", "true"),
        ("incidents: 2", "the number of incidents", "2", "0"),
        ("not_found: li", "whether the case is hidden from li", "true", "false"),
    ],
)
def test_a_wrong_expectation_names_its_line_and_both_sides(
    expect: str, subject: str, expected: str, found: str
) -> None:
    steps = f"  - expect:\n      {expect}\n"
    line = line_of(OPEN + DISPATCH + steps, expect)
    assert failures(steps) == [f"s.yaml:{line}: {subject}: expected {expected}, found {found}"]


def test_each_wrong_expectation_of_one_step_has_its_own_line() -> None:
    steps = "  - expect:\n      card: yellow\n      states:\n        work: done\n"
    lines = [failure.place.line for failure in play(story(OPEN + DISPATCH + steps)).failures]
    whole = OPEN + DISPATCH + steps
    assert sorted(lines) == [line_of(whole, "card: yellow"), line_of(whole, "work: done")]


def test_a_clock_that_never_ran_is_told_apart_from_one_that_was_not_judged() -> None:
    (failure,) = play(story(OPEN + "  - {expect: {clocks: {handle: {verdict: none}}}}\n")).failures
    assert failure.found.en == "the clock never ran"


def test_a_clock_that_never_ran_is_not_one_that_is_paused() -> None:
    (failure,) = play(story(OPEN + "  - {expect: {clocks: {handle: {due: none}}}}\n")).failures
    assert (failure.expected.en, failure.found.en) == ("none", "the clock never ran")


SENDS = WORKFLOW.replace(
    "{push: registry,", "{push: registry, send: [people, amount, pay_by, lead_org, caller_phone, topic],"
)


def pushed(expect: str, *, delivered: bool = True) -> list[str]:
    steps = OPEN + DISPATCH + (DELIVER if delivered else "") + f"  - {{expect: {{pushed: {expect}}}}}\n"
    workflow = parse_workflow(SENDS)
    return [
        failure.text().partition(": ")[2]
        for failure in play(parse_story(TOP + steps, file="s.yaml", workflow=workflow)).failures
    ]


def test_what_a_push_carried_is_looked_up_field_by_field() -> None:
    assert pushed("{registry: {people: 2, lead_org: north, caller_phone: 139, amount: absent}}") == []


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("{registry: {people: 3}}", "people as pushed to registry: expected 3, found 2"),
        ("{registry: {people: absent}}", "people as pushed to registry: expected absent, found 2"),
        ("{registry: {urgent: true}}", "urgent as pushed to registry: expected true, found absent"),
        ("{registry: {tags: [a]}}", "tags as pushed to registry: expected [a], found absent"),
    ],
)
def test_a_push_that_carried_something_else_is_a_failure(expect: str, failure: str) -> None:
    assert pushed(expect) == [failure]


def test_a_push_that_was_not_delivered_carried_nothing() -> None:
    assert pushed("{registry: {amount: absent}}", delivered=False) == [
        "amount as pushed to registry: expected absent, found nothing was pushed"
    ]


class LeakyStore(MemoryStore):
    """Shows the last event again where there is nothing new, as if a refused command had written it."""

    def history(self, case_id: str, after: int = 0) -> Sequence[StoredEvent]:
        return super().history(case_id, after) or super().history(case_id)[-1:]


def test_a_refused_command_that_leaves_an_event_is_a_failure() -> None:
    steps = OPEN + "  - {fire: finish, by: wu, refused: [role_missing]}\n"
    (failure,) = play(story(steps), store=LeakyStore()).failures
    assert str(failure).endswith("what a refused command left behind (M3): expected nothing, found event 1")


def test_an_unexpected_refusal_is_a_failure_at_its_step_and_the_story_goes_on() -> None:
    steps = "  - {fire: finish, by: wu}\n  - {fire: finish, by: li, expect: {states: {work: done}}}\n"
    (failure,) = failures(steps)
    line = line_of(OPEN + DISPATCH + steps, "{fire: finish, by: wu}")
    assert failure.startswith(
        f"s.yaml:{line}: finish by wu: expected success, found [role_missing] (case card-1"
    )


def test_an_expected_refusal_that_does_not_come_is_a_failure() -> None:
    (failure,) = failures("  - {fire: finish, by: li, refused: [wrong_state]}\n")
    assert failure.endswith("finish by li: expected [wrong_state], found success")


def test_a_refusal_for_another_reason_is_a_failure() -> None:
    (failure,) = failures("  - {fire: finish, by: wu, refused: [wrong_state]}\n")
    assert "expected [wrong_state], found [role_missing]" in failure


def test_an_error_that_is_no_refusal_is_a_failure_and_the_story_goes_on() -> None:
    steps = (
        "  - {at: 2036-03-02 09:00, fire: dispatch, by: wu, data: {lead_org: north, topic: card}}\n"
        "  - {expect: {card: yellow}}\n"
    )
    first, second = play(story(OPEN + steps)).failures
    assert first.place.line == line_of(OPEN + steps, "{at: 2036")
    assert first.found.en.startswith("HorizonError: calendar 'cn-office' is announced through")
    assert second.subject.en == "the card"


def test_who_does_not_see_the_case_finds_none() -> None:
    assert failures("  - {fire: finish, by: zhao, refused: [not_found]}\n") == []


def test_a_story_whose_case_cannot_be_opened_ends_there() -> None:
    playback = play(story(OPEN.replace("by: wu", "by: li") + DISPATCH))
    assert len(playback.failures) == 1
    assert playback.case is None


def test_an_expected_refusal_of_an_opening_is_no_end() -> None:
    refused = "  - {at: 2026-03-02 08:00, open: {}, by: li, refused: [role_missing]}\n"
    assert play(story(refused + OPEN + DISPATCH)).failures == ()


def test_effects_are_counted_since_they_were_last_named() -> None:
    later = "  - {at: 2026-03-03 18:00:01, sweep: true, expect: {effects: [{notify: handler}]}}\n"
    first = "  - {expect: {effects: [{notify: handler}, {push: registry}]}}\n"
    assert failures(first + later) == []
    assert len(failures(later)) == 1


def test_a_connector_answers_in_order_and_the_last_answer_repeats() -> None:
    # DELIVER meets the answer «down»; a minute later, the second one is good
    playback = play(story(OPEN + DISPATCH + DELIVER + "  - {at: 09:20, deliver: true}\n"))
    moved = [getattr(row.event, "trigger", None) for row in playback.history]
    assert "registered" in moved


def test_timers_that_fired_before_a_refused_command_stay_and_are_no_failure() -> None:
    steps = (
        "  - {at: 2026-03-05 09:00, fire: finish, by: wu, refused: [role_missing], expect: {card: yellow}}\n"
    )
    assert failures(steps) == []


def test_an_erased_value_is_masked() -> None:
    steps = "  - {erase: [caller_phone], by: wu, expect: {fields: {caller_phone: •••}}}\n"
    assert failures(steps) == []


def test_a_paused_clock_has_no_due_instant() -> None:
    steps = (
        "  - {fire: wait, by: li, comment: later, expect: {clocks: {handle: {due: none, phase: paused}}}}\n"
    )
    assert failures(steps) == []


def test_check_raises_with_every_failure() -> None:
    with pytest.raises(StoryFailed, match=r"s\.yaml:\d+: the card") as caught:
        play(story(OPEN + "  - {expect: {card: yellow, closed: true}}\n")).check()
    assert len(caught.value.failures) == 2


def test_failures_speak_chinese_too() -> None:
    (failure,) = play(story(OPEN + "  - {expect: {card: yellow}}\n")).failures
    assert failure.text("zh").endswith("：警示牌：应为 yellow，实为 none")


def test_the_same_story_makes_the_same_bytes_in_every_store(tmp_path: object) -> None:
    steps = OPEN + DISPATCH + DELIVER + "  - {at: 10:00, fire: wait, by: li, comment: later}\n"
    stores = [MemoryStore(), MemoryStore(), SqliteStore(f"{tmp_path}/a.db")]
    written = []
    for store in stores:
        play(story(steps), store=store).check()
        written.append(store.raw("card-1"))
    assert written[0] == written[1] == written[2]


def test_a_store_that_has_the_case_already_is_left_alone() -> None:
    store = MemoryStore()
    play(story(OPEN), store=store)
    before = store.raw("card-1")
    with pytest.raises(AdapterError, match="has a case 'card-1' already"):
        play(story(OPEN + DISPATCH), store=store)
    assert store.raw("card-1") == before


def test_notes_stand_beside_the_event_of_their_step() -> None:
    steps = "  - {at: 2026-03-05 09:00, fire: finish, by: li, note: at last}\n"
    playback = play(story(OPEN + DISPATCH + steps))
    noted = {number: note.en for number, note in playback.notes.items()}
    finish = next(row.number for row in playback.history if getattr(row.event, "trigger", "") == "finish")
    assert noted == {1: "A call", finish: "at last"}


def test_without_an_organisation_the_case_belongs_to_its_openers() -> None:
    playback = play(story(OPEN, top=TOP.replace("id: card-1, org: city", "id: card-1")))
    assert playback.case is not None
    assert playback.case.org == "city"


def test_quiet_hours_are_kept_and_who_was_told_is_counted_since_it_was_last_named() -> None:
    quiet = TOP.replace("org: north}", 'org: north, quiet: "09:00-17:00"}')
    steps = (
        OPEN
        + DISPATCH
        + "  - {at: 09:06, deliver: true, expect: {told: []}}\n"
        + "  - {at: 17:00, deliver: true, expect: {told: [li]}}\n"
        + "  - {expect: {told: []}}\n"
    )
    play(story(steps, top=quiet)).check()
    [awake] = play(story(OPEN + DISPATCH + "  - {at: 09:06, deliver: true, expect: {told: []}}\n")).failures
    assert str(awake).endswith("who was told: expected [], found [li]")
