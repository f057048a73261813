"""Files of cases to import, read row by row: CSV, JSON Lines, or a JSON list; a file of any length fits in memory.

Both formats come to one form: a mapping from column, such as ``clock.handle.start``, to what is written there.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO

import attrs

from casewf.definition.shapes import nearest
from casewf.errors import ImportFileError
from casewf.model.reasons import Reason, reason

REFUSED_LINE, REFUSED_BECAUSE = "refused.line", "refused.because"
"""Columns that a report adds to the rows it repeats; in a file to import they say nothing."""

GROUPS = ("state", "field", "holder", "previous", "done_by", "clock")
"""The parts of a row whose columns are called after names of the workflow."""

_CHUNK = 1 << 16
_LONGEST = 1 << 20
"""How many characters one row may have; more is no case but a file without its line breaks."""


@attrs.frozen(slots=True, kw_only=True)
class RawRow:
    """A row as it is written.

    Attributes:
        line: where it begins, from 1.
        values: by column, what is there: texts in CSV, any JSON value in JSON; nothing that is empty.
        problems: what is wrong with how it is written.
    """

    line: int
    values: Mapping[str, object]
    problems: tuple[Reason, ...] = ()

    def cells(self) -> dict[str, str]:
        """The row as CSV would have it."""
        return {column: _cell(value) for column, value in self.values.items()}


class ImportFile:
    """A file of cases to import, looked at once when this is made, and read when its rows are asked for.

    Args:
        path: the file; ``.csv`` or ``.txt`` is CSV, any other name JSON.
        known: the columns there can be.

    Raises:
        ImportFileError: it is no text, it is empty, or a CSV file has a column that is none.
    """

    def __init__(self, path: Path, known: Sequence[str]) -> None:
        self._path = path
        self._known = known
        self._is_csv = path.suffix.lower() in (".csv", ".txt")
        self._encoding = _encoding(path)
        self.columns = self._header() if self._is_csv else tuple(known)

    def rows(self) -> Iterator[RawRow]:
        """The rows in order.

        Raises:
            ImportFileError: what follows cannot be read as rows.
        """
        with self._open() as file:
            yield from self._csv_rows(file) if self._is_csv else _json_rows(file, self._path.name)

    def _open(self) -> IO[str]:
        return self._path.open(encoding=self._encoding, newline="")

    def _header(self) -> tuple[str, ...]:
        with self._open() as file:
            columns = tuple(cell.strip() for cell in next(csv.reader(file), ()))
        while columns and not columns[-1]:
            columns = columns[:-1]
        name, also = self._path.name, (*self._known, REFUSED_LINE, REFUSED_BECAUSE)
        unknown = [column for column in columns if column not in also]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise ImportFileError(
                f"{name}：列 {'、'.join(twice)} 出现多次",
                f"{name}: the columns {', '.join(twice)} are there twice",
            )
        if unknown:
            zh = "；".join(f"{one!r}{_meant(one, also, 'zh')}" for one in unknown)
            en = "; ".join(f"{one!r}{_meant(one, also, 'en')}" for one in unknown)
            raise ImportFileError(f"{name}：没有这样的列：{zh}", f"{name}: there is no column {en}")
        if "id" not in columns:
            raise ImportFileError(
                f"{name}：第一行须是列名，且必须有 id 列",
                f"{name}: the first row must name the columns, and `id` among them",
            )
        return columns

    def _csv_rows(self, file: IO[str]) -> Iterator[RawRow]:
        reader = csv.reader(file, strict=True)
        line = 1
        try:
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield self._csv_row(line, cells)
                line = reader.line_num + 1
        except csv.Error as error:
            raise ImportFileError(
                f"{self._path.name} 第{line}行不是正确的 CSV：{error}",
                f"{self._path.name} line {line} is not CSV: {error}",
            ) from error

    def _csv_row(self, line: int, cells: list[str]) -> RawRow:
        more = [cell for cell in cells[len(self.columns) :] if cell.strip()]
        problems = (reason("cells_too_many", count=str(len(more))),) if more else ()
        pairs = zip(self.columns, (cell.strip() for cell in cells), strict=False)
        values = {column: cell for column, cell in pairs if cell}
        return RawRow(line=line, values=values, problems=problems)


def _encoding(path: Path) -> str:
    """UTF-8, or GB18030, which Excel writes on a Chinese Windows."""
    wrong = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030")}
    first = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            first = first or chunk[:4]
            for name in list(wrong):
                if not _decodes(wrong[name], chunk):
                    del wrong[name]
    wrong = {name: decoder for name, decoder in wrong.items() if _decodes(decoder, b"", final=True)}
    if not first:
        raise ImportFileError(f"{path.name} 是空文件", f"{path.name} is empty")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or not wrong:
        raise ImportFileError(
            f"{path.name} 既不是 UTF-8 也不是 GB18030 编码；请另存为“CSV UTF-8”",
            f"{path.name} is neither UTF-8 nor GB18030; save it as “CSV UTF-8”",
        )
    return "utf-8-sig" if "utf-8" in wrong else "gb18030"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _json_rows(file: IO[str], name: str) -> Iterator[RawRow]:
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
            problems.extend(reason("row_key_twice", column=f"{column}.{key}") for key in item.twice)
            for key, inner in item.items():
                lay_out(f"{column}.{key}", inner, depth - 1)
        elif item is not None and item != "":
            values[column] = item

    if not isinstance(value, _Object):
        return RawRow(
            line=line, values={}, problems=(reason("object_wanted", column="–", found=type(value).__name__),)
        )
    problems += [reason("row_key_twice", column=key) for key in value.twice]
    for key, item in value.items():
        if item is not None:
            lay_out(key, item, 2 if key == "clock" else int(key in GROUPS))
    return RawRow(line=line, values=values, problems=tuple(problems))


class _Object(dict[str, object]):
    """A JSON object that knows which keys it was given twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = tuple(sorted({name for name in names if names.count(name) > 1}))


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_Object, parse_float=Decimal, parse_constant=_no_number)


def _cell(value: object) -> str:
    """A value as a cell of CSV says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        inner = ("/".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
        return "; ".join(inner)
    return str(value)


def _too_long(name: str, line: int) -> ImportFileError:
    return ImportFileError(
        f"{name} 第{line}行过长（超过{_LONGEST}个字符）",
        f"{name} line {line} is longer than {_LONGEST:,} characters",
    )


def _meant(name: str, known: Sequence[str], lang: str) -> str:
    """Which name was probably meant, as words after the wrong one."""
    near = nearest(name, known)
    if not near:
        return ""
    return f"（是否应为 {near}？）" if lang == "zh" else f" (did you mean {near}?)"
