"""Reading a case in a test, whoever may see it."""

from __future__ import annotations

from casewf.engine.case_view import CaseView
from casewf.engine.engine import Engine
from casewf.errors import NotFound
from casewf.model.case import Actor
from casewf.model.roles import SYSTEM
from casewf.testing.clock import means_of

__all__ = ["look", "observer"]


def observer(engine: Engine, case_id: str) -> Actor:
    """Somebody who sees the case and every value of it, to read it in a test; he has every role of its workflow.

    Raises:
        NotFound: there is no such case.
    """
    means = means_of(engine)
    stored = means.store.load(case_id)
    if stored is None:
        raise NotFound(case_id)
    case = stored.case
    roles = frozenset(means.registry.pinned(case).workflow.roles)
    # whoever opened a case always sees it; a case without an organisation everybody does
    return Actor("observer" if case.opened_by == SYSTEM else case.opened_by, roles, case.org)


def look(engine: Engine, case_id: str) -> CaseView:
    """The case as it is stored, every value of it shown.

    Raises:
        NotFound: there is no such case.
    """
    return engine.case(case_id, actor=observer(engine, case_id))
