"""A small world for tests of the engine: a workflow, its people, and an outside that fails when told to."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from casewf.adapters.memory import MemoryStore
from casewf.adapters.postgres import PostgresStore
from casewf.adapters.sqlite import SqliteStore
from casewf.definition.load import parse_workflow
from casewf.engine.engine import Engine
from casewf.model.case import Actor
from casewf.model.directory import StaticDirectory
from casewf.model.events import Moved
from casewf.model.workflow import Workflow
from casewf.ports.outside import Delivery, Outcome, Person
from casewf.ports.store import Store
from casewf.ports.stored import OutboxRow
from casewf.testing.clock import TestClock, at
from postgres_schemas import TABLES

CLAIM = """
casewf: 1
id: claim
version: 1
title: {zh: 诉求, en: Claim}
calendar: cn-office
roles:
  operator: {zh: 接线员, en: Operator}
  handler: {zh: 办理员, en: Handler}
  supervisor: {zh: 督办员, en: Supervisor}
cards:
  yellow: {zh: 黄牌, en: Yellow card}
  red: {zh: 红牌, en: Red card}
fields:
  summary: {type: text, title: {zh: 内容, en: Summary}}
  people: {type: integer, min: 1, default: 1}
  amount: {type: decimal, min: 0}
  lead_org: {type: org, title: {zh: 主办单位, en: Lead organisation}}
  phone: {type: text, sensitive: true, seen_by: [operator], title: {zh: 电话, en: Phone}}
  external_no: {type: text}
opening: {by: operator}
tracks:
  main:
    initial: received
    states:
      received: {zh: 受理, en: Received}
      dispatched: {zh: 派单, en: Dispatched}
      working: {zh: 办理中, en: In progress}
      suspended: {zh: 挂起, en: Suspended}
      closed: {zh: 办结, en: Closed, category: closed}
    triggers:
      dispatch: {zh: 派单, en: Dispatch}
      take: {zh: 签收, en: Take}
      note: {zh: 记录, en: Note}
      suspend: {zh: 挂起, en: Suspend}
      resume: {zh: 恢复, en: Resume}
      close: {zh: 办结, en: Close}
    transitions:
      - {trigger: note, from: [received, dispatched, working], by: [operator, handler],
         accepts: [summary, people, phone]}
      - {trigger: dispatch, from: received, to: dispatched, by: operator, needs: [lead_org], accepts: [phone],
         assign: {handler: lead_org}, effects: [{notify: handler}]}
      - {trigger: take, from: dispatched, to: working, by: handler}
      - {trigger: suspend, from: working, to: suspended, by: handler, comment: required}
      - {trigger: resume, from: suspended, to: working, by: handler}
      - {trigger: close, from: working, to: closed, by: handler, when: people < 100,
         effects: [{hook: archive}]}
  oversight:
    initial: calm
    states: {calm: {zh: 正常, category: closed}, watched: {zh: 督办, category: closed}}
    transitions:
      - {trigger: watch, from: calm, to: watched, by: [system, supervisor]}
  platform:
    initial: unopened
    states:
      unopened: {zh: 未推送, category: closed}
      pending: {zh: 待推送, category: closed}
      pushed: {zh: 已推送, category: closed}
      failed: {zh: 推送失败, category: closed}
    transitions:
      - trigger: p_open
        from: unopened
        to: pending
        auto: true
        when: state.main == 'dispatched'
        effects:
          - {push: platform, send: [summary, people, phone], on_ok: p_ok, on_fail: p_fail,
             retry: [1 minute, 5 minutes, 15 minutes, 60 minutes]}
      - {trigger: p_ok, from: [pending, failed], to: pushed, by: system, accepts: [external_no, phone]}
      - {trigger: p_fail, from: [pending, failed], to: failed, by: system}
slas:
  answer:
    title: {zh: 答复时限, en: Time to answer}
    start: {enter: main.dispatched}
    pause: {in: main.suspended}
    stop: {enter: main.closed}
    target: [{within: 4 working hours}]
    ladder:
      - {at: 50%, notify: handler}
      - {at: due, card: yellow, hook: warn}
      - {after: 1 working hour, card: red, fire: watch}
  total:
    title: {zh: 总时限, en: Overall limit}
    start: {enter: main.received}
    stop: {enter: main.closed}
    target: [{within: 24 hours}]
"""

OPERATOR = Actor("wu", frozenset({"operator"}), "city")
HANDLER = Actor("li", frozenset({"handler"}), "yuzhong")
SUPERVISOR = Actor("zhou", frozenset({"supervisor"}), "city")
STRANGER = Actor("zhao", frozenset({"operator", "handler", "supervisor"}), "wanzhou")

DIRECTORY = StaticDirectory(
    {"city": None, "yuzhong": "city", "wanzhou": "city", "jiefangbei": "yuzhong"},
    {"yuzhong": [Person("li", "李", frozenset({"handler"}))]},
)

START = "2026-03-16 10:00"
"""A Monday; the answer of a case dispatched then is due at 16:00, its first warning at 12:00 or 14:00."""


class Outside:
    """Notifier, connector and hook in one: remembers what it was asked, fails while ``broken`` says so.

    ``log`` holds (what, delivery id); ``then`` is called with each delivery before the answer.
    """

    def __init__(self) -> None:
        self.log: list[tuple[str, str]] = []
        self.deliveries: list[Delivery] = []
        self.broken: set[str] = set()
        self.message = "no route"
        self.data: Mapping[str, object] = {"external_no": "P-1"}
        self.then: Callable[[str, Delivery], None] = lambda what, delivery: None

    def notify(self, delivery: Delivery) -> None:
        self._asked("notify", delivery)

    def push(self, delivery: Delivery) -> Outcome:
        self._asked("push", delivery)
        return Outcome(ok=True, data=self.data)

    def warn(self, delivery: Delivery) -> None:
        self._asked("warn", delivery)

    def archive(self, delivery: Delivery) -> None:
        self._asked("archive", delivery)

    def _asked(self, what: str, delivery: Delivery) -> None:
        self.log.append((what, delivery.id))
        self.deliveries.append(delivery)
        self.then(what, delivery)
        if what in self.broken:
            raise ConnectionError(self.message)

    def times(self, what: str) -> int:
        return sum(name == what for name, _ in self.log)


class World:
    """An engine on a store, with a clock and an outside of its own."""

    def __init__(
        self,
        store: Store,
        *,
        start: str = START,
        workflows: Sequence[Workflow] | None = None,
        clock: TestClock | None = None,
        **options: Any,
    ) -> None:
        self.store = store
        self.clock = clock or TestClock(at(start))
        self.outside = Outside()
        self.engine = Engine(
            [claim()] if workflows is None else workflows,
            store=store,
            clock=self.clock,
            **{
                "directory": DIRECTORY,
                "notifier": self.outside,
                "connectors": {"platform": self.outside},
                "hooks": {"warn": self.outside.warn, "archive": self.outside.archive},
                **options,
            },
        )

    def go(self, text: str) -> None:
        """Travel to a time of the starting day, or to another day."""
        self.clock.travel(at(text if "-" in text else f"{START[:10]} {text}"))

    def open(self, case_id: str = "C-1", **more: Any) -> None:
        self.engine.open("claim", actor=OPERATOR, case_id=case_id, **more)

    def dispatched(self, case_id: str = "C-1") -> None:
        """A case with the district union, its limit running."""
        self.open(case_id, data={"summary": "欠薪", "phone": "13900001111"})
        self.engine.fire(case_id, "dispatch", actor=OPERATOR, data={"lead_org": "yuzhong"})

    def taken(self, case_id: str = "C-1") -> None:
        self.dispatched(case_id)
        self.engine.fire(case_id, "take", actor=HANDLER)

    def kinds(self, case_id: str = "C-1") -> list[str]:
        return [row.kind for row in self.store.history(case_id)]


def claim(text: str = CLAIM, **replacements: str) -> Workflow:
    """The workflow with parts of its text replaced."""
    for old, new in replacements.items():
        text = text.replace(old, new)
    return parse_workflow(text)


def rows(world: World, destination: str = "", case_id: str = "C-1") -> list[OutboxRow]:
    return [row for row in world.store.outbox(case_id) if row.destination.startswith(destination)]


def deliver_until_dead(world: World, destination: str, case_id: str = "C-1") -> None:
    """Deliver whenever the first row of a lane may be tried again, until it is given up."""
    while (row := rows(world, destination, case_id)[0]).state == "pending":
        world.clock.travel(dt.datetime.fromtimestamp(row.due_at / 1_000_000, dt.UTC))
        world.engine.deliver()
    assert row.state == "dead"


def fired(world: World, trigger: str, case_id: str = "C-1") -> list[Moved]:
    events = [row.event for row in world.store.history(case_id)]
    return [event for event in events if isinstance(event, Moved) and event.trigger == trigger]


def dump(store: Store) -> object:
    """Everything that a store holds, to be compared with itself later."""
    if isinstance(store, SqliteStore):
        return dump_file(store.path)
    if isinstance(store, PostgresStore):
        return {name: sorted(in_tables(store, f"SELECT * FROM casewf.{name}"), key=repr) for name in TABLES}
    assert isinstance(store, MemoryStore)
    return _frozen({name: value for name, value in vars(store).items() if name != "_lock"})


def in_tables(store: PostgresStore, statement: str, *values: str) -> list[tuple[Any, ...]]:
    """The rows that a statement gives, in PostgreSQL, or those that a change returns."""
    return store._connections.run(lambda session: session.rows(statement, values))


def dump_file(path: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def _frozen(value: object) -> object:
    """A copy that shares nothing changeable."""
    if isinstance(value, Mapping):
        return {key: _frozen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_frozen(item) for item in value]
    if isinstance(value, set):
        return frozenset(value)
    names = getattr(type(value), "__attrs_attrs__", None)
    if names is not None:
        return (type(value).__name__, {field.name: _frozen(getattr(value, field.name)) for field in names})
    return value
