"""YAML text to nodes; the only module that knows PyYAML.

Built on the parser's events, not on PyYAML's own tree: so nesting and aliases are bounded while they are
read, tags are never resolved, and no value becomes a boolean, a date or an object behind the author's back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeGuard

import yaml

from casewf.definition.findings import Report, quoted
from casewf.definition.full_width import full_width_near
from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span

__all__ = ["compose"]

MAX_DEPTH = 50
MAX_NODES = 500_000
MAX_ALIASED_NODES = 200_000
_LONG_TEXT = 100

#: libyaml where PyYAML was built with it, about ten times as fast; both give the same nodes.
FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PURE_LOADER: Any = yaml.SafeLoader

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ADVICE = (
    ("while scanning an alias", 'every state is written "*", in quotes'),
    (
        "mapping values are not allowed",
        "put a text that has a colon and a blank in quotes, or check the indentation",
    ),
    ("cannot start any token", "indent with spaces, not tabs; put a text that starts with a sign in quotes"),
    ("block end", "check the indentation of this line and the ones above"),
    ("expected ':'", "a key needs a colon and a blank after it; check the indentation and the quotes"),
    ("expected key", "a key needs a colon and a blank after it; check the indentation and the quotes"),
    ("expected ','", "check that every bracket is closed and that commas stand between the items"),
    ("flow", "check that every bracket is closed and that commas stand between the items"),
    ("scalar", "check that every quotation mark is closed"),
)


class _Anchored(NamedTuple):
    """A node that an alias may stand for, its size when its aliases are written out, and how deep it is.

    The size counts values, and a long text as several, so that it stands for the work of reading it.
    """

    node: Node
    size: int
    height: int


_new = tuple.__new__
"""Makes a ``Span`` in half the time that its own ``__new__`` takes; a long file has a quarter of a million."""


def compose(report: Report, *, file: int = 0, loader: Any = FAST_LOADER) -> Node:
    """The document of one of ``report.sources`` as nodes.

    Duplicate keys, tags and keys such as ``on`` are noted, and reading goes on.

    Raises:
        DefinitionError: the text is not one YAML document, or is nested or expanded beyond all reason.
    """
    source = report.sources[file]
    text = source.text
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        report.fail(
            "CW112",
            f"character U+{ord(forbidden.group()):04X} does not belong in a text file",
            source.span_at(forbidden.start())._replace(file=file),
            help="delete it; was the file copied from another program?",
        )
    parser = loader(text)
    try:
        return _Composer(report, file, parser.get_event).document()
    except yaml.MarkedYAMLError as error:
        _fail(report, file, error)
    finally:
        parser.dispose()


_CUT_OFF = "unexpected end of stream"
_TOO_DEEP = "maximum nesting depth"
"""What newer versions of libyaml say of a text that is nested a thousand deep, before it comes to our own bound."""


def _fail(report: Report, file: int, error: yaml.MarkedYAMLError) -> NoReturn:
    problem = error.problem or "unreadable"
    mark = error.problem_mark or error.context_mark
    if _CUT_OFF in problem and error.context_mark is not None:
        mark = error.context_mark  # the quotation mark that was never closed, not the end of the file
    span = Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2) if mark else Span()
    span = span._replace(file=file)
    if _TOO_DEEP in problem:
        report.fail("CW110", f"nested more than {MAX_DEPTH} deep", span, help="is a bracket missing?")
    context = f"{error.context}: " if error.context else ""
    advice = next((help_ for sign, help_ in _ADVICE if sign in f"{context}{problem}"), "")
    wide = full_width_near(report.sources[file].text.splitlines(), span.line)
    advice = "; ".join(filter(None, (wide, advice)))
    report.fail("CW105", f"the text is not YAML: {context}{problem}", span, help=advice)


class _Composer:
    """Builds nodes from events, at most ``MAX_DEPTH`` deep."""

    def __init__(self, report: Report, file: int, next_event: Callable[[], Any]) -> None:
        self._report = report
        self._file = file
        self._next = next_event
        self._anchors: dict[str, _Anchored | None] = {}
        self._anchored: dict[int, _Anchored] = {}
        self._nodes = 0
        self._aliased = 0

    def document(self) -> Node:
        self._next()  # the stream begins
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self._report.fail(
                "CW104",
                "the file is empty",
                Span(file=self._file),
                help="it needs at least a line `casewf: 1`",
            )
        root = self._node(self._next(), 1)
        self._next()  # the document ends
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._report.fail(
                "CW106",
                "a second document begins here",
                self._span(event),
                help="write one document to a file, without `---`",
            )
        return root

    def _node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._alias(event, depth)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._report.fail("CW103", f"the file has more than {MAX_NODES:,} values", self._span(event))
        if depth > MAX_DEPTH:
            self._report.fail(
                "CW110", f"nested more than {MAX_DEPTH} deep", self._span(event), help="is a bracket missing?"
            )
        if event.tag is not None:
            self._report.add(
                "CW108",
                f"tag {quoted(event.tag)} is not read",
                self._span(event),
                help="delete the tag; types follow from the keys",
            )
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        result: Node
        if kind is yaml.ScalarEvent:
            result = Scalar(event.value, event.style or "", self._span(event))
        elif kind is yaml.SequenceStartEvent:
            result = self._list(event, depth)
        else:
            result = self._map(event, depth)
        if anchor is not None:
            self._anchors[anchor] = self._anchored[id(result)] = self._measured(result)
        return result

    def _measured(self, node: Node) -> _Anchored:
        """What is below a node, all in all; what has an anchor was measured before."""
        found = self._anchored.get(id(node))
        if found is not None:
            return found
        if isinstance(node, Scalar):
            return _Anchored(node, 1 + len(node.text) // _LONG_TEXT, 0)
        below = node.items if isinstance(node, ListNode) else [part for pair in node.pairs for part in pair]
        parts = [self._measured(one) for one in below]
        height = 1 + max([part.height for part in parts], default=-1)
        return _Anchored(node, 1 + sum([part.size for part in parts]), height)

    def _alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self._anchors:
            known = ", ".join(self._anchors) or "none"
            self._report.fail(
                "CW109",
                f"there is no anchor {quoted(event.anchor)} above",
                self._span(event),
                help=f"anchors so far: {known}",
            )
        target = self._anchors[event.anchor]
        if target is None:
            self._report.fail("CW109", f"anchor {quoted(event.anchor)} contains itself", self._span(event))
        self._aliased += target.size
        if self._aliased > MAX_ALIASED_NODES:
            self._report.fail(
                "CW109",
                f"the aliases stand for more than {MAX_ALIASED_NODES:,} values",
                self._span(event),
                help="write it out",
            )
        if depth + target.height > MAX_DEPTH:
            self._report.fail(
                "CW110", f"nested more than {MAX_DEPTH} deep", self._span(event), help="write it out"
            )
        return target.node

    def _list(self, start: Any, depth: int) -> ListNode:
        items: list[Node] = []
        event = self._next()
        while type(event) is not yaml.SequenceEndEvent:
            items.append(self._node(event, depth + 1))
            event = self._next()
        last = items[-1].span if items else None
        return ListNode(tuple(items), self._until(start, event, last))

    def _map(self, start: Any, depth: int) -> MapNode:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        last = None
        event = self._next()
        while type(event) is not yaml.MappingEndEvent:
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            last = value.span
            if self._is_key(key, pairs):
                pairs[key.text] = key, _placed(value, key)
            event = self._next()
        return MapNode(tuple(pairs.values()), self._until(start, event, last))

    def _is_key(self, key: Node, pairs: dict[str, tuple[Scalar, Node]]) -> TypeGuard[Scalar]:
        report = self._report
        if not isinstance(key, Scalar):
            report.add(
                "CW201",
                "a key must be a single word",
                key.span,
                help="put a text that begins with a bracket in quotes",
            )
            return False
        if key.text in pairs:
            first = pairs[key.text][0].span.line
            report.add(
                "CW107",
                f"key {quoted(key.text)} is given twice",
                key.span,
                help=f"the first one is in line {first}",
            )
            return False
        if key.style == "" and key.text == "<<":
            report.add(
                "CW109",
                "`<<` is not read: maps are not merged",
                key.span,
                help="write the keys out, or alias whole values",
            )
            return False
        if key.is_boolean_word:
            report.add(
                "CW111",
                f"key {quoted(key.text)} is read as true or false by many programs",
                key.span,
                help="choose another word, or put it in quotes if it is a code of yours",
            )
        return True

    def _span(self, event: Any) -> Span:
        first, last = event.start_mark, event.end_mark
        return _new(Span, (first.line + 1, first.column + 1, last.line + 1, last.column + 1, self._file))

    def _until(self, start: Any, end: Any, last: Span | None) -> Span:
        """A collection's span; without brackets it ends with its last value, not after the blank lines below."""
        begin = self._span(start)
        final = self._span(end) if start.flow_style or last is None else last
        return _new(Span, (begin.line, begin.column, final.end_line, final.end_column, self._file))


def _placed(value: Node, key: Scalar) -> Node:
    """A value that is not written stands right after its key; the two parsers differ in that."""
    if not isinstance(value, Scalar) or value.text or value.style:
        return value
    end = key.span.end_line, key.span.end_column
    return Scalar("", "", Span(*end, *end, key.span.file))
