"""One line that says how many key figures are not told, so that nobody takes a short report for a whole one."""

from __future__ import annotations

from casewf.kpi import Terms, without_words

__all__ = ["untold"]


def untold(terms: Terms, lang: str) -> str:
    """The line; empty where the workflow has terms, packaged ones or those of a file."""
    if terms.written_for:
        return ""
    number, name = len(without_words(terms)), terms.workflow
    if lang == "zh":
        return f"没有流程 {name} 的指标词表（--terms）：略去{number}项指标；见 docs/reference/key-figures.md"
    return f"no terms for {name} (--terms): {number} figures left out; see docs/reference/key-figures.md"
