"""All rules of the linter, one a file, in the order of their codes."""

from __future__ import annotations

from casewf.analysis.rule import Rule
from casewf.analysis.rules import unreachable_state

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = tuple(sorted((unreachable_state.RULE,), key=lambda rule: rule.code))
