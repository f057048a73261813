"""A Django host with a model of its own: its row and the case's events are committed together, or neither is.

Its file is a temporary one, or HOST_DB. Run it in the checkout, after the README:
.venv/bin/pip install 'django>=5.2' && .venv/bin/python examples/django_host.py
"""

import functools
import os
from pathlib import Path
from tempfile import mkdtemp

import django
from django.conf import settings

OPTIONS = {  # a transaction that began with a read could not write once somebody else has written
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON",
}
NAME = os.environ.get("HOST_DB") or Path(mkdtemp()) / "host.db"
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME, "OPTIONS": OPTIONS}}
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402  # Django wants its settings first

from casewf import Actor, Engine, HostSqliteStore, Refused, SqliteStore, SystemClock, load_workflow  # noqa: E402
from casewf.ports import Delivery, Outcome  # noqa: E402


class Complaint(models.Model):
    number = models.CharField(max_length=40, primary_key=True)
    summary = models.TextField()
    state = models.CharField(max_length=40)
    signed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "host"


class Outside:  # a stub: here you send messages, and call the government's platform
    def notify(self, delivery: Delivery) -> None:
        print("  after the commit: tell", delivery.effect.role)

    def push(self, delivery: Delivery) -> Outcome:
        print("  after the commit: push", sorted(delivery.values))
        return Outcome(ok=True)


BOUND = {"clock": SystemClock(), "notifier": Outside(), "connectors": {"government": Outside()}}
HOTLINE = load_workflow("hotline-12351")
# Inside: on Django's own connection and in its transaction, where nothing leaves the house.
cases = Engine([HOTLINE], store=HostSqliteStore(lambda: connection.connection), deliver="later", **BOUND)


@functools.cache
def outside() -> Engine:
    """On a connection of its own: it delivers, sweeps and erases. A scheduler calls ``sweep`` and ``deliver``, too."""
    return Engine([HOTLINE], store=SqliteStore(NAME), **BOUND)


def migrate() -> None:
    """In a project this is a migration: ``RunPython`` runs in a transaction, as ``install`` wants it."""
    with connection.schema_editor() as editor:
        editor.create_model(Complaint)
        HostSqliteStore.install(connection.connection)


def take_call(number: str, facts: dict[str, object], lead_org: str, who: Actor) -> Complaint:
    """The host's row and three commands on the case: one commit."""
    with transaction.atomic():
        cases.open("hotline-12351", case_id=number, actor=who)
        cases.fire(number, "register", actor=who, data=facts)
        case = cases.fire(number, "dispatch", actor=who, data={"lead_org": lead_org})
        row = Complaint.objects.create(number=number, summary=facts["summary"], state=case.states["union"])
        transaction.on_commit(outside().deliver, robust=True)
    return row


def sign(number: str, who: Actor) -> Complaint:
    with transaction.atomic():
        row = Complaint.objects.get(number=number)
        row.signed_by = who.id
        row.save()
        row.state = cases.fire(number, "sign", actor=who).states[
            "union"
        ]  # refused: the row is as it was, too
        row.save()
        transaction.on_commit(outside().deliver, robust=True)
    return row


if __name__ == "__main__":
    migrate()
    wu = Actor("wu", frozenset({"operator", "dispatcher"}), "city")
    li = Actor("li", frozenset({"handler"}), "yuzhong")
    facts = {"category": "help", "topic": "contract", "summary": "合同", "district": "渝中区"}
    print("taken:", take_call("2026-0001", facts, "yuzhong", wu).state)
    try:
        sign("2026-0001", wu)
    except Refused as refused:
        print(refused.text("zh"), "| signed by", repr(Complaint.objects.get().signed_by))
    try:
        with transaction.atomic():
            sign("2026-0001", li)
            raise RuntimeError("the host's own code failed")
    except RuntimeError as failed:
        state = outside().case("2026-0001", actor=li).states["union"]
        print(failed, "| row", Complaint.objects.get().state, "| case", state)
    print("signed:", sign("2026-0001", li).state, "| row", Complaint.objects.get().state)
