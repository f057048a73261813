"""People in a word, and a directory of them."""

from __future__ import annotations

import pytest

from casewf.errors import BindingError
from casewf.testing import directory_of


def test_a_directory_is_one_line() -> None:
    found = directory_of(
        "city/jiangbei",
        wu="operator, dispatcher @ city",
        li="handler @ city/yuzhong",
        ma=" handler@city / yuzhong ",
    )
    assert found.lineage("yuzhong") == ("yuzhong", "city")
    assert found.lineage("jiangbei") == ("jiangbei", "city")
    assert [one.id for one in found.people("handler", "yuzhong", 0)] == ["li", "ma"]
    actor = found.actor("wu", 0)
    assert actor is not None
    assert (actor.roles, actor.org) == (frozenset({"operator", "dispatcher"}), "city")


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ({"li": "handler"}, r"'li' needs an organisation: write it as li='handler @ city'"),
        ({"li": "handler @"}, "organisation of 'li' has an empty name"),
        ({"li": "handler @ city/"}, "empty name: ' city/'; write city/yuzhong"),
        (
            {"li": "handler @ city/yuzhong", "ma": "handler @ yuzhong"},
            "'yuzhong' is written below 'city' and below None",
        ),
    ],
)
def test_what_cannot_be_read_is_a_clear_error(people: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        directory_of(**people)


def test_an_organisation_below_itself_is_refused() -> None:
    with pytest.raises((BindingError, ValueError), match="below"):
        directory_of("a/b", "b/a")
