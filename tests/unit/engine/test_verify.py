"""`verify` finds what was changed behind the store's back; some of it with exported heads only (D4, D5)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from casewf.adapters.memory import MemoryStore
from casewf.adapters.sqlite import SqliteStore
from casewf.core.evolve import replay
from casewf.engine.damage import Problem
from casewf.engine.verify import export_heads, read_heads, verify
from casewf.errors import AdapterError
from casewf.model import codec
from casewf.model.case import GENESIS, Stamp
from casewf.model.events import Erased
from casewf.ports.store import Store
from casewf.ports.stored import Append
from casewf.testing.contracts import samples


def fill(store: Store) -> None:
    """C-1 with five events and a secret; C-2 with one."""
    row = samples.secret()
    batch: Append = samples.opening(due=samples.START + 10, fields={"caller": samples.sealed(row)})
    batch = attrs.evolve(batch, secrets=(row,))
    store.append(batch)
    for state in ("dispatched", "coordinated", "negotiated"):
        batch = samples.following(batch, samples.moved(state, source=batch.case.states["union"]))
        store.append(batch)
    store.append(samples.opening("C-2", due=samples.START + 20))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "cases.db") as store:
        fill(store)
        yield store


def change(store: SqliteStore, statement: str, *values: object) -> None:
    """What an intruder does with a database tool, past the store and its foreign keys."""
    with closing(sqlite3.connect(store.path)) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def found(store: Store, heads: str | None = None) -> list[tuple[str, int, str]]:
    """The problems as (case, number, kind)."""
    report = verify(store, None if heads is None else read_heads(heads))
    assert report.ok == (not report.problems)
    return [(problem.case, problem.number, problem.kind) for problem in report.problems]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_an_untouched_store_has_no_problem(kind: str, tmp_path: Path) -> None:
    store: Store = MemoryStore() if kind == "memory" else SqliteStore(tmp_path / "cases.db")
    fill(store)
    report = verify(store, read_heads(export_heads(store)))
    assert report.ok
    assert (report.cases, report.events, report.secrets, report.definitions) == (2, 7, 1, 2)
    if isinstance(store, SqliteStore):
        store.close()


def test_histories_that_went_on_after_the_export_are_no_problem(store: SqliteStore) -> None:
    heads = export_heads(store)
    stored = store.load("C-2")
    assert stored is not None
    store.append(samples.following(samples.opening("C-2", due=samples.START + 20)))
    store.append(samples.opening("C-3"))
    assert found(store, heads) == []


class TestAnEdit:
    def test_of_one_letter_of_a_body_breaks_the_chain_there(self, store: SqliteStore) -> None:
        change(store, "UPDATE events SET body = replace(body, 'coordinated', 'coordinateD') WHERE number = 4")
        assert ("C-1", 4, "broken_chain") in found(store)
        assert [number for _, number, kind in found(store) if kind == "broken_chain"] == [4]

    def test_of_every_single_byte_of_a_body_is_found(self, store: SqliteStore) -> None:
        body = store.history("C-1")[0].body.encode()
        for place in range(0, len(body), 7):
            changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            change(
                store,
                "UPDATE events SET body = CAST(? AS TEXT) WHERE case_id = 'C-1' AND number = 1",
                changed,
            )
            assert ("C-1", 1, "broken_chain") in found(store), changed

    def test_that_leaves_no_json_is_told_and_not_raised(self, store: SqliteStore) -> None:
        change(store, "UPDATE events SET body = '{\"at\":' WHERE case_id = 'C-1' AND number = 3")
        assert found(store) == [("C-1", 3, "broken_chain"), ("C-1", 3, "undecodable")]

    @pytest.mark.parametrize(
        "body", ["[]", "7", "[" * 50_000, '{"at":{"$decimal":"x"}}', "", '{"at":1,"sla":"x"}']
    )
    def test_into_any_other_text_is_told_and_not_raised(self, store: SqliteStore, body: str) -> None:
        change(store, "UPDATE events SET body = ? WHERE case_id = 'C-1' AND number = 3", body)
        assert ("C-1", 3, "undecodable") in found(store)

    def test_into_bytes_that_are_no_text_is_told_and_not_raised(self, store: SqliteStore) -> None:
        change(store, "UPDATE events SET body = CAST(x'7bff7d' AS TEXT) WHERE case_id = 'C-1' AND number = 3")
        assert found(store) == [("C-1", 3, "broken_chain"), ("C-1", 3, "undecodable")]

    def test_of_a_kind_breaks_the_chain(self, store: SqliteStore) -> None:
        change(store, "UPDATE events SET kind = 'Vanished' WHERE case_id = 'C-1' AND number = 3")
        assert found(store) == [("C-1", 3, "broken_chain"), ("C-1", 3, "undecodable")]

    def test_of_a_hash_breaks_the_chain_there_and_behind(self, store: SqliteStore) -> None:
        change(store, "UPDATE events SET hash = 'e' || substr(hash, 2) WHERE case_id = 'C-1' AND number = 3")
        change(store, "UPDATE events SET hash = 'f' || substr(hash, 2) WHERE case_id = 'C-1' AND number = 3")
        assert found(store) == [("C-1", 3, "broken_chain"), ("C-1", 4, "broken_chain")]

    def test_of_a_body_that_is_hashed_anew_in_another_form_is_not_canonical(self, store: SqliteStore) -> None:
        body = store.history("C-2")[1].body.replace(":", ": ")
        change(store, "UPDATE events SET body = ? WHERE case_id = 'C-2' AND number = 2", body)
        rehash(store, "C-2")
        assert found(store) == [("C-2", 2, "not_canonical")]

    def test_that_swaps_two_events_is_found(self, store: SqliteStore) -> None:
        for old, new in [(3, -1), (4, 3), (-1, 4)]:
            change(store, "UPDATE events SET number = ? WHERE case_id = 'C-1' AND number = ?", new, old)
        assert [problem for problem in found(store) if problem[2] == "broken_chain"] == [
            ("C-1", number, "broken_chain") for number in (3, 4, 5)
        ]

    def test_that_takes_an_event_out_of_the_middle_leaves_a_gap(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM events WHERE case_id = 'C-1' AND number = 3")
        assert ("C-1", 3, "gap") in found(store)

    def test_that_takes_the_opening_is_found(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM events WHERE case_id = 'C-1' AND number = 1")
        assert {kind for _, _, kind in found(store)} >= {"gap", "broken_chain", "does_not_fold"}

    def test_that_takes_all_events_is_found(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM events WHERE case_id = 'C-1'")
        assert found(store) == [("C-1", 0, "version"), ("C-1", 0, "does_not_fold")]


class TestTheCaseRow:
    def test_a_changed_snapshot_is_found_and_the_attribute_named(self, store: SqliteStore) -> None:
        change(
            store, "UPDATE cases SET snapshot = replace(snapshot, 'negotiated', 'closed') WHERE id = 'C-1'"
        )
        assert verify(store).problems == (Problem("C-1", 5, "snapshot", "states"),)

    def test_a_snapshot_in_another_form_is_found(self, store: SqliteStore) -> None:
        change(store, "UPDATE cases SET snapshot = replace(snapshot, ':', ': ') WHERE id = 'C-1'")
        assert found(store) == [("C-1", 5, "snapshot")]

    def test_a_snapshot_that_cannot_be_read_is_found(self, store: SqliteStore) -> None:
        change(store, "UPDATE cases SET snapshot = substr(snapshot, 2) WHERE id = 'C-1'")
        assert found(store) == [("C-1", 5, "snapshot")]

    @pytest.mark.parametrize(
        ("column", "value"), [("version", 4), ("head", "0" * 64), ("wake", None), ("wake", samples.START)]
    )
    def test_a_changed_column_is_found(self, store: SqliteStore, column: str, value: object) -> None:
        change(store, f"UPDATE cases SET {column} = ? WHERE id = 'C-1'", value)
        assert found(store) == [("C-1", 5, column)]


class TestTheVault:
    @pytest.mark.parametrize("column", ["value", "salt"])
    def test_a_changed_row_is_found(self, store: SqliteStore, column: str) -> None:
        change(store, f"UPDATE vault SET {column} = replace({column}, '1', '2') || '01'")
        assert found(store) == [("C-1", 1, "secret_changed")]

    def test_a_salt_that_is_no_salt_is_found(self, store: SqliteStore) -> None:
        change(store, "UPDATE vault SET salt = 'pepper'")
        assert found(store) == [("C-1", 1, "secret_changed")]

    def test_a_row_that_went_without_a_record_is_found(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM vault")
        assert found(store) == [("C-1", 1, "secret_missing")]

    @pytest.mark.parametrize("kept", [False, True])
    def test_a_row_that_was_erased_must_be_gone_and_the_chain_still_verifies(self, kept: bool) -> None:
        store = MemoryStore()
        row = samples.secret()
        first = attrs.evolve(samples.opening(fields={"caller": samples.sealed(row)}), secrets=(row,))
        store.append(first)
        erased = Erased(at=samples.START + 1, by=Stamp("officer-1"), refs=(row.ref,))
        store.append(attrs.evolve(samples.following(first, erased), erased=() if kept else (row.ref,)))
        assert found(store) == ([("C-1", 2, "secret_not_erased")] if kept else [])


class TestExportedHeads:
    def test_deleting_the_last_event_alone_is_found_without_them(self, store: SqliteStore) -> None:
        change(store, "DELETE FROM events WHERE case_id = 'C-1' AND number = 5")
        assert {kind for _, _, kind in found(store)} == {"version", "head", "snapshot"}

    def test_a_truncation_that_makes_the_case_row_fit_is_found_with_them_only(
        self, store: SqliteStore
    ) -> None:
        heads = export_heads(store)
        change(store, "DELETE FROM events WHERE case_id = 'C-1' AND number = 5")
        refit(store, "C-1")
        assert found(store) == []
        assert found(store, heads) == [("C-1", 5, "truncated")]

    def test_a_history_that_was_changed_and_hashed_anew_is_found_with_them_only(
        self, store: SqliteStore
    ) -> None:
        heads = export_heads(store)
        change(
            store, "UPDATE events SET body = replace(body, 'operator-1', 'operator-2') WHERE case_id = 'C-1'"
        )
        rehash(store, "C-1")
        assert found(store) == []
        assert found(store, heads) == [("C-1", 5, "rewritten")]

    def test_a_deleted_case_is_found_with_them_only(self, store: SqliteStore) -> None:
        heads = export_heads(store)
        for table, column in [("events", "case_id"), ("positions", "case_id"), ("cases", "id")]:
            change(store, f"DELETE FROM {table} WHERE {column} = 'C-2'")
        assert found(store) == []
        assert found(store, heads) == [("C-2", 2, "missing")]

    def test_are_lines_of_json_that_can_be_read_again(self, store: SqliteStore) -> None:
        text = export_heads(store)
        assert [json.loads(line)["case"] for line in text.splitlines()] == ["C-1", "C-2"]
        assert list(read_heads(text).values()) == list(store.heads())

    @pytest.mark.parametrize(
        "line", ["C-1 5", "[]", '{"case":"C-1"}', '{"case":"C-1","number":"x","hash":""}']
    )
    def test_of_another_form_are_an_error_with_the_line(self, line: str) -> None:
        with pytest.raises(AdapterError, match="line 2"):
            read_heads('{"case":"C-1","number":1,"hash":"ab"}\n' + line)


def test_a_case_that_the_store_cannot_read_does_not_hide_the_others(store: SqliteStore) -> None:
    class Broken(SqliteStore):
        def raw(self, case_id: str) -> None:
            if case_id == "C-1":
                raise AdapterError("the disk failed")
            return super().raw(case_id)  # type: ignore[return-value]

    change(store, "UPDATE cases SET wake = 0 WHERE id = 'C-2'")
    with Broken(store.path) as broken:
        assert found(broken) == [("C-1", 5, "unreadable"), ("C-2", 2, "wake")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_problem_has_a_sentence_that_names_the_case(store: SqliteStore, lang: str) -> None:
    change(store, "UPDATE events SET body = '{' WHERE case_id = 'C-1' AND number = 3")
    problems = verify(store).problems
    assert problems
    for problem in problems:
        sentence = problem.text(lang)
        assert "C-1" in sentence
        assert "3" in sentence
        assert "{" not in sentence


def rehash(store: SqliteStore, case_id: str) -> None:
    """Compute the chain anew, as an intruder who knows casewf can."""
    head = GENESIS
    raw = store.raw(case_id)
    assert raw is not None
    for event in raw.events:
        head = codec.chain_hash(head, case_id, event.number, event.kind, event.body)
        change(
            store, "UPDATE events SET hash = ? WHERE case_id = ? AND number = ?", head, case_id, event.number
        )
    refit(store, case_id)


def refit(store: SqliteStore, case_id: str) -> None:
    """Make the case row fit the events that are there."""
    history = store.history(case_id)
    case = replay(event.event for event in history)
    change(
        store,
        "UPDATE cases SET version = ?, head = ?, wake = ?, snapshot = ? WHERE id = ?",
        case.version,
        history[-1].hash,
        case.wake,
        codec.dumps(case),
        case_id,
    )
