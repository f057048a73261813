"""``casewf schema`` prints a schema by which files of that kind can be checked."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from casewf.cli.main import main

SMALL = {
    "workflow": {"casewf": 1, "id": "over", "version": 1, "extends": "prevention-visit"},
    "story": {
        "casewf-story": 1,
        "workflow": "prevention-visit",
        "zone": "Asia/Shanghai",
        "people": {"wu": {"roles": ["visitor"]}},
        "case": {"id": "C-1"},
        "steps": [{"at": "2026-03-02 09:00", "open": {}, "by": "wu"}],
    },
    "calendar": {"casewf-calendar": 1, "id": "office", "layers": ["cn-office"]},
    "directory": {"casewf-directory": 1, "zone": "UTC", "organisations": {}, "people": {}},
    "bindings": {"casewf-bindings": 1, "workflows": "hotline-12351", "hooks": []},
    "terms": {
        "casewf-kpi": 1,
        "workflow": "visit",
        "marks": {"dispatched": {"fire": "send", "by": "person"}},
    },
}


@pytest.mark.parametrize("kind", SMALL)
def test_it_prints_the_schema_of_a_kind(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--kind", kind]) == 0
    validator = Draft202012Validator(json.loads(capsys.readouterr().out))
    assert validator.is_valid(SMALL[kind])
    assert [other for other in SMALL if validator.is_valid(SMALL[other])] == [kind]
    assert not validator.is_valid(SMALL[kind] | {"colour": "red"})


def test_without_a_kind_it_is_that_of_workflows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "a casewf workflow"


def test_every_key_of_a_workflow_says_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    main(["schema"])
    defs = json.loads(capsys.readouterr().out)["$defs"]
    assert defs["sla"]["properties"]["at_most"]["description"].startswith("the longest that a target")
    assert (
        defs["sla-in-overlay"]["properties"]["pause"]["description"]
        == (defs["sla"]["properties"]["pause"]["description"])
    )


def test_an_unknown_kind_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["schema", "--kind", "flow"])
    assert caught.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_language_that_it_does_not_speak_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Its descriptions are those of the reference, which is in English."""
    with pytest.raises(SystemExit) as ended:
        main(["schema", "--lang", "zh"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --lang zh" in capsys.readouterr().err
