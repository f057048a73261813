"""What each code of the reader means, for ``casewf lint --explain`` and the pages of the reference."""

from __future__ import annotations

from types import MappingProxyType

from casewf.analysis.reader_codes.explanation import BASES, Explanation
from casewf.analysis.reader_codes.of_calendars import OF_CALENDARS
from casewf.analysis.reader_codes.of_directories import OF_DIRECTORIES
from casewf.analysis.reader_codes.of_meaning import OF_MEANING
from casewf.analysis.reader_codes.of_names import OF_NAMES
from casewf.analysis.reader_codes.of_overlays import OF_OVERLAYS
from casewf.analysis.reader_codes.of_text import OF_TEXT
from casewf.analysis.reader_codes.of_values import OF_VALUES

__all__ = ["BASES", "EXPLANATIONS", "Explanation"]

EXPLANATIONS = MappingProxyType(
    OF_TEXT | OF_VALUES | OF_NAMES | OF_MEANING | OF_CALENDARS | OF_DIRECTORIES | OF_OVERLAYS
)
"""Code to what it means."""
