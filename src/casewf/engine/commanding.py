"""How a command of a host is run: tried, delivered, and answered with the case as it stands afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from casewf.engine.attempt import current_attempt
from casewf.engine.case_view import CaseView
from casewf.engine.data_keeping import DataKeeper
from casewf.engine.unit_of_work import UnitOfWork
from casewf.errors import Conflict
from casewf.model.arguments import check_number
from casewf.model.case import Actor, Case
from casewf.model.plain_text import stored_text
from casewf.worktime import epoch_us


class Commander(DataKeeper):
    """The part of the engine that all commands on one case share."""

    def _command(
        self,
        run: Callable[[UnitOfWork], Case],
        actor: Actor,
        retry: int,
        unkeyed: tuple[str, str] | None,
    ) -> CaseView:
        """Run one command, again while somebody else is faster, and deliver what it wrote."""
        check_number(retry, "retry", 0)
        if retry and self._means.inside:
            raise ValueError("inside the host's transaction nothing is retried (D2); repeat the transaction")
        touched: set[str] = set()
        try:
            case = self._try(run, touched, retry)
        finally:
            self._deliver(touched)
        return self._accepted(case, actor, touched, unkeyed)

    def _try(self, run: Callable[[UnitOfWork], Case], touched: set[str], retry: int) -> Case:
        while True:
            try:
                return run(UnitOfWork(self._means, touched))
            except Conflict:
                if retry == 0:
                    raise
                retry -= 1

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


def derived_key(scope: str, name: str) -> str | None:
    """The key of a command that was given none: one of the effect under way, or None outside a delivery (D2)."""
    attempt = current_attempt()
    return None if attempt is None else attempt.key(scope, name)


def comment_text(comment: str | None) -> str | None:
    """A comment as it is stored; a blank one is none."""
    text = None if comment is None else stored_text(comment, "a comment")
    return None if text is None or not text.strip() else text


def instant_us(moment: dt.datetime | None) -> int | None:
    """An aware datetime in microseconds."""
    return None if moment is None else epoch_us(moment)
