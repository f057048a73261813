"""The engine: what a host calls. Every read and every command names its actor."""

from __future__ import annotations

import datetime as dt
import logging
import secrets as entropy_source
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from casewf.engine.attempt import current_attempt
from casewf.engine.bindings import check_bindings
from casewf.engine.case_view import CasePage, CaseView
from casewf.engine.delivery import Courier, DeliveryReport, never
from casewf.engine.keys import OPEN
from casewf.engine.reading import CaseReader
from casewf.engine.registry import Registry
from casewf.engine.sweep import SweepReport, sweep_cases
from casewf.engine.unit_of_work import Firing, Means, Opening, UnitOfWork
from casewf.errors import CasewfError, Conflict
from casewf.model.case import Actor, Case
from casewf.model.plain_text import stored_text
from casewf.model.workflow import Workflow
from casewf.ports.outside import Clock, Connector, Directory, Entropy, Hook, Notifier
from casewf.ports.store import Store
from casewf.worktime import WorkCalendar, epoch_us

__all__ = ["CasePage", "Engine", "SweepReport"]

_LOG = logging.getLogger("casewf.engine")


class _SystemEntropy:
    """Vault salts and case ids from the operating system."""

    def token(self) -> str:
        return entropy_source.token_hex(16)


class Engine(CaseReader):
    """Opens, moves and reads cases, fires their timers and delivers their effects.

    Args:
        workflows: the definitions that new cases are opened with, one version of each.
        store: where cases live.
        clock: the only source of time.
        directory: the host's organisation chart; without one an organisation stands alone and nobody is told.
        notifier: tells people; needed if a workflow notifies.
        connectors: what the workflows' ``push`` names mean.
        hooks: what their ``hook`` names mean.
        calendars: working calendars by id; those casewf ships are found by themselves.
        entropy: vault salts and case ids; by default the operating system's.
        deliver: ``after_commit`` delivers a command's effects right after its commit, ``later`` leaves them
            to ``deliver()``.

    Raises:
        BindingError: naming everything that the workflows use and the host did not pass.
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
    ) -> None:
        check_bindings(workflows, notifier, connectors or {}, hooks or {}, calendars or {})
        super().__init__(
            Means(
                store=store,
                registry=Registry(workflows, calendars or {}, store),
                clock=clock,
                entropy=entropy or _SystemEntropy(),
                directory=directory,
            )
        )
        self._courier = Courier(self._means, notifier, connectors or {}, hooks or {})
        if deliver not in ("after_commit", "later"):
            raise ValueError(f"deliver must be `after_commit` or `later`, got {deliver!r}")
        self._deliver_now = deliver == "after_commit"

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
            workflow=workflow,
            actor=self._means.resolve(actor),
            data=dict(data or {}),
            case_id=None if case_id is None else stored_text(case_id, "a case's id"),
            org=None if org is None else stored_text(org, "an organisation"),
            occurred_at=_instant(occurred_at),
            key=_derived_key(OPEN, workflow) if key is None else stored_text(key, "a key"),
        )
        touched: set[str] = set()
        try:
            case = UnitOfWork(self._means, touched).open(wanted)
        finally:
            self._deliver(touched)
        return self._accepted(case, wanted.actor, touched, (OPEN, workflow) if key is None else None)

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
            ValueError: a naive datetime, a negative ``retry``, or an actor without an id.
        """
        if retry < 0:
            raise ValueError(f"retry must be 0 or more, got {retry}")
        wanted = Firing(
            case_id=case_id,
            trigger=trigger,
            actor=self._means.resolve(actor),
            data=dict(data or {}),
            comment=None if comment is None or not comment.strip() else stored_text(comment, "a comment"),
            expect=expect,
            occurred_at=_instant(occurred_at),
            key=_derived_key(case_id, trigger) if key is None else stored_text(key, "a key"),
        )
        touched: set[str] = set()
        try:
            case = self._fire(wanted, touched, retry)
        finally:
            self._deliver(touched)
        return self._accepted(case, wanted.actor, touched, (case_id, trigger) if key is None else None)

    def erase(
        self, case_id: str, *, actor: Actor, fields: Sequence[str] | None = None, reason: str = ""
    ) -> int:
        """Delete vault rows of a case and record that it was done (D5); returns how many.

        Who may call this is the host's decision; the actor must be one who sees the case.

        Args:
            case_id: the case.
            actor: who does it.
            fields: names of sensitive fields, every value they ever had; None for all, and all comments.
            reason: why; it stays in the history for ever, so it should name nobody.

        Raises:
            NotFound: no such case, or not his to see.
            Conflict: somebody else was faster.
            ValueError: a name that is no sensitive field of the case.
        """
        actor = self._means.resolve(actor)
        touched: set[str] = set()
        try:
            names = None if fields is None else tuple(fields)
            return UnitOfWork(self._means, touched).erase(case_id, actor, names, reason)
        finally:
            self._deliver(touched)

    # Time and effects

    def sweep(self, batch: int = 100, *, stop: Callable[[], bool] = never) -> SweepReport:
        """Fire everything that is due before now, on all cases, in batches without a ceiling (E7).

        A case that fails becomes an incident and does not stop the sweep.

        Args:
            batch: how many cases are read at once.
            stop: asked before each case; once it is true, the sweep ends and what is left stays due.
        """
        if batch < 1:
            raise ValueError(f"batch must be 1 or more, got {batch}")
        touched: set[str] = set()
        try:
            return sweep_cases(self._means, batch, touched, stop)
        finally:
            self._deliver(touched, stop)

    def deliver(self, batch: int = 100, *, stop: Callable[[], bool] = never) -> DeliveryReport:
        """Deliver effects whose time has come, until none is left (D2).

        Args:
            batch: how many effects are read at once.
            stop: asked before each effect; once it is true, what is left stays in the outbox.
        """
        return self._courier.deliver(batch, stop=stop)

    def redeliver(self, effect_id: str) -> None:
        """Try an effect once more that was given up (D2).

        Args:
            effect_id: its id, with which ``about`` of its incident of the kind ``dead_letter`` begins.

        Raises:
            ValueError: there is no dead effect of this id.
        """
        self._deliver({self._courier.revive(effect_id)})

    # Inside

    def _fire(self, wanted: Firing, touched: set[str], retry: int) -> Case:
        while True:
            try:
                return UnitOfWork(self._means, touched).fire(wanted)
            except Conflict:
                if retry == 0:
                    raise
                retry -= 1

    def _deliver(self, touched: set[str], stop: Callable[[], bool] = never) -> None:
        """Deliver what was just committed. It stays committed, and in the outbox, if the store fails now."""
        for case_id in sorted(touched) if self._deliver_now else ():
            try:
                self._courier.deliver(case_id=case_id, stop=stop)
            except CasewfError as failure:
                _LOG.warning("effects of case %s wait for deliver(): %s", case_id, failure)

    def _accepted(
        self, case: Case, actor: Actor, touched: set[str], unkeyed: tuple[str, str] | None
    ) -> CaseView:
        attempt = current_attempt()
        if attempt is not None and unkeyed is not None:
            attempt.accept(*unkeyed)
        if self._deliver_now and case.id in touched:
            latest = self._means.store.load(case.id)
            case = case if latest is None else latest.case
        return self._view(case, actor)


def _derived_key(scope: str, name: str) -> str | None:
    attempt = current_attempt()
    return None if attempt is None else attempt.key(scope, name)


def _instant(moment: dt.datetime | None) -> int | None:
    return None if moment is None else epoch_us(moment)
