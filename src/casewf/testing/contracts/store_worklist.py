"""The store contract, fourth part: worklists, the cases of one person, and those that need not be kept any longer."""

# ruff: noqa: S101, D102  # asserting is what a contract suite does; a test's name is its sentence

from __future__ import annotations

import attrs
import pytest

from casewf.ports.store import Store
from casewf.ports.stored import Filter
from casewf.testing.contracts import samples
from casewf.testing.contracts.store_cases import StoreFixture

DUE = samples.START + 1_000
"""When the second case is due."""

EVERYTHING = Filter(everything=True)
BY_DUE = Filter(everything=True, order="due")


class WorklistContract(StoreFixture):
    """What ``find`` gives in the order of due instants, and by the columns that ``append`` fills besides."""

    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (BY_DUE, ["C-5", "C-2", "C-3", "C-1", "C-4"]),
            (attrs.evolve(BY_DUE, closed=False), ["C-5", "C-2", "C-3", "C-1", "C-4"]),
            (attrs.evolve(BY_DUE, closed=True), []),
            (attrs.evolve(BY_DUE, due_before=DUE), ["C-5"]),
            (attrs.evolve(BY_DUE, due_before=DUE + 1), ["C-5", "C-2", "C-3"]),
            (attrs.evolve(BY_DUE, due_from=DUE), ["C-2", "C-3", "C-1", "C-4"]),
            (attrs.evolve(BY_DUE, due_from=DUE, due_before=DUE + 1, workflow="other"), ["C-3"]),
            (attrs.evolve(EVERYTHING, due_before=DUE + 1), ["C-2", "C-3", "C-5"]),
            (attrs.evolve(EVERYTHING, due_from=DUE), ["C-1", "C-2", "C-3", "C-4", "C-6"]),
            (attrs.evolve(BY_DUE, state=("union", "dispatched")), ["C-5"]),
            (attrs.evolve(BY_DUE, card="yellow"), ["C-5"]),
            (attrs.evolve(BY_DUE, card="none"), ["C-2", "C-3", "C-1", "C-4"]),
            (Filter(order="due"), []),
            (Filter(order="due", org="union-1"), ["C-5", "C-2", "C-1", "C-4"]),
            (Filter(order="due", below=frozenset({"li"})), ["C-5", "C-4"]),
            (Filter(order="due", opened_by="operator-2"), ["C-3", "C-4"]),
            (Filter(order="due", opened_by="operator-2", unheld=True), ["C-3"]),
            (
                Filter(order="due", below=frozenset({"li"}), opened_by="operator-2", unheld=True),
                ["C-5", "C-3", "C-4"],
            ),
            (Filter(opened_by="operator-2"), ["C-3", "C-4", "C-6"]),
            (Filter(opened_by="operator-2", unheld=True, closed=False), ["C-3"]),
        ],
    )
    def test_find_gives_what_is_due_first_first(self, store: Store, wanted: Filter, ids: list[str]) -> None:
        _six_cases(store)
        assert [case.id for case in store.find(wanted).cases] == ids

    @pytest.mark.parametrize("limit", [1, 2, 3, 5])
    @pytest.mark.parametrize("wanted", [BY_DUE, Filter(order="due", org="union-1", opened_by="operator-2")])
    def test_pages_by_due_instant_follow_one_another(self, store: Store, wanted: Filter, limit: int) -> None:
        """Two cases are due at one instant and two at none: there pages go on by id."""
        _six_cases(store)
        seen: list[str] = []
        page = store.find(attrs.evolve(wanted, limit=limit))
        while True:
            assert len(page.cases) <= limit
            seen += [case.id for case in page.cases]
            if page.next_after is None:
                break
            wanted = attrs.evolve(wanted, after=page.next_after, after_due=page.next_due)
            page = store.find(attrs.evolve(wanted, limit=limit))
        assert seen == ["C-5", "C-2", "C-3", "C-1", "C-4"]

    def test_a_page_by_due_instant_begins_behind_a_case_that_is_gone_from_there(self, store: Store) -> None:
        _six_cases(store)
        page = store.find(attrs.evolve(BY_DUE, after="C-2-and-a-half", after_due=DUE))
        assert [case.id for case in page.cases] == ["C-3", "C-1", "C-4"]

    def test_a_case_moves_in_the_list_as_its_due_instant_does(self, store: Store) -> None:
        batch = attrs.evolve(samples.opening("C-1"), due=DUE)
        store.append(batch)
        store.append(attrs.evolve(samples.opening("C-2"), due=DUE + 1))
        batch = attrs.evolve(samples.following(batch), due=DUE + 2)
        store.append(batch)
        assert [case.id for case in store.find(BY_DUE).cases] == ["C-2", "C-1"]
        batch = attrs.evolve(samples.following(batch, samples.moved("open")), due=DUE)
        store.append(batch)
        assert [case.id for case in store.find(BY_DUE).cases] == ["C-1", "C-2"]
        store.append(samples.following(batch, samples.moved("closed", closed=True)))
        assert [case.id for case in store.find(BY_DUE).cases] == ["C-2"]

    def test_9_the_cases_of_a_person_are_found_for_ever(self, store: Store) -> None:
        first = attrs.evolve(samples.opening("C-1"), persons=frozenset({"p-1", "p-2"}))
        store.append(first)
        store.append(attrs.evolve(samples.opening("C-2", org="union-2"), persons=frozenset({"p-1"})))
        wanted = attrs.evolve(EVERYTHING, person="p-1")
        assert [case.id for case in store.find(wanted).cases] == ["C-1", "C-2"]
        assert store.find(attrs.evolve(wanted, limit=1)).next_after == "C-1"
        assert [case.id for case in store.find(attrs.evolve(wanted, after="C-1")).cases] == ["C-2"]
        assert [case.id for case in store.find(Filter(org="union-2", person="p-1")).cases] == ["C-2"]
        assert [case.id for case in store.find(attrs.evolve(BY_DUE, person="p-2")).cases] == ["C-1"]
        store.append(attrs.evolve(samples.following(first), persons=frozenset({"p-2"})))
        assert [case.id for case in store.find(wanted).cases] == ["C-1", "C-2"]

    def test_9_cases_are_found_whose_data_is_no_longer_to_be_kept(self, store: Store) -> None:
        for number, until in enumerate([30, None, 10, 20], 1):
            retain_until = None if until is None else samples.START + until
            store.append(attrs.evolve(samples.opening(f"C-{number}"), retain_until=retain_until))
        wanted = attrs.evolve(EVERYTHING, retain_before=samples.START + 30)
        assert [case.id for case in store.find(wanted).cases] == ["C-3", "C-4"]
        wanted = attrs.evolve(wanted, retain_before=samples.START + 31)
        assert [case.id for case in store.find(wanted).cases] == ["C-1", "C-3", "C-4"]
        assert [case.id for case in store.find(attrs.evolve(wanted, after="C-1")).cases] == ["C-3", "C-4"]
        stored = store.load("C-3")
        assert stored is not None
        assert stored.retain_until == samples.START + 10

    def test_1_until_when_a_case_is_kept_follows_its_appends(self, store: Store) -> None:
        first = attrs.evolve(samples.opening(), retain_until=samples.START + 30)
        store.append(first)
        store.append(samples.following(first))
        stored = store.load("C-1")
        assert stored is not None
        assert stored.retain_until is None
        assert store.find(attrs.evolve(EVERYTHING, retain_before=samples.START + 31)).cases == ()


def _six_cases(store: Store) -> None:
    """C-1 and C-4 are never due, C-2 and C-3 at once, C-5 before them; C-6 is closed. C-4 and C-5 are held by li."""
    store.append(samples.opening("C-1"))
    store.append(attrs.evolve(samples.opening("C-2"), due=DUE))
    third = samples.opening("C-3", by="operator-2", org=None, workflow="other")
    store.append(attrs.evolve(third, due=DUE, holders=frozenset({""})))
    fourth = samples.opening("C-4", by="operator-2")
    store.append(attrs.evolve(fourth, holders=frozenset({"li", "zhang"})))
    fifth = samples.opening("C-5", due=samples.START + 10)
    store.append(fifth)
    warned = samples.following(fifth, samples.moved("dispatched"), samples.warned("yellow"))
    store.append(attrs.evolve(warned, due=samples.START + 10, holders=frozenset({"li"})))
    sixth = samples.opening("C-6", by="operator-2", org="union-2")
    store.append(sixth)
    store.append(samples.following(sixth, samples.moved("closed", closed=True)))
