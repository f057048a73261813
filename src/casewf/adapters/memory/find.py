"""Which cases in memory ``find`` gives, in which order."""

from __future__ import annotations

from casewf.adapters.memory.tables import Record
from casewf.ports.stored import Filter

NEVER = 2**63 - 1
"""Later than every instant."""


def visible(record: Record, wanted: Filter) -> bool:
    """Whether whoever asks may see the case."""
    return (
        wanted.everything
        or (wanted.org is not None and wanted.org in record.watchers)
        or not wanted.below.isdisjoint(record.holders)
        or (
            wanted.opened_by is not None
            and wanted.opened_by == record.stored.case.opened_by
            and not (wanted.unheld and any(record.holders))
        )
    )


def rank(due: int | None, case_id: str, wanted: Filter) -> tuple[int, str]:
    """The place of a case in the wanted order; a case without a due instant is due after every instant."""
    if wanted.order == "id":
        return 0, case_id
    return NEVER if due is None else due, case_id


def matches(record: Record, wanted: Filter) -> bool:
    """Whether the case fulfils the further conditions, and comes behind the last page."""
    case, due = record.stored.case, NEVER if record.due is None else record.due
    begin = rank(wanted.after_due, wanted.after, wanted)
    retain_until = record.stored.retain_until
    return (
        (wanted.after == "" or rank(record.due, case.id, wanted) > begin)
        and not (wanted.order == "due" and case.closed)
        and (wanted.due_from is None or due >= wanted.due_from)
        and (wanted.due_before is None or due < wanted.due_before)
        and (wanted.person is None or wanted.person in record.persons)
        and (
            wanted.retain_before is None or (retain_until is not None and retain_until < wanted.retain_before)
        )
        and wanted.workflow in (None, case.workflow[0])
        and (wanted.state is None or case.states.get(wanted.state[0]) == wanted.state[1])
        and wanted.card in (None, case.card)
        and wanted.closed in (None, case.closed)
    )
