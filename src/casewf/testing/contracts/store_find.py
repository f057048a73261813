"""The store contract, second part: which cases are found, and by whom."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pytest

from casewf.model.case import Case, Stamp
from casewf.model.migration_events import Migrated
from casewf.ports.store import Store
from casewf.ports.stored import Filter
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import StoreFixture


class FindContract(StoreFixture):
    """Which cases ``find`` gives to whom, and in which pages."""

    def test_what_is_not_there_is_none(self, store: Store) -> None:
        assert store.load("C-1") is None
        assert store.raw("C-1") is None
        assert store.definition(samples.definition().hash) is None
        assert tuple(store.definitions("workflow")) == ()
        assert store.answer("operator-1", "open", "k-1") is None
        assert store.secrets("C-1", ["1/caller"]) == {}

    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (Filter(), []),
            (Filter(everything=True), ["C-1", "C-2", "C-3"]),
            (Filter(org="union-1"), ["C-1", "C-2"]),
            (Filter(below=frozenset({"person-9", "union-2"})), ["C-2", "C-3"]),
            (Filter(opened_by="operator-2"), ["C-3"]),
            (
                Filter(org="union-1", below=frozenset({"union-2"}), opened_by="operator-2"),
                ["C-1", "C-2", "C-3"],
            ),
            (Filter(everything=True, workflow="other"), ["C-3"]),
            (Filter(everything=True, state=("union", "dispatched")), ["C-2"]),
            (Filter(everything=True, state=("government", "dispatched")), []),
            (Filter(everything=True, card="yellow"), ["C-2"]),
            (Filter(everything=True, card="none"), ["C-1", "C-3"]),
            (Filter(everything=True, closed=True), ["C-3"]),
            (Filter(org="union-1", closed=False, state=("union", "received")), ["C-1"]),
            (Filter(org="union-2", below=frozenset({"union-1"}), workflow="sample"), []),
        ],
    )
    def test_find_gives_what_the_asker_may_see_and_asked_for(
        self, store: Store, wanted: Filter, ids: list[str]
    ) -> None:
        _three_cases(store)
        assert _ids(store.find(wanted).cases) == ids

    def test_find_follows_a_case_that_becomes_one_of_another_version(self, store: Store) -> None:
        before = samples.opening()
        store.append(before)
        migrated = Migrated(
            at=samples.START,
            by=Stamp("chief"),
            source=before.case.workflow,
            workflow=("sample", 2, samples.definition(version=2).hash),
            states={"union": "taken", "callback": "due"},
        )
        store.append(samples.following(before, migrated))
        for state, ids in (
            (("union", "taken"), ["C-1"]),
            (("callback", "due"), ["C-1"]),
            (("union", "received"), []),
            (("government", "unopened"), []),
        ):
            assert _ids(store.find(Filter(everything=True, state=state)).cases) == ids
        (found,) = store.find(Filter(everything=True, workflow="sample")).cases
        assert found.workflow == migrated.workflow

    def test_find_follows_a_case_that_changes_hands(self, store: Store) -> None:
        first = attrs.evolve(samples.opening(), holders=frozenset({"union-1"}))
        store.append(first)
        store.append(
            attrs.evolve(
                samples.following(first),
                watchers=frozenset({"union-2"}),
                holders=frozenset({"union-2", "person-9"}),
            )
        )
        assert _ids(store.find(Filter(org="union-1", below=frozenset({"union-1"}))).cases) == []
        assert _ids(store.find(Filter(org="union-2")).cases) == ["C-1"]
        assert _ids(store.find(Filter(below=frozenset({"person-9"}))).cases) == ["C-1"]
        assert _ids(store.find(Filter(everything=True, state=("union", "received"))).cases) == []

    @pytest.mark.parametrize(
        "wanted", [Filter(everything=True), Filter(org="union-1"), Filter(opened_by="operator-1")]
    )
    def test_find_gives_pages_in_the_order_of_ids(self, store: Store, wanted: Filter) -> None:
        for number in (3, 1, 5, 2, 4):
            store.append(samples.opening(f"C-{number}"))
        pages, after = [], ""
        while True:
            page = store.find(attrs.evolve(wanted, limit=2, after=after))
            pages.append(_ids(page.cases))
            if page.next_after is None:
                break
            after = page.next_after
        assert pages == [["C-1", "C-2"], ["C-3", "C-4"], ["C-5"]]

    @pytest.mark.parametrize("wanted", [Filter(everything=True), Filter(everything=True, order="due")])
    def test_find_orders_ids_by_code_point_whatever_characters_they_have(
        self, store: Store, wanted: Filter
    ) -> None:
        ids = [
            "a",
            "a\x00",
            "a\x00b",
            "a\x01",
            "a\x01\x01",
            "aB",
            "a_",
            "ab",
            "e",
            "z",
            "é",
            "中",
            "\ufffd",
            "😀",
        ]
        for case_id in reversed(ids):
            store.append(samples.opening(case_id, by=case_id, org=case_id))
        seen: list[str] = []
        page = store.find(attrs.evolve(wanted, limit=3))
        while page.next_after is not None:
            seen += _ids(page.cases)
            behind = attrs.evolve(wanted, limit=3, after=page.next_after, after_due=page.next_due)
            page = store.find(behind)
        assert seen + _ids(page.cases) == ids
        assert [head.case for head in store.heads()] == ids
        for case_id in ids:
            assert _ids(store.find(Filter(org=case_id)).cases) == [case_id]
            assert _ids(store.find(Filter(opened_by=case_id)).cases) == [case_id]

    def test_a_last_page_that_is_full_is_still_the_last(self, store: Store) -> None:
        store.append(samples.opening("C-1"))
        store.append(samples.opening("C-2"))
        assert store.find(Filter(everything=True, limit=2)).next_after is None


def _three_cases(store: Store) -> None:
    """C-1 is new; C-2 dispatched, held and warned; C-3 closed, of another workflow, office and operator."""
    store.append(samples.opening("C-1"))
    second = samples.opening("C-2", due=samples.START + 10)
    store.append(second)
    store.append(
        attrs.evolve(
            samples.following(second, samples.moved("dispatched"), samples.warned("yellow")),
            holders=frozenset({"union-1-1", "person-9"}),
        )
    )
    third = samples.opening("C-3", by="operator-2", org="union-2", workflow="other")
    store.append(third)
    store.append(
        attrs.evolve(
            samples.following(third, samples.moved("closed", closed=True)), holders=frozenset({"union-2"})
        )
    )


def _ids(cases: Iterable[Case]) -> list[str]:
    return [case.id for case in cases]
