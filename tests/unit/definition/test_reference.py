"""The reference pages name exactly the vocabulary that the readers know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from casewf.definition import (
    act_rules,
    calendar_file,
    consequences,
    directory_file,
    fields,
    ladder,
    migrate,
    parties,
    retention,
    slas,
    tracks,
    workflow_file,
)
from casewf.definition.shapes import Shape
from casewf.model.workflow import FIELD_KINDS
from casewf.simulation import profile_amounts, profile_arrivals, profile_file, profile_people, profile_steps

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
WORKFLOW_PAGE = (REFERENCE / "workflow-format.md").read_text(encoding="utf-8")
DIRECTORY_PAGE = (REFERENCE / "directory-format.md").read_text(encoding="utf-8")
PROFILE_PAGE = (REFERENCE / "profile-format.md").read_text(encoding="utf-8")
CALENDAR_PAGE = (REFERENCE / "calendar-format.md").read_text(encoding="utf-8")
TABLES = {
    "At the top": (workflow_file.WORKFLOW, workflow_file.CALENDAR_CHOICE),
    "Fields": (fields.FIELD,),
    "Opening": (workflow_file.OPENING,),
    "Split": (workflow_file.SPLIT,),
    "Parties": (parties.PARTIES, parties.RATINGS),
    "Tracks": (tracks.TRACK, Shape("", optional=tuple(set(tracks.STATE.keys) - {"zh", "en"}))),
    "Transitions": (tracks.TRANSITION,),
    "Effects": (consequences.EFFECT,),
    "SLAs": (slas.SLA,),
    "Moments": (slas.MOMENT, slas.PAUSE),
    "Targets": (slas.TARGET,),
    "Ladder": (ladder.RUNG,),
    "Retention": (retention.RETENTION,),
    "Migrate": (migrate.MIGRATE, migrate.FIELD_MOVE, migrate.LIMIT_MOVE, migrate.START),
    "Extension and suspension": (act_rules.EXTENSION, act_rules.SUSPENSION),
}


def section(page: str, title: str) -> str:
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def keys_of_tables(text: str) -> set[str]:
    """What stands in code in the first column."""
    rows = re.findall(r"^\| (`[^|]*)\|", text, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("title", TABLES)
def test_a_section_has_a_row_for_each_key_and_no_others(title: str) -> None:
    keys = {key for shape in TABLES[title] for key in shape.keys}
    assert keys_of_tables(section(WORKFLOW_PAGE, title)) == keys


def test_the_calendar_page_has_a_row_for_each_key_and_no_others() -> None:
    keys = {*calendar_file.CALENDAR.keys, *calendar_file.YEAR.keys, *calendar_file.LAYER.keys}
    tables = CALENDAR_PAGE.partition("## Feeds")[0]
    assert keys_of_tables(tables) == keys


@pytest.mark.parametrize(
    ("title", "shape"),
    [
        ("At the top", directory_file.DIRECTORY),
        ("Organisations", directory_file.ORGANISATION),
        ("People", directory_file.PERSON),
        ("Absences", directory_file.ABSENCE),
        ("Duty", Shape("", optional=(*directory_file.DUTY.keys, *directory_file.SHIFT.keys))),
    ],
)
def test_the_directory_page_has_a_row_for_each_key_and_no_others(title: str, shape: Shape) -> None:
    assert keys_of_tables(section(DIRECTORY_PAGE, title)) == set(shape.keys)


@pytest.mark.parametrize(
    ("page", "shape"),
    [
        (WORKFLOW_PAGE, workflow_file.WORKFLOW),
        (WORKFLOW_PAGE, consequences.EFFECT),
        (CALENDAR_PAGE, calendar_file.CALENDAR),
    ],
    ids=["workflow", "effect", "calendar"],
)
def test_keys_for_later_are_said_to_be_so(page: str, shape: Shape) -> None:
    for key in shape.later:
        assert f"`{key}`" in page


def test_the_words_of_an_sla_and_their_defaults_are_those_of_the_reader() -> None:
    for key, words in slas.SLA_WORDS.items():
        row = re.search(rf"^\| `{key}` \|([^|]*)\|([^|]*)\|", section(WORKFLOW_PAGE, "SLAs"), re.MULTILINE)
        assert row is not None
        assert set(re.findall(r"`(\w+)`", row[1])) == set(words)
        assert row[2].strip() == f"`{words[0]}`"


def test_the_types_of_fields_are_those_of_the_model() -> None:
    row = re.search(r"^\| `type` \|([^|]*)\|", WORKFLOW_PAGE, re.MULTILINE)
    assert row is not None
    assert tuple(re.findall(r"`(\w+)`", row[1])) == FIELD_KINDS


PROFILE_TABLES = {
    "At the top": (profile_file.PROFILE,),
    "Amounts and distributions": (profile_amounts.DISTRIBUTION,),
    "Organisations": (profile_people.LEVEL,),
    "Staff": (profile_people.STAFF, profile_people.SHIFT),
    "Arrivals": (profile_arrivals.ARRIVALS,),
    "Courses": (profile_steps.COURSE, profile_steps.RESUMED),
    "Steps": (profile_steps.STEP, profile_steps.CHOICE, profile_steps.WAY),
    "Connectors": (profile_arrivals.CONNECTOR,),
}


@pytest.mark.parametrize("title", PROFILE_TABLES)
def test_a_section_on_profiles_has_a_row_for_each_key_and_no_others(title: str) -> None:
    keys = {key for shape in PROFILE_TABLES[title] for key in shape.keys}
    assert keys_of_tables(section(PROFILE_PAGE, title)) == keys
