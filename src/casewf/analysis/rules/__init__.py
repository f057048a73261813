"""All rules of the linter, one a file, in the order of their codes."""

from __future__ import annotations

from casewf.analysis.rule import Rule
from casewf.analysis.rules import (
    allowance_without_reason,
    closed_case_row,
    dead_end,
    endless_chain,
    guard_always_met,
    guard_never_met,
    idle_condition,
    no_way_back,
    no_way_to_close,
    overlapping_transitions,
    shadowed_target,
    shadowed_transition,
    unknown_allowance,
    unreachable_state,
    unused_allowance,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    unreachable_state.RULE,
    dead_end.RULE,
    no_way_to_close.RULE,
    endless_chain.RULE,
    shadowed_transition.RULE,
    overlapping_transitions.RULE,
    guard_never_met.RULE,
    guard_always_met.RULE,
    idle_condition.RULE,
    shadowed_target.RULE,
    no_way_back.RULE,
    closed_case_row.RULE,
    allowance_without_reason.RULE,
    unknown_allowance.RULE,
    unused_allowance.RULE,
)
