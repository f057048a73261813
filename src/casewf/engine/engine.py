"""The engine: what a host calls. Every read and every command names its actor."""

from __future__ import annotations

import datetime as dt
import secrets as entropy_source
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, get_args

import attrs

from casewf.definition.children import with_children
from casewf.engine.bindings import check_bindings, check_field_names, check_kinds, check_store
from casewf.engine.case_file import FileKeeper
from casewf.engine.case_view import CasePage, CaseView
from casewf.engine.commanding import comment_text, derived_key, instant_us
from casewf.engine.delivery import Courier, never
from casewf.engine.importing import CaseImporter
from casewf.engine.keys import OPEN
from casewf.engine.means import Means
from casewf.engine.registry import Registry
from casewf.engine.splitting import CaseSplitter
from casewf.engine.sweep import SweepReport
from casewf.engine.wanted import Acting, Firing, Opening
from casewf.engine.watch import Watch
from casewf.errors import BindingError
from casewf.model.amount import Amount
from casewf.model.case import Actor
from casewf.model.plain_text import stored_text
from casewf.model.workflow import Workflow
from casewf.ports.observing import Observer
from casewf.ports.outside import Clock, Connector, Directory, Entropy, Hook, Notifier
from casewf.ports.store import GroupCommit, Store
from casewf.worktime import WorkCalendar

__all__ = ["CasePage", "Engine", "SweepReport"]


class _SystemEntropy:
    """Vault salts and case ids from the operating system."""

    def token(self) -> str:
        return entropy_source.token_hex(16)


class Engine(CaseSplitter, FileKeeper, CaseImporter):
    """Opens, moves and reads cases, fires their timers and delivers their effects.

    Args:
        workflows: the definitions that new cases are opened with, one version of each; children of theirs whose
            workflow casewf ships are found by themselves.
        store: where cases live.
        clock: the only source of time; microseconds since 1970-01-01T00:00Z, as ``SystemClock`` tells them.
        directory: the host's organisation chart; without one an organisation stands alone and nobody is told.
        notifier: tells people; needed if a workflow notifies.
        connectors: what the workflows' ``push`` names mean.
        hooks: what their ``hook`` names mean.
        calendars: working calendars by id; those casewf ships are found by themselves.
        entropy: vault salts and case ids; by default the operating system's.
        deliver: ``after_commit`` delivers a command's effects right after its commit, ``later`` leaves them
            to ``deliver()``. On a store inside the host's transaction it must be ``later``, and another engine, on
            a store outside, sweeps, delivers and erases after the commit (D2).
        observer: the host's monitoring, such as ``casewf.adapters.opentelemetry``; it is told what is logged.

    Raises:
        BindingError: naming everything that the workflows use and the host did not pass, or the fields that a notifier
            or connector names and no workflow has; or the clock tells something else than microseconds of the years
            2000 to 2200.
        TypeError: what was given as a workflow or the store is none.
    """

    def __init__(
        self,
        workflows: Sequence[Workflow],
        *,
        store: Store,
        clock: Clock,
        directory: Directory | None = None,
        notifier: Notifier | None = None,
        connectors: Mapping[str, Connector] | None = None,
        hooks: Mapping[str, Hook] | None = None,
        calendars: Mapping[str, WorkCalendar] | None = None,
        entropy: Entropy | None = None,
        deliver: Literal["after_commit", "later"] = "after_commit",
        observer: Observer | None = None,
    ) -> None:
        check_kinds(workflows, store, clock)
        workflows = with_children(workflows)
        check_bindings(workflows, notifier, connectors or {}, hooks or {}, calendars or {})
        if deliver not in ("after_commit", "later"):
            raise ValueError(f"deliver must be `after_commit` or `later`, got {deliver!r}")
        inside = check_store(store, deliver)
        check_field_names(workflows, store, notifier, connectors or {})
        means = Means(
            store=store,
            registry=Registry(workflows, calendars or {}, store),
            clock=clock,
            entropy=entropy or _SystemEntropy(),
            directory=directory,
            watch=Watch(observer),
            inside=inside,
        )
        courier = Courier(means, notifier, connectors or {}, hooks or {})
        super().__init__(means, courier, deliver_now=deliver == "after_commit")

    @contextmanager
    def batch(self) -> Iterator[Engine]:
        """An engine whose commands are committed together when the block ends: one wait for the disk for all of them.

        Nothing that it returns counts before the block has ended (D1); a block that raises undoes all of it. A command
        that is refused changes nothing, as always, and leaves the others as they are. Effects leave after the commit.
        Others wait meanwhile, on SQLite for every write: keep the block short. It belongs to the thread that begins it.
        In the block use the engine that is given: on this one SQLite refuses what writes, and PostgreSQL works beside
        the batch, does not see it, and waits for the cases that it has changed.

        Raises:
            BindingError: the store cannot do it, or works inside a transaction already.
        """
        store = self._means.store
        if self._means.inside or not isinstance(store, GroupCommit):
            raise BindingError(
                [
                    f"batch: {type(store).__name__} cannot commit several commands together, or is doing so already"
                ]
            )
        touched: set[str] = set()
        try:
            with store.group() as inside:
                registry = self._means.registry.reading(inside)
                means = attrs.evolve(self._means, store=inside, registry=registry, inside=True)
                yield _Batch(means, self._courier, touched)
        except BaseException:
            touched.clear()
            raise
        finally:
            self._deliver(touched)

    # Commands

    def open(
        self,
        workflow: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        case_id: str | None = None,
        org: str | None = None,
        key: str | None = None,
        occurred_at: dt.datetime | None = None,
    ) -> CaseView:
        """Open a case and enter the initial states; returns it as it stands afterwards.

        Args:
            workflow: the workflow's id.
            actor: who opens it.
            data: field values by name.
            case_id: the host's id of the case; a fresh one if None.
            org: the organisation the case belongs to; the actor's if None.
            key: makes the command idempotent, see ``fire``.
            occurred_at: when it really came in, aware.

        Raises:
            Refused: the rules do not allow it.
            KeyReused: the key was used for another command.
            Conflict: somebody else opened a case of this id at the same moment.
            HorizonError: a clock would start whose due instant the calendar does not know (E2).
            ValueError: a naive datetime, an actor without an id, or a case id that cannot be one.
        """
        if case_id in ("", OPEN):
            raise ValueError(f"{case_id!r} cannot be the id of a case; give another, or None for a fresh one")
        wanted = Opening(
            workflow=stored_text(workflow, "a workflow's id"),
            actor=self._means.resolve(actor),
            data=dict(data or {}),
            case_id=None if case_id is None else stored_text(case_id, "a case's id"),
            org=None if org is None else stored_text(org, "an organisation"),
            occurred_at=instant_us(occurred_at),
            key=derived_key(OPEN, workflow) if key is None else stored_text(key, "a key"),
        )
        unkeyed = (OPEN, workflow) if key is None else None
        return self._command(lambda unit: unit.open(wanted), wanted.actor, 0, unkeyed)

    def fire(
        self,
        case_id: str,
        trigger: str,
        *,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        comment: str | None = None,
        key: str | None = None,
        expect: int | None = None,
        occurred_at: dt.datetime | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Fire a trigger; returns the case as it stands afterwards. A refusal changes nothing (M3).

        Rungs that were due before now fire first, in an append of their own (E3). The effects of both are
        delivered before this returns, unless the engine delivers later, and the view shows what they did.

        Args:
            case_id: the case.
            trigger: what is to happen.
            actor: who does it.
            data: field values by name.
            comment: why; kept in the vault (D5). A blank one is none.
            key: makes the command idempotent for this actor and case (M7): the same command under the same
                key moves nothing, and returns the case as it stood right after the first. Inside a hook a
                command without a key gets one from the effect, so that a second attempt does not move the
                case twice (D2); a hook should therefore fire the same commands at every attempt.
            expect: the version the actor saw; another one is a ``Conflict``.
            occurred_at: when it really happened, aware (M12).
            retry: how often to try again when somebody else was faster; of no use with ``expect``.

        Raises:
            NotFound: no such case, or not his to see.
            Refused: the rules do not allow it.
            Conflict: somebody else was faster, or ``expect`` is not the version.
            KeyReused: the key was used for another command.
            HorizonError: a clock would start whose due instant the calendar does not know (E2).
            ValueError: a naive datetime, an actor without an id, or a ``retry`` that is negative or, inside the
                host's transaction, more than 0 (D2).
        """
        wanted = Firing(
            case_id=case_id,
            trigger=stored_text(trigger, "a trigger"),
            actor=self._means.resolve(actor),
            data=dict(data or {}),
            comment=comment_text(comment),
            expect=expect,
            occurred_at=instant_us(occurred_at),
            key=derived_key(case_id, trigger) if key is None else stored_text(key, "a key"),
        )
        unkeyed = (case_id, trigger) if key is None else None
        return self._command(lambda unit: unit.fire(wanted), wanted.actor, retry, unkeyed)

    def act(
        self,
        case_id: str,
        act: str,
        sla: str,
        *,
        actor: Actor,
        amount: Amount | None = None,
        comment: str | None = None,
        key: str | None = None,
        expect: int | None = None,
        retry: int = 0,
    ) -> CaseView:
        """Do an act on the clock of a limit (K7); returns the case as it stands afterwards.

        An extension or a suspension is asked for by one person (``request_extension``, ``request_suspension``) and
        granted (``extend``, ``suspend``) or rejected (``reject_extension``, ``reject_suspension``) by another; who
        asked may take it back by rejecting it. ``resume`` ends a suspension. What the workflow allows is tested when
        it is asked for, and ``options`` shows it. Due rungs, refusals and keys are as with ``fire``.

        Args:
            case_id: the case.
            act: one of ``casewf.ACTS``.
            sla: the id of the limit.
            actor: who does it.
            amount: how much is asked for; an extension in the unit of the limit itself.
            comment: why; kept in the vault (D5). Requests and rejections need one.
            key: makes the command idempotent (M7).
            expect: the version the actor saw; another one is a ``Conflict``.
            retry: how often to try again when somebody else was faster; of no use with ``expect``.

        Raises:
            NotFound: no such case, or not his to see.
            Refused: the rules do not allow it.
            Conflict: somebody else was faster, or ``expect`` is not the version.
            KeyReused: the key was used for another command.
            TypeError: ``amount`` is no amount of time.
            ValueError: a negative ``retry``, or an actor without an id.
        """
        if amount is not None and type(amount) not in get_args(Amount):
            raise TypeError(f"amount must be an amount of time such as WorkingDays(3), got {amount!r}")
        wanted = Acting(
            case_id=case_id,
            act=stored_text(act, "an act"),
            sla=stored_text(sla, "the id of a limit"),
            actor=self._means.resolve(actor),
            amount=amount,
            comment=comment_text(comment),
            expect=expect,
            key=derived_key(case_id, act) if key is None else stored_text(key, "a key"),
        )
        unkeyed = (case_id, act) if key is None else None
        return self._command(lambda unit: unit.act(wanted), wanted.actor, retry, unkeyed)


class _Batch(Engine):
    """An engine inside one transaction, which notes the cases that have effects to deliver after the commit."""

    def __init__(self, means: Means, courier: Courier, touched: set[str]) -> None:
        CaseSplitter.__init__(self, means, courier, deliver_now=False)
        self._written = touched

    def _only_outside(self, what: str) -> None:
        """Refuse what works on all cases, or on the outside world, before the commit (D2)."""
        raise BindingError(
            [
                f"{what}: this is the engine of a batch; call it on the engine that began the batch, after the block"
            ]
        )

    def _deliver(self, touched: set[str], stop: Callable[[], bool] = never) -> None:  # noqa: ARG002
        self._written |= touched
