"""All rules of the linter, one a file, in the order of their codes."""

from __future__ import annotations

from casewf.analysis.rule import Rule
from casewf.analysis.rules import (
    allowance_without_reason,
    unknown_allowance,
    unreachable_state,
    unused_allowance,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    unreachable_state.RULE,
    allowance_without_reason.RULE,
    unknown_allowance.RULE,
    unused_allowance.RULE,
)
