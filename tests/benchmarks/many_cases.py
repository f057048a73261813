"""A database with any number of cases, made quickly: one through the engine, whose rows are copied for the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import parse_workflow
from casewf.engine.engine import Engine
from casewf.model.case import GENESIS, Actor
from casewf.model.codec import chain_hash
from casewf.model.directory import StaticDirectory
from casewf.model.staff import Person
from casewf.ports.outside import Delivery
from casewf.ports.store import Store

WORKFLOW = """
casewf: 1
id: bench
version: 1
title: {en: Sweep}
calendar: cn-office
roles: {operator: {en: Operator}, handler: {en: Handler}}
cards: {yellow: {en: Yellow}}
fields: {summary: {type: text}, people: {type: integer}, lead: {type: org}, reply: {type: text}}
opening: {by: operator, needs: [summary, lead], accepts: [people]}
tracks:
  main:
    initial: received
    states: {received: {en: R}, working: {en: W}, answered: {en: A, category: closed}}
    transitions:
      - {trigger: take, from: received, to: working, by: operator, assign: {handler: lead}}
      - {trigger: answer, from: working, to: answered, by: handler, asks: [reply], when: "state.other == 'idle'"}
  other:
    initial: idle
    states: {idle: {en: I}, busy: {en: B}}
    transitions: [{trigger: begin, from: idle, to: busy, by: operator}]
slas:
  answer:
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 1000 hours}]
    ladder: [{at: 1%, notify: handler, card: yellow}, {at: due, notify: handler}]
  total:
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 5000 hours}]
"""
HOUR = 3_600_000_000
START = 1_773_626_400_000_000  # Monday 2026-03-16 10:00 in Shanghai
FIRST_RUNG = 10 * HOUR
"""How long after its opening the first rung of a case is due."""

OPERATOR = Actor("wu", frozenset({"operator"}), "city")
HANDLER = Actor("li", frozenset({"handler"}), "yuzhong")
REPLY = {"reply": "工资已于二月二十四日付清"}
TOLD = Person("li", roles=frozenset({"handler"}))
_DATA = {"summary": "十名工人三个月的工资没有发", "people": 10, "lead": "yuzhong"}
_TABLES = ("cases", "positions", "watchers", "holders")


class Nowhere:
    """Tells nobody."""

    def notify(self, delivery: Delivery) -> None:
        pass


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        return self.at


def engine_on(store: Store, clock: HandClock, workflow: str = WORKFLOW) -> Engine:
    """An engine for the workflow that leaves effects in the outbox."""
    return Engine(
        [parse_workflow(workflow)],
        store=store,
        clock=clock,
        directory=StaticDirectory({"city": None, "yuzhong": "city"}, {"yuzhong": [TOLD]}),
        notifier=Nowhere(),
        deliver="later",
    )


def open_taken(engine: Engine, case_id: str) -> None:
    """Open a case and hand it to its handler: two tracks, two running clocks, three fields, one holder."""
    engine.open("bench", actor=OPERATOR, data=_DATA, case_id=case_id)
    engine.fire(case_id, "take", actor=OPERATOR)


class Database:
    """An engine on a file, and a plain connection to the same file with the same pragmas."""

    def __init__(self, path: Path, durability: Literal["full", "normal"], workflow: str = WORKFLOW) -> None:
        self.store = SqliteStore(path, durability=durability)
        self.clock = HandClock()
        self.engine = engine_on(self.store, self.clock, workflow)
        self.raw = sqlite3.connect(path, isolation_level=None)
        for pragma in ("foreign_keys = ON", f"synchronous = {durability}", "secure_delete = ON"):
            self.raw.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        self.raw.close()
        self.store.close()

    def fill(
        self, group: str, opened_at: int, count: int, make: Callable[[Engine, str], None] = open_taken
    ) -> None:
        """Add ``count`` cases that were opened at one instant."""
        self.clock.at = opened_at
        first, second, *others = [f"{group}-{number:07}" for number in range(max(count, 2))]
        make(self.engine, first)
        make(self.engine, second)
        template = self._rows(first)
        assert _copy(template, first, second) == self._rows(second), "a copy is not what the engine writes"
        for begin in range(0, len(others), 10_000):
            self._insert([_copy(template, first, one) for one in others[begin : begin + 10_000]])

    def _rows(self, case_id: str) -> dict[str, list[tuple[object, ...]]]:
        names = {"events": "case_id", **dict.fromkeys(_TABLES, "case_id"), "cases": "id"}
        return {
            table: self.raw.execute(f"SELECT * FROM {table} WHERE {name} = ?", (case_id,)).fetchall()
            for table, name in names.items()
        }

    def _insert(self, copies: Sequence[dict[str, list[tuple[object, ...]]]]) -> None:
        self.raw.execute("BEGIN")
        for table in (*_TABLES, "events"):
            rows = [row for copy in copies for row in copy[table]]
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                self.raw.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self.raw.execute("COMMIT")


def _copy(
    template: dict[str, list[tuple[object, ...]]], old: str, new: str
) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a case as those of another, chained anew."""
    events = list(_rechained(template["events"], old, new))
    head = template["events"][-1][5]
    swap = {old: new, head: events[-1][5]}
    copy = {
        table: [tuple(swap.get(value, value) for value in row) for row in template[table]]
        for table in _TABLES
    }
    copy["cases"] = [tuple(_renamed(value, old, new) for value in row) for row in copy["cases"]]
    return {"events": events, **copy}


def _rechained(events: list[tuple[object, ...]], old: str, new: str) -> Iterator[tuple[object, ...]]:
    head = GENESIS
    for _, number, at, kind, body, _ in events:
        body = str(body).replace(f'"{old}"', f'"{new}"')
        head = chain_hash(head, new, int(str(number)), str(kind), body)
        yield (new, number, at, kind, body, head)


def _renamed(value: object, old: str, new: str) -> object:
    return value.replace(f'"{old}"', f'"{new}"') if isinstance(value, str) else value
