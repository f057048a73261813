"""How long the personal data of closed cases is kept, as an author writes it: ``retention: {keep: 1095 days}``."""

from __future__ import annotations

from casewf.definition.amounts import amount
from casewf.definition.findings import Report
from casewf.definition.node import Node
from casewf.definition.shapes import Shape, as_map
from casewf.model.amount import CalendarDays, amount_words
from casewf.model.people import Retention

__all__ = ["RETENTION", "read_retention"]

RETENTION = Shape("a retention", required=("keep",))


def read_retention(report: Report, node: Node | None) -> Retention | None:
    """The retention of a workflow; None where it has none, or a wrong one."""
    view = as_map(report, node, RETENTION)
    keep = None if view is None else view.get("keep")
    found = amount(report, keep, "keep")
    if found is None or keep is None:
        return None
    if not isinstance(found, CalendarDays):
        report.add(
            "CW210",
            f"keep must be a number of calendar days, found {amount_words(found, 'en')}",
            keep.span,
            help="data is kept by dates, whatever the office hours; write for example `1095 days`",
        )
        return None
    return Retention(keep=found)
