"""A row of a file to import as it is written, in the one form that CSV and JSON come to."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from casewf.model.reasons import Reason

REFUSED_LINE, REFUSED_BECAUSE = "refused.line", "refused.because"
"""Columns that a report adds to the rows it repeats; in a file to import they say nothing."""

GROUPS = ("state", "field", "holder", "previous", "done_by", "clock")
"""The parts of a row whose columns are called after names of the workflow."""

NAMED, SHOWN = 3, 40
"""How many of several wrong columns a message names, and how many characters of what was written it shows."""

MOST_COLUMNS = 2_000
"""How many columns a row may have; no workflow has so many."""


@attrs.frozen(slots=True, kw_only=True)
class RawRow:
    """A row as it is written.

    Attributes:
        line: where it begins, from 1.
        values: by column, what is there: texts in CSV, any JSON value in JSON; nothing that is empty.
        problems: what is wrong with how it is written.
    """

    line: int
    values: Mapping[str, object]
    problems: tuple[Reason, ...] = ()

    def cells(self) -> dict[str, str]:
        """The row as CSV would have it."""
        return {column: _cell(value, _joint(column)) for column, value in self.values.items()}


def _joint(column: str) -> str:
    """What stands between the two of a pair."""
    return " +" if column.endswith(".extensions") else "/"


def _cell(value: object, joint: str) -> str:
    """A value as a cell of CSV says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        inner = (joint.join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
        return "; ".join(inner)
    return str(value)
