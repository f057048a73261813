"""The text of a file, and where things stand in it: lines and columns in characters, from 1."""

from __future__ import annotations

import bisect
import re
from functools import cached_property
from typing import NamedTuple

import attrs

from casewf.definition.node import Scalar, Span

__all__ = ["Place", "SourceText"]

#: What YAML takes for the end of a line; Python's ``splitlines`` knows more.
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_LONGEST = 2_000
_ESCAPE = re.compile(r"\\[^\"\\/]")


@attrs.frozen(slots=True, kw_only=True)
class Place:
    """A piece of one line of a file.

    Attributes:
        line, column: from 1, the column in characters.
        length: characters on this line, at least 1.
        snippet: the whole line, without its end.
    """

    file: str
    line: int = 1
    column: int = 1
    length: int = 1
    snippet: str = ""


class _Line(NamedTuple):
    start: int
    text: str


class SourceText:
    """A file's text under the name that findings give it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def _lines(self) -> list[_Line]:
        lines, start = [], 0
        for end in _LINE_END.finditer(self.text):
            lines.append(_Line(start, self.text[start : end.start()]))
            start = end.end()
        lines.append(_Line(start, self.text[start:]))
        return lines

    @cached_property
    def _starts(self) -> list[int]:
        return [line.start for line in self._lines]

    def span_at(self, offset: int, length: int = 1) -> Span:
        """The span of ``length`` characters from ``offset`` of the text."""
        row = bisect.bisect_right(self._starts, offset) - 1
        column = offset - self._lines[row].start + 1
        return Span(row + 1, column, row + 1, column + length)

    def place(self, span: Span) -> Place:
        """The part of ``span`` on its first line."""
        row = min(span.line, len(self._lines)) - 1
        line = self._lines[row].text
        column = min(span.column, len(line) + 1)
        end = span.end_column if span.end_line == span.line else len(line.rstrip()) + 1
        length = max(1, min(end, len(line) + 1) - column)
        return Place(file=self.file, line=row + 1, column=column, length=length, snippet=line)

    def inside(self, scalar: Scalar, offset: int, length: int) -> Span:
        """Where ``length`` characters from ``offset`` of a scalar's value stand in the file.

        Values that are folded over lines or quoted differ from what is written; where the two cannot be
        matched, the span of the whole scalar is returned.
        """
        positions = self._positions(scalar)
        if not 0 <= offset < len(positions):
            return scalar.span
        first = positions[offset]
        last = positions[min(offset + max(length, 1), len(positions)) - 1]
        span = self.span_at(first, last - first + 1)
        line_end = len(self._lines[span.line - 1].text) + 1
        return span._replace(end_column=min(span.end_column, line_end))

    def _positions(self, scalar: Scalar) -> list[int]:
        """The offset in the text of each character of the scalar's value; empty where that cannot be told."""
        if len(scalar.text) > _LONGEST:
            return []
        span = scalar.span
        at = self._lines[span.line - 1].start + span.column - 1
        end = self._lines[span.end_line - 1].start + span.end_column - 1
        if scalar.style in {"|", ">"}:
            at += len(self._lines[span.line - 1].text) - span.column + 1
        elif scalar.style in {"'", '"'}:
            at += 1
        if scalar.style == '"' and _ESCAPE.search(self.text, at, end):
            return []
        positions = []
        for character in scalar.text:
            if character.isspace():
                # A fold turns a line's end and the next indent into one blank; the next character skips them.
                positions.append(at)
                continue
            while at < end and self.text[at] != character:
                at += 1
            if at >= end:
                return []
            positions.append(at)
            at += 1
        return positions
