"""casewf: case lifecycles with deadlines, as data you can check and a core you can embed.

Start with ``load_workflow`` and ``Engine``. Working time alone is in ``casewf.worktime``, what a host plugs in in
``casewf.ports``, what tests need in ``casewf.testing``.

Names are loaded when they are first used, so that ``import casewf`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from casewf.adapters.memory import MemoryStore
    from casewf.adapters.postgres import HostPostgresStore, PostgresClock, PostgresStore
    from casewf.adapters.smtp import SmtpNotifier
    from casewf.adapters.sqlite import HostSqliteStore, SqliteStore
    from casewf.adapters.system import SystemClock
    from casewf.adapters.webhook import Webhook, WebhookInbox
    from casewf.core.explain import Explanation
    from casewf.core.options import Option
    from casewf.definition.load import (
        load_calendar,
        load_directory,
        load_migration,
        load_workflow,
        parse_calendar,
        parse_directory,
        parse_migration,
        parse_workflow,
    )
    from casewf.engine.async_engine import AsyncEngine
    from casewf.engine.attachment import Attachment
    from casewf.engine.calendar_change import CalendarChange, LimitMove
    from casewf.engine.case_view import CaseView, ClockView, HistoryEntry
    from casewf.engine.claimed import ClaimedEffect, ClaimedWork
    from casewf.engine.delivery import DeliveryReport
    from casewf.engine.engine import CasePage, Engine, SweepReport
    from casewf.engine.file_view import CaseFileView
    from casewf.engine.imported import Imported, ImportedCase, ImportedClock
    from casewf.engine.migration_changes import CaseMigration, WorkflowChange
    from casewf.engine.worklist import Worklist, WorklistItem
    from casewf.errors import (
        AdapterError,
        BindingError,
        CasewfError,
        Conflict,
        DefinitionError,
        HorizonError,
        ImportFileError,
        InternalError,
        KeyReused,
        NotFound,
        Refused,
        Undelivered,
    )
    from casewf.machine.build import build_machine
    from casewf.model.case import Actor
    from casewf.model.commands import ACTS
    from casewf.model.directory import StaticDirectory
    from casewf.model.workflow import Workflow
    from casewf.ports.stored import Incident
    from casewf.views.explanation import explanation_text
    from casewf.views.problem import problem

__version__ = "0.1.0"

__all__ = [
    "ACTS",
    "Actor",
    "AdapterError",
    "AsyncEngine",
    "Attachment",
    "BindingError",
    "CalendarChange",
    "CaseFileView",
    "CaseMigration",
    "CasePage",
    "CaseView",
    "CasewfError",
    "ClaimedEffect",
    "ClaimedWork",
    "ClockView",
    "Conflict",
    "DefinitionError",
    "DeliveryReport",
    "Engine",
    "Explanation",
    "HistoryEntry",
    "HorizonError",
    "HostPostgresStore",
    "HostSqliteStore",
    "ImportFileError",
    "Imported",
    "ImportedCase",
    "ImportedClock",
    "Incident",
    "InternalError",
    "KeyReused",
    "LimitMove",
    "MemoryStore",
    "NotFound",
    "Option",
    "PostgresClock",
    "PostgresStore",
    "Refused",
    "SmtpNotifier",
    "SqliteStore",
    "StaticDirectory",
    "SweepReport",
    "SystemClock",
    "Undelivered",
    "Webhook",
    "WebhookInbox",
    "Workflow",
    "WorkflowChange",
    "Worklist",
    "WorklistItem",
    "build_machine",
    "explanation_text",
    "load_calendar",
    "load_directory",
    "load_migration",
    "load_workflow",
    "parse_calendar",
    "parse_directory",
    "parse_migration",
    "parse_workflow",
    "problem",
]

_HOMES = {
    "Explanation": "casewf.core.explain",
    "Option": "casewf.core.options",
    "DeliveryReport": "casewf.engine.delivery",
    "Incident": "casewf.ports.stored",
    "explanation_text": "casewf.views.explanation",
    "problem": "casewf.views.problem",
    "StaticDirectory": "casewf.model.directory",
    "MemoryStore": "casewf.adapters.memory",
    "HostPostgresStore": "casewf.adapters.postgres",
    "PostgresClock": "casewf.adapters.postgres",
    "PostgresStore": "casewf.adapters.postgres",
    "HostSqliteStore": "casewf.adapters.sqlite",
    "SmtpNotifier": "casewf.adapters.smtp",
    "SqliteStore": "casewf.adapters.sqlite",
    "SystemClock": "casewf.adapters.system",
    "Webhook": "casewf.adapters.webhook",
    "WebhookInbox": "casewf.adapters.webhook",
    "load_calendar": "casewf.definition.load",
    "load_directory": "casewf.definition.load",
    "load_migration": "casewf.definition.load",
    "load_workflow": "casewf.definition.load",
    "parse_calendar": "casewf.definition.load",
    "parse_directory": "casewf.definition.load",
    "parse_migration": "casewf.definition.load",
    "parse_workflow": "casewf.definition.load",
    "AsyncEngine": "casewf.engine.async_engine",
    "Attachment": "casewf.engine.attachment",
    "CaseFileView": "casewf.engine.file_view",
    "CaseView": "casewf.engine.case_view",
    "ClaimedEffect": "casewf.engine.claimed",
    "ClaimedWork": "casewf.engine.claimed",
    "ClockView": "casewf.engine.case_view",
    "HistoryEntry": "casewf.engine.case_view",
    "CasePage": "casewf.engine.engine",
    "Engine": "casewf.engine.engine",
    "SweepReport": "casewf.engine.engine",
    "Worklist": "casewf.engine.worklist",
    "WorklistItem": "casewf.engine.worklist",
    "AdapterError": "casewf.errors",
    "BindingError": "casewf.errors",
    "CasewfError": "casewf.errors",
    "Conflict": "casewf.errors",
    "DefinitionError": "casewf.errors",
    "HorizonError": "casewf.errors",
    "ImportFileError": "casewf.errors",
    "Imported": "casewf.engine.imported",
    "ImportedCase": "casewf.engine.imported",
    "ImportedClock": "casewf.engine.imported",
    "InternalError": "casewf.errors",
    "KeyReused": "casewf.errors",
    "NotFound": "casewf.errors",
    "Refused": "casewf.errors",
    "Undelivered": "casewf.errors",
    "build_machine": "casewf.machine.build",
    "ACTS": "casewf.model.commands",
    "Actor": "casewf.model.case",
    "CalendarChange": "casewf.engine.calendar_change",
    "CaseMigration": "casewf.engine.migration",
    "WorkflowChange": "casewf.engine.migration",
    "LimitMove": "casewf.engine.calendar_change",
    "Workflow": "casewf.model.workflow",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'casewf' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
