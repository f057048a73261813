"""``CaseFlow``: it walks what is right green, and finds what is wrong, which it tells as a story that can be played."""

from __future__ import annotations

import os
import re
import unittest
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from casewf.adapters.memory import MemoryStore
from casewf.cli.main import main
from casewf.core import clock_moves, clock_pauses, clocks, decide, elapse, evolve, ladder, select
from casewf.core.clock_results import _RESULTS
from casewf.core.program import Program
from casewf.engine import means, reading, sight, unit_of_work
from casewf.engine.case_view import CaseView
from casewf.engine.keys import Key
from casewf.engine.means import Means
from casewf.engine.unit_of_work import UnitOfWork
from casewf.model.case import Case
from casewf.model.clock_events import ClockPaused, ClockResumed, ClockStopped, RungFired
from casewf.model.events import IncidentRaised
from casewf.ports.store import Store
from casewf.ports.stored import Append, Settlement
from casewf.testing import TestClock, TestHost, at
from casewf.testing.flow import WALKING, CaseFlow, RuleBroken
from casewf.testing.flow.clocks import calendars_of, ledger
from casewf.testing.story import play
from casewf.testing.story_file import load_story
from casewf.testing.story_model import Action, FireTrigger
from casewf.testing.suite import run_story
from flow_workflow import NIGHTS, PEOPLE, TEXT, UNGUARDED

LONG = int(os.environ.get("CASEWF_FLOW_EXAMPLES", "0"))
"""So many examples of each packaged workflow in the place of a few."""
QUICK = settings(
    WALKING,
    stateful_step_count=25,
    database=None,
)
FIRST = settings(
    QUICK, max_examples=400, derandomize=True, phases=[Phase.generate], report_multiple_bugs=False
)
"""Stop at the first failure, and leave it as long as it is."""


def walk(flow: type[CaseFlow], how: settings) -> None:
    run_state_machine_as_test(flow, settings=how)


def run_test(flow: type[CaseFlow], how: settings) -> None:
    """As pytest and unittest run it."""
    flow.TestCase.settings = how
    flow.TestCase("runTest").runTest()


def flow_of(text: str, folder: Path, name: str = "Desk", **more: object) -> type[CaseFlow]:
    path = folder / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    return type(name, (CaseFlow,), {"workflow": path, "stories": folder / "stories", "cases": 1, **more})


@pytest.mark.parametrize(
    ("workflow", "examples"), [("hotline-12351", 10), ("legal-supervision", 5), ("prevention-visit", 5)]
)
def test_the_packaged_workflows_keep_every_rule(workflow: str, examples: int, tmp_path: Path) -> None:
    flow = type("Packaged", (CaseFlow,), {"workflow": workflow, "stories": tmp_path})
    walk(flow, settings(QUICK, max_examples=LONG or examples))


def test_a_pause_after_what_became_the_due_instant_moves_nothing(tmp_path: Path) -> None:
    """It paused for a minute when four working hours had passed, and only then do these become the limit (K1, K5)."""
    (tmp_path / "desk.yaml").write_text(TEXT, encoding="utf-8")
    clock = TestClock(at("2026-03-16 09:00"))
    host = TestHost(tmp_path / "desk.yaml", people={"an": "clerk chief @ city"}, clock=clock)
    an = host.actor("an")
    host.engine.open("desk", actor=an, case_id="C-1", data={})
    clock.travel(at("2026-03-16 16:00"))
    host.engine.fire("C-1", "wait", actor=an)
    clock.advance(minutes=1)
    host.engine.fire("C-1", "go_on", actor=an)
    host.engine.fire("C-1", "hasten", actor=an, data={"urgent": True})
    case = host.store.load("C-1").case  # type: ignore[union-attr]
    (judged,) = [case.clocks["handle"]]
    assert (judged.pauses, judged.verdict) != ((), "none")
    assert not list(ledger(judged, calendars_of(host.store)(judged)))


def test_a_workflow_of_ones_own_keeps_every_rule(tmp_path: Path) -> None:
    walk(flow_of(TEXT, tmp_path, cases=2), settings(QUICK, max_examples=LONG or 10))


# the host's own rules


class Answered(CaseFlow):
    """Nobody closes without an answer."""

    def check(self, case: CaseView) -> None:
        if case.states["main"] == "closed" and not case.fields.get("answer"):
            raise AssertionError("closed without an answer")


def test_a_row_without_its_guard_is_found_and_told_as_a_story_that_can_be_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(UNGUARDED, encoding="utf-8")
    flow = type("Answered", (Answered,), {"workflow": path, "stories": tmp_path / "stories"})
    with pytest.raises(AssertionError, match="closed without an answer") as caught:
        run_test(flow, settings(QUICK, max_examples=50, derandomize=True))
    note = next(one for one in caught.value.__notes__ if one.startswith("casewf:"))
    story = Path(re.search(r"casewf run (.+)$", note)[1])  # type: ignore[index]
    assert story == tmp_path / "stories" / "Answered-AssertionError.story.yaml"
    result = run_story(story)
    assert result.ok, result.problems()
    assert result.playback is not None
    assert result.playback.case is not None
    assert result.playback.case.states["main"] == "closed"
    assert "answer" not in result.playback.case.fields
    steps = result.playback.story.steps
    assert [getattr(step.action, "trigger", "open") for step in steps][-1] == "close"
    assert [type(step.action).__name__ for step in steps] == ["OpenCase", "FireTrigger"]
    assert {step.at for step in steps} == {steps[0].at}
    assert {step.case for step in steps} == {"case-1"}
    assert steps[1].action == FireTrigger(trigger="close", by=steps[1].action.by)  # type: ignore[union-attr]
    assert steps[-1].note.en == "broken here: closed without an answer"
    ours = [one for one in caught.traceback if one.path.name == "turns.py"]
    assert ours
    assert all("__tracebackhide__" in one.locals for one in ours), "pytest shows the test's own line alone"
    assert main(["run", str(story), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("it expects nothing\nthe last step: broken here: closed without an answer\n")
    assert "expectations met" not in said


def test_what_is_no_step_of_a_story_is_left_to_hypothesis(tmp_path: Path) -> None:
    class Restarted(CaseFlow):
        workflow = flow_of(TEXT, tmp_path).workflow
        stories = tmp_path / "stories"

        def check(self, case: CaseView) -> None:
            assert not self._restarts, "the engine was restarted"

    with pytest.raises(AssertionError, match="the engine was restarted") as caught:
        run_test(Restarted, settings(QUICK, max_examples=20, stateful_step_count=8, derandomize=True))
    assert "state.the_engine_is_restarted()" in caught.value.__notes__
    assert len(load_story(tmp_path / "stories" / "Restarted-AssertionError.story.yaml").steps) <= 2


def test_with_its_guard_it_is_not(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(TEXT, encoding="utf-8")
    flow = type("Answered", (Answered,), {"workflow": path, "stories": tmp_path / "stories"})
    walk(flow, settings(QUICK, max_examples=10, derandomize=True))
    assert not (tmp_path / "stories").exists()


def test_people_from_a_file_and_a_calendar_of_ones_own_go_into_the_story(tmp_path: Path) -> None:
    for name, text in {"nights.yaml": NIGHTS, "people.yaml": PEOPLE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "desk.yaml").write_text(UNGUARDED.replace("cn-office", "cn-nights"), encoding="utf-8")

    class Nights(Answered):
        workflow = tmp_path / "desk.yaml"
        calendars = (tmp_path / "nights.yaml",)
        people = tmp_path / "people.yaml"
        stories = tmp_path / "stories"
        deputies = 0

        def _do(self, action: Action, case: str) -> None:
            type(self).deputies += bool(self._walk.actor(getattr(action, "by", "")).deputy_for)
            super()._do(action, case)

    with pytest.raises(AssertionError, match="closed without an answer"):
        walk(Nights, FIRST)
    assert Nights.deputies
    result = run_story(tmp_path / "stories" / "Nights-AssertionError.story.yaml")
    assert result.ok, result.problems()
    text = (tmp_path / "stories" / "Nights-AssertionError.story.yaml").read_text(encoding="utf-8")
    assert "workflow: ../desk.yaml\n" in text
    assert "directory: ../people.yaml\n" in text


def test_what_the_engine_raises_is_the_last_step_of_the_story(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("no such luck")

    monkeypatch.setattr(clock_moves, "_end_all", fail)
    with pytest.raises(ZeroDivisionError):
        walk(flow_of(TEXT, tmp_path), FIRST)
    story = load_story(tmp_path / "stories" / "Desk-ZeroDivisionError.story.yaml")
    assert story.steps[-1].note.en == "broken here: no such luck"
    with pytest.raises(ZeroDivisionError):
        play(story)


def test_it_runs_as_a_test_case_of_three_lines(tmp_path: Path) -> None:
    class Visits(CaseFlow):
        workflow = "prevention-visit"

    Visits.TestCase.settings = settings(WALKING, max_examples=2, stateful_step_count=5)
    result = unittest.TestResult()
    Visits.TestCase().run(result)
    assert result.testsRun == 1
    assert result.wasSuccessful(), result.errors


def test_without_a_workflow_it_says_what_is_missing() -> None:
    class Nothing(CaseFlow):
        pass

    with pytest.raises(TypeError, match="Nothing does not say what it walks"):
        Nothing()


# casewf itself, broken on purpose

Break = Callable[[pytest.MonkeyPatch], None]


def let_anybody_fire_after_himself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(select, "separated", lambda *_: True)


def write_of_refusals(patch: pytest.MonkeyPatch) -> None:
    def told(means: Means, program: Program, case: Case | None, *others: object) -> Exception:
        stored = None if case is None else means.store.load(case.id)
        if stored is not None:
            at = max(means.clock.now(), stored.case.at)
            event = IncidentRaised(at=at, kind="refused", about="somebody")
            UnitOfWork(means, set())._append(program, stored, (event,))
        return refused(means, program, case, *others)  # type: ignore[arg-type]

    refused = unit_of_work.refused
    patch.setattr(unit_of_work, "refused", told)


def close_no_case(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Program, "closes", lambda *_: False)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Key, "claim", lambda key, program: None)


def take_what_is_not_offered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("casewf.core.options.guard_reasons", lambda *_: [])
    patch.setattr(
        "casewf.core.options._against",
        lambda rule, draft: [select.reason("case_closed")] if rule.guard else [],
    )


def turn_back_time(patch: pytest.MonkeyPatch) -> None:
    made = decide.Step.__init__

    def early(step: decide.Step, *args: object) -> None:
        made(step, *args)  # type: ignore[arg-type]
        step.at -= 1

    patch.setattr(decide.Step, "__init__", early)


def leave_pauses_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "shifted", lambda measure, instant: instant)


def forget_extensions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "extended", lambda budget, extensions: budget)


def pause_nothing(patch: pytest.MonkeyPatch) -> None:
    resumed = _RESULTS[ClockResumed]
    patch.setitem(
        _RESULTS,  # type: ignore[arg-type]
        ClockResumed,
        lambda clock, event: attrs.evolve(resumed(clock, event), pauses=clock.pauses),
    )


def heal_breaches(patch: pytest.MonkeyPatch) -> None:
    def ended(clock: object, event: object) -> object:
        return attrs.evolve(_stopped(clock, event), verdict="met")  # type: ignore[type-var]

    _stopped = _RESULTS[ClockStopped]
    patch.setitem(_RESULTS, ClockStopped, ended)  # type: ignore[arg-type]


def let_clocks_run_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clock_moves, "_end_all", lambda work: None)
    patch.setattr(clock_moves, "_stop", lambda *_: None)


def skip_what_comes_late(patch: pytest.MonkeyPatch) -> None:
    next_rung = ladder.next_rung

    def early_ones(ladder_: object, *args: object) -> object:
        return next_rung(attrs.evolve(ladder_, late=()), *args)  # type: ignore[arg-type, type-var]

    for module in (elapse, ladder):
        patch.setattr(module, "next_rung", early_ones)


def put_rungs_elsewhere(patch: pytest.MonkeyPatch) -> None:
    instant = ladder.rung_instant

    def later(rung: object, repetition: int, *args: object) -> int | None:
        at = instant(rung, repetition, *args)  # type: ignore[arg-type]
        return at if at is None or rung.spec.after is None else at + 1  # type: ignore[attr-defined]

    patch.setattr(ladder, "rung_instant", later)


def fire_the_latest_first(patch: pytest.MonkeyPatch) -> None:
    first_due = elapse.first_due

    def last_due(step: elapse.Step) -> object:
        late = [
            one
            for one in step.draft.clocks.values()
            if one.phase == "running" and one.verdict != "none" and one.next and one.next.at < step.at
        ]
        if not late:
            return first_due(step)
        latest = max(late, key=lambda clock: clock.next.at if clock.next else 0)
        return latest, latest.next.rung if latest.next else 0

    patch.setattr(elapse, "first_due", last_due)


def let_commands_go_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(UnitOfWork, "catch_up", lambda unit, stored, program: (stored, 0))


def let_cards_fall(patch: pytest.MonkeyPatch) -> None:
    fired = evolve._rung_fired

    def always(draft: evolve.Draft, event: RungFired) -> None:
        fired(draft, event)
        if event.card is not None:
            draft.card, draft.card_rank = event.card, event.card_rank

    patch.setattr(evolve, "_rung_fired", always)


def keep_rungs_armed_in_a_pause(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(
        _RESULTS,  # type: ignore[arg-type]
        ClockPaused,
        lambda clock, event: attrs.evolve(clock, phase="paused", paused_at=event.since),
    )


def ask_for_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(select, "_input_reasons", lambda *_: [])
    patch.setattr(select, "_inputs_met", lambda *_: True)


def run_on_where_it_pauses(patch: pytest.MonkeyPatch) -> None:
    for module in (clock_moves, clock_pauses):
        patch.setattr(module, "paused_by_state", lambda *_: False, raising=False)


def show_everything_to_everybody(patch: pytest.MonkeyPatch) -> None:
    for module in (sight, means, reading):
        patch.setattr(module, "may_see", lambda *_: True)


BREAKS: dict[Break, set[str]] = {
    ask_for_nothing: {"M2", "M4"},
    run_on_where_it_pauses: {"K2"},
    show_everything_to_everybody: {"M2"},
    let_anybody_fire_after_himself: {"M4", "M11"},
    write_of_refusals: {"M3"},
    close_no_case: {"M8"},
    forget_keys: {"M7"},
    take_what_is_not_offered: {"M4"},
    turn_back_time: {"M12"},
    leave_pauses_out: {"K1"},
    forget_extensions: {"K1"},
    pause_nothing: {"K1"},
    heal_breaches: {"K3"},
    keep_rungs_armed_in_a_pause: {"K2"},
    let_clocks_run_on: {"K8"},
    skip_what_comes_late: {"E3"},
    put_rungs_elsewhere: {"E2"},
    fire_the_latest_first: {"E4"},
    let_commands_go_first: {"E3", "K3"},
    let_cards_fall: {"E5"},
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda one: one.__name__)
def test_a_broken_core_is_caught(broken: Break, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flow = flow_of(TEXT, tmp_path)
    broken(monkeypatch)
    with pytest.raises(RuleBroken) as caught:
        walk(flow, FIRST)
    assert caught.value.rule in BREAKS[broken], caught.value
    assert (tmp_path / "stories" / f"Desk-{caught.value.rule}.story.yaml").exists()


# a store that is broken on purpose


class Forgetful(MemoryStore):
    """It loses the last effect of a move."""

    def append(self, batch: Append) -> None:
        super().append(attrs.evolve(batch, outbox=batch.outbox[:-1]))


class Dreamy(MemoryStore):
    """What it keeps beside the events is another case."""

    def append(self, batch: Append) -> None:
        super().append(attrs.evolve(batch, case=attrs.evolve(batch.case, card="red")))


class Rewriting(MemoryStore):
    """It writes other events than it was given."""

    def append(self, batch: Append) -> None:
        rows = [attrs.evolve(row, body=row.body.replace("clerk", "chief")) for row in batch.events]
        super().append(attrs.evolve(batch, events=tuple(rows)))


class Hasty(MemoryStore):
    """It takes everything for delivered."""

    def settle(self, settlement: Settlement) -> None:
        super().settle(attrs.evolve(settlement, state="done"))


STORES: dict[type[MemoryStore], str] = {Forgetful: "D2", Dreamy: "D3", Rewriting: "D4", Hasty: "D2"}


@pytest.mark.parametrize("store", STORES, ids=lambda one: one.__name__)
def test_a_broken_store_is_caught(store: type[MemoryStore], tmp_path: Path) -> None:
    def new_store(_flow: CaseFlow) -> Store:
        return store()

    with pytest.raises(RuleBroken) as caught:
        walk(flow_of(TEXT, tmp_path, new_store=new_store), FIRST)
    assert caught.value.rule == STORES[store], caught.value
