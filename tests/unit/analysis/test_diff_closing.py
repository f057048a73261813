"""What `diff` says of a section `migrate` by which cases would be closed (M8, X2)."""

from __future__ import annotations

import pytest

from casewf.analysis.changes.diff import diff
from casewf.definition.load import parse_document, parse_workflow
from migration_cases import TRACKS, move, story, version


@pytest.mark.parametrize(
    ("migrate", "edit", "expected"),
    [
        ("states: {main: {wait: shut}}", ("", ""), [("mapping_closes", "migrate.states.main.wait")]),
        ("states: {main: {wait: work, shut: work}}", ("", ""), []),
        ("states: {main: {wait: =stay}}", ("", ""), []),
        (
            "states: {main: {done: done}}",
            ("done: {en: Done}", "done: {en: Done, category: closed}"),
            [("mapping_closes", "migrate.states.main.done")],
        ),
    ],
)
def test_an_open_state_that_is_mapped_to_a_closed_one_is_told(
    migrate: str, edit: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    """X2: each case there is refused, for nobody decided that it be closed."""
    new = parse_document(version(2, tracks=TRACKS.replace(*edit), migrate=f"from: 1\n{migrate}"))
    found = diff(parse_workflow(version(1)), new.workflow, new.migration)
    told = [one for one in found if one.what.startswith("mapping_")]
    assert [(one.what, ".".join(one.path)) for one in told] == expected
    assert not any(one.is_settled for one in told)
    assert all(place[0] == "migrate" for one in told for place in [one.at_new])


REST = "side: {initial: free, states: {free: {en: Free, category: closed}, busy: {en: Busy}}, transitions: ["
REST += (
    "{trigger: take, from: free, to: busy, by: desk}, {trigger: leave, from: busy, to: free, by: desk}]}\n"
)


def test_where_other_tracks_keep_a_case_open_only_some_are_refused() -> None:
    tracks = TRACKS + REST
    old = parse_workflow(version(1, tracks=tracks))

    def told(migrate: str, new_tracks: str = tracks) -> list[tuple[str, str, str, bool]]:
        new = parse_document(version(2, tracks=new_tracks, migrate=f"from: 1\n{migrate}"))
        changes = [one for one in diff(old, new.workflow, new.migration) if one.what.startswith("mapping_")]
        return [(one.what, ".".join(one.path), one.answer, one.is_settled) for one in changes]

    assert told("states: {main: {wait: shut}}") == [
        ("mapping_may_close", "tracks.main.states.wait", "shut", True)
    ]
    assert told("states: {main: {wait: shut}, side: {free: busy}}") == []
    assert told("states: {main: {wait: shut}, side: {busy: free}}") == [
        ("mapping_closes", "migrate.states.main.wait", "", False),
        ("mapping_may_close", "tracks.side.states.busy", "free", True),
    ]
    assert told("tracks: {side: =drop}", TRACKS) == [("mapping_may_close", "tracks.side", "=drop", True)]
    ends = tracks.replace(
        "shut: {en: Shut, category: closed}", "shut: {en: Shut, category: closed, ends_case: true}"
    )
    assert told("states: {main: {wait: shut, shut: =stay}}", ends) == [
        ("mapping_closes", "migrate.states.main.wait", "", False)
    ]


def test_what_is_said_to_close_is_what_a_migration_refuses() -> None:
    one = story()
    one.fire("begin")
    one.fire("wait")
    text = version(2, migrate="from: 1\nstates: {main: {wait: shut}}")
    assert move(one, text) == ["would_close"]
