"""Files that are made to take long end nevertheless: what is worked out is counted, and what was left out is told."""

from __future__ import annotations

import difflib
from collections.abc import Callable

import pytest

from casewf.analysis.guards.facts import MOST_STEPS
from casewf.analysis.guards.satisfiability import MAX_STEPS
from casewf.analysis.limits.ladders import try_ladders
from casewf.analysis.product.look import MOST_LOOKED, look
from casewf.analysis.rules import RULES
from casewf.analysis.subject import Subject
from casewf.core.program import compile_program
from casewf.definition.load import load_calendar, parse_document, parse_workflow
from casewf.definition.nearest import nearest
from casewf.errors import DefinitionError
from hard_workflows import (
    conditional_guards,
    deep_guards,
    field_against_field,
    from_everywhere,
    long_ladders,
    many_automatic_rows,
    many_limits,
    many_rows_of_one_trigger,
    many_simple_rows_of_one_trigger,
    one_limit_with_many_targets,
    too_many_moves,
    tracks_over_tracks,
    ways_back,
    wide_choices,
    wide_lists,
    wrong_names,
)

CALENDARS = {"cn-office": load_calendar("cn-office")}
BY_CODE = {rule.code: rule for rule in RULES}
ASKING = ("CW701", "CW702", "CW704", "CW705", "CW706", "CW707", "CW709", "CW710")
"""The rules that ask what conditions can come to."""
FEW = 20_000

guards = pytest.mark.parametrize(
    "text",
    [
        lambda: many_rows_of_one_trigger(60),
        lambda: many_automatic_rows(60),
        lambda: many_simple_rows_of_one_trigger(800),
        lambda: wide_lists(60),
        lambda: wide_choices(1_000, 200),
        lambda: deep_guards(60),
        lambda: conditional_guards(30),
        lambda: field_against_field(60),
        lambda: one_limit_with_many_targets(800),
    ],
    ids=["long", "automatic", "many", "lists", "choices", "deep", "choosing", "pairs", "targets"],
)


@guards
def test_no_more_steps_are_gone_for_conditions_than_may_be_and_it_is_told(text: Callable[[], str]) -> None:
    subject = Subject(parse_document(text()), CALENDARS)
    budget = subject.rows.budget
    budget.left = min(budget.left, FEW)  # so that it does not take long to see the end
    for code in ASKING:
        list(BY_CODE[code].check(subject))
    assert budget.spent
    assert budget.left > -MAX_STEPS, "what goes beyond the end is a single step"
    assert budget.undecided
    (problem,) = BY_CODE["CW778"].check(subject)
    assert f"within {MOST_STEPS:,} steps for all of them" in problem.message


def test_a_step_that_touches_much_counts_for_several() -> None:
    long, short = (
        MOST_STEPS - Subject(parse_document(text), CALENDARS).rows.budget.left
        for text in (many_rows_of_one_trigger(1), many_simple_rows_of_one_trigger(1))
    )
    assert long > 20 * short


def test_one_file_always_takes_the_same_steps() -> None:
    one, other = (Subject(parse_document(deep_guards(5)), CALENDARS).rows.budget for _ in range(2))
    assert one == other


def test_an_ordinary_workflow_leaves_nothing_undecided() -> None:
    subject = Subject(parse_document(many_simple_rows_of_one_trigger(20)), CALENDARS)
    for code in ASKING:
        list(BY_CODE[code].check(subject))
    assert not list(BY_CODE["CW778"].check(subject))


@pytest.mark.parametrize(
    "text", [lambda: many_limits(300, 35), lambda: long_ladders(5, 400)], ids=["many", "long"]
)
def test_ladders_that_are_too_many_are_left_out_and_it_is_told(text: Callable[[], str]) -> None:
    document = parse_document(text())
    tried = try_ladders(compile_program(document.workflow, CALENDARS))
    left_out = [one for one in tried if one.left_out]
    assert left_out
    assert not any(one.trials for one in left_out)
    problems = [one.message for one in BY_CODE["CW778"].check(Subject(document, CALENDARS))]
    assert any(f"{len(left_out):,} were not" in message for message in problems)


def test_targets_with_the_same_ladder_are_tried_once() -> None:
    tried = try_ladders(compile_program(parse_workflow(many_limits(10, 5)), CALENDARS))
    assert len(tried) == 60
    assert len({id(one.trials) for one in tried}) == 6
    assert all(one.trials for one in tried)


def test_no_more_moves_are_tried_than_may_be() -> None:
    for text in (tracks_over_tracks(), from_everywhere(60, 60), ways_back(60)):
        looked = look(compile_program(parse_workflow(text), CALENDARS), MOST_LOOKED // 10)
        assert sum(graph.looked for graph in looked.graphs) < MOST_LOOKED


def test_a_workflow_of_too_many_moves_is_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_workflow(too_many_moves())
    assert [one.code for one in caught.value.findings] == ["CW103"]
    assert "more than 50,000 moves" in str(caught.value)


def test_ways_back_count_for_every_state_that_they_lead_to() -> None:
    parse_workflow(ways_back(100))
    with pytest.raises(DefinitionError, match="moves"):
        parse_workflow(ways_back(400))


def test_a_wrong_name_is_held_against_few_of_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    plain = difflib.get_close_matches

    def counting(word: str, possibilities: list[str], n: int) -> list[str]:
        compared.append(len(possibilities))
        return plain(word, possibilities, n)

    monkeypatch.setattr(difflib, "get_close_matches", counting)
    with pytest.raises(DefinitionError, match="more than 500 problems"):
        parse_workflow(wrong_names(400, 150))
    assert max(compared) <= 100


def test_the_name_that_was_meant_is_found_among_very_many() -> None:
    known = [f"state_number_{number}" for number in range(5_000)]
    assert nearest("state_numbr_4321", known).startswith("state_number_")
    assert nearest("zzz", known) == ""
