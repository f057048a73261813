"""``find`` as SQL, so that a page costs what it shows, not what there is.

In the order of ids: one ordered stream of case ids per way of seeing a case, each out of an index, merged by SQLite.
In the order of due instants: one walk along ``cases_open``, which holds no closed case, with a look-up in the primary
keys of ``holders`` and ``watchers`` for each.
"""

from __future__ import annotations

from typing import TypeAlias

from casewf.adapters.sqlite.schema import NEVER
from casewf.ports.stored import Filter

Values: TypeAlias = dict[str, object]

_PAST = -(2**63)


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
    ways = ["1"] if wanted.everything else _ways(wanted, values)
    if not ways:
        return "SELECT NULL, NULL, NULL WHERE 0"
    first = wanted.after == ""
    after = NEVER if wanted.after_due is None else wanted.after_due
    values |= {"after": wanted.after, "after_due": _PAST if first else after, "never": NEVER}
    return (
        "SELECT c.id, c.snapshot, nullif(c.due, :never) FROM cases AS c INDEXED BY cases_open"  # noqa: S608  # as below
        f" WHERE c.closed = 0 AND (c.due, c.id) > (:after_due, :after) AND ({' OR '.join(ways)}){conditions}"
        " ORDER BY c.due, c.id LIMIT :limit"
    )


def _by_id(wanted: Filter, conditions: str, values: Values) -> str:
    values["after"] = wanted.after
    streams = _streams(wanted, values) or ["FROM cases AS c WHERE 0"]
    ids = " UNION ".join(f"SELECT c.id AS id {stream} AND c.id > :after{conditions}" for stream in streams)
    return (
        f"SELECT c.id, c.snapshot, NULL FROM ({ids} ORDER BY 1 LIMIT :limit) AS page "  # noqa: S608  # no value is spliced
        "JOIN cases AS c ON c.id = page.id ORDER BY c.id"
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
            found.append(f"c.{column} {sign} :{name}")
            values[name] = value
    if wanted.card not in (None, "none"):
        found.append("c.card <> 'none'")  # as ``cases_by_card`` says it
    if wanted.state is not None:
        found.append(
            "EXISTS (SELECT 1 FROM positions AS p WHERE p.case_id = c.id"
            " AND p.track = :track AND p.state = :state)"
        )
        values["track"], values["state"] = wanted.state
    if wanted.person is not None:
        found.append("EXISTS (SELECT 1 FROM persons AS n WHERE n.case_id = c.id AND n.person = :person)")
        values["person"] = wanted.person
    return found


def _streams(wanted: Filter, values: Values) -> list[str]:
    """Ways to come by the cases, each in the order of their ids."""
    if wanted.everything:
        if wanted.person is not None:
            return [
                "FROM persons AS s JOIN cases AS c ON c.id = s.case_id"
                " WHERE s.person = :person AND s.case_id > :after"
            ]
        if wanted.retain_before is not None:
            return ["FROM cases AS c INDEXED BY cases_by_retention WHERE c.retain_until IS NOT NULL"]
        if wanted.state is None:
            return ["FROM cases AS c WHERE 1"]
        return [
            "FROM positions AS s JOIN cases AS c ON c.id = s.case_id"
            " WHERE s.track = :track AND s.state = :state AND s.case_id > :after"
        ]
    streams = []
    if wanted.org is not None:
        values["org"] = wanted.org
        streams.append(
            "FROM watchers AS w JOIN cases AS c ON c.id = w.case_id WHERE w.org = :org AND w.case_id > :after"
        )
    for name in _holders(wanted, values):
        streams.append(
            "FROM holders AS h JOIN cases AS c ON c.id = h.case_id"
            f" WHERE h.holder = :{name} AND h.case_id > :after"
        )
    if wanted.opened_by is not None:
        streams.append(f"FROM cases AS c WHERE {_opened(wanted, values)}")
    return streams


def _ways(wanted: Filter, values: Values) -> list[str]:
    """The same ways to see a case, as conditions."""
    ways = []
    if wanted.org is not None:
        values["org"] = wanted.org
        ways.append("EXISTS (SELECT 1 FROM watchers AS w WHERE w.case_id = c.id AND w.org = :org)")
    if names := _holders(wanted, values):
        marks = ", ".join(f":{name}" for name in names)
        ways.append(f"EXISTS (SELECT 1 FROM holders AS h WHERE h.case_id = c.id AND h.holder IN ({marks}))")  # noqa: S608
    if wanted.opened_by is not None:
        ways.append(f"({_opened(wanted, values)})")
    return ways


def _holders(wanted: Filter, values: Values) -> list[str]:
    """The names of the parameters that hold ``below``."""
    named = {f"holder{number}": holder for number, holder in enumerate(sorted(wanted.below))}
    values |= named
    return list(named)


def _opened(wanted: Filter, values: Values) -> str:
    values["opened_by"] = wanted.opened_by
    unheld = " AND NOT EXISTS (SELECT 1 FROM holders AS h WHERE h.case_id = c.id AND h.holder <> '')"
    return f"c.opened_by = :opened_by{unheld if wanted.unheld else ''}"
