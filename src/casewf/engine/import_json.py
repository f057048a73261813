"""The rows of a JSON file to import: the objects of a list, or one object a line, read one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import IO

from casewf.engine.raw_row import GROUPS, MOST_COLUMNS, NAMED, RawRow
from casewf.errors import ImportFileError
from casewf.model.reasons import Reason, reason

_CHUNK = 1 << 16
_LONGEST = 1 << 20
"""How many characters one row may have; more is no case but a file without its line breaks."""


def json_rows(file: IO[str], name: str) -> Iterator[RawRow]:
    """The objects of a JSON list, or of JSON Lines."""
    start = ""
    line = 1
    while chunk := file.read(1):
        if not chunk.isspace():
            start = chunk
            break
        line += chunk == "\n"
    if start == "[":
        yield from _json_list(file, name, line)
        return
    text = start
    for rest in file:
        text += rest
        if len(text) > _LONGEST:
            raise _too_long(name, line)
        if text.strip():
            yield _json_row(line, text)
        text, line = "", line + 1


def _json_list(file: IO[str], name: str, line: int) -> Iterator[RawRow]:
    """The items of a list, as soon as each is complete."""
    buffer, position, wants_comma = "", 0, False
    while True:
        buffer, position, line = _skip(file, buffer, position, line, "," if wants_comma else "")
        if position == len(buffer):
            raise ImportFileError(f"{name} 在列表结束前中断", f"{name} ends before its list does")
        if buffer[position] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(buffer, position)
        except (ValueError, RecursionError) as error:
            more = file.read(_CHUNK)
            if not more or len(buffer) - position > _LONGEST:
                detail = getattr(error, "msg", str(error))
                raise ImportFileError(
                    f"{name} 第{line}行起不是正确的 JSON：{detail}",
                    f"{name} from line {line} on is not JSON: {detail}",
                ) from error
            buffer, position = buffer[position:] + more, 0
            continue
        yield _object_row(line, value)
        line += buffer.count("\n", position, end)
        buffer, position, wants_comma = buffer[end:], 0, True


def _skip(file: IO[str], buffer: str, position: int, line: int, also: str) -> tuple[str, int, int]:
    """On to the next item: over white space and, once, what stands between items."""
    while True:
        while position < len(buffer) and (buffer[position].isspace() or buffer[position] == also):
            line += buffer[position] == "\n"
            also = "" if buffer[position] == also else also
            position += 1
        if position < len(buffer):
            return buffer, position, line
        buffer, position = file.read(_CHUNK), 0
        if not buffer:
            return buffer, position, line


def _json_row(line: int, text: str) -> RawRow:
    try:
        value = _DECODER.decode(text.strip())
    except (ValueError, RecursionError) as error:
        detail = getattr(error, "msg", str(error))
        return RawRow(line=line, values={}, problems=(reason("json_wrong", detail=detail),))
    return _object_row(line, value)


def _object_row(line: int, value: object) -> RawRow:
    """An object laid out in columns."""
    problems: list[Reason] = []
    values: dict[str, object] = {}

    def lay_out(column: str, item: object, depth: int) -> None:
        if depth and item == "none" and column.startswith("clock."):
            values[f"{column}.start"] = item
        elif depth and not isinstance(item, _Object):
            problems.append(reason("object_wanted", column=column, found=type(item).__name__))
        elif depth and isinstance(item, _Object):
            problems.extend(reason("row_key_twice", column=f"{column}.{key}") for key in item.twice[:NAMED])
            for key, inner in item.items():
                lay_out(f"{column}.{key}", inner, depth - 1)
        elif item is not None and item != "":
            values[column] = item

    if not isinstance(value, _Object):
        return RawRow(
            line=line, values={}, problems=(reason("object_wanted", column="–", found=type(value).__name__),)
        )
    problems += [reason("row_key_twice", column=key) for key in value.twice[:NAMED]]
    for key, item in value.items():
        if item is not None:
            lay_out(key, item, 2 if key == "clock" else int(key in GROUPS))
    return _row(line, values, problems)


def _row(line: int, values: dict[str, object], problems: list[Reason]) -> RawRow:
    if len(values) > MOST_COLUMNS:
        problems, values = [reason("row_too_wide", count=str(len(values)), most=str(MOST_COLUMNS))], {}
    return RawRow(line=line, values=values, problems=tuple(problems))


class _Object(dict[str, object]):
    """A JSON object that knows which keys it was given twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        given = Counter(name for name, _ in pairs) if len(self) < len(pairs) else {}
        self.twice = tuple(sorted(name for name, count in given.items() if count > 1))


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_float=Decimal, parse_constant=_no_number)


def _too_long(name: str, line: int) -> ImportFileError:
    return ImportFileError(
        f"{name} 第{line}行过长（超过{_LONGEST}个字符）",
        f"{name} line {line} is longer than {_LONGEST:,} characters",
    )
