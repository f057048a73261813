"""What a host supplies: small protocols in domain words, each with a contract suite in ``casewf.testing.contracts``.

``store.py`` holds what is stored; ``outside.py`` the clock, the directory, the notifier, connectors and hooks.
"""

from casewf.model.quiet_hours import QuietHours
from casewf.model.staff import Absence, Duty, Organisation, Shift
from casewf.model.vault import Secret
from casewf.ports.observing import KeyValue, Observer
from casewf.ports.outside import (
    AsyncConnector,
    AsyncHook,
    AsyncNotifier,
    Clock,
    Connector,
    Delivery,
    Directory,
    Entropy,
    Hook,
    Notice,
    Notifier,
    Outcome,
    Person,
)
from casewf.ports.store import Agenda, Cases, InsideTransaction, Library, Outbox, Store
from casewf.ports.stored import (
    Answer,
    Append,
    Claim,
    Definition,
    Due,
    Filter,
    Head,
    Health,
    Incident,
    OutboxRow,
    Page,
    RawCase,
    RawEvent,
    Settlement,
    StoredCase,
    StoredEvent,
)

__all__ = [
    "Absence",
    "Agenda",
    "Answer",
    "Append",
    "AsyncConnector",
    "AsyncHook",
    "AsyncNotifier",
    "Cases",
    "Claim",
    "Clock",
    "Connector",
    "Definition",
    "Delivery",
    "Directory",
    "Due",
    "Duty",
    "Entropy",
    "Filter",
    "Head",
    "Health",
    "Hook",
    "Incident",
    "InsideTransaction",
    "KeyValue",
    "Library",
    "Notice",
    "Notifier",
    "Observer",
    "Organisation",
    "Outbox",
    "OutboxRow",
    "Outcome",
    "Page",
    "Person",
    "QuietHours",
    "RawCase",
    "RawEvent",
    "Secret",
    "Settlement",
    "Shift",
    "Store",
    "StoredCase",
    "StoredEvent",
]
