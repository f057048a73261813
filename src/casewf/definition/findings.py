"""Problems of a file: collected while it is read, shown with the line and a squiggle under the culprit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NoReturn

import attrs

from casewf.definition.codes import CODES
from casewf.definition.node import Scalar, Span
from casewf.definition.source import Place, SourceText
from casewf.errors import DefinitionError, FindingLike
from casewf.model.plain_text import printable

__all__ = ["Finding", "Report", "quoted", "render_findings"]

MAX_FINDINGS = 500
_WIDEST = 120
_LONGEST_VALUE = 40


@attrs.frozen(slots=True, kw_only=True)
class Finding:
    """One problem of a file.

    Attributes:
        code: the stable code, a key of ``codes.CODES``.
        message: what is wrong; one sentence, lower-case, without a full stop.
        place: where.
        allowed: what could stand here, if that is a list.
        help: what to do, or the empty text.
        level: ``"error"``, or ``"warning"`` for what can be played but will go wrong for somebody.
        story: the text of a story file that shows it, or the empty text.
    """

    code: str
    message: str
    place: Place
    allowed: tuple[str, ...] = ()
    help: str = ""
    level: str = "error"
    story: str = attrs.field(default="", repr=False)

    def __str__(self) -> str:
        place = self.place
        level = "" if self.level == "error" else f"{self.level}: "
        return f"{place.file}:{place.line}:{place.column}: {level}{self.message} [{self.code}]"

    def render(self, title: str = "") -> str:
        """The finding for people: the line, a squiggle under the culprit, what is allowed, and help.

        ``title`` is what its code is called in the reader's language, where that is not the message's.
        """
        number = str(self.place.line)
        margin = " " * len(number)
        lines = [str(self)]
        if self.place.snippet:
            before, culprit, after = _window(self.place)
            squiggle = "^" + "~" * (max(_width(culprit), 1) - 1)
            lines += [
                f"{margin} |",
                f"{number} | {before}{culprit}{after}".rstrip(),
                f"{margin} | {' ' * _width(before)}{squiggle}",
            ]
        if title:
            lines.append(f"{margin} = {title}")
        if self.allowed:
            lines.append(f"{margin} = allowed: {', '.join(self.allowed)}")
        if self.help:
            lines.append(f"{margin} = help: {self.help}")
        return "\n".join(lines)


def render_findings(findings: Iterable[Finding], titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """All findings for people, with an empty line between two of them; ends with a line end.

    ``titles`` says what codes are called in the reader's language.
    """
    return "\n\n".join(finding.render(titles.get(finding.code, "")) for finding in findings) + "\n"


def quoted(text: str) -> str:
    """A value of the file in quotes, cut where it would swamp the message."""
    short = text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
    return f"'{printable(short)}'"


class Report:
    """Collects the findings of one file, or of several that are laid over one another.

    Attributes:
        sources: the texts that they point into; a span's ``file`` is the number in this list.
    """

    def __init__(self, source: SourceText) -> None:
        self.sources = [source]
        self._findings: dict[Finding, None] = {}
        self._elsewhere: dict[FindingLike, None] = {}

    @property
    def source(self) -> SourceText:
        """The first text, the one that was asked for."""
        return self.sources[0]

    def place(self, span: Span) -> Place:
        """Where ``span`` is: its file, line and column."""
        return self.sources[span.file].place(span)

    def line(self, span: Span) -> str:
        """The file and line of ``span``, as ``city.yaml:41``."""
        place = self.place(span)
        return f"{place.file}:{place.line}"

    def inside(self, scalar: Scalar, offset: int, length: int) -> Span:
        """Where ``length`` characters from ``offset`` of a scalar's value stand."""
        return self.sources[scalar.span.file].inside(scalar, offset, length)._replace(file=scalar.span.file)

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        allowed: Iterable[str] = (),
        help: str = "",  # noqa: A002
    ) -> None:
        """Note a problem at ``span`` and go on; the same problem found again through an alias counts once.

        Raises:
            DefinitionError: there are 500 already, so that a wrong file costs bounded time and memory.
        """
        finding = Finding(
            code=code, message=message, place=self.place(span), allowed=tuple(allowed), help=help
        )
        assert code in CODES, code  # noqa: S101  # a code without a title is our own slip
        self._findings[finding] = None
        if len(self._findings) >= MAX_FINDINGS:
            more = Finding(
                code="CW113",
                message=f"more than {MAX_FINDINGS} problems; the rest is not listed",
                place=finding.place,
            )
            raise DefinitionError([*self._sorted(), more])

    def adopt(self, error: DefinitionError) -> None:
        """Note what was found in another file that this one names; it comes after this file's own."""
        self._elsewhere |= dict.fromkeys(error.findings)

    def fail(self, code: str, message: str, span: Span = Span(), *, help: str = "") -> NoReturn:  # noqa: A002, B008
        """Note a problem after which nothing more can be read.

        Raises:
            DefinitionError: always, with everything noted so far.
        """
        self.add(code, message, span, help=help)
        raise DefinitionError(self._sorted())

    def close(self) -> None:
        """End the reading.

        Raises:
            DefinitionError: something was noted; its findings stand in file order, file by file.
        """
        if self._findings or self._elsewhere:
            raise DefinitionError(self._sorted())

    def _sorted(self) -> list[FindingLike]:
        order = {source.file: number for number, source in enumerate(self.sources)}
        own = sorted(
            self._findings,
            key=lambda each: (order[each.place.file], each.place.line, each.place.column, each.code),
        )
        return [*own, *self._elsewhere]


def _window(place: Place) -> tuple[str, str, str]:
    """The line before, under and after the squiggle; a very long line is cut on both sides."""
    line, start = place.snippet, place.column - 1
    stop = min(start + place.length, start + _WIDEST)
    first = 0 if stop <= _WIDEST else max(0, start - _WIDEST // 2)
    last = max(stop, first + _WIDEST)
    before = ("…" if first else "") + printable(line[first:start])
    after = printable(line[stop:last]) + ("…" if last < len(line) else "")
    return before, printable(line[start:stop]), after


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )
