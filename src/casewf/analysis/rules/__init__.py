"""All rules of the linter, one a file, in the order of their codes."""

from __future__ import annotations

from casewf.analysis.rule import Rule
from casewf.analysis.rules import (
    allowance_without_reason,
    binding_unused,
    calendar_not_given,
    card_never_raised,
    child_opening,
    connector_not_bound,
    field_never_filled,
    fired_by_nobody,
    hook_not_bound,
    label_missing,
    never_complete,
    notified_holder,
    role_nobody_holds,
    role_unused,
    sensitive_unseen,
    separation_leaves_nobody,
    separation_within_holder,
    system_never_fires,
    timer_gives_nothing,
    too_few_people,
    unknown_allowance,
    unknown_in_directory,
    unreachable_state,
    unused_allowance,
    workflow_not_given,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    unreachable_state.RULE,
    fired_by_nobody.RULE,
    timer_gives_nothing.RULE,
    never_complete.RULE,
    separation_leaves_nobody.RULE,
    field_never_filled.RULE,
    label_missing.RULE,
    role_unused.RULE,
    card_never_raised.RULE,
    sensitive_unseen.RULE,
    notified_holder.RULE,
    child_opening.RULE,
    system_never_fires.RULE,
    separation_within_holder.RULE,
    role_nobody_holds.RULE,
    hook_not_bound.RULE,
    connector_not_bound.RULE,
    calendar_not_given.RULE,
    workflow_not_given.RULE,
    too_few_people.RULE,
    unknown_in_directory.RULE,
    binding_unused.RULE,
    allowance_without_reason.RULE,
    unknown_allowance.RULE,
    unused_allowance.RULE,
)
