"""The directory that is written down once."""

from __future__ import annotations

import pytest

from casewf.adapters.directory import StaticDirectory
from casewf.errors import BindingError
from casewf.ports.outside import Person

LI = Person("li", "李薇", frozenset({"handler", "reviewer"}))
LUO = Person("luo", "罗娟", frozenset({"handler"}))
CHART = {"city": None, "north": "city", "street": "north"}


def test_a_lineage_goes_from_the_organisation_to_the_top() -> None:
    assert StaticDirectory(CHART).lineage("street") == ("street", "north", "city")


def test_an_organisation_that_is_not_in_the_chart_stands_alone() -> None:
    assert StaticDirectory(CHART).lineage("elsewhere") == ("elsewhere",)


def test_people_are_found_by_role_in_the_organisation_itself_in_their_order() -> None:
    directory = StaticDirectory(CHART, {"north": [LUO, LI], "city": [Person("wu")]})
    assert directory.people("handler", "north") == (LUO, LI)
    assert directory.people("reviewer", "north") == (LI,)
    assert directory.people("handler", "city") == ()
    assert directory.people("handler", "nowhere") == ()


def test_an_organisation_below_itself_is_refused() -> None:
    with pytest.raises(BindingError, match="'a' lies below itself: a under b under a"):
        StaticDirectory({"a": "b", "b": "a"})


def test_every_organisation_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(BindingError) as caught:
        StaticDirectory({"a": "b"}, {"c": [LI]})
    assert [problem.split("'")[1] for problem in caught.value.problems] == ["b", "c"]
