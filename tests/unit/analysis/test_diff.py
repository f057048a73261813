"""What a new version of a workflow means for open cases: each change with its mark (X2)."""

from __future__ import annotations

import attrs
import pytest

from casewf.analysis.changes.change import BREAKS, MARKS, NEEDS, SAFE
from casewf.analysis.changes.change_sentences import SENTENCES
from casewf.analysis.changes.diff import diff
from casewf.core.migration_gaps import gaps
from casewf.definition.load import load_workflow, packaged_workflows, parse_document, parse_workflow
from casewf.model.migration import Migration
from migration_cases import FIELDS, SLAS, TRACKS, version

PARTIES = "kinds: {worker: {en: Worker}}\nby: desk"


def changes(before: str, after: str) -> list[tuple[str, str, str, str]]:
    """Code, path, old and new of every change."""
    new = parse_document(after)
    found = diff(parse_workflow(before), new.workflow, new.migration)
    return [(one.what, ".".join(one.path), one.old, one.new) for one in found]


def of_fields(old: str, new: str) -> list[tuple[str, str, str, str]]:
    return changes(version(1, fields=FIELDS + old), version(2, fields=FIELDS + new))


def of_tracks(old: str, new: str, base: str = TRACKS) -> list[tuple[str, str, str, str]]:
    assert old in base
    return changes(version(1, tracks=base), version(2, tracks=base.replace(old, new)))


def of_slas(old: str, new: str, base: str = SLAS) -> list[tuple[str, str, str, str]]:
    assert old in base
    return changes(version(1, slas=base), version(2, slas=base.replace(old, new)))


def test_a_version_that_is_written_otherwise_and_means_the_same_has_no_changes() -> None:
    """Two rows for one trigger from two states are one row from both; quotes and blanks mean nothing."""
    text = TRACKS.replace(
        "- {trigger: finish, from: [work, wait], to: done, by: [desk, system], not_by: [ping]}",
        "- {trigger: finish, from: wait, to: done, by: [desk, system], not_by: ping}\n"
        "    - {trigger: finish, from: work, to: done, by: [desk, system], not_by: ping}",
    )
    found = changes(version(1), version(2, tracks=text))
    assert found == [("other", "", "", "")]
    assert changes(version(1), version(2)) == []


@pytest.mark.parametrize("name", packaged_workflows())
def test_a_workflow_does_not_differ_from_itself(name: str) -> None:
    workflow = load_workflow(name)
    assert diff(workflow, attrs.evolve(workflow, version=workflow.version + 1)) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x: {type: integer}", "x: {type: decimal}", ("field_widened", "type: integer", "type: decimal")),
        ("x: {type: org}", "x: {type: decimal}", ("field_retyped", "type: org", "type: decimal")),
        ("x: {type: boolean}", "x: {type: text}", ("field_recoded", "type: boolean", "type: text")),
        ("x: {type: text}", "x: {type: text, many: true}", ("field_widened", "many: false", "many: true")),
        ("x: {type: text, many: true}", "x: {type: text}", ("field_narrowed", "many: true", "many: false")),
        (
            "x: {type: text}",
            "x: {type: text, sensitive: true}",
            ("field_sensitivity", "sensitive: false", "sensitive: true"),
        ),
        ("x: {type: choice, of: [a, b]}", "x: {type: choice, of: [a]}", ("options_removed", "of: b", "")),
        ("x: {type: choice, of: [a]}", "x: {type: choice, of: [a, b]}", ("options_added", "", "of: b")),
        (
            "x: {type: choice, of: [a, b]}",
            "x: {type: choice, of: [b, a]}",
            ("options_order", "of: a, b", "of: b, a"),
        ),
        (
            "x: {type: choice, of: {a: {en: A}}}",
            "x: {type: choice, of: {a: {en: Aa}}}",
            ("label", "of: {a: A}", "of: {a: Aa}"),
        ),
        (
            "x: {type: integer, max: 9}",
            "x: {type: integer, max: 5}",
            ("bounds_tightened", "max: 9", "max: 5"),
        ),
        ("x: {type: integer, max: 9}", "x: {type: integer}", ("bounds_loosened", "max: 9", "")),
        ("x: {type: text}", "x: {type: text, title: {zh: 甲, en: X}}", ("label", "", "title: 甲 / X")),
        ("x: {type: text}", "x: {type: text, default: d}", ("field_default_added", "", "default: d")),
        (
            "x: {type: text, default: d}",
            "x: {type: text, default: e}",
            ("field_default", "default: d", "default: e"),
        ),
        ("x: {type: text, default: d}", "x: {type: text}", ("field_default", "default: d", "")),
        (
            "x: {type: text}",
            "x: {type: text, identifies: true}",
            ("field_identifies", "identifies: false", "identifies: true"),
        ),
        ("x: {type: text}", "", ("field_removed", "text", "")),
        (
            "x: {type: text, sensitive: true}",
            "",
            ("sealed_field_removed", "sensitive text", ""),
        ),
        ("", "x: {type: person, many: true}", ("field_added", "", "many person")),
    ],
)
def test_a_change_of_a_field(old: str, new: str, expected: tuple[str, str, str]) -> None:
    what, before, after = expected
    assert of_fields(old, new) == [(what, "fields.x", before, after)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("idle: {en: Idle}", "idle: {en: Idling}", ("label", "tracks.main.states.idle", "Idle", "Idling")),
        (
            "done: {en: Done}",
            "done: {en: Done, category: closed}",
            ("state_closing", "tracks.main.states.done", "open", "closed"),
        ),
        (
            "{trigger: ping, from: [idle, work, wait, done], by: [desk, system], accepts: [n, kind, until]}",
            "{trigger: ping, from: [idle, work, wait, done], by: desk, accepts: [n, kind, until]}",
            ("row_changed", "triggers.ping.from idle, work, wait, done", "by: desk, system", "by: desk"),
        ),
        (
            "from: [work, done], to: shut, by: boss}",
            "from: [work, done], to: shut, by: boss, when: n > 2}",
            ("row_changed", "triggers.close.from work, done", "", "when: n > 2"),
        ),
        (
            "from: [work, done], to: shut",
            "from: done, to: shut",
            ("row_removed", "triggers.close.from work", "to shut by boss", ""),
        ),
        (
            "- {trigger: back,",
            "- {trigger: undo, from: done, to: work, by: boss}\n    - {trigger: back,",
            ("trigger_added", "triggers.undo", "", "undo"),
        ),
        ("initial: idle", "initial: work", ("initial", "tracks.main.initial", "idle", "work")),
    ],
)
def test_a_change_of_a_track(old: str, new: str, expected: tuple[str, str, str, str]) -> None:
    assert of_tracks(old, new) == [expected]


def test_a_state_that_was_the_end_and_is_none_breaks_open_cases() -> None:
    base = TRACKS.replace(
        "shut: {en: Shut, category: closed}", "shut: {en: Shut, final: true, ends_case: true}"
    )
    base = base.replace("from: [done, shut]", "from: done")
    (found,) = of_tracks("final: true, ends_case: true", "category: closed", base)
    assert found == ("state_reopened", "tracks.main.states.shut", "final, ends_case", "closed")


def test_rows_count_in_the_order_in_which_they_are_tried() -> None:
    """M1: another row wins where both can be taken; from states where only one stands nothing changes."""
    one = "- {trigger: skip, from: [work, wait], to: done, by: boss, when: n > 1}"
    two = "- {trigger: skip, from: work, to: shut, by: boss}"
    base = TRACKS.replace("- {trigger: back,", f"{one}\n    {two}\n    - {{trigger: back,")
    (found,) = of_tracks(f"{one}\n    {two}", f"{two}\n    {one}", base)
    assert found == (
        "rows_reordered",
        "triggers.skip.from work",
        "to done by boss when n > 1 before to shut by boss",
        "to shut by boss before to done by boss when n > 1",
    )
    other = "- {trigger: jump, from: work, to: done, by: boss}"
    apart = TRACKS.replace("- {trigger: back,", f"{other}\n    {two}\n    - {{trigger: back,")
    assert of_tracks(f"{other}\n    {two}", f"{two}\n    {other}", apart) == [("other", "", "", "")]


def test_automatic_rows_count_in_order_whatever_their_triggers() -> None:
    """M5."""
    one = "- {trigger: a, from: work, to: done, auto: true, when: n > 5}"
    two = "- {trigger: b, from: work, to: shut, auto: true, when: n > 4}"
    base = TRACKS.replace("- {trigger: back,", f"{one}\n    {two}\n    - {{trigger: back,")
    (found,) = of_tracks(f"{one}\n    {two}", f"{two}\n    {one}", base)
    assert found == (
        "automatic_reordered",
        "tracks.main.transitions.automatic from work",
        "a before b",
        "b before a",
    )


def test_a_trigger_that_rows_ask_for_must_not_be_forgotten() -> None:
    found = of_tracks("trigger: ping", "trigger: remind", TRACKS.replace("not_by: [ping]", "not_by: [begin]"))
    assert [one[0] for one in found] == ["trigger_removed", "trigger_added"]
    both = version(2, tracks=TRACKS.replace("ping", "remind"))
    assert [(one[0], one[1]) for one in changes(version(1), both)] == [
        ("trigger_forgotten", "triggers.ping"),
        ("trigger_added", "triggers.remind"),
        ("row_changed", "triggers.finish.from work, wait"),
    ]


def test_a_renamed_state_is_one_change_and_its_rows_are_compared_under_the_new_name() -> None:
    tracks = TRACKS.replace("wait: {en: Wait}", "pause: {en: Pause}").replace("to: wait", "to: pause")
    tracks = (
        tracks.replace("from: wait", "from: pause")
        .replace("wait]", "pause]")
        .replace("wait, done]", "pause, done]")
    )
    slas = SLAS.replace("main.wait", "main.pause")
    without = [one[0] for one in changes(version(1), version(2, tracks=tracks, slas=slas))]
    assert without[0] == "state_removed"
    mapped = version(2, tracks=tracks, slas=slas, migrate="from: 1\nstates: {main: {wait: pause}}")
    assert [(one[0], one[1]) for one in changes(version(1), mapped)] == [
        ("state_removed", "tracks.main.states.wait"),
        ("state_added", "tracks.main.states.pause"),
        ("moment_changed", "slas.limit"),
    ]


SIDE = """
side:
  initial: {begin}
  states: {{free: {{en: Free, category: closed}}, busy: {{en: Busy}}}}
  transitions: [{{trigger: block, from: free, to: busy, by: desk}}]
"""


def test_tracks_come_and_go() -> None:
    resting, open_ = (TRACKS + SIDE.format(begin=state) for state in ("free", "busy"))
    assert changes(version(1), version(2, tracks=resting))[0][:2] == ("track_added", "tracks.side")
    assert changes(version(1), version(2, tracks=open_))[0][:2] == ("track_added_open", "tracks.side")
    assert changes(version(1, tracks=resting), version(2))[0][:2] == ("track_removed", "tracks.side")
    turned = SIDE.format(begin="free") + TRACKS
    assert changes(version(1, tracks=resting), version(2, tracks=turned))[0][0] == "tracks_order"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{within: 4 hours}",
            "{within: 2 working days}",
            (
                "limit_length",
                "2 hours if kind == 'hard', else 4 hours",
                "2 hours if kind == 'hard', else 2 working days",
            ),
        ),
        (
            "{after: 1 hour, card: red}",
            "{after: 1 hour, card: yellow}",
            ("rung_changed", "{after: 1 hour, card: red}", "{after: 1 hour, card: yellow}"),
        ),
        ("{at: due, card: yellow}, ", "", ("rung_removed", "{at: due, card: yellow}", "")),
        (
            "{at: due, card: yellow}",
            "{at: due, card: yellow}, {before: 30 minutes, notify: [desk, boss]}",
            ("rung_added", "", "{before: 30 minutes, effects: {notify: [desk, boss]}}"),
        ),
        (
            "stop: {enter: main.done}",
            "stop: {enter: [main.done, main.shut]}",
            ("moment_changed", "stop: {enter: main.done}", "stop: {enter: [main.done, main.shut]}"),
        ),
        ("  pause: {in: main.wait}\n", "", ("moment_changed", "pause: {in: main.wait}", "pause: never")),
        ("reopen:", "counts: last\n  reopen:", ("limit_rule", "counts: first", "counts: last")),
        ("reopen:", "title: {en: Limit}\n  reopen:", ("label", "", "Limit")),
        ("reopen:", "extension: {by: boss}\n  reopen:", ("act_added", "", "extension: {by: boss}")),
    ],
)
def test_a_change_of_a_limit(old: str, new: str, expected: tuple[str, str, str]) -> None:
    what, before, after = expected
    assert of_slas(old, new) == [(what, "slas.limit", before, after)]


def test_limits_come_and_go_and_lose_their_acts() -> None:
    acts = SLAS.replace("reopen:", "extension: {by: boss}\n  reopen:")
    assert of_slas("extension: {by: boss}\n  ", "", acts) == [
        ("act_removed", "slas.limit", "extension: {by: boss}", "")
    ]
    assert changes(version(1), version(2, slas=""))[0][:2] == ("limit_removed", "slas.limit")
    assert changes(version(1, slas=""), version(2))[0][:2] == ("limit_added", "slas.limit")
    two = SLAS + SLAS.replace("limit:", "other:")
    turned = SLAS.replace("limit:", "other:") + SLAS
    assert changes(version(1, slas=two), version(2, slas=turned))[0][0] == "limits_order"


def test_a_ladder_of_a_target_row_is_compared_with_that_of_the_same_row() -> None:
    own = SLAS.replace("within: 2 hours}", "within: 2 hours, ladder: [{at: due, card: red}]}")
    found = of_slas("within: 2 hours}", "within: 2 hours, ladder: [{at: due, card: red}]}")
    assert [one[0] for one in found] == ["rung_removed", "rung_changed", "rung_removed"]
    assert [one[0] for one in of_slas("[{at: due, card: red}]", "[]", own)] == ["rung_removed"]


def test_the_rest_of_a_workflow() -> None:
    base = version(1, parties=PARTIES)
    assert changes(base, version(2))[0][:2] == ("parties_removed", "parties")
    assert changes(version(1), version(2, parties=PARTIES))[0][:2] == ("parties_added", "parties")
    assert changes(base, version(2, parties=PARTIES.replace("worker", "member"))) == [
        ("kind_removed", "parties.kinds.worker", "Worker", ""),
        ("kind_added", "parties.kinds.member", "", "Worker"),
    ]
    assert changes(base, version(2, parties=PARTIES.replace("by: desk", "by: boss")))[0] == (
        "parties_changed", "parties.by", "desk", "boss",
    )  # fmt: skip
    assert changes(version(1), version(2, cards="{red: {en: Red}, yellow: {en: Yellow}}"))[0] == (
        "cards_order", "cards", "yellow, red", "red, yellow",
    )  # fmt: skip
    aide = version(2).replace("helper: {en: Helper}", "aide: {en: Helper}")
    assert [one[:2] for one in changes(version(1), aide)] == [
        ("role_removed", "roles.helper"),
        ("role_added", "roles.aide"),
    ]
    assert changes(version(1), version(2).replace("calendar: office", "calendar: other"))[0] == (
        "calendar", "calendar", "{default: office}", "{default: other}",
    )  # fmt: skip
    assert changes(version(1), version(2).replace("id: small", "id: large"))[0][0] == "other_workflow"
    assert [one[0] for one in changes(version(1), version(1, slas=""))] == ["same_version", "limit_removed"]


def test_each_mark_comes_with_a_sentence_in_both_languages() -> None:
    for mark, zh, en in SENTENCES.values():
        assert mark in MARKS
        assert any("\u4e00" <= one <= "\u9fff" for one in zh)
        assert en.isascii()
        assert not zh.endswith("。")
        assert not en.endswith(".")


def test_a_change_says_where_it_stands_in_both_files() -> None:
    before, after = version(1), version(2, slas=SLAS.replace("{within: 4 hours}", "{within: 6 hours}"))
    old, new = parse_document(before, file="old.yaml"), parse_document(after, file="new.yaml")
    (found,) = diff(old.workflow, new.workflow)
    assert (found.mark, found.is_open) == (NEEDS, True)
    places = [doc.report.place(doc.key(*at)) for doc, at in ((old, found.at_old), (new, found.at_new))]
    assert [place.snippet.strip().split(":")[0] for place in places] == ["target", "target"]


# With the section `migrate`


def test_what_the_section_says_settles_a_change() -> None:
    text = version(2, slas="", fields="n: {type: integer, max: 5}\nkind: {type: choice, of: [soft]}",
                   tracks=TRACKS.replace(", until]", "]"),
                   migrate="""
from: 1
fields: {kind: {to: kind, values: {hard: soft}}, until: =drop}
set: {n: '5 if n > 5 else n'}
clocks: {limit: cancel}
""")  # fmt: skip
    new = parse_document(text)
    found = {one.what: one for one in diff(parse_workflow(version(1)), new.workflow, new.migration)}
    settled = {what: (one.answer, one.is_open) for what, one in found.items() if one.mark != SAFE}
    assert settled == {
        "options_removed": ("kind {hard: soft}", False),
        "field_removed": ("=drop", False),
        "bounds_tightened": ("set n: 5 if n > 5 else n", False),
        "limit_removed": ("cancel", False),
    }
    assert all(one.is_settled for one in found.values())


def test_a_section_for_other_versions_says_nothing() -> None:
    new = parse_document(version(3, slas="", migrate="from: 2\nclocks: {limit: cancel}"))
    (found,) = diff(parse_workflow(version(1)), new.workflow, new.migration)
    assert (found.what, found.answer, found.is_open) == ("limit_removed", "", True)


def test_every_gap_of_a_migration_is_a_change_that_is_open() -> None:
    """What `casewf migrate` refuses, `casewf diff` shows beforehand."""
    old = parse_workflow(version(1, parties=PARTIES, tracks=TRACKS + SIDE.format(begin="free")))
    new = parse_workflow(
        version(
            2,
            slas="",
            fields="n: {type: date}\nkind: {type: choice, of: [hard]}",
            cards="{red: {en: Red}}",
            parties=PARTIES.replace("worker", "member"),
            tracks=TRACKS.replace(", until]", "]")
            .replace("wait: {en: Wait}", "hold: {en: Hold}")
            .replace("wait", "hold")
            .replace("ping", "remind")
            .replace("done: {en: Done}", "done: {en: Done, category: closed}"),
        ).replace("helper: {en: Helper}", "x: {en: X}")
    )
    missing = {gap.path for gap in gaps(old, new, Migration(workflow="small", version=2))}
    shown = {one.path for one in diff(old, new) if one.mark in (NEEDS, BREAKS) and one.is_open}
    assert len(missing) == 11
    assert missing <= shown
