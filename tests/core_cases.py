"""Small cases for the tests of the core: a workflow from YAML, played through ``decide`` and the fold alone.

``Story`` is what an engine does without storing anything: rungs before the command (E3), the command, the
fold. After every step it holds two ways to the same case against each other, the fold event by event and the
fold of the whole history, and ``version`` against the number of events (D3).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from textwrap import dedent, indent
from typing import TypeVar

from casewf.core.decide import Refusal, advance, decide
from casewf.core.evolve import evolve, replay
from casewf.core.program import Program, compile_program
from casewf.definition.load import parse_workflow
from casewf.model.amount import Amount
from casewf.model.case import Actor, Case, Clock, Sealed
from casewf.model.commands import Act, Command, Elapse, Fire, Open
from casewf.model.events import Event
from casewf.worktime import WorkCalendar
from well_formed import check_nouns, check_reasons

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

WEEK = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = WorkCalendar(id="office", zone="UTC", week=WEEK)
SHORT = WorkCalendar(id="office", zone="UTC", week=WEEK, announced_through=dt.date(2025, 6, 20))
"""The same office, known only through Friday 20 June 2025."""

DESK = Actor("ann", frozenset({"desk"}))
BOSS = Actor("bo", frozenset({"boss"}))
STRANGER = Actor("eve", frozenset())
NOTE = Sealed("ref", "digest")

_E = TypeVar("_E", bound=Event)
_STATE = re.compile(r"(\w+): \{(\}|category:|final:|ends_case:)")


def at(text: str) -> int:
    """An instant in microseconds: ``mon 09:30`` (week of 16 June 2025) or ``2025-06-23 09:30`` (UTC)."""
    day, time = text.split()
    weekdays = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    date = f"2025-06-{16 + weekdays.index(day)}" if day in weekdays else day
    moment = dt.datetime.fromisoformat(f"{date}T{time}+00:00")
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


START = at("mon 09:00")


def workflow_text(
    tracks: str, *, slas: str = "", fields: str = "", opening: str = "", parties: str = ""
) -> str:
    """A workflow file from its sections; roles are desk, boss and helper, cards yellow and red.

    A state may be written ``name: {}``; it is called by its name then.
    """
    text = dedent(
        """\
        casewf: 1
        id: small
        version: 1
        calendar: office
        roles:
          desk: {zh: 窗口, en: Desk}
          boss: {zh: 领导, en: Boss}
          helper: {zh: 协办, en: Helper}
        cards:
          yellow: {zh: 黄牌, en: Yellow}
          red: {zh: 红牌, en: Red}
        """
    )
    tracks = _STATE.sub(r"\1: {en: \1, \2", tracks)
    sections = {"fields": fields, "opening": opening, "parties": parties, "tracks": tracks, "slas": slas}
    for key, body in sections.items():
        if body:
            text += f"{key}:\n{indent(dedent(body).strip(), '  ')}\n"
    return text


@lru_cache(maxsize=256)
def program(
    tracks: str,
    *,
    slas: str = "",
    fields: str = "",
    opening: str = "",
    parties: str = "",
    calendar: WorkCalendar = OFFICE,
) -> Program:
    """A program from the sections of a workflow file; see ``workflow_text``."""
    text = workflow_text(tracks, slas=slas, fields=fields, opening=opening, parties=parties)
    return compile_program(parse_workflow(text), {"office": calendar})


class Story:
    """One case on its way."""

    def __init__(
        self,
        of: Program,
        *,
        by: Actor = DESK,
        now: int = START,
        org: str | None = None,
        org_above: tuple[str, ...] = (),
        data: Mapping[str, object] | None = None,
        lineages: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.program = of
        self.now = now
        self.lineages = lineages or {}
        self.history: list[Event] = []
        self.batches: list[tuple[Event, ...]] = []
        self._case: Case | None = None
        opened = self.send(Open("C1", by, org, org_above, data or {}))
        assert not isinstance(opened, Refusal), opened

    @property
    def case(self) -> Case:
        assert self._case is not None
        return self._case

    def send(self, command: Command) -> tuple[Event, ...] | Refusal:
        """Decide a command at ``now`` and fold what it says; the case decided on is the same as the fold (D3)."""
        result = decide(self.program, self._case, command, self.now, self.lineages)
        advanced = advance(self.program, self._case, command, self.now, self.lineages)
        if isinstance(result, Refusal):
            assert advanced == result
            check_reasons(result.reasons)
            return result
        check_nouns(result)
        for event in result:
            self._case = evolve(self._case, event)
        self.history += result
        self.batches.append(result)
        assert replay(self.history) == self._case
        assert advanced == (result, self._case)
        assert self.case.version == len(self.history)
        return result

    def elapse(self, until: int | str | None = None) -> tuple[Event, ...]:
        """Let time pass up to an instant, and fire what is due before it."""
        if until is not None:
            self.now = at(until) if isinstance(until, str) else until
        result = self.send(Elapse())
        assert not isinstance(result, Refusal)
        return result

    def attempt(
        self,
        trigger: str,
        actor: Actor = DESK,
        *,
        data: Mapping[str, object] | None = None,
        comment: Sealed | None = None,
        expect: int | None = None,
        occurred_at: int | None = None,
    ) -> tuple[Event, ...] | Refusal:
        """What a trigger comes to; rungs that are due fire first (E3)."""
        self.elapse()
        return self.send(Fire(trigger, actor, data or {}, comment, expect, occurred_at))

    def fire(
        self,
        trigger: str,
        actor: Actor = DESK,
        *,
        when: int | str | None = None,
        data: Mapping[str, object] | None = None,
        comment: Sealed | None = None,
        occurred_at: int | None = None,
    ) -> tuple[Event, ...]:
        """Fire a trigger that must be accepted."""
        if when is not None:
            self.now = at(when) if isinstance(when, str) else when
        result = self.attempt(trigger, actor, data=data, comment=comment, occurred_at=occurred_at)
        assert not isinstance(result, Refusal), [one.text() for one in result.reasons]
        return result

    def act(
        self,
        act: str,
        actor: Actor = DESK,
        *,
        when: int | str | None = None,
        sla: str = "limit",
        amount: Amount | None = None,
        comment: Sealed | None = NOTE,
        expect: int | None = None,
    ) -> list[str]:
        """Do an act; the codes of its refusal, none if it is accepted. Rungs that are due fire first (E3)."""
        self.elapse(when)
        result = self.send(Act(act, sla, actor, amount, comment, expect))
        return [one.code for one in result.reasons] if isinstance(result, Refusal) else []

    def codes(self, trigger: str, actor: Actor = DESK, **more: object) -> list[str]:
        """The codes of a refusal; empty if the trigger is accepted."""
        result = self.attempt(trigger, actor, **more)  # type: ignore[arg-type]
        return [one.code for one in result.reasons] if isinstance(result, Refusal) else []

    def state(self, track: str = "main") -> str:
        return self.case.states[track]

    def clock(self, sla: str = "limit") -> Clock:
        return self.case.clocks[sla]

    def happened(self, kind: type[_E]) -> list[_E]:
        """The events of a kind so far."""
        return [event for event in self.history if isinstance(event, kind)]


def only(kind: type[_E], events: tuple[Event, ...] | Refusal) -> _E:
    """The one event of a kind among some."""
    assert not isinstance(events, Refusal)
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]
