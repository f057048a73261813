"""The report of ``casewf import``: the refused rows as a file that can be corrected and imported again."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from casewf.cli.terminal import Terminal, UsageError
from casewf.engine.importing import ImportedRow
from casewf.engine.raw_row import REFUSED_BECAUSE, REFUSED_LINE

_BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of a database for the files that belong to it."""


def report_path(report: str | None, file: str, database: str | None, out: Terminal) -> Path | None:
    """Where the report goes, or None for no report.

    Raises:
        UsageError: something is there already, or it would be the input or the database.
    """
    if report is None:
        return None
    path = Path(report)
    if _same(path, Path(file)):
        raise UsageError(
            out.say(
                "--report 不能是正在导入的文件", "--report must be another file than the one that is imported"
            )
        )
    if database is not None and any(_same(path, Path(database + tail)) for tail in _BESIDE):
        raise UsageError(
            out.say("--report 不能是数据库文件", "--report must be another file than the database")
        )
    _must_be_new(path, out)
    return path


@contextmanager
def report_of(
    path: Path | None, columns: Sequence[str], reasons: Callable[[ImportedRow], list[str]], out: Terminal
) -> Iterator[Callable[[ImportedRow], None]]:
    """What writes a refused row; the report takes its name once it is whole, and is gone if it never is.

    Raises:
        UsageError: meanwhile somebody else made a file of this name; the report stays beside it.
    """
    if path is None:
        yield _no_report
        return
    # a name that nobody has: whatever else lies there is not the report's to replace
    number, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".part", dir=path.parent)
    try:
        # Excel wants to be told that it is UTF-8; half a character has none, and is spelt out
        with open(number, "w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
            own = [column for column in columns if column not in (REFUSED_LINE, REFUSED_BECAUSE)]
            rows = csv.DictWriter(
                file, [*own, REFUSED_LINE, REFUSED_BECAUSE], extrasaction="ignore", restval=""
            )
            rows.writeheader()

            def write(row: ImportedRow) -> None:
                because = out.say("；", "; ").join(reasons(row))
                rows.writerow({**row.cells, REFUSED_LINE: str(row.line), REFUSED_BECAUSE: because})

            yield write
    except BaseException:
        Path(name).unlink()
        raise
    _must_be_new(path, out, instead=name)
    Path(name).rename(path)


def _no_report(_row: ImportedRow) -> None:
    """Nobody asked for one."""


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return os.path.samefile(one, other)
    return one.resolve() == other.resolve()


def _must_be_new(path: Path, out: Terminal, instead: str = "") -> None:
    if not os.path.lexists(path):
        return
    kept = out.say(f"；被拒绝的行在 {instead}", f"; the refused rows are in {instead}") if instead else ""
    raise UsageError(
        out.say(
            f"--report：{path} 已存在，不会覆盖；请另取文件名，或先移走它{kept}",
            f"--report: {path} exists and is not replaced; name another file, or move it away first{kept}",
        )
    )
