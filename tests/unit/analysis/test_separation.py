"""When separation of duties leaves nobody, and when somebody may be left after all (M11)."""

from __future__ import annotations

import pytest

from casewf.analysis.lint import lint
from casewf.definition.load import parse_document
from core_cases import workflow_text

FIELDS = (
    "whom: {type: person}\nteam: {type: person, many: true}\nto: {type: org}\nalso: {type: org, many: true}"
)
LIMIT = (
    "limit: {start: {enter: main.a}, stop: {enter: main.done}, target: [{within: 1 hour}], "
    "ladder: [{at: due, RUNG}]}"
)


def found(
    rows: str, *, side: str = "", rung: str = "notify: boss", parties: str = ""
) -> list[tuple[str, str]]:
    """Code and message of what CW723 and CW732 find; the states are a, b, c, done, in this order."""
    tracks = (
        f"main:\n  initial: a\n  states: {{a: {{}}, b: {{}}, c: {{}}, done: {{}}}}\n  transitions: [{rows}]\n"
    )
    tracks += f"side:\n  initial: a\n  states: {{a: {{}}}}\n  transitions: [{side}]\n"
    fields = FIELDS + ("\nrating: {type: choice, of: [good, bad]}" if parties else "")
    text = workflow_text(tracks, slas=LIMIT.replace("RUNG", rung), fields=fields, parties=parties)
    return [
        (one.code, one.message) for one in lint(parse_document(text), {}) if one.code in ("CW723", "CW732")
    ]


SIGN = "{trigger: sign, from: a, to: b, by: desk, assign: {helper: actor.id}}"
CHECK = "{trigger: check, from: b, to: c, by: helper, not_by: sign}"
NOBODY = "nobody can fire 'check' here: only the person who holds 'helper' may, and he fired 'sign'"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((SIGN, CHECK), id="he became the holder by what bars him"),
        pytest.param(
            (SIGN, CHECK.replace("not_by:", "not_by_org:")), id="his organisation is barred, and so is he"
        ),
        pytest.param(
            (
                "{trigger: give, from: a, to: b, by: desk, asks: whom, assign: {helper: whom}}",
                "{trigger: sign, from: b, to: c, by: helper}",
                CHECK.replace("from: b, to: c", "from: c, to: done"),
            ),
            id="only the holder may do what bars him",
        ),
        pytest.param(
            (SIGN, "{trigger: note, from: b, by: desk}", CHECK), id="a row that changes nothing lies between"
        ),
        pytest.param(
            (SIGN, CHECK, "{trigger: back, from: [b, c], to: =previous, by: desk}"), id="there is a way back"
        ),
    ],
)
def test_nobody_is_left(rows: tuple[str, ...]) -> None:
    codes = found(", ".join(rows))
    assert {code for code, _ in codes} == {"CW723"}
    assert codes[0][1].startswith(NOBODY[:-6])


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        pytest.param(
            (SIGN, CHECK.replace("by: helper", "by: [helper, boss]")), {}, id="another role may, too"
        ),
        pytest.param((SIGN, CHECK.replace("by: helper", "by: {any: helper}")), {}, id="the holder is lifted"),
        pytest.param(
            (SIGN, "{trigger: skip, from: a, to: b, by: desk}", CHECK), {}, id="a way without a holder"
        ),
        pytest.param(
            (SIGN, "{trigger: hand_on, from: b, by: desk, asks: whom, assign: {helper: whom}}", CHECK),
            {},
            id="an internal row may have made somebody else the holder",
        ),
        pytest.param(
            (
                SIGN,
                "{trigger: hand_on, from: b, to: c, by: boss, assign: {helper: actor.id}}",
                CHECK.replace("from: b, to: c", "from: c, to: done"),
            ),
            {},
            id="somebody else became the holder since",
        ),
        pytest.param(
            (SIGN, CHECK),
            {"side": "{trigger: take, from: a, by: desk, assign: {helper: actor.id}}"},
            id="another track may have made somebody else the holder",
        ),
        pytest.param((SIGN, CHECK), {"rung": "assign: {helper: to}"}, id="a timer may have done so"),
        pytest.param(
            (SIGN.replace("actor.id", "team").replace("by: desk", "by: desk, asks: team"), CHECK),
            {},
            id="several people hold it",
        ),
        pytest.param((SIGN.replace("by: desk, ", "auto: true, "), CHECK), {}, id="the engine itself did it"),
        pytest.param(("{trigger: sign, from: a, to: b, by: desk}", CHECK), {}, id="nobody holds the role"),
    ],
)
def test_somebody_may_be_left(rows: tuple[str, ...], more: dict[str, str]) -> None:
    assert found(", ".join(rows), **more) == []


def test_the_states_are_named_where_it_is_not_so_in_all_of_them() -> None:
    check = CHECK.replace("from: b", "from: [b, c]")
    free = "{trigger: skip, from: a, to: c, by: desk}"
    assert found(", ".join((SIGN, free, check))) == [("CW723", NOBODY.replace(" here:", " from 'b':"))]


def test_the_system_is_one_person() -> None:
    rows = "{trigger: sign, from: a, to: b, by: system}, {trigger: check, from: b, to: c, by: system, not_by: sign}"
    message = "nobody can fire 'check' here: only `system` may, and `system` fired 'sign'"
    assert found(rows, rung="fire: sign") == [("CW723", message)]


def test_ratings_are_separated_in_the_states_in_which_they_are_recorded() -> None:
    parties = (
        "kinds: {worker: {zh: 职工}}\nby: desk\nratings: {of: rating, by: helper, not_by: sign, in: main.b}"
    )
    ((code, message),) = found(SIGN, parties=parties)
    assert (code, message.split(":")[0]) == ("CW723", "nobody can record a rating here")
    assert found(SIGN, parties=parties.replace(", in: main.b", "")) == []


GIVE = "{trigger: give, from: a, to: b, by: desk, asks: to, assign: {helper: to}}"
WORK = "{trigger: work, from: b, to: c, by: helper}"
BARRED = "{trigger: check, from: c, to: done, by: helper, not_by_org: work}"


def test_an_organisation_is_left_only_with_those_below_it() -> None:
    ((code, message),) = found(", ".join((GIVE, WORK, BARRED)))
    assert code == "CW732"
    assert message.startswith(
        "only the organisation that holds 'helper' may fire 'check' here, and it fired 'work'"
    )


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((GIVE, WORK, BARRED.replace("not_by_org", "not_by")), id="a colleague may"),
        pytest.param(
            (GIVE, WORK.replace("by: helper", "by: [helper, boss]"), BARRED), id="somebody else may have"
        ),
        pytest.param(
            (GIVE.replace("to}", "also}").replace("asks: to", "asks: also"), WORK, BARRED),
            id="several hold it",
        ),
    ],
)
def test_another_organisation_or_a_colleague_may_be_left(rows: tuple[str, ...]) -> None:
    assert found(", ".join(rows)) == []


def test_the_actor_s_own_organisation_as_the_holder() -> None:
    sign = SIGN.replace("actor.id", "actor.org")
    assert [code for code, _ in found(f"{sign}, {CHECK.replace('not_by:', 'not_by_org:')}")] == ["CW732"]
    assert found(f"{sign}, {CHECK}") == []
