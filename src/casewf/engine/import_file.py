"""Files of cases to import, read row by row: CSV, JSON Lines, or a JSON list; a file of any length fits in memory.

Both formats come to one form: a mapping from column, such as ``clock.handle.start``, to what is written there.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from casewf.definition.nearest import nearest
from casewf.engine.import_json import json_rows
from casewf.engine.raw_row import MOST_COLUMNS, NAMED, REFUSED_BECAUSE, REFUSED_LINE, SHOWN, RawRow
from casewf.errors import ImportFileError
from casewf.model.reasons import reason

_CHUNK = 1 << 16


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
        try:
            with self._open() as file:
                yield from self._csv_rows(file) if self._is_csv else json_rows(file, self._path.name)
        except (OSError, UnicodeError) as error:  # it was changed or taken away meanwhile
            raise _unreadable(self._path, error) from error

    def _open(self) -> IO[str]:
        return self._path.open(encoding=self._encoding, newline="")

    def _header(self) -> tuple[str, ...]:
        name, also = self._path.name, (*self._known, REFUSED_LINE, REFUSED_BECAUSE)
        columns = self._first_line()
        if not set(columns) & set(also):
            # a first line without a header is a case, and names and telephone numbers are not to be told
            raise ImportFileError(
                f"{name}：第一行没有列名；第一行须是列名，且必须有 id 列",
                f"{name}: the first line has no column names; it must name the columns, and `id` among them",
            )
        if len(columns) > MOST_COLUMNS:
            raise ImportFileError(
                f"{name}：第一行有{len(columns)}列，最多{MOST_COLUMNS}列",
                f"{name}: the first line has {len(columns):,} columns, and {MOST_COLUMNS:,} are the most",
            )
        unknown = [column for column in columns if column not in also]
        if unknown:
            zh = "；".join(f"{one[:SHOWN]!r}{_meant(one, also, 'zh')}" for one in unknown[:NAMED])
            en = "; ".join(f"{one[:SHOWN]!r}{_meant(one, also, 'en')}" for one in unknown[:NAMED])
            more = len(unknown) - NAMED
            zh += f"；另有{more}列" if more > 0 else ""
            en += f"; nor {more:,} more" if more > 0 else ""
            raise ImportFileError(f"{name}：没有这样的列：{zh}", f"{name}: there is no column {en}")
        twice = sorted(column for column, count in Counter(columns).items() if count > 1)
        if twice:
            raise ImportFileError(
                f"{name}：列 {'、'.join(twice)} 出现多次",
                f"{name}: the columns {', '.join(twice)} are there twice",
            )
        if "id" not in columns:
            raise ImportFileError(
                f"{name}：第一行须是列名，且必须有 id 列",
                f"{name}: the first row must name the columns, and `id` among them",
            )
        return columns

    def _first_line(self) -> tuple[str, ...]:
        try:
            with self._open() as file:
                columns = tuple(cell.strip() for cell in next(csv.reader(file), ()))
        except csv.Error as error:
            raise self._not_csv(1, error) from error
        while columns and not columns[-1]:
            columns = columns[:-1]
        return columns

    def _not_csv(self, line: int, error: csv.Error) -> ImportFileError:
        return ImportFileError(
            f"{self._path.name} 第{line}行不是正确的 CSV：{error}",
            f"{self._path.name} line {line} is not CSV: {error}",
        )

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
            raise self._not_csv(line, error) from error

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
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                first = first or chunk[:4]
                for name in list(wrong):
                    if not _decodes(wrong[name], chunk):
                        del wrong[name]
    except (OSError, ValueError) as error:  # a path with half a character, or a NUL, is a ValueError
        raise _unreadable(path, error) from error
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


def _unreadable(path: Path, error: Exception) -> ImportFileError:
    why = (error.strerror if isinstance(error, OSError) else None) or error
    return ImportFileError(f"{path} 无法读取：{why}", f"{path} cannot be read: {why}")


def _meant(name: str, known: Sequence[str], lang: str) -> str:
    """Which name was probably meant, as words after the wrong one."""
    near = nearest(name, known)
    if not near:
        return ""
    return f"（是否应为 {near}？）" if lang == "zh" else f" (did you mean {near}?)"
