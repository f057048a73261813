"""A YAML document as nodes that know where they stand; nothing is read into numbers or booleans yet."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import attrs

__all__ = ["ListNode", "MapNode", "Node", "Scalar", "Span"]

_BOOLEAN_WORDS = frozenset({"on", "off", "yes", "no"})


class Span(NamedTuple):
    """A stretch of a file: lines and columns from 1, in characters; the end is the column after it.

    ``file`` is the file's number among those of one ``Report``: 0, unless several are laid over one another.
    """

    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    file: int = 0


@attrs.frozen(slots=True, eq=False)
class Scalar:
    """A single value.

    Attributes:
        text: the value with quotes, escapes and folds resolved.
        style: ``""`` for a plain one, else ``'``, ``"``, ``|`` or ``>``.
    """

    text: str
    style: str
    span: Span

    @property
    def is_null(self) -> bool:
        """Whether nothing is written, or one of YAML's words for nothing."""
        return self.style == "" and self.text in {"", "~", "null", "Null", "NULL"}

    @property
    def is_boolean_word(self) -> bool:
        """Whether programs that follow YAML 1.1 read it as true or false: yes, no, on, off."""
        return self.style == "" and self.text.lower() in _BOOLEAN_WORDS


@attrs.frozen(slots=True, eq=False)
class ListNode:
    """A list; an alias stands here as the node it names.

    Attributes:
        removed: of the transitions of a track, the triggers whose rows an overlay took out or replaced with the whole
            list, each where it says so; it may since have got others.
    """

    items: tuple[Node, ...]
    span: Span
    removed: tuple[Scalar, ...] = ()


@attrs.frozen(slots=True, eq=False)
class MapNode:
    """A map with its keys in file order, each once.

    Attributes:
        removed: the keys that an overlay took out, each where it says so.
    """

    pairs: tuple[tuple[Scalar, Node], ...]
    span: Span
    removed: tuple[Scalar, ...] = ()

    def peek(self, key: str) -> Node | None:
        """The value of ``key``, or None; nothing is checked."""
        for name, value in self.pairs:
            if name.text == key:
                return value
        return None


Node: TypeAlias = Scalar | ListNode | MapNode
