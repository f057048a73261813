"""A host whose engine lives in PostgreSQL, for tests of workers, which name it as ``worker_host:engine``.

Cases are of a day long ago, so that by the clock of the server all their rungs are due.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from casewf import Actor, Engine, PostgresClock, PostgresStore, parse_workflow
from casewf.model.clock_events import RungFired
from casewf.model.workflow import Workflow
from casewf.ports.outside import Clock, Delivery
from casewf.testing.clock import TestClock, at

DATABASE, NOTES, HURRY = "WORKER_HOST_DATABASE", "WORKER_HOST_NOTES", "WORKER_HOST_HURRY"
"""The environment of a process: the address of the database; the file in which it notes what was delivered; the instant
from which on time goes twenty times as fast as the server's, so that nobody has to wait for the end of claims."""

OPERATOR = Actor("wu", frozenset({"operator"}), "city")
RUNGS = 3
TEXT = """
casewf: 1
id: question
version: 1
title: {zh: 咨询, en: Question}
calendar: cn-office
roles: {operator: {zh: 接线员, en: Operator}}
cards: {yellow: {zh: 黄牌, en: Yellow card}, red: {zh: 红牌, en: Red card}}
opening: {by: operator}
tracks:
  main:
    initial: received
    states: {received: {zh: 受理, en: Received}, answered: {zh: 已答复, en: Answered, category: closed}}
    transitions: [{trigger: answer, from: received, to: answered, by: operator}]
slas:
  answer:
    title: {zh: 答复时限, en: Time to answer}
    start: {enter: main.received}
    stop: {enter: main.answered}
    target: [{within: 1 hour}]
    ladder:
      - {at: 50%, hook: warn}
      - {at: due, card: yellow, hook: warn}
      - {after: 1 hour, card: red, hook: warn}
"""


def workflow() -> Workflow:
    return parse_workflow(TEXT)


def made(dsn: str, hook: Callable[[Delivery], Any], **options: Any) -> Engine:
    """An engine on this database; with a clock of its own only where one is given."""
    store = PostgresStore(dsn)
    clock: Clock = options.pop("clock", None) or PostgresClock(store)
    return Engine([workflow()], store=store, clock=clock, hooks={"warn": hook}, deliver="later", **options)


class Hurried:
    """A clock that was right at an instant, and has gone twenty times as fast since."""

    def __init__(self, dsn: str, since: int) -> None:
        self._server = PostgresClock(PostgresStore(dsn, connections=2))
        self._since = since

    def now(self) -> int:
        return self._since + 20 * (self._server.now() - self._since)


def engine() -> Engine:
    """What ``casewf worker --app`` makes: it takes its time, and notes what was delivered, and by which process."""
    dsn, notes = os.environ[DATABASE], os.environ[NOTES]
    pause = threading.Event()

    def note(delivery: Delivery) -> None:
        pause.wait(0.02)
        with Path(notes).open("a", encoding="utf-8") as file:
            file.write(f"{delivery.id} {os.getpid()}\n")

    since = os.environ.get(HURRY)
    return made(dsn, note, clock=None if since is None else Hurried(dsn, int(since)))


def prepare(dsn: str, cases: int) -> None:
    """Cases of last March, whose rungs are all due by now."""
    desk = made(dsn, lambda delivery: None, clock=TestClock(at("2026-03-16 10:00")))
    for number in range(cases):
        desk.open("question", actor=OPERATOR, case_id=f"C-{number}")


def fired(store: PostgresStore, case_id: str) -> list[int]:
    """The rungs of a case that have fired, in order."""
    return [row.event.rung for row in store.history(case_id) if isinstance(row.event, RungFired)]
