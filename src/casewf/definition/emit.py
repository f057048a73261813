"""Nodes as YAML text again, line by line, each with where its value stands; read again it gives the same nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from casewf.definition.node import ListNode, MapNode, Node, Scalar, Span

__all__ = ["Line", "emit"]

_WIDE = 100
"""What fits on a line stays on one, between brackets."""

_LONGEST_KEY = 128
"""YAML takes a longer key only after a question mark."""

_STEP = "  "
_TYPED = re.compile(r"-?[0-9.][0-9_.:eE+-]*|true|false|null|~|yes|no|on|off", re.IGNORECASE)
"""What a reader, ours or another one, may take for something else than a text."""

_PLAIN = re.compile(r"(?:[^\W_]|[=_/(]|-(?=[0-9]))[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]*")
_FLOW = re.compile(r"[^,\[\]{}:#?\"]*")


class Line(NamedTuple):
    """A line of the text, and where the value on it stands; None where it only begins a collection."""

    text: str
    span: Span | None


def emit(root: Node) -> Iterator[Line]:
    """The lines of a whole file.

    A collection that stands in one place and is short is written on one line; so each line has one origin.
    """
    for line in _block(root, top=True):
        if line.span is None and line.text[:1] != " ":
            yield Line("", None)  # a section begins
        yield line


def _block(node: Node, *, top: bool = False) -> Iterator[Line]:
    """The lines of a node, from the left edge."""
    if isinstance(node, Scalar):
        yield Line(_scalar(node), node.span)
    elif isinstance(node, MapNode) and node.pairs:
        for key, value in node.pairs:
            yield from _pair(key, value, top=top)
    elif isinstance(node, ListNode) and node.items:
        for item in node.items:
            yield from _item(item)
    else:
        yield Line("{}" if isinstance(node, MapNode) else "[]", node.span)


def _pair(key: Scalar, value: Node, *, top: bool) -> Iterator[Line]:
    name = _scalar(key)
    if len(name) > _LONGEST_KEY:
        yield Line(f"? {name}", None)
        yield from _marked(":", value)
        return
    short = _on_one_line(value, _WIDE - len(name))
    if short is not None and not (top and isinstance(value, MapNode) and value.pairs):
        yield Line(f"{name}: {short}", _written(value))
        return
    yield Line(f"{name}:", None)
    yield from (Line(_STEP + line.text, line.span) for line in _block(value))


def _item(item: Node) -> Iterator[Line]:
    short = _on_one_line(item, _WIDE)
    if short is not None:
        yield Line(f"- {short}", _written(item))
    else:
        yield from _marked("-", item)


def _marked(mark: str, node: Node) -> Iterator[Line]:
    """The lines of a node, the first after a mark and the others indented as much."""
    for number, line in enumerate(_block(node)):
        yield Line(f"{_STEP if number else mark + ' '}{line.text}", line.span)


def _on_one_line(node: Node, room: int) -> str | None:
    """A node on one line; None for a collection that is too long for it, or whose values stand in several files."""
    if isinstance(node, Scalar):
        return _scalar(node)
    if not _fits(node, _first(node).file, [room // 2]):
        return None
    text = _flow(node)
    return text if len(text) <= room else None


def _fits(node: Node, file: int, left: list[int]) -> bool:
    """Whether all values of a node stand in one file and they are few; ``left`` bounds how many are looked at."""
    left[0] -= 1
    if left[0] < 0:
        return False
    if isinstance(node, MapNode) and node.pairs:
        return all(len(key.text) <= _LONGEST_KEY and _fits(value, file, left) for key, value in node.pairs)
    if isinstance(node, ListNode) and node.items:
        return all(_fits(item, file, left) for item in node.items)
    return node.span.file == file


def _written(node: Node) -> Span:
    """Where a node that stands in one file begins; a map that an overlay only names begins with its first value."""
    first = _first(node)
    return node.span if node.span.file == first.file else first


def _first(node: Node) -> Span:
    """Where the first value of a node stands."""
    while not isinstance(node, Scalar):
        below = [value for _, value in node.pairs[:1]] if isinstance(node, MapNode) else list(node.items[:1])
        if not below:
            break
        node = below[0]
    return node.span


def _flow(node: Node) -> str:
    if isinstance(node, Scalar):
        return _scalar(node, flow=True)
    if isinstance(node, MapNode):
        return f"{{{', '.join(f'{_scalar(key, flow=True)}: {_flow(value)}' for key, value in node.pairs)}}}"
    return f"[{', '.join(map(_flow, node.items))}]"


def _scalar(node: Scalar, *, flow: bool = False) -> str:
    """A single value, in quotes where it was, or where it could be taken for something else."""
    text = node.text
    if node.is_null:
        return text or "null"
    keeps = node.style == "" or (node.style in {"|", ">"} and not _TYPED.fullmatch(text))
    if keeps and _is_plain(text, flow=flow):
        return text
    if node.style in {"'", ""} and text.isprintable() and text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, text)) + '"'


def _is_plain(text: str, *, flow: bool) -> bool:
    if not _PLAIN.fullmatch(text) or ": " in text or " #" in text or text[-1] in ": ":
        return False
    return not flow or _FLOW.fullmatch(text) is not None


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    number = ord(character)
    return (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )
