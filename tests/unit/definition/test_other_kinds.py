"""A file of another kind is refused as such, in one finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from casewf.definition.bindings_file import parse_bindings
from casewf.definition.load import parse_calendar, parse_directory, parse_workflow
from casewf.errors import DefinitionError
from casewf.testing.story_file import parse_story


@pytest.mark.parametrize(
    ("read", "written", "said"),
    [
        (
            parse_story,
            "# mine\ncasewf: 1\nid: x\n",
            "2:1: this is a workflow file, and a story file was expected",
        ),
        (parse_workflow, "casewf-story: 1\n", "1:1: this is a story file, and a workflow file was expected"),
        (parse_calendar, "casewf: 1\n", "1:1: this is a workflow file, and a calendar file was expected"),
        (
            parse_bindings,
            "casewf-directory: 1\n",
            "1:1: this is a directory file, and a bindings file was expected",
        ),
        (
            parse_directory,
            "casewf-bindings: 1\n",
            "1:1: this is a bindings file, and a directory file was expected",
        ),
        (parse_directory, "casewf: 1\n", "1:1: this is a workflow file, and a directory file was expected"),
    ],
)
def test_a_file_of_another_kind_is_told_once(read: Callable[[str], object], written: str, said: str) -> None:
    with pytest.raises(DefinitionError) as wrong:
        read(written)
    assert len(wrong.value.findings) == 1
    assert said in str(wrong.value)
