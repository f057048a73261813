"""A sealed limit may be tightened, never loosened; ``at_most`` bounds what an overlay may write."""

from __future__ import annotations

from pathlib import Path

import pytest

from casewf.definition.load import read_document
from casewf.definition.tighter_ladder import MAX_COMPARED
from casewf.errors import DefinitionError
from overlay_files import BASE, laid, refused, write
from overlay_files import HEAD as OVER

SEALED = BASE + "sealed: [slas.handle]\n"
U, H = (
    "{when: priority == 'urgent', within: 3 working days}",
    "{when: category == 'help', within: 7 working days}",
)
UL = "{when: priority == 'urgent', within: 3 working days, ladder: [{at: due, notify: leader, card: red}]}"
L = "{within: 15 working days}"
EXTENSION = "by: leader, times: 2, up_to: 5 working days, asked_before: 1 working day, asked_by: [handler]"
LADDER = (
    "{before: 2 working days, notify: handler, card: blue}",
    "{at: 80%, notify: handler}",
    "{at: due, notify: [handler, leader], card: yellow, quiet_hours: wait}",
    "{after: 2 working days, every: 1 working day, times: 3, notify: leader, card: red}",
)


def ladder(number: int, *rungs: str) -> str:
    """The ladder of the base with one rung replaced."""
    return f"ladder: [{', '.join((*LADDER[:number], *rungs, *LADDER[number + 1 :]))}]"


TIGHTER = [
    f"target: [{UL.replace('3', '2')}, {H}, {L}]",
    f"target: [{UL}, {H.replace('7', '6')}, {{within: 10 working days}}]",
    f"target: [{UL}, {{within: 7 working days}}]",
    f"target: [{UL}, {{when: has(pay_by), within: 7 working days}}, {H}, {L}]",
    f"target: [{UL}, {H}, {{when: has(pay_by), within: 14 working days}}, {L}]",
    "target: [{within: 3 working days, ladder: [{at: 50%, notify: [leader, handler], card: red}, "
    + ", ".join(LADDER)
    + "]}]",
    f"target: [{UL}, {H.replace('category ==', 'category  ==')}, {L}]",
    "kind: statutory",
    "pause: null",
    "pause: {in: main.waiting}",
    "pause: [{in: main.new, when: has(pay_by)}, {in: main.waiting}]",
    ladder(0, "{before: 3 working days, notify: [handler, leader], card: blue}"),
    ladder(1, "{at: 50%, notify: handler}"),
    ladder(1, "{at: 80%, notify: handler}", "{at: 20%, notify: leader, hook: ring}"),
    ladder(2, "{at: 90%, notify: [leader, handler], card: yellow, quiet_hours: ignore}"),
    ladder(
        2, "{before: 6 working days, notify: [handler, leader], card: yellow, quiet_hours: wait, hook: ring}"
    ),
    ladder(3, "{after: 1 working day, every: 1 working day, times: 4, notify: leader, card: red}"),
    ladder(3, "{at: due, every: 1 working day, times: 3, notify: leader, card: red}"),
    "ladder: [" + ", ".join(reversed(LADDER)) + "]",
    "extension: null",
    f"extension: {{{EXTENSION.replace('times: 2', 'times: 1')}}}",
    f"extension: {{{EXTENSION.replace('5 working days', '4 working days')}}}",
    f"extension: {{{EXTENSION.replace('before: 1', 'before: 2')}, notify: leader}}",
    "at_most: 15 working days",
    "restarts: false, measure: recorded, on_reopen: never, on_change: rebase, counts: first",
    "title: {en: Handle}, stop: [{enter: [main.closed]}]",
]
LOOSER = [
    (f"target: [{UL.replace('3', '4')}, {H}, {L}]", "4 working days instead of 3 working days"),
    (f"target: [{UL}, {H}, {{within: 16 working days}}]", "16 working days instead of 15 working days"),
    (f"target: [{UL}, {L}]", "15 working days instead of 7 working days where category == 'help'"),
    (f"target: [{H}, {UL}, {L}]", "7 working days instead of 3 working days where priority == 'urgent'"),
    (
        f"target: [{{when: has(pay_by), within: 7 working days}}, {UL}, {H}, {L}]",
        "7 working days instead of 3",
    ),
    (
        f"target: [{UL}, {H}, {{when: has(pay_by), within: 16 working days}}, {L}]",
        "instead of 15 working days, its last",
    ),
    (
        f"target: [{UL}, {H}, {{within: 3 days}}]",
        "cannot be compared: 3 calendar days instead of 15 working days",
    ),
    (
        f"target: [{UL}, {H}, {{within: 1 working hour}}]",
        "cannot be compared: 1 hour of working time instead of",
    ),
    (
        f"target: [{UL}, {{when: has(pay_by), until: pay_by}}, {H}, {L}]",
        "cannot be compared: until pay_by instead of",
    ),
    (f"target: [{U}, {H}, {L}]", "no rung does as much, as early, as `at: due`"),
    (
        f"target: [{UL.replace('leader', 'handler')}, {H}, {L}]",
        "no rung does as much, as early, as `at: due`",
    ),
    (
        f"target: [{UL}, {H[:-1]}, ladder: []}}, {L}]",
        "as `before: 2 working days`, `at: 80%`, `at: due`, `after: 2 work",
    ),
    ("kind: advisory", "advisory instead of service"),
    ("pause: {in: [main.waiting, main.sent]}", "it pauses in 'main.sent'"),
    ("start: {enter: main.waiting}", "`start` is changed"),
    ("start: {when: has(pay_by)}", "`start` is changed"),
    ("stop: [{enter: main.closed}, {fire: wait}]", "`stop` is changed"),
    ("cancel: {fire: wait}", "`cancel` is changed"),
    ("reopen: {fire: wait}", "`reopen` is changed"),
    ("restarts: true", "`restarts` is changed"),
    ("measure: occurred", "`measure` is changed"),
    ("on_reopen: continue", "`on_reopen` is changed"),
    ("on_change: restart", "`on_change` is changed"),
    ("counts: last", "`counts` is changed"),
    ("title: {zh: 办结}", "`title` is changed"),
    ("ladder: null", "as `before: 2 working days`, `at: 80%`, `at: due`, `after: 2 working days`"),
    (ladder(0, "{before: 1 working day, notify: handler, card: blue}"), "as `before: 2 working days`"),
    (ladder(0, "{before: 3 days, notify: handler, card: blue}"), "as `before: 2 working days`"),
    (ladder(0, "{at: 10%, notify: handler, card: blue}"), "as `before: 2 working days`"),
    (ladder(0, "{before: 2 working days, notify: handler}"), "as `before: 2 working days`"),
    (ladder(0, "{before: 2 working days, notify: handler, card: yellow}"), "as `before: 2 working days`"),
    (ladder(0, "{before: 7 working days, notify: handler, card: blue}"), "as `before: 2 working days`"),
    (
        ladder(2, "{before: 15 working days, notify: [handler, leader], card: yellow, quiet_hours: wait}"),
        "as `at: due`",
    ),
    (
        ladder(2, "{before: 1 hour, notify: [handler, leader], card: yellow, quiet_hours: wait}"),
        "as `at: due`",
    ),
    (
        f"target: [{U[:-1]}, ladder: [{{before: 3 working days, notify: leader, card: red}}]}}, {H}, {L}]",
        "as `at: due`",
    ),
    (ladder(1, "{at: 81%, notify: handler}"), "as `at: 80%`"),
    (ladder(1, "{before: 9 working days, notify: handler}"), "as `at: 80%`"),
    (ladder(1, "{at: due, notify: handler}"), "as `at: 80%`"),
    (ladder(1), "as `at: 80%`"),
    (ladder(2, "{at: due, notify: handler, card: yellow}"), "as `at: due`"),
    (ladder(2, "{at: due, notify: [handler, leader], card: red}"), "as `at: due`"),
    (
        f"ladder: [{LADDER[0]}, {{at: 50%, notify: [handler, leader], card: yellow}}, {LADDER[3]}]",
        "as `at: due`",
    ),
    (
        ladder(2, "{after: 1 hour, notify: [handler, leader], card: yellow, quiet_hours: wait}"),
        "as `at: due`",
    ),
    (
        ladder(3, "{after: 3 working days, every: 1 working day, times: 3, notify: leader, card: red}"),
        "as `after: 2",
    ),
    (
        ladder(3, "{after: 2 working days, every: 1 hour, times: 3, notify: leader, card: red}"),
        "as `after: 2",
    ),
    (
        ladder(3, "{after: 2 working days, every: 1 working day, times: 2, notify: leader, card: red}"),
        "as `after: 2",
    ),
    (ladder(3, "{after: 2 working days, notify: leader, card: red}"), "as `after: 2"),
    (f"extension: {{{EXTENSION.replace('leader', 'handler')}}}", "it can be extended, and `by` is changed"),
    (
        f"extension: {{{EXTENSION.replace('times: 2', 'times: 3')}}}",
        "it can be extended, and `times` is changed",
    ),
    ("extension: {up_to: 6 working days}", "loosened: it can be extended, and `up_to` is changed"),
    ("extension: {up_to: original}", "cannot be compared: it can be extended, and `up_to` is changed"),
    ("extension: {up_to: null}", "cannot be compared: it can be extended, and `up_to` is changed"),
    ("extension: {asked_before: null}", "it can be extended, and `asked_before` is changed"),
    (
        "extension: {asked_before: 2 days}",
        "cannot be compared: it can be extended, and `asked_before` is changed",
    ),
    ("extension: {asked_by: [handler, operator]}", "it can be extended, and `asked_by` is changed"),
    ("extension: {asked_by: null}", "it can be extended, and `asked_by` is changed"),
    ("suspension: {by: leader, up_to: 1 day}", "it can be suspended"),
]


def over(keys: str) -> str:
    return f"slas: {{handle: {{{keys}}}}}\n"


@pytest.mark.parametrize("keys", TIGHTER)
def test_a_sealed_limit_may_be_tightened(keys: str, tmp_path: Path) -> None:
    laid(tmp_path, over(keys), SEALED)


@pytest.mark.parametrize(("keys", "why"), LOOSER)
def test_a_sealed_limit_may_not_be_loosened(keys: str, why: str, tmp_path: Path) -> None:
    findings = [one for one in refused(tmp_path, over(keys), SEALED) if one.code in ("CW807", "CW809")]
    assert [one.message for one in findings if why in one.message]
    for one in findings:
        assert one.help.startswith("sealed in base.yaml:48")
        assert one.place.file == "district.yaml"
        assert one.code == ("CW809" if "cannot be compared" in one.message else "CW807")


@pytest.mark.parametrize(("keys", "why"), LOOSER)
def test_a_limit_that_is_not_sealed_may_be_loosened(keys: str, why: str, tmp_path: Path) -> None:
    """And each of these is a limit that can be read, so that nothing but the seal refuses it."""
    laid(tmp_path, over(keys), BASE + "sealed: [slas.sign]\n")


def test_each_rung_of_the_base_has_one_of_its_own_in_whatever_order(tmp_path: Path) -> None:
    twice = "      - {at: 80%, notify: handler}\n      - {at: 70%, notify: handler}\n"
    base = SEALED.replace("      - {at: 80%, notify: handler}\n", twice)
    laid(tmp_path, over(ladder(1, "{at: 70%, notify: handler}", "{at: 80%, notify: handler}")), base)
    (one,) = refused(tmp_path, over(ladder(1, "{at: 50%, notify: handler}")), base)
    assert "as `at: 70%`" in one.message


def test_a_warning_at_night_stays_one(tmp_path: Path) -> None:
    """E6: `ignore` tells also who has quiet hours."""
    base = SEALED.replace("quiet_hours: wait", "quiet_hours: ignore")
    for told in ("", ", quiet_hours: wait"):
        rung = f"{{at: due, notify: [handler, leader], card: yellow{told}}}"
        assert [one.code for one in refused(tmp_path, over(ladder(2, rung)), base)] == ["CW807"]
        laid(tmp_path, over(ladder(2, rung)), SEALED)


def test_a_suspension_may_get_an_end_and_lose_nobody_who_is_told(tmp_path: Path) -> None:
    base = SEALED.replace("    extension:", "    suspension: {by: leader, notify: handler}\n    extension:")
    laid(tmp_path, over("suspension: {up_to: 3 days}"), base)
    (told,) = refused(tmp_path, over("suspension: {notify: operator}"), base)
    assert "`notify` is changed" in told.message
    ended = base.replace("notify: handler}\n    ext", "up_to: 3 days}\n    ext")
    (endless,) = refused(tmp_path, over("suspension: {up_to: null}"), ended)
    assert "`up_to` is changed" in endless.message


@pytest.mark.parametrize(
    ("sealed", "keys", "fits"),
    [
        ("slas.handle.target", "ladder: [], pause: [{in: main.sent}]", True),
        ("slas.handle.target", f"target: [{UL}, {H[:-1]}, ladder: []}}, {L}]", True),
        ("slas.handle.target", f"target: [{U}, {H}, {L}]", False),
        ("slas.handle.target", "target: [{within: 4 working days}]", False),
        ("slas.handle.ladder", "target: [{within: 40 working days}]", True),
        ("slas.handle.ladder", "ladder: []", False),
        ("slas.handle.ladder", f"target: [{UL}, {H[:-1]}, ladder: []}}, {L}]", False),
        ("slas.handle.ladder", f"target: [{U[:-1]}, ladder: []}}, {H}, {L}]", True),
        ("slas.handle.ladder", f"target: [{{within: 9 working days, ladder: [{', '.join(LADDER)}]}}]", True),
        ("slas.handle.extension.times", "extension: {times: 1}", False),
        ("slas.handle.extension.times", "extension: {by: handler}", True),
        ("slas", "target: [{within: 3 working days}]", False),
        ("slas", "kind: statutory", True),
    ],
)
def test_a_part_of_a_limit_is_sealed_by_itself(sealed: str, keys: str, fits: bool, tmp_path: Path) -> None:
    base = BASE + f"sealed: [{sealed}]\n"
    if fits:
        laid(tmp_path, over(keys), base)
    else:
        assert {one.code for one in refused(tmp_path, over(keys), base)} <= {"CW806", "CW807"}


def test_what_is_not_written_means_what_the_reader_takes_it_for(tmp_path: Path) -> None:
    """K4: with `reopen` moments a limit goes on unless it says otherwise."""
    base = SEALED.replace(
        "    stop: {enter: main.closed}\n    target",
        "    stop: {enter: main.closed}\n    reopen: {fire: wait}\n    target",
    )
    (never,) = refused(tmp_path, over("on_reopen: never"), base)
    assert never.message == "the sealed limit 'handle' is loosened: `on_reopen` is changed"
    laid(tmp_path, over("on_reopen: continue"), base)


def test_blanks_within_quotes_make_another_condition(tmp_path: Path) -> None:
    base = SEALED.replace("pay_by: {type: date}", "pay_by: {type: date}\n  note: {type: text}").replace(
        "category == 'help'", "note == 'a b'"
    )
    base = base.replace("in: [main.waiting, main.new]", "in: [main.waiting], when: note == 'a b'")
    row = '{{when: "{}", within: 7 working days}}'
    for when, fits in (("note  ==  'a b'", True), ("note == 'a  b'", False)):
        for keys in (
            f"target: [{UL}, {row.format(when)}, {L}]",
            f'pause: {{in: main.waiting, when: "{when}"}}',
        ):
            if fits:
                laid(tmp_path, over(keys), base)
            else:
                assert [one.code for one in refused(tmp_path, over(keys), base)] == ["CW807"]


def test_a_limit_that_restarts_gets_no_further_row_to_restart_at(tmp_path: Path) -> None:
    """K5: whoever changes the field that the new row reads would have the limit count from then."""
    base = SEALED.replace(
        "    target:\n      - {when: priority", "    on_change: restart\n    target:\n      - {when: priority"
    )
    new = "{when: has(pay_by), within: 5 working days}"
    for rows in (f"{UL}, {new}, {H}, {L}", f"{UL}, {H}, {new}, {L}"):
        (found,) = refused(tmp_path, over(f"target: [{rows}]"), base)
        assert (found.code, "`on_change: restart`" in found.message) == ("CW807", True)
        laid(tmp_path, over(f"target: [{rows}]"), SEALED)
    laid(tmp_path, over(f"target: [{UL}, {H}, {{within: 14 working days}}]"), base)
    whole = (
        f"{{within: 3 working days, ladder: [{{at: due, notify: leader, card: red}}, {', '.join(LADDER)}]}}"
    )
    laid(tmp_path, over(f"target: [{whole}]"), base)


@pytest.mark.parametrize(
    ("clocks", "why"),
    [
        ("handle: cancel", "`migrate` ends its clocks"),
        ("handle: restart", "`migrate` starts its clocks anew"),
        ("handle: {to: handle, how: restart}", "`migrate` starts its clocks anew"),
        ("earlier: {to: handle, how: restart}", "`migrate` starts its clocks anew"),
        ("handle: {to: sign}", "`migrate` brings its clocks under 'sign'"),
        ("handle: {to: sign, how: rebase}", "`migrate` brings its clocks under 'sign'"),
    ],
)
@pytest.mark.parametrize("sealed", ["slas", "slas.handle", "slas.handle.target"])
def test_no_migration_of_an_overlay_loosens_the_clocks_of_a_sealed_limit(
    clocks: str, why: str, sealed: str, tmp_path: Path
) -> None:
    migrate = f"migrate: {{from: 2, clocks: {{{clocks}}}}}\n"
    head, base = "version: 3", BASE + f"sealed: [{sealed}]\n"
    write(tmp_path, base=base, district=OVER.replace("version: 1", head) + migrate)
    with pytest.raises(DefinitionError) as caught:
        read_document(tmp_path / "district.yaml", name="district.yaml")
    (found,) = caught.value.findings
    assert found.message == f"the sealed limit 'handle' is loosened: {why}"
    assert (found.code, found.place.line, found.help) == ("CW807", 5, "sealed in base.yaml:48")


@pytest.mark.parametrize(
    "clocks",
    ["handle: keep", "handle: rebase", "handle: carry", "earlier: {to: handle, how: rebase}", "sign: cancel"],
)
def test_a_migration_of_an_overlay_may_keep_or_shorten_them(clocks: str, tmp_path: Path) -> None:
    migrate = f"migrate: {{from: 2, clocks: {{{clocks}}}}}\n"
    write(tmp_path, base=SEALED, district=OVER.replace("version: 1", "version: 3") + migrate)
    read_document(tmp_path / "district.yaml")


def test_sealed_slas_admit_new_limits_but_lose_none(tmp_path: Path) -> None:
    base = BASE + "sealed: [slas]\n"
    new = "{start: {enter: main.new}, stop: {leave: main.new}, target: [{within: 1 hour}]}"
    laid(tmp_path, f"slas: {{answer: {new}}}\n", base)
    (lost,) = refused(tmp_path, f"slas: {{answer: {new}, sign: null}}\n", base)
    assert lost.message == "the limit 'sign' is sealed and cannot be taken out"


@pytest.mark.parametrize("key", ["ladder", "target"])
def test_very_long_lists_are_only_held_against_each_other_as_a_whole(key: str, tmp_path: Path) -> None:
    rung, row = "{at: due, notify: leader}", "{when: has(pay_by), within: 1 working day}"
    many = ", ".join([rung if key == "ladder" else row] * MAX_COMPARED)
    base = SEALED.replace(f"    {key}:\n", f"    {key}:\n      - {rung if key == 'ladder' else row}\n")
    values = {"ladder": f"[{many}, {', '.join(LADDER)}]", "target": f"[{many}, {L}]"}
    (finding,) = refused(tmp_path, over(f"{key}: {values[key]}"), base)
    assert f"more than {MAX_COMPARED}" in finding.message


# at_most


def test_at_most_bounds_the_targets_of_every_overlay(tmp_path: Path) -> None:
    base = BASE + "    at_most: [1 working day, 4 hours]\n"
    laid(
        tmp_path,
        "slas: {sign: {target: [{when: priority == 'urgent', within: 4 hours}, {within: 1 working day}]}}\n",
        base,
    )
    laid(tmp_path, "slas: {sign: {at_most: 1 working day}}\n", base)
    (longer,) = refused(tmp_path, "slas: {sign: {target: [{within: 241 minutes}]}}\n", base)
    assert (longer.code, longer.help) == ("CW808", "at_most stands in base.yaml:48")
    (other,) = refused(tmp_path, "slas: {sign: {target: [{within: 1 working hour}]}}\n", base)
    assert other.code == "CW809"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("{at_most: null}", "at_most cannot be taken out of 'sign'"),
        ("null", "a limit with at_most cannot be taken out of 'slas'"),
        (
            "{at_most: 2 working days}",
            "at_most of 'sign' is raised: 2 working days instead of 1 working day or 4 hours",
        ),
        (
            "{at_most: [1 working day, 1 day]}",
            "at_most of 'sign' cannot be compared: 1 calendar day instead of 1 working day or 4 hours",
        ),
    ],
)
def test_at_most_itself_may_only_become_less(keys: str, message: str, tmp_path: Path) -> None:
    base = BASE + "    at_most: [1 working day, 4 hours]\n"
    (finding,) = refused(tmp_path, f"slas: {{sign: {keys}}}\n", base)
    assert (finding.message, finding.help) == (message, "it stands in base.yaml:48")


@pytest.mark.parametrize(
    ("sealed", "change"),
    [
        ("calendar", "calendar: cn-office-shift"),
        (
            "tracks.main.transitions",
            "tracks: {main: {transitions: {wait: [{from: new, to: waiting, by: handler}]}}}",
        ),
        ("tracks.main.states", "tracks: {main: {states: {waiting: {category: closed}}}}"),
        ("fields.priority", "fields: {priority: {default: urgent}}"),
        ("tracks.main.transitions.send", "tracks: {main: {transitions: {send: null}}}"),
    ],
)
def test_what_a_sealed_limit_refers_to_is_free_unless_it_is_sealed_too(
    sealed: str, change: str, tmp_path: Path
) -> None:
    laid(tmp_path, change + "\n", SEALED)
    found = refused(tmp_path, change + "\n", BASE + f"sealed: [slas.handle, {sealed}]\n")
    assert {one.code for one in found} == {"CW806"}
