"""What an author allows in a file: ``# casewf: allow CW701: reason`` on the line it is about, or above it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from casewf.definition.document import Document
from casewf.definition.findings import Finding
from casewf.definition.node import ListNode, MapNode, Node, Span

__all__ = ["Allowance", "allowances"]

_WRITTEN = re.compile(
    r"(?:^|(?<=\s))#\s*casewf:\s*allow\b\s*(?P<codes>[^:：\n]*)(?:[:：](?P<reason>[^\n]*))?"
)
_CODE = re.compile(r"[^\s,，、]+")


@attrs.frozen(slots=True, kw_only=True)
class Allowance:
    """A comment that allows what some rules find.

    Attributes:
        codes: the rules, each with where its code stands.
        reason: why; empty if none is given.
        span: the comment.
        file: the file it stands in.
        line: the line it is about, from 1: its own, or the next one that is more than a comment.
    """

    codes: tuple[tuple[str, Span], ...]
    reason: str
    span: Span
    file: str
    line: int

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding; without a reason it allows nothing."""
        place = finding.place
        about = (place.file, place.line) == (self.file, self.line)
        return about and bool(self.reason) and finding.code in {code for code, _ in self.codes}


def allowances(document: Document) -> tuple[Allowance, ...]:
    """Those of a file, and of the files it lies over, in the order of the text."""
    return tuple(
        found for number in range(len(document.report.sources)) for found in _of_file(document, number)
    )


def _of_file(document: Document, number: int) -> Iterator[Allowance]:
    source = document.report.sources[number]
    lines = source.text.splitlines()
    written = [(row, found) for row, line in enumerate(lines, 1) if (found := _WRITTEN.search(line))]
    texts = _lines_of_texts(document.root, number) if written else frozenset()
    for row, found in written:
        if row in texts:
            continue
        line = lines[row - 1]
        about = row
        if not line[: found.start()].strip():
            about = next((n for n in range(row + 1, len(lines) + 1) if _says_something(lines[n - 1])), row)
        codes = tuple(
            (
                code[0],
                Span(
                    row,
                    found.start("codes") + code.start() + 1,
                    row,
                    found.start("codes") + code.end() + 1,
                    number,
                ),
            )
            for code in _CODE.finditer(found["codes"])
        )
        span = Span(row, found.start() + 1, row, len(line.rstrip()) + 1, number)
        reason = (found["reason"] or "").strip()
        yield Allowance(codes=codes, reason=reason, span=span, file=source.file, line=about)


def _says_something(line: str) -> bool:
    written = line.strip()
    return bool(written) and not written.startswith("#")


def _lines_of_texts(root: Node, number: int) -> set[int]:
    """The lines of values in which what looks like such a comment is part of the value."""
    found: set[int] = set()
    ahead: list[Node] = [root]
    while ahead:
        node = ahead.pop()
        if isinstance(node, MapNode):
            ahead += [part for pair in node.pairs for part in pair]
        elif isinstance(node, ListNode):
            ahead += node.items
        elif "casewf:" in node.text and node.span.file == number:
            found.update(range(node.span.line, node.span.end_line + 1))
    return found
