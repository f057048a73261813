"""Each wrong file of ``tests/golden/definition`` gives exactly the findings written beside it.

A pair is ``name.yaml`` and ``name.txt``; ``calendar-*.yaml`` are calendar files, ``directory-*.yaml`` directories,
``bindings-*.yaml`` bindings, ``profile-*.yaml`` profiles, and ``layers``, ``ics`` and ``bindings`` hold what they name.
After a wanted change run the tests with ``CASEWF_UPDATE_GOLDEN=1``, and read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casewf.definition import load_bindings, load_calendar, load_directory, load_workflow, render_findings
from casewf.definition.codes import CODES
from casewf.errors import DefinitionError
from casewf.simulation import load_profile

GOLDEN = Path(__file__).parents[2] / "golden" / "definition"
PAIRS = sorted(GOLDEN.glob("*.yaml"))

# Shown by tests of their own: a huge file, one with hundreds of problems, and a package that is missing.
ELSEWHERE = {"CW103", "CW113", "CW509"}


def findings_of(path: Path) -> tuple:
    readers = {
        "bindings": load_bindings,
        "calendar": load_calendar,
        "directory": load_directory,
        "profile": load_profile,
    }
    load = readers.get(path.stem.partition("-")[0], load_workflow)
    with pytest.raises(DefinitionError) as caught:
        load(path, name=path.name)
    return caught.value.findings


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_a_wrong_file_gives_the_findings_written_beside_it(path: Path) -> None:
    shown = render_findings(findings_of(path))
    expected = path.with_suffix(".txt")
    if os.environ.get("CASEWF_UPDATE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


def test_every_code_has_a_golden_pair() -> None:
    shown = {finding.code for path in PAIRS for finding in findings_of(path)}
    assert shown | ELSEWHERE == set(CODES)


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_findings_stand_file_by_file_in_order_and_inside_their_line(path: Path) -> None:
    findings = findings_of(path)
    places = [finding.place for finding in findings]
    files = list(dict.fromkeys(place.file for place in places))
    assert places == sorted(places, key=lambda place: (files.index(place.file), place.line, place.column))
    for place in places:
        assert 1 <= place.column <= len(place.snippet) + 1
        assert place.column + place.length <= len(place.snippet) + 2
