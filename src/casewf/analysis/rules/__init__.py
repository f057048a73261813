"""All rules of the linter, one a file, in the order of their codes."""

from __future__ import annotations

from casewf.analysis.rule import Rule
from casewf.analysis.rules import (
    act_never_possible,
    allowance_without_reason,
    calendar_never_chosen,
    card_never_shows,
    continue_between_units,
    ladder_out_of_order,
    limit_never_counts,
    limit_never_ends,
    limit_never_met,
    limit_never_starts,
    limit_past_calendar,
    limit_setting_without_effect,
    moment_never_comes,
    no_stop_after_start,
    pause_never_ends,
    rung_fires_in_vain,
    rung_never_fires,
    rung_not_after_start,
    rung_past_calendar,
    stop_inside_start,
    unknown_allowance,
    unknown_calendar,
    unreachable_state,
    unused_allowance,
)

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    unreachable_state.RULE,
    limit_never_starts.RULE,
    limit_never_ends.RULE,
    limit_never_met.RULE,
    no_stop_after_start.RULE,
    stop_inside_start.RULE,
    pause_never_ends.RULE,
    limit_never_counts.RULE,
    moment_never_comes.RULE,
    ladder_out_of_order.RULE,
    rung_not_after_start.RULE,
    rung_never_fires.RULE,
    card_never_shows.RULE,
    continue_between_units.RULE,
    rung_fires_in_vain.RULE,
    unknown_calendar.RULE,
    calendar_never_chosen.RULE,
    limit_past_calendar.RULE,
    rung_past_calendar.RULE,
    act_never_possible.RULE,
    limit_setting_without_effect.RULE,
    allowance_without_reason.RULE,
    unknown_allowance.RULE,
    unused_allowance.RULE,
)
