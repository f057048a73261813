"""The golden clock rows, played through a real engine: one SLA on one case, a script of steps.

Schema ``casewf-clock-rows/1``: each row names a calendar, an SLA and a script; after chosen steps it expects the due
instant, verdict, phase, cycle, term, fired rungs and the next rung.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from casewf.definition.expression import Scope, parse
from casewf.engine.engine import Engine
from casewf.errors import HorizonError, Refused
from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.model.case import Actor, Clock
from casewf.model.clock_events import RungFired
from casewf.model.roles import By
from casewf.model.workflow import (
    CalendarChoice,
    ExtensionRule,
    Field,
    Moment,
    Rung,
    Sla,
    State,
    SuspensionRule,
    Target,
    Track,
    Transition,
    Workflow,
)
from casewf.ports.store import Store
from casewf.testing.clock import TestClock, instant_of
from casewf.worktime import WorkCalendar

FILE = Path(os.environ.get("CASEWF_CLOCK_ROWS", Path(__file__).parent / "data" / "clock_rows.json"))
DATA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
ROWS: dict[str, dict[str, Any]] = {row["id"]: row for row in DATA["rows"]}

STATE_STEPS = {"start", "pause", "resume", "stop", "reopen", "retarget"}
"""Steps that are triggers of the row's workflow."""

REASONS = {
    "after_due": "after_breach",
    "act_times": "times",
    "act_up_to": "up_to",
    "act_asked_before": "asked_before",
    "act_unit": "unit",
}
"""What the file calls our codes."""

_ASKER = Actor("asker", frozenset({"desk"}))
_ACTOR = Actor("desk", frozenset({"desk"}))
_DESK = (By(role="desk"),)


def calendar(name: str) -> WorkCalendar:
    """One of the file's calendars."""
    raw = DATA["calendars"][name]
    day = dt.date.fromisoformat
    through = raw.get("announced_through")
    return WorkCalendar(
        id=name,
        zone=raw["zone"],
        week=raw["week"],
        days_off={day(one): "off" for one in raw.get("off", ())},
        extra_days={day(one): "extra" for one in raw.get("extra", ())},
        extra_hours=raw.get("extra_hours"),
        day_hours={day(one): hours for one, hours in raw.get("day_hours", {}).items()},
        yearly_off=raw.get("yearly_off"),
        announced_through=None if through is None else day(through),
    )


def read_amount(text: str) -> Amount:
    """An amount as the file writes it."""
    count, _, unit = text.partition(" ")
    number = int(count)
    name = unit.removesuffix("s")
    if name == "working day":
        return WorkingDays(number)
    if name == "day":
        return CalendarDays(number)
    kind = WorkingTime if name.startswith("working ") else Elapsed
    return kind(**{f"{name.removeprefix('working ')}s": number})


def _rung(raw: dict[str, Any]) -> Rung:
    percent = None
    if "at" in raw:
        percent = 100 if raw["at"] == "due" else int(raw["at"].rstrip("%"))
    amounts = {key: read_amount(raw[key]) for key in ("before", "after", "every") if key in raw}
    return Rung(percent=percent, times=raw.get("times", 1), **amounts)


def workflow(row: dict[str, Any], calendar_id: str) -> Workflow:
    """A workflow with the row's SLA; retargeting switches the field ``target``."""
    sla = row["sla"]
    later = [step["to"] for step in row["script"] if step["do"] == "retarget"]
    scope = Scope(fields={"target": Field(kind="integer")}, tracks={}, slas=(), cards=(), roles=())
    targets = [
        Target(within=read_amount(text), when=parse(f"target == {number}", scope, expect="boolean"))
        for number, text in enumerate(later, 1)
    ]
    states = ("idle", "working", "paused", "done")
    moves = (("start", "idle", "working"), ("pause", "working", "paused"), ("resume", "paused", "working"),
             ("reopen", "done", "working"))  # fmt: skip
    return Workflow(
        id="rows",
        version=1,
        calendar=CalendarChoice(default=calendar_id),
        roles={"desk": Field(kind="text").title},
        fields={"target": Field(kind="integer", default=0)},
        tracks=(
            Track(
                id="main",
                initial="idle",
                states=tuple(State(id=one) for one in states),
                transitions=(
                    *(Transition(trigger=t, sources=(a,), target=b, by=_DESK) for t, a, b in moves),
                    Transition(trigger="stop", sources=("working", "paused"), target="done", by=_DESK),
                    Transition(trigger="retarget", sources=states, by=_DESK, asks=("target",)),
                ),
            ),
        ),
        slas=(
            Sla(
                id="limit",
                start=(Moment(fire=("start",)),),
                pause=(Moment(inside=("main.paused",)),),
                stop=(Moment(fire=("stop",)),),
                reopen=(Moment(fire=("reopen",)),),
                target=(*targets, Target(within=read_amount(sla["within"]))),
                ladder=tuple(_rung(raw) for raw in sla.get("ladder", ())),
                on_reopen=sla.get("on_reopen", "continue"),
                on_change=sla.get("on_change", "rebase"),
                extension=_extension(sla.get("extension"), sla["within"]),
                suspension=SuspensionRule(by="desk", times=1000),
            ),
        ),
    )


def _extension(raw: dict[str, Any] | None, within: str) -> ExtensionRule | None:
    """The file's rule; a limit that it does not name does not bind."""
    if raw is None:
        return None
    unit = within.partition(" ")[2]
    up_to = raw.get("up_to", f"{10**6} {unit}")
    before = raw.get("asked_before")
    return ExtensionRule(
        by="desk",
        times=raw.get("times", 1000),
        up_to=None if up_to == "original" else read_amount(up_to),
        asked_before=None if before is None else read_amount(before),
    )


class Player:
    """Plays a row on a store."""

    def __init__(self, row: dict[str, Any], store: Store) -> None:
        self.row = row
        self.store = store
        cal = calendar(row["calendar"])
        self.clock = TestClock(dt.datetime.fromisoformat(row["script"][0]["at"]))
        definition = workflow(row, cal.id)
        self.engine = Engine([definition], store=store, clock=self.clock, calendars={cal.id: cal})
        self.engine.open("rows", actor=_ACTOR, case_id=row["id"])
        self.retargets = 0

    def step(self, step: dict[str, Any]) -> dict[str, Any]:
        """Do one step; what went wrong, in the words of the file."""
        self.clock.travel(dt.datetime.fromisoformat(step["at"]))
        try:
            return self._do(step)
        except Refused as refused:
            return {"refused": [REASONS.get(one.code, "refused") for one in refused.reasons]}
        except HorizonError as error:
            return {
                "error": {
                    "type": "calendar_horizon",
                    "calendar": error.calendar,
                    "date": error.date.isoformat(),
                }
            }

    def _do(self, step: dict[str, Any]) -> dict[str, Any]:
        do, by_act = step["do"], step.get("reason", "state") != "state"
        if do == "sweep":
            self.engine.sweep()
        elif do == "retarget":
            return self._retarget()
        elif do == "extend":
            self._act("request_extension", _ASKER, read_amount(step["by"]))
            self._act("extend", _ACTOR)
        elif do == "pause" and by_act:
            self._act("request_suspension", _ASKER)
            self._act("suspend", _ACTOR)
        elif do == "resume" and by_act:
            self._act("resume", _ACTOR)
        else:
            assert do in STATE_STEPS or do == "refused_command", (
                f"the file has a step {do!r} that is not known here"
            )
            self.engine.fire(self.row["id"], "start" if do == "refused_command" else do, actor=_ACTOR)
        return {}

    def _act(self, act: str, actor: Actor, amount: Amount | None = None) -> None:
        self.engine.act(self.row["id"], act, "limit", actor=actor, amount=amount, comment="as the row says")

    def _retarget(self) -> dict[str, Any]:
        """Change the target's input; a breached clock keeps its budget, which the file calls a refusal."""
        self.retargets += 1
        before = self.limit()
        self.engine.fire(self.row["id"], "retarget", actor=_ACTOR, data={"target": self.retargets})
        after = self.limit()
        breached = before is not None and after.verdict == "breached" and before.budget == after.budget
        return {"refused": ["after_breach"]} if breached else {}

    def limit(self) -> Clock | None:
        """The clock, as it is stored."""
        return self.store.load(self.row["id"]).case.clocks.get("limit")

    def found(self) -> dict[str, Any]:
        """What the row's expectation is compared with; instants in microseconds."""
        clock = self.limit()
        if clock is None:
            return {
                "due": None,
                "status": None,
                "phase": None,
                "cycle": None,
                "term": None,
                "fired": [],
                "next": None,
            }
        status = clock.verdict if clock.verdict in ("breached", "met") else clock.phase
        found = {
            "due": clock.due,
            "status": status,
            "phase": clock.phase,
            "cycle": clock.cycle,
            "term": clock.term,
            "fired": [
                [event.rung, event.repetition, event.term, event.cycle, event.scheduled_for, event.at]
                for row in self.store.history(self.row["id"])
                if isinstance(event := row.event, RungFired)
            ],
            "next": None if clock.next is None else clock.next.at,
            "provisional": clock.provisional,
            "unresolved": clock.unresolved,
        }
        if clock.cycles:
            found["closed_cycles"] = [
                {"cycle": c.number, "verdict": c.verdict, "due": c.due} for c in clock.cycles
            ]
        return found


def wanted(expectation: dict[str, Any]) -> dict[str, Any]:
    """An expectation with its instants in microseconds."""
    result = {key: value for key, value in expectation.items() if key != "after_step"}
    for key in ("due", "next"):
        result[key] = _us(result.get(key))
    if "refused" in result:
        result["refused"] = [{"after_due": "after_breach"}.get(one, one) for one in result["refused"]]
    result["fired"] = [[*fired[:4], _us(fired[4]), _us(fired[5])] for fired in result.get("fired", [])]
    for cycle in result.get("closed_cycles", []):
        cycle["due"] = _us(cycle["due"])
    return result


def _us(text: str | int | None) -> int | None:
    return instant_of(dt.datetime.fromisoformat(text)) if isinstance(text, str) else text
