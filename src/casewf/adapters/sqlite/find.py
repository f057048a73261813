"""``find`` as SQL: one ordered stream of case ids per way of seeing a case, merged by SQLite.

Each stream comes out of an index in the order of the ids, so a page costs what it shows, not what there is.
"""

from __future__ import annotations

from casewf.ports.stored import Filter


def query(wanted: Filter) -> tuple[str, dict[str, object]]:
    """The statement for ``(id, snapshot)`` of one case more than the page holds, and its parameters."""
    conditions, values = _conditions(wanted)
    streams = _streams(wanted, values)
    if not streams:
        streams = ["FROM cases AS c WHERE 0"]
    ids = " UNION ".join(f"SELECT c.id AS id {stream}{conditions}" for stream in streams)
    return (
        f"SELECT c.id, c.snapshot FROM ({ids} ORDER BY 1 LIMIT :limit) AS page "  # noqa: S608  # no value is spliced
        "JOIN cases AS c ON c.id = page.id ORDER BY c.id",
        values,
    )


def _conditions(wanted: Filter) -> tuple[str, dict[str, object]]:
    text = " AND c.id > :after"
    values: dict[str, object] = {"after": wanted.after, "limit": wanted.limit + 1}
    if wanted.workflow is not None:
        text += " AND c.workflow = :workflow"
        values["workflow"] = wanted.workflow
    if wanted.card is not None:
        text += " AND c.card = :card" + (" AND c.card <> 'none'" if wanted.card != "none" else "")
        values["card"] = wanted.card
    if wanted.closed is not None:
        text += " AND c.closed = :closed"
        values["closed"] = int(wanted.closed)
    if wanted.state is not None:
        text += (
            " AND EXISTS (SELECT 1 FROM positions AS p WHERE p.case_id = c.id"
            " AND p.track = :track AND p.state = :state)"
        )
        values["track"], values["state"] = wanted.state
    return text, values


def _streams(wanted: Filter, values: dict[str, object]) -> list[str]:
    if wanted.everything:
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
    for number, holder in enumerate(sorted(wanted.below)):
        values[f"holder{number}"] = holder
        streams.append(
            "FROM holders AS h JOIN cases AS c ON c.id = h.case_id"
            f" WHERE h.holder = :holder{number} AND h.case_id > :after"
        )
    if wanted.opened_by is not None:
        values["opened_by"] = wanted.opened_by
        streams.append("FROM cases AS c WHERE c.opened_by = :opened_by")
    return streams
