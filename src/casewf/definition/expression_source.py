"""The text of an expression: parsed by Python's parser, bounded, and with places in characters (M9)."""

from __future__ import annotations

import ast
import re
from decimal import Decimal

from casewf.definition.expression_types import ExpressionError
from casewf.definition.full_width import FULL_WIDTH

__all__ = ["Source", "evened"]

MAX_CHARACTERS = 1_000
MAX_NODES = 200
MAX_DEPTH = 20

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_BLANKS = re.compile(rf"({_QUOTED.pattern})|\s+")
_WHOLE = re.compile(r"[0-9][0-9_]*")
_POINT = re.compile(r"(?:[0-9][0-9_]*)?\.[0-9][0-9_]*")
# Outside quotes. Left to the parser, a comment would swallow folded lines, and `1or x` would only warn.
_PITFALLS = (
    (re.compile(r"#"), "comments do not belong in an expression", "write the comment in the file instead"),
    (re.compile(r"&&?|\|\|?|!(?!=)"), "this is not an operator here", "write and, or, not"),
    (re.compile(r"(?<![=!<>:/*+%-])=(?!=)"), "`=` is not a comparison", "write == to compare"),
    (
        re.compile(r"(?<![\w.])[0-9][\w.]*[^\W\d_]\w*"),
        "this is not a number",
        "write plain digits, such as 1000 or 1.5",
    ),
)


def evened(text: str) -> str:
    """An expression with its blanks made even; those within quotes are part of a value and stay."""
    return _BLANKS.sub(lambda match: match[1] or " ", text).strip()


class Source:
    """One expression's text and Python's tree of it.

    Attributes:
        tree: the root of Python's tree, at most 200 expressions and 20 levels deep.

    Raises:
        ExpressionError: too long, too large, too deep, or no Python expression.
    """

    tree: ast.expr

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise ExpressionError(
                f"the expression has {len(text)} characters, at most {MAX_CHARACTERS} are allowed",
                MAX_CHARACTERS,
                len(text) - MAX_CHARACTERS,
                "split it, or compute a field with `set` first",
            )
        # A folded line of YAML: same length, so that places stay right.
        line = text.replace("\r", " ").replace("\n", " ")
        self._indent = len(line) - len(line.lstrip())
        self._line = line.strip()
        self._bytes = self._line.encode("utf-8", "surrogatepass")
        if not self._line:
            raise ExpressionError("the expression is empty", 0, 1, "write a condition or leave the key out")
        self._refuse_pitfalls()
        self.tree = self._parse()
        self._bound()

    def place(self, tree: ast.expr) -> tuple[int, int]:
        """Offset and length of ``tree`` in the author's text, in characters."""
        start = self._characters(tree.col_offset)
        end = self._characters(tree.end_col_offset or tree.col_offset)
        return start + self._indent, max(end - start, 1)

    def attribute_place(self, tree: ast.Attribute) -> tuple[int, int]:
        """Offset and length of the word after the last point of ``tree``."""
        offset, length = self.place(tree)
        end = offset + length
        start = offset + self._text(tree).rindex(".") + 1
        word = self._line[start - self._indent : end - self._indent].strip()
        return end - len(word), len(word)

    def literal(self, tree: ast.Constant) -> str | int | bool | Decimal:
        """The value that is written out at ``tree``.

        Raises:
            ExpressionError: None, bytes, imaginary numbers, exponents, other bases, prefixed or glued texts.
        """
        written, value = self._text(tree), tree.value
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and _WHOLE.fullmatch(written):
            return value
        if isinstance(value, float) and _POINT.fullmatch(written):
            return Decimal(written)
        if isinstance(value, str) and _QUOTED.fullmatch(written):
            return value
        if value is None:
            raise self._error(tree, "None is not part of the language", "write has(field) to ask for a value")
        if isinstance(value, str):
            raise self._error(
                tree, "this is not one plain text in quotes", "check for a missing comma or a prefix"
            )
        raise self._error(
            tree,
            f"{written} is not a value of the language",
            "write whole numbers or decimals such as 1000 or 1.5",
        )

    def _refuse_pitfalls(self) -> None:
        if "\\" in self._line:
            offset = self._line.index("\\")
            raise ExpressionError(
                "a backslash is not part of the language", offset + self._indent, 1, "texts have no escapes"
            )
        bare = _QUOTED.sub(lambda match: " " * len(match[0]), self._line)
        for offset, character in enumerate(bare):
            plain = character.translate(FULL_WIDTH)
            if plain != character:
                raise ExpressionError(
                    f"{character!r} is a full-width character", offset + self._indent, 1, f"write {plain!r}"
                )
        for pattern, message, advice in _PITFALLS:
            found = pattern.search(bare)
            if found:
                raise ExpressionError(message, found.start() + self._indent, len(found[0]), advice)

    def _parse(self) -> ast.expr:
        try:
            return ast.parse(self._line, mode="eval").body
        except SyntaxError as error:
            offset = min(max((error.offset or 1) - 1, 0), len(self._line) - 1)
            message = f"this is not an expression: {error.msg}"
            raise ExpressionError(message, offset + self._indent, 1, "write it as in Python") from None
        except (ValueError, MemoryError, RecursionError):
            raise ExpressionError(
                "this cannot be read as an expression", self._indent, len(self._line), "write it as in Python"
            ) from None

    def _bound(self) -> None:
        pending = [(self.tree, 1)]
        count = 0
        while pending:
            tree, depth = pending.pop()
            count += 1
            if depth > MAX_DEPTH:
                raise self._error(
                    tree, f"the expression is nested deeper than {MAX_DEPTH} levels", "split it"
                )
            below = [each for each in ast.iter_child_nodes(tree) if isinstance(each, ast.expr)]
            pending.extend((each, depth + 1) for each in below)
        if count > MAX_NODES:
            raise self._error(
                self.tree, f"the expression has {count} parts, at most {MAX_NODES} are allowed", "split it"
            )

    def _characters(self, byte_offset: int) -> int:
        return len(self._bytes[:byte_offset].decode("utf-8", "surrogatepass"))

    def _text(self, tree: ast.expr) -> str:
        offset, length = self.place(tree)
        return self._line[offset - self._indent :][:length]

    def _error(self, tree: ast.expr, message: str, help: str) -> ExpressionError:  # noqa: A002
        return ExpressionError(message, *self.place(tree), help)
