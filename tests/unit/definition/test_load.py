"""Where definitions come from: paths, texts, packaged ids; and what happens when they are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casewf.definition import (
    load_calendar,
    load_workflow,
    packaged_calendars,
    packaged_workflows,
    parse_workflow,
    render_findings,
)
from casewf.definition.files import MAX_BYTES
from casewf.definition.findings import MAX_FINDINGS
from casewf.definition.load import parse_document
from casewf.errors import DefinitionError

SMALL = """casewf: 1
id: small
version: 1
calendar: cn-office
roles: {handler: {zh: 办理员}}
tracks:
  main:
    initial: open
    states: {open: {zh: 办理中}}
    transitions: [{trigger: note, from: open, by: handler}]
"""


def findings(source: object) -> list:
    with pytest.raises(DefinitionError) as caught:
        load_workflow(source)  # type: ignore[arg-type]
    return list(caught.value.findings)


def test_a_path_may_be_a_text_or_a_path_object(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_workflow(path) == load_workflow(str(path)) == parse_workflow(SMALL)


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8-sig")
    assert load_workflow(path) == parse_workflow(SMALL)


def test_line_ends_of_windows_change_nothing() -> None:
    assert parse_workflow(SMALL.replace("\n", "\r\n")) == parse_workflow(SMALL)


def test_all_packaged_files_load() -> None:
    assert "hotline-12351" in packaged_workflows()
    assert "cn-office" in packaged_calendars()
    for name in packaged_workflows():
        assert load_workflow(name).id == name
    for name in packaged_calendars():
        assert load_calendar(name).id == name


def test_an_unknown_id_names_the_packaged_ones() -> None:
    """In the message itself: a traceback shows no help."""
    with pytest.raises(DefinitionError) as caught:
        load_workflow("hotline-1235")
    (finding,) = caught.value.findings
    assert finding.code == "CW101"
    assert all(name in str(caught.value) for name in packaged_workflows())
    assert "did you mean 'hotline-12351'?" in str(caught.value)
    with pytest.raises(DefinitionError) as caught:
        load_workflow("zzz")
    assert "did you mean" not in str(caught.value)


def test_a_missing_file_names_the_packaged_ones(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path / "none.yaml")
    assert finding.code == "CW101"
    assert "hotline-12351" in finding.help


@pytest.mark.parametrize("source", ["./\0.yaml", "/"])
def test_what_is_no_file_is_a_finding(source: str) -> None:
    assert [finding.code for finding in findings(source)] == ["CW101"]


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert [finding.code for finding in findings(path)] == ["CW103"]


def test_findings_are_bounded() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_workflow(SMALL + "".join(f"key{number}: 1\n" for number in range(MAX_FINDINGS + 1)))
    assert len(caught.value.findings) == MAX_FINDINGS + 1
    assert caught.value.findings[-1].code == "CW113"


def test_an_aliased_problem_counts_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_workflow(SMALL.replace("open, by", "open, needs: &n [x], asks: *n, by"))
    assert len(caught.value.findings) == 1


def test_the_error_has_a_line_per_finding_and_each_renders_with_its_line() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_workflow(SMALL.replace("note, from", "note, form"), file="small.yaml")
    assert str(caught.value) == "small.yaml:10:35: unknown key 'form' in a transition [CW202]"
    assert render_findings(caught.value.findings).splitlines()[2:4] == [
        "10 |     transitions: [{trigger: note, form: open, by: handler}]",
        "   |                                   ^~~~",
    ]


def test_a_device_is_refused_unread() -> None:
    with pytest.raises(DefinitionError, match="it is a device"):
        load_workflow(Path("/dev/zero"))


def test_a_base_that_is_no_regular_file_is_refused_unread(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "base.yaml")
    file = tmp_path / "district.yaml"
    file.write_text("casewf: 1\nid: district\nversion: 1\nextends: ./base.yaml\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="no regular file"):
        load_workflow(file)


def test_a_name_that_is_too_long_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "district.yaml"
    file.write_text(f"casewf: 1\nid: district\nversion: 1\nextends: ./{'x' * 5000}.yaml\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="CW801"):
        load_workflow(file)


def test_the_key_of_the_whole_file_is_the_file() -> None:
    document = parse_document(SMALL)
    assert document.key() == document.span()
