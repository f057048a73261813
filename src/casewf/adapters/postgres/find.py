"""``find`` as SQL, so that a page costs what it shows, not what there is.

In the order of ids: one ordered stream of case ids per way of seeing a case, each cut to a page, then the page of all.
In the order of due instants: one walk along ``cases_open``, which holds no closed case, with a look-up in the primary
keys of ``holders`` and ``watchers`` for each.
"""

from __future__ import annotations

from typing import TypeAlias

from casewf.adapters.postgres.schema import NEVER
from casewf.ports.stored import Filter

Values: TypeAlias = dict[str, object]

_PAST = -(2**63)
_NOTHING = "SELECT id, snapshot, due FROM casewf.cases WHERE 1 = 0"


def query(wanted: Filter) -> tuple[str, Values]:
    """The statement for one case more than the page holds, and its parameters.

    Its rows are ``(id, snapshot, due)``; the due instant is null in the order of ids, and where there is none.
    """
    values: Values = {"limit": wanted.limit + 1}
    conditions = "".join(f" AND {one}" for one in _conditions(wanted, values))
    if wanted.order == "due":
        return _by_due(wanted, conditions, values), values
    return _by_id(wanted, conditions, values), values


def _by_due(wanted: Filter, conditions: str, values: Values) -> str:
    ways = ["1 = 1"] if wanted.everything else _ways(wanted, values)
    if not ways:
        return _NOTHING
    first = wanted.after == ""
    after = NEVER if wanted.after_due is None else wanted.after_due
    values |= {"after": wanted.after, "after_due": _PAST if first else after, "never": NEVER}
    return (
        "SELECT c.id, c.snapshot, nullif(c.due, %(never)s) FROM casewf.cases AS c"  # noqa: S608  # no value is spliced
        f" WHERE c.closed = 0 AND (c.due, c.id) > (%(after_due)s, %(after)s) AND ({' OR '.join(ways)}){conditions}"
        " ORDER BY c.due, c.id LIMIT %(limit)s"
    )


def _by_id(wanted: Filter, conditions: str, values: Values) -> str:
    values["after"] = wanted.after
    streams = _streams(wanted, values)
    if not streams:
        return _NOTHING
    pages = [
        f"SELECT {column} AS id {stream} AND {column} > %(after)s{conditions} ORDER BY {column} LIMIT %(limit)s"
        for column, stream in streams
    ]
    page = pages[0]
    if len(pages) > 1:
        page = f"({') UNION ('.join(pages)}) ORDER BY 1 LIMIT %(limit)s"
    return (
        f"SELECT c.id, c.snapshot, NULL FROM ({page}) AS page "  # noqa: S608
        "JOIN casewf.cases AS c ON c.id = page.id ORDER BY c.id"
    )


def _conditions(wanted: Filter, values: Values) -> list[str]:
    """What holds for every case of the page, beside who sees it."""
    found: list[str] = []
    for column, sign, value in (
        ("workflow", "=", wanted.workflow),
        ("card", "=", wanted.card),
        ("closed", "=", wanted.closed or (wanted.closed if wanted.order == "id" else None)),
        ("due", ">=", wanted.due_from),
        ("due", "<", wanted.due_before),
        ("retain_until", "<", wanted.retain_before),
    ):
        if value is not None:
            name = f"value{len(values)}"
            found.append(f"c.{column} {sign} %({name})s")
            values[name] = int(value) if isinstance(value, bool) else value
    if wanted.card not in (None, "none"):
        found.append("c.card <> 'none'")  # as ``cases_by_card`` says it
    if wanted.state is not None:
        found.append(_looked_up("positions", "x.track = %(track)s AND x.state = %(state)s"))
        values["track"], values["state"] = wanted.state
    if wanted.person is not None:
        found.append(_looked_up("persons", "x.person = %(person)s"))
        values["person"] = wanted.person
    return found


def _streams(wanted: Filter, values: Values) -> list[tuple[str, str]]:
    """Ways to come by the cases: the column that has their ids in order, and the statement from its FROM on."""
    if wanted.everything:
        if wanted.person is not None:
            return [_out_of("persons", "s.person = %(person)s")]
        if wanted.retain_before is not None:
            return [("c.id", "FROM casewf.cases AS c WHERE c.retain_until IS NOT NULL")]
        if wanted.state is None:
            return [("c.id", "FROM casewf.cases AS c WHERE 1 = 1")]
        return [_out_of("positions", "s.track = %(track)s AND s.state = %(state)s")]
    streams = []
    if wanted.org is not None:
        values["org"] = wanted.org
        streams.append(_out_of("watchers", "s.org = %(org)s"))
    for name in _holders(wanted, values):
        streams.append(_out_of("holders", f"s.holder = %({name})s"))
    if wanted.opened_by is not None:
        streams.append(("c.id", f"FROM casewf.cases AS c WHERE {_opened(wanted, values)}"))
    return streams


def _ways(wanted: Filter, values: Values) -> list[str]:
    """The same ways to see a case, as conditions."""
    ways = []
    if wanted.org is not None:
        values["org"] = wanted.org
        ways.append(_looked_up("watchers", "x.org = %(org)s"))
    if names := _holders(wanted, values):
        marks = ", ".join(f"%({name})s" for name in names)
        ways.append(_looked_up("holders", f"x.holder IN ({marks})"))
    if wanted.opened_by is not None:
        ways.append(f"({_opened(wanted, values)})")
    return ways


def _out_of(table: str, condition: str) -> tuple[str, str]:
    return (
        "s.case_id",
        f"FROM casewf.{table} AS s JOIN casewf.cases AS c ON c.id = s.case_id WHERE {condition}",
    )


def _looked_up(table: str, condition: str) -> str:
    return f"{_lookup(table, condition)} IS NOT NULL"


def _lookup(table: str, condition: str) -> str:
    """1 if a row of the case is there, else null.

    An ``EXISTS`` could become a hash of all that an organisation sees. Of ``IS NOT NULL`` the planner believes that
    nearly every case fulfils it, and so walks; of an ``= 1`` that hardly one does, and so sorts all open cases.
    """
    return f"(SELECT 1 FROM casewf.{table} AS x WHERE x.case_id = c.id AND {condition} LIMIT 1)"  # noqa: S608


def _holders(wanted: Filter, values: Values) -> list[str]:
    """The names of the parameters that hold ``below``."""
    named = {f"holder{number}": holder for number, holder in enumerate(sorted(wanted.below))}
    values |= named
    return list(named)


def _opened(wanted: Filter, values: Values) -> str:
    values["opened_by"] = wanted.opened_by
    if not wanted.unheld:
        return "c.opened_by = %(opened_by)s"
    held = _lookup("holders", "x.holder <> ''")
    return f"c.opened_by = %(opened_by)s AND coalesce({held}, 0) < 1"
