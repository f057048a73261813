"""From a row as it is written to a case to import: times in a zone, pauses, extensions, values by the fields' types.

What cannot be read is a problem of the row, and stands for nothing, so that all other problems of it show as well.
"""

from __future__ import annotations

import datetime as dt
import re

import attrs

from casewf.core.import_checks import ways_back
from casewf.core.program import Program
from casewf.definition.amounts import written_amount
from casewf.definition.nearest import nearest
from casewf.engine.imported import PERSON, Imported, ImportedClock, read_doer
from casewf.engine.keys import OPEN
from casewf.engine.raw_row import GROUPS, NAMED, REFUSED_BECAUSE, REFUSED_LINE, SHOWN, RawRow
from casewf.machine.rules import witnesses
from casewf.model.amount import Amount
from casewf.model.plain_text import is_whole
from casewf.model.reasons import Reason, reason
from casewf.model.workflow import Field
from casewf.model.zone import load_zone

NONE = "none"
"""What stands for a limit that does not run, although the position would have started it."""

_PLAIN = ("id", "origin", "org", "opened_at", "opened_by", "warned_until", "comment")
_CLOCK = ("start", "pauses", "paused_since", "paused_until", "extensions", "stopped", "verdict")
_TIME = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?"
_PARTS = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?"
    r"(?: ?(Z|[+-]\d{2}:?\d{2}))?"
)
_PAUSE = re.compile(rf"({_TIME})\s*/\s*({_TIME})")
_EXTENSION = re.compile(rf"({_TIME})\s*\+\s*(\S.*)")
_SEVERAL = re.compile(r"\s*[;；]\s*")
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_BOOLEANS = {
    "true": True,
    "yes": True,
    "是": True,
    "1": True,
    "false": False,
    "no": False,
    "否": False,
    "0": False,
}
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_NEVER = dt.datetime(_FIRST_YEAR, 1, 1, tzinfo=dt.UTC)
"""When a case was opened whose opening cannot be read: nothing of it lies before that."""


@attrs.frozen(slots=True, kw_only=True)
class ImportRow:
    """A row that was read: the case, or None if there is no telling which; and what could not be read of it."""

    line: int
    id: str
    origin: str
    imported: Imported | None
    problems: tuple[Reason, ...]


class RowReader:
    """Reads the rows of files for one workflow.

    Args:
        program: the workflow.
        zone: the IANA time zone of times without an offset.

    Raises:
        WorkingTimeError: no such zone.
    """

    def __init__(self, program: Program, zone: str) -> None:
        self._program = program
        self._zone = load_zone(zone)
        workflow = program.workflow
        back = [
            track.id
            for track in workflow.tracks
            if any(ways_back(program, track.id, one.id) for one in track.states)
        ]
        self.columns = (
            *_PLAIN,
            *(f"state.{track.id}" for track in workflow.tracks),
            *(f"previous.{track}" for track in back),
            *(f"field.{name}" for name in program.fields),
            *(f"holder.{role}" for role in workflow.roles),
            *(f"done_by.{trigger}" for trigger in sorted(witnesses(workflow))),
            *(f"clock.{sla}.{part}" for sla in program.by_name for part in _CLOCK),
        )

    def read(self, raw: RawRow) -> ImportRow:
        """The case of a row."""
        return _Row(self._program, self._zone, raw, self.columns).read()


class _Row:
    """One row under way; ``problems`` is what could not be read so far."""

    def __init__(self, program: Program, zone: dt.tzinfo, raw: RawRow, columns: tuple[str, ...]) -> None:
        self._program = program
        self._zone = zone
        self._raw = raw
        # a name with half a character is no name of the workflow, and could not be looked up
        self._values = {column: value for column, value in raw.values.items() if is_whole(column)}
        self.problems: list[Reason] = list(raw.problems)
        known = (*columns, REFUSED_LINE, REFUSED_BECAUSE)
        unknown = [
            column
            for column in raw.values
            if column not in known and not (_is_named(column) and column in self._values)
        ]
        for column in unknown[:NAMED]:
            self._wrong("column_unknown", column[:SHOWN], near=nearest(column, columns) or "–")
        if len(unknown) > NAMED:
            self.problems.append(reason("columns_unknown", count=str(len(unknown) - NAMED)))

    def read(self) -> ImportRow:
        """All of it."""
        name, origin = self._text("id"), self._text("origin")
        if not name:
            if "id" not in self._values and not self._raw.problems:
                self._wrong("must_be_given", "id")
        elif name == OPEN:
            self._wrong("text_wanted", "id", found=name)
        if "opened_at" not in self._values and self._values:
            self._wrong("must_be_given", "opened_at")
        opened_at = self._time("opened_at") or _NEVER
        imported = Imported(
            id=name if name and name != OPEN else "?",
            origin=origin,
            opened_at=opened_at,
            opened_by=self._text("opened_by"),
            org=self._text("org") or None,
            states=self._texts("state"),
            previous=self._texts("previous"),
            fields=self._fields(),
            holders=self._holders(),
            done_by=self._done_by(),
            clocks={sla: self._clock(f"clock.{sla}", opened_at) for sla in self._slas()},
            comment=self._text("comment") or None,
            warned_until=self._time("warned_until"),
        )
        return ImportRow(
            line=self._raw.line,
            id=name,
            origin=origin or name,
            imported=imported if self._values else None,
            problems=tuple(self.problems),
        )

    def _wrong(self, code: str, column: str, **more: str) -> None:
        self.problems.append(reason(code, column=column, **more))

    def _named(self, group: str) -> list[str]:
        """The names of a group that have a value, in the order of the row."""
        return [column.split(".", 1)[1] for column in self._values if column.startswith(f"{group}.")]

    def _slas(self) -> list[str]:
        return list(dict.fromkeys(name.split(".", 1)[0] for name in self._named("clock")))

    def _text(self, column: str) -> str:
        """A text, empty for none; whole numbers stand for their digits, as JSON may have ids."""
        value = self._values.get(column, "")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and is_whole(value):
            return value
        self._wrong("text_wanted", column, found=type(value).__name__)
        return ""

    def _texts(self, group: str) -> dict[str, str]:
        pairs = {name: self._text(f"{group}.{name}") for name in self._named(group)}
        return {name: text for name, text in pairs.items() if text}

    def _list(self, column: str) -> tuple[str, ...]:
        """Several texts: a JSON list, or one text with semicolons."""
        value = self._values.get(column)
        items = (
            value
            if isinstance(value, list)
            else _SEVERAL.split(str(value))
            if isinstance(value, str)
            else [value]
        )
        texts = [one for one in items if isinstance(one, str) and is_whole(one)]
        if len(texts) != len(items):
            self._wrong("text_wanted", column, found=type(value).__name__)
        elif not any(texts):
            self._wrong("must_be_given", column)
        return tuple(one for one in texts if one)

    def _holders(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for role in self._named("holder"):
            ids = self._list(f"holder.{role}")
            if len({one.startswith(PERSON) for one in ids}) > 1 or PERSON in ids:
                self._wrong("holders_mixed", f"holder.{role}")
            elif ids:
                found[role] = ids
        return found

    def _done_by(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for trigger in self._named("done_by"):
            doers = self._list(f"done_by.{trigger}")
            unclear = [one for one in doers if read_doer(one) is None]
            if unclear:
                self._wrong("doer_unclear", f"done_by.{trigger}", found=unclear[0][:SHOWN])
            elif doers:
                found[trigger] = doers
        return found

    def _fields(self) -> dict[str, object]:
        found = {}
        for name in self._named("field"):
            field, value = self._program.fields.get(name), self._values[f"field.{name}"]
            found[name] = value if field is None else self._field(f"field.{name}", field, value)
        return {name: value for name, value in found.items() if value is not None}

    def _field(self, column: str, field: Field, value: object) -> object:
        """The value in the form that its field takes; what cannot be read stays, for the field to refuse."""
        if field.many:
            items = _SEVERAL.split(value) if isinstance(value, str) else value
            return [self._one(column, field, one) for one in items] if isinstance(items, list) else value
        return self._one(column, field, value)

    def _one(self, column: str, field: Field, value: object) -> object:
        if field.kind == "instant":
            return self._moment(column, value, secret=field.sensitive)
        if not isinstance(value, str):
            return value
        if field.kind == "integer" and re.fullmatch(r"[+-]?\d{1,30}", value):
            return int(value)
        if field.kind == "boolean":
            return _BOOLEANS.get(value.lower(), value)
        if field.kind == "date" and (slashed := _SLASHED.fullmatch(value)):
            year, month, day = slashed.groups()
            return f"{year}-{month:0>2}-{day:0>2}"
        return value

    def _time(self, column: str) -> dt.datetime | None:
        value = self._values.get(column)
        return None if value is None else self._moment(column, value)

    def _moment(self, column: str, value: object, *, secret: bool = False) -> dt.datetime | None:
        """A time with its offset, or of the zone; the first of two that local clocks show (T7)."""
        moment = read_time(value, self._zone) if isinstance(value, str) else None
        shown = type(value).__name__ if secret else str(value)[:SHOWN]
        if moment is None:
            self._wrong("time_wanted", column, found=shown)
            return None
        if moment.astimezone(dt.UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != moment.replace(
            tzinfo=None
        ):
            self._wrong("time_skipped", column, found=shown, zone=str(self._zone))
            return None
        return moment

    def _clock(self, column: str, opened_at: dt.datetime) -> ImportedClock | None:
        """A clock; what cannot be read of it is as if it were well: its start the opening, no pause, no stop."""
        if self._values.get(f"{column}.start") == NONE:
            more = [part for part in _CLOCK[1:] if f"{column}.{part}" in self._values]
            for part in more:
                self._wrong("clock_is_none", f"{column}.{part}")
            return None
        if f"{column}.start" not in self._values:
            self._wrong("must_be_given", f"{column}.start")
        since = f"{column}.paused_since"
        start = self._time(f"{column}.start") or opened_at
        return ImportedClock(
            start=start,
            pauses=self._pauses(f"{column}.pauses"),
            paused_since=(self._time(since) or start) if since in self._values else None,
            paused_until=self._time(f"{column}.paused_until"),
            extensions=self._extensions(f"{column}.extensions"),
            stopped=self._time(f"{column}.stopped"),
            verdict=self._text(f"{column}.verdict") or None,
        )

    def _pauses(self, column: str) -> list[tuple[dt.datetime, dt.datetime]]:
        found = []
        for item in self._items(column):
            pair = item if isinstance(item, list) else _groups(_PAUSE, item)
            if pair is None or len(pair) != 2:
                self._wrong("pause_wanted", column, found=str(item)[:60])
                continue
            begin, end = (self._moment(column, one) for one in pair)
            if begin is not None and end is not None:
                found.append((begin, end))
        return found

    def _extensions(self, column: str) -> list[tuple[dt.datetime, Amount]]:
        found = []
        for item in self._items(column):
            pair = item if isinstance(item, list) else _groups(_EXTENSION, item)
            amount = written_amount(pair[1]) if pair and len(pair) == 2 and isinstance(pair[1], str) else None
            if pair is None or amount is None:
                self._wrong("extension_wanted", column, found=str(item)[:60])
                continue
            at = self._moment(column, pair[0])
            if at is not None:
                found.append((at, amount))
        return sorted(found, key=lambda one: one[0])

    def _items(self, column: str) -> list[object]:
        value = self._values.get(column)
        if isinstance(value, list):
            return value
        return [] if value is None else [one for one in _SEVERAL.split(str(value)) if one]


def read_time(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """The time that a text says, in a zone unless it has an offset; None for what is no time."""
    form = _PARTS.fullmatch(text.strip())
    if form is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = form.groups()
    written = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}.{fraction or '':0<6}"
    try:
        moment = dt.datetime.fromisoformat(written + (offset or "+00:00").replace("Z", "+00:00"))
    except ValueError:
        return None
    if not _FIRST_YEAR < moment.year < _LAST_YEAR:
        return None
    return moment if offset else moment.replace(tzinfo=zone)


def _groups(form: re.Pattern[str], item: object) -> list[object] | None:
    found = form.fullmatch(item.strip()) if isinstance(item, str) else None
    return None if found is None else list(found.groups())


def _is_named(column: str) -> bool:
    """Whether a column names a track, field, role, trigger or limit, which is looked up when the case is decided."""
    group, _, name = column.partition(".")
    if group == "clock":
        return name.partition(".")[2] in _CLOCK
    return group in GROUPS and bool(name)
