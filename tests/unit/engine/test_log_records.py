"""What the engine logs: each event with its keys, at its level, and nothing that nobody may read there (D5)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from casewf import Imported
from casewf.adapters.memory import MemoryStore
from casewf.engine.log_records import EVENTS
from casewf.errors import AdapterError, CasewfError, Conflict, InternalError, KeyReused, NotFound, Refused
from casewf.model.directory import StaticDirectory
from casewf.model.quiet_hours import QuietHours
from casewf.ports.observing import KeyValue
from casewf.ports.outside import Delivery, Outcome, Person
from casewf.testing.clock import at
from engine_fakes import HANDLER, OPERATOR, STRANGER, World

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "telemetry.md").read_text(encoding="utf-8")
LEAD = {"lead_org": "yuzhong"}


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Iterator[list[logging.LogRecord]]:
    found: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = found.append  # type: ignore[method-assign]
    root = logging.getLogger("casewf")
    with caplog.at_level(logging.DEBUG, logger="casewf"):
        root.addHandler(handler)
        yield found
        root.removeHandler(handler)


@pytest.fixture
def quiet() -> World:
    return World(MemoryStore())


def named(records: list[logging.LogRecord], event: str) -> list[dict[str, Any]]:
    """The keys of every record of this event."""
    found = [record for record in records if getattr(record, "event", "") == event]
    return [{key: getattr(record, key) for key in EVENTS[event].keys} for record in found]


def one(records: list[logging.LogRecord], event: str) -> dict[str, Any]:
    (found,) = named(records, event)
    assert found.pop("duration_us", 0) >= 0
    return found


def command(**keys: object) -> dict[str, object]:
    """The keys of a command on a case of ``claim``, but for how long it took."""
    usual = {"command": "fire", "case": "C-1", "workflow": "claim", "workflow_version": 1, "version": None}
    return {**usual, "trigger": None, "sla": None, "actor": "wu", "on_behalf": None, **keys}


# The page


def test_the_page_has_every_event_with_its_logger_level_and_keys() -> None:
    sets = dict(re.findall(r"^Those of an? (command|effect): (.*)\.$", PAGE, re.MULTILINE))
    shown = {}
    for event, logger, level, keys in re.findall(
        r"^\| `([\w.]+)` \| `([\w.]+)` \| (\w+) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE
    ):
        whole = re.sub(r"those of an? (command|effect)", lambda found: sets[found[1]], keys)
        shown[event] = (logger, level, sorted(re.findall(r"`(\w+)`", whole)))
    assert shown == {
        name: (event.logger.name, logging.getLevelName(event.level), sorted(event.keys))
        for name, event in EVENTS.items()
    }


def test_the_page_explains_every_key() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| [^|]+ \|$", PAGE, re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert explained == {key for event in EVENTS.values() for key in event.keys}


def test_no_key_is_an_attribute_that_records_have_anyway() -> None:
    taken = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "event"}
    assert taken.isdisjoint(key for event in EVENTS.values() for key in event.keys)


# Commands


def test_a_command_is_told_with_what_it_did(world: World, records: list[logging.LogRecord]) -> None:
    world.open()
    opened = one(records, "command.accepted")
    assert opened == command(command="open", version=2, events=2)
    records.clear()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
    first, outcome = named(records, "command.accepted")
    first.pop("duration_us"), outcome.pop("duration_us")
    assert first == command(trigger="dispatch", version=first["version"], events=first["events"])
    assert outcome["actor"] == "system"
    assert outcome["on_behalf"] == named(records, "effect.delivered")[1]["effect"]
    assert outcome["trigger"] == "p_ok"


def test_a_refusal_is_told_with_the_codes_of_its_reasons(
    world: World, records: list[logging.LogRecord]
) -> None:
    world.open()
    with pytest.raises(Refused):
        world.engine.fire("C-1", "dispatch", actor=OPERATOR)
    found = one(records, "command.refused")
    assert found == command(trigger="dispatch", reasons=("field_missing",))
    (record,) = [one for one in records if getattr(one, "event", "") == "command.refused"]
    assert record.levelno == logging.INFO
    assert "reasons=field_missing" in record.getMessage()


def test_the_other_outcomes_are_told(world: World, records: list[logging.LogRecord]) -> None:
    world.open()
    world.engine.fire("C-1", "note", actor=OPERATOR, key="k")
    records.clear()
    world.engine.fire("C-1", "note", actor=OPERATOR, key="k")
    assert one(records, "command.unchanged") == command(trigger="note", version=3)
    for failure, event, actor, more in [
        (NotFound, "command.not_found", STRANGER, {}),
        (KeyReused, "command.key_reused", OPERATOR, {"key": "k", "data": {"people": 3}}),
        (Conflict, "command.conflict", OPERATOR, {"expect": 1}),
    ]:
        with pytest.raises(failure):
            world.engine.fire("C-1", "note", actor=actor, **more)
        shown = named(records, event)[0]
        assert (shown["trigger"], shown["actor"]) == ("note", actor.id)
    assert named(records, "command.not_found")[0]["workflow"] is None  # it is not his to see


def test_a_failure_is_told_by_its_class_alone(world: World, records: list[logging.LogRecord]) -> None:
    world.open()

    def fails(*_: object) -> None:
        raise AdapterError("disk full at /secret/13900001111")

    world.store.append = fails  # type: ignore[method-assign,assign]
    with pytest.raises(AdapterError):
        world.engine.fire("C-1", "note", actor=OPERATOR)
    assert one(records, "command.failed")["error_type"] == "AdapterError"
    assert "13900001111" not in told(records)


def test_acts_imports_erasures_and_the_file_are_commands_too(
    quiet: World, records: list[logging.LogRecord]
) -> None:
    quiet.dispatched()
    engine = quiet.engine
    with suppress(Refused):
        engine.act("C-1", "request_extension", "answer", actor=HANDLER, comment="等对方答复")
    engine.note("C-1", "来电", actor=OPERATOR)
    engine.erase("C-1", actor=OPERATOR, fields=["phone"])
    engine.erase("C-1", actor=OPERATOR, fields=["phone"])
    position = Imported(
        id="C-2", origin="old-2", opened_at=at("2026-03-01 10:00"), opened_by="wu", org="city",
        states={"main": "received", "oversight": "calm", "platform": "unopened"},
    )  # fmt: skip
    with suppress(Refused):
        engine.import_case(position, workflow="claim", actor=OPERATOR)
    shown = [
        (record.event, record.command)  # type: ignore[attr-defined]
        for record in records
        if getattr(record, "event", "").startswith("command.")
    ]
    names = [name for _, name in shown]
    assert names == ["open", "fire", "fire", "act", "note", "erase", "erase", "import"]
    assert shown[5:7] == [("command.accepted", "erase"), ("command.unchanged", "erase")]
    refused = named(records, "command.refused")[0]
    assert (refused["trigger"], refused["sla"]) == ("request_extension", "answer")


# Timers and effects


def test_rungs_are_told_with_both_instants(world: World, records: list[logging.LogRecord]) -> None:
    world.dispatched()
    world.go("16:05")
    records.clear()
    world.engine.sweep()
    half, due = named(records, "rung.fired")
    assert (half["rung"], half["late_us"]) == (0, (4 * 60 + 5) * 60 * 10**6)
    assert due == {
        "case": "C-1", "workflow": "claim", "workflow_version": 1, "version": due["version"], "sla": "answer",
        "cycle": 1, "term": 1, "rung": 1, "repetition": 1, "scheduled_for": "2026-03-16T08:00:00Z",
        "fired_at": "2026-03-16T08:05:00Z", "late_us": 5 * 60 * 10**6,
    }  # fmt: skip
    assert one(records, "sweep.finished") == {"cases": 1, "events": 3, "failed": 0}


def test_a_command_tells_of_the_rungs_that_it_fires_first(
    world: World, records: list[logging.LogRecord]
) -> None:
    world.dispatched()
    world.go("16:05")
    with pytest.raises(Refused):
        world.engine.fire("C-1", "close", actor=OPERATOR)
    assert len(named(records, "rung.fired")) == 2


def test_deliveries_are_told_attempt_by_attempt(world: World, records: list[logging.LogRecord]) -> None:
    world.outside.broken = {"notify"}
    world.dispatched()
    failed = one(records, "effect.failed")
    assert (failed["destination"], failed["attempt"], failed["error_type"]) == (
        "notify", 1, "ConnectionError"
    )  # fmt: skip
    assert "2026-03-16T02:00:00" < str(failed["due_at"]) <= "2026-03-16T02:00:30"  # full jitter
    assert one(records, "effect.delivered")["destination"] == "push:platform"
    for day in range(17, 24):
        world.go(f"2026-03-{day} 10:00")
        world.engine.deliver()
    dead = one(records, "effect.dead")
    assert (dead["attempt"], dead["error_type"]) == (8, "ConnectionError")
    assert named(records, "incident.raised") == []


def test_a_connector_that_answers_no_has_no_class_of_error(
    world: World, records: list[logging.LogRecord]
) -> None:
    world.outside.push = lambda delivery: Outcome(ok=False, error="13900001111")  # type: ignore[method-assign]
    world.dispatched()
    assert one(records, "effect.failed")["error_type"] is None
    assert "13900001111" not in told(records)


def test_what_waits_for_the_end_of_quiet_hours_is_told(records: list[logging.LogRecord]) -> None:
    quiet_hours = QuietHours.daily("09:00", "17:00", zone="Asia/Shanghai")
    li = Person("li", "李", frozenset({"handler"}), quiet=quiet_hours)
    world = World(
        MemoryStore(), directory=StaticDirectory({"city": None, "yuzhong": "city"}, {"yuzhong": [li]})
    )
    world.dispatched()
    put_off = one(records, "effect.put_off")
    assert (put_off["destination"], put_off["due_at"]) == ("notify", "2026-03-16T09:00:00Z")


def test_incidents_are_told_without_their_text(world: World, records: list[logging.LogRecord]) -> None:
    world.outside.data = {"people": 4}  # p_ok does not accept it
    world.dispatched()
    raised = one(records, "incident.raised")
    assert (raised["case"], raised["kind"]) == ("C-1", "outcome_refused")
    broken = "not to be told"

    def fails(*_: object) -> None:
        raise InternalError(broken)

    world.store.load = fails  # type: ignore[method-assign,assign]
    world.go("16:05")
    records.clear()
    world.engine.sweep()
    assert one(records, "incident.raised") == {
        "case": "C-1",
        "kind": "sweep_failed",
        "about": "InternalError",
    }
    assert one(records, "sweep.finished")["failed"] == 1
    assert broken not in told(records)


def test_a_store_that_fails_while_it_sweeps_or_settles_is_told(
    quiet: World, records: list[logging.LogRecord]
) -> None:
    def fails(*_: object) -> None:
        raise AdapterError("gone")

    quiet.store.settle = fails  # type: ignore[method-assign,assign]
    quiet.dispatched()
    assert one(records, "effect.unsettled")["error_type"] == "AdapterError"
    assert one(records, "delivery.interrupted") == {"case": "C-1", "error_type": "AdapterError"}
    quiet.store.claim_due = fails  # type: ignore[method-assign,assign]
    with pytest.raises(AdapterError):
        quiet.engine.sweep()
    assert one(records, "sweep.failed") == {"error_type": "AdapterError"}


# How they are written


def told(records: list[logging.LogRecord]) -> str:
    """Everything that a formatter could get out of the records."""
    return "\n".join(f"{record.getMessage()} {vars(record)}" for record in records)


def test_a_text_from_outside_cannot_begin_a_line_of_its_own(
    world: World, records: list[logging.LogRecord]
) -> None:
    world.open()
    with pytest.raises(Refused):
        world.engine.fire("C-1", "x\nERROR casewf.command forged\x1b[2J", actor=OPERATOR)
    (record,) = [one for one in records if getattr(one, "event", "") == "command.refused"]
    assert record.getMessage().isprintable()
    assert record.trigger.startswith("x\n")  # type: ignore[attr-defined]  # JSON escapes it


def test_records_are_json_as_they_are(world: World, records: list[logging.LogRecord]) -> None:
    world.dispatched()
    for record in records:
        keys = {key: getattr(record, key) for key in EVENTS[record.event].keys}  # type: ignore[attr-defined]
        json.dumps(keys)


def test_what_nobody_listens_to_is_not_even_made(
    quiet: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr("casewf.engine.watch.log", lambda name, *_: made.append(name))
    caplog.set_level(logging.WARNING, logger="casewf")
    quiet.outside.broken = {"notify"}
    quiet.dispatched()
    quiet.go("16:05")
    quiet.engine.sweep()
    assert made == ["effect.failed"] * 2


def test_a_log_that_fails_does_not_undo_what_was_committed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            raise OSError("no space left")

    loggers = {event.logger for event in EVENTS.values()}
    broken = Broken()
    for logger in loggers:
        logger.addFilter(broken)
    try:
        with caplog.at_level(logging.DEBUG, logger="casewf"):
            world.dispatched()
    finally:
        for logger in loggers:
            logger.removeFilter(broken)
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


# The observer


class Recorder:
    """An observer that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.under_way: list[object] = []
        self.broken = False

    def begin(self, work: str, keys: dict[str, KeyValue]) -> object:
        self.log.append(("begin", work))
        self._maybe()
        mark = object()
        self.under_way.append(mark)
        return mark

    def end(self, begun: object, event: str, keys: dict[str, KeyValue]) -> None:
        self.log.append(("end", event))
        self._maybe()
        assert self.under_way.pop() is begun
        assert set(keys) == set(EVENTS[event].keys)

    def tell(self, event: str, keys: dict[str, KeyValue]) -> None:
        self.log.append(("tell", event))
        self._maybe()
        assert set(keys) == set(EVENTS[event].keys)

    def _maybe(self) -> None:
        if self.broken:
            raise RuntimeError("the collector is down")


def test_an_observer_sees_work_begin_and_end_one_inside_the_other() -> None:
    recorder = Recorder()
    world = World(MemoryStore(), observer=recorder)
    world.open()
    assert recorder.log == [("begin", "command"), ("end", "command.accepted")]
    recorder.log.clear()
    world.engine.fire("C-1", "dispatch", actor=OPERATOR, data=LEAD)
    assert recorder.log == [
        ("begin", "command"),
        ("end", "command.accepted"),
        ("begin", "delivery"),
        ("end", "effect.delivered"),
        ("begin", "delivery"),
        ("begin", "command"),
        ("end", "command.accepted"),
        ("end", "effect.delivered"),
    ]
    recorder.log.clear()
    world.go("14:05")
    world.engine.sweep()
    assert recorder.log[:3] == [("begin", "sweep"), ("tell", "rung.fired"), ("end", "sweep.finished")]
    assert recorder.under_way == []


def test_an_observer_that_raises_changes_nothing(records: list[logging.LogRecord]) -> None:
    recorder = Recorder()
    recorder.broken = True
    world = World(MemoryStore(), observer=recorder)
    world.dispatched()
    world.go("16:05")
    world.engine.sweep()
    with pytest.raises(CasewfError):
        world.engine.fire("C-1", "close", actor=OPERATOR)
    assert world.outside.times("push") == 1
    assert world.engine.incidents() == ()
    assert {one["error_type"] for one in named(records, "observer.failed")} == {"RuntimeError"}
    assert "collector" not in told(records)


def test_what_a_hook_fires_is_work_inside_its_delivery() -> None:
    recorder = Recorder()
    world = World(MemoryStore(), observer=recorder)

    def then(what: str, delivery: Delivery) -> None:
        if what == "notify":
            world.engine.fire("C-1", "note", actor=OPERATOR)

    world.outside.then = then
    world.dispatched()
    start = recorder.log.index(("begin", "delivery"))
    assert recorder.log[start : start + 4] == [
        ("begin", "delivery"),
        ("begin", "command"),
        ("end", "command.accepted"),
        ("end", "effect.delivered"),
    ]
