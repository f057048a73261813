"""Which fields of a workflow can ever have a value."""

from __future__ import annotations

from casewf.model.workflow import Workflow

__all__ = ["filled_fields"]


def filled_fields(workflow: Workflow) -> frozenset[str]:
    """The fields with a default, and those that the opening, a transition or a rung gives a value."""
    opening = workflow.opening
    if opening.accepts is None:
        return frozenset(workflow.fields)
    rows = [row for track in workflow.tracks for row in track.transitions]
    ladders = [
        ladder
        for sla in workflow.slas
        for ladder in (sla.ladder, *(target.ladder or () for target in sla.target))
    ]
    return frozenset(
        (
            *(name for name, field in workflow.fields.items() if field.default is not None),
            *opening.needs,
            *opening.accepts,
            *(name for row in rows for name in (*row.needs, *row.asks, *row.accepts, *row.set)),
            *(name for ladder in ladders for rung in ladder for name in rung.set),
        )
    )
