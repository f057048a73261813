"""What a host calls from its scheduler: sweep and deliver, for a queue claim_work; redeliver, recompute, migrate."""

from __future__ import annotations

from collections.abc import Callable

from casewf.engine.calendar_change import CalendarChange, change_calendar
from casewf.engine.claimed import ClaimedEffect, ClaimedWork
from casewf.engine.delivery import LEASE_US, Courier, DeliveryReport, never
from casewf.engine.means import Means
from casewf.engine.migration import change_workflow
from casewf.engine.migration_changes import CaseMigration, WorkflowChange
from casewf.engine.sweep import CLAIM_US, SweepReport, fire_claimed, sweep_cases
from casewf.engine.worklist import WorklistReader
from casewf.errors import BindingError, CasewfError
from casewf.model.arguments import check_number, check_switch
from casewf.model.case import Actor
from casewf.model.migration import Migration
from casewf.model.plain_text import stored_text
from casewf.ports.store import Store
from casewf.ports.stored import Due, OutboxRow

_MOST_AT_ONCE = 100_000
_MOST_INSTANT = 2**62


def nobody(_: CaseMigration) -> None:
    """Tell nobody."""


class CaseKeeper(WorklistReader):
    """The part of the engine that works on all cases: time passing, effects, calendars, new versions."""

    def __init__(self, means: Means, courier: Courier, *, deliver_now: bool) -> None:
        super().__init__(means)
        self._courier = courier
        self._deliver_now = deliver_now

    @property
    def store(self) -> Store:
        """The store that the engine was made with."""
        return self._means.store

    def sweep(self, batch: int = 100, *, stop: Callable[[], bool] = never) -> SweepReport:
        """Fire everything that is due before now, on all cases, in batches without a ceiling (E7).

        A case that fails becomes an incident and does not stop the sweep.

        Args:
            batch: how many cases are read at once.
            stop: asked before each case; once it is true, the sweep ends and what is left stays due.
        """
        check_number(batch, "batch", 1, _MOST_AT_ONCE)
        self._only_outside("sweep")
        touched: set[str] = set()
        try:
            with self._means.watch.sweep() as work:
                report = sweep_cases(self._means, batch, touched, stop)
                work.done(report.cases, report.events, len(report.failed))
                return report
        finally:
            self._deliver(touched, stop)

    def deliver(self, batch: int = 100, *, stop: Callable[[], bool] = never) -> DeliveryReport:
        """Deliver effects whose time has come, until none is left (D2).

        Args:
            batch: how many effects are read at once.
            stop: asked before each effect; once it is true, what is left stays in the outbox.
        """
        check_number(batch, "batch", 1, _MOST_AT_ONCE)
        self._only_outside("deliver")
        return self._courier.deliver(batch, stop=stop)

    def claim_work(self, limit: int = 100, *, store: Store | None = None) -> ClaimedWork:
        """Claim due cases and effects for workers of a queue, which are handed them by their ids (E7, D2).

        Give each case to ``fire_due`` and each effect to ``deliver_claimed``, of an engine on the same database, in any
        order and on any machine. Nobody else is given a case for a minute, or an effect for five; what a queue has lost
        by then is claimed again, and what comes late, or twice, does nothing.

        Args:
            limit: at most so many cases, and so many effects.
            store: where to claim, if not in the engine's own store: one on the same database inside a transaction in
                which the queue's jobs are written, too.
        """
        check_number(limit, "limit", 1, _MOST_AT_ONCE)
        self._only_outside("claim_work")
        home = self._means.store if store is None else store
        now, lease = self._means.clock.now(), self._means.entropy.token()
        cases = home.claim_due(now, now + CLAIM_US, limit)
        effects = home.claim(now, now + LEASE_US, lease, limit)
        return ClaimedWork(tuple(cases), tuple(ClaimedEffect(row.id, row.lease) for row in effects))

    def fire_due(self, case_id: str, wake: int) -> int:
        """Fire what is due on a case that ``claim_work`` gave; how many events were written (E3, E7).

        Nothing is done if the case has moved on since. Of several that fire the same, one does (E1).

        Args:
            case_id: the case.
            wake: the instant that came with it, in microseconds since 1970-01-01T00:00Z.

        Raises:
            NotFound: the engine's store has no such case.
            CasewfError: the case failed. That is an incident, as in a sweep, unless it is ``retryable``; the claim ends
                by itself within a minute.
        """
        check_number(wake, "wake", -_MOST_INSTANT, _MOST_INSTANT)
        self._only_outside("fire_due")
        touched: set[str] = set()
        try:
            return fire_claimed(self._means, Due(stored_text(case_id, "a case's id"), wake), touched)
        finally:
            self._deliver(touched)

    def deliver_claimed(
        self, effect_id: str, lease: str, *, stop: Callable[[], bool] = never
    ) -> DeliveryReport:
        """Deliver an effect that ``claim_work`` gave, and then what else its case has to deliver by now (D2).

        Nothing is done if it was delivered since, if somebody else has claimed it, or if its five minutes are over.

        Args:
            effect_id: the effect.
            lease: the lease that came with it.
            stop: asked before each effect; once it is true, what is left is given back.

        Raises:
            ValueError: the lease is empty.
        """
        self._only_outside("deliver_claimed")
        if not stored_text(lease, "a lease"):
            raise ValueError("lease is empty; give the one that claim_work gave with the effect")
        return self._courier.deliver_claimed(
            ClaimedEffect(stored_text(effect_id, "an effect's id"), lease), stop=stop
        )

    def redeliver(self, effect_id: str) -> None:
        """Try an effect once more that was given up (D2).

        Args:
            effect_id: its id, with which ``about`` of its incident of the kind ``dead_letter`` begins.

        Raises:
            ValueError: there is no dead effect of this id.
        """
        self._only_outside("redeliver")
        self._deliver({self._courier.revive(stored_text(effect_id, "an effect's id"))})

    def outbox(self, *, dead: bool = False) -> tuple[OutboxRow, ...]:
        """The effects that wait to be delivered, case by case in the order of each case. For operators.

        Args:
            dead: those that were given up instead (D2).

        Raises:
            TypeError: ``dead`` is neither True nor False.
        """
        check_switch(dead, "dead")
        store = self._means.store
        if dead:
            cases = [one.case for one in store.incidents() if one.kind == "dead_letter"]
        else:
            cases = [row.case for row in store.pending(_MOST_INSTANT, _MOST_AT_ONCE)]
        state = "dead" if dead else "pending"
        return tuple(row for case in dict.fromkeys(cases) for row in store.outbox(case) if row.state == state)

    def recompute(
        self, calendar: str, *, actor: Actor, apply: bool = False, batch: int = 100
    ) -> CalendarChange:
        """What this engine's version of a calendar means for the clocks that run by another one (K6).

        A clock goes by the version that was there when it started, until somebody applies a newer one. The dry run
        tells which due instants would move, and by how much; it writes nothing. Applied, each clock gets an event;
        fired rungs stay fired, the due instant of a breached clock stands, and what has become due fires at once.
        Rungs and due instants past what the old version knew are found by the new one.

        Args:
            calendar: the id of a calendar that this engine was given, or that casewf ships.
            actor: in whose name; who may call this is the host's decision.
            apply: whether to write it.
            batch: how many cases are read at once.

        Raises:
            BindingError: there is no calendar of this id here.
            TypeError: ``apply`` is neither True nor False.
        """
        check_switch(apply, "apply")
        check_number(batch, "batch", 1, _MOST_AT_ONCE)
        self._only_outside("recompute")
        found = self._means.registry.calendar(calendar)
        touched: set[str] = set()
        try:
            return change_calendar(
                self._means, found, self._means.resolve(actor), touched, apply=apply, batch=batch
            )
        finally:
            self._deliver(touched)

    def migrate(
        self,
        migration: Migration,
        *,
        actor: Actor,
        apply: bool = False,
        batch: int = 100,
        tell: Callable[[CaseMigration], None] = nobody,
        stop: Callable[[], bool] = never,
    ) -> WorkflowChange:
        """What this engine's version of a workflow means for the open cases of other versions, and moving them (X2).

        The dry run tells what would become of each open case; it writes nothing. Applied, each case that moves gets its
        events in one append, after what was due by then has fired by its old version (E3); a case that is there already
        is passed by, so that a run that was cut off is finished by another one. Unless ``migration`` says otherwise,
        nothing at all is written while one case is refused. A case that fails becomes an incident and stops no other.
        Closed cases stay in the version in which they were closed.

        Args:
            migration: what becomes of what, from ``load_migration``; its workflow and version are what this engine has.
            actor: in whose name; who may call this is the host's decision.
            apply: whether to write it.
            batch: how many cases are read at once.
            tell: is told of each open case in turn.
            stop: asked before each case; once it is true, what is left stays as it is.

        Raises:
            BindingError: this engine was not given that workflow.
            ValueError: it has another version of it.
            AdapterError: the version was stored already with other content (K6).
            TypeError: ``apply`` is neither True nor False, or ``migration`` is none.
        """
        check_switch(apply, "apply")
        check_number(batch, "batch", 1, _MOST_AT_ONCE)
        given: object = migration
        if not isinstance(given, Migration):
            raise TypeError(f"migration must come from load_migration, got {type(given).__name__}")
        self._only_outside("migrate")
        present = self._means.registry.current(migration.workflow).workflow
        if present.version != migration.version:
            raise ValueError(
                f"the migration leads to version {migration.version} of {present.id}, and this engine has version "
                f"{present.version}"
            )
        touched: set[str] = set()
        try:
            return change_workflow(
                self._means,
                migration,
                self._means.resolve(actor),
                touched,
                apply=apply,
                batch=batch,
                tell=tell,
                stop=stop,
            )
        finally:
            self._deliver(touched)

    def _only_outside(self, what: str) -> None:
        """Refuse what works on all cases, or on the outside world, inside the host's transaction (D2)."""
        if self._means.inside:
            raise BindingError(
                [
                    f"{what}: this engine's store works inside the host's transaction; call it after the commit, on "
                    "an engine with a store of its own on the same database"
                ]
            )

    def _deliver(self, touched: set[str], stop: Callable[[], bool] = never) -> None:
        """Deliver what was just committed. It stays committed, and in the outbox, if the store fails now."""
        for case_id in sorted(touched) if self._deliver_now else ():
            try:
                self._courier.deliver(case_id=case_id, stop=stop)
            except CasewfError as failure:
                self._means.watch.interrupted(case_id, failure)
