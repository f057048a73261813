"""Reading guard and ``set`` expressions (M9): what is accepted, what is refused, what is said then."""

from __future__ import annotations

import pickle

import pytest

from casewf.definition.expression import ExpressionError, Scope, parse
from casewf.model.expression import And, Arithmetic, Compare, Constant, In, Literals, Name, Negative
from casewf.model.workflow import Field

PRIORITY = Field(kind="choice", of=("routine", "urgent"))
SCOPE = Scope(
    fields={
        "priority": PRIORITY,
        "topic": Field(kind="choice", of=("wages", "safety")),
        "people": Field(kind="integer"),
        "amount": Field(kind="decimal"),
        "district": Field(kind="text"),
        "属地": Field(kind="text"),
        "caller": Field(kind="text", sensitive=True),
        "pay_by": Field(kind="date"),
        "heard_at": Field(kind="instant"),
        "lead_org": Field(kind="org"),
        "finder": Field(kind="person"),
        "flag": Field(kind="boolean"),
        "tags": Field(kind="choice", of=("wages", "safety"), many=True),
    },
    tracks={"union": ("received", "closed"), "government": ("pending", "done")},
    slas=("handle", "reply"),
    cards=("yellow", "red"),
    roles=("operator", "handler"),
)


def refused(text: str, **expect: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text, SCOPE, **expect)  # type: ignore[arg-type]
    return caught.value


def culprit(text: str, **expect: object) -> str:
    error = refused(text, **expect)
    return text[error.offset : error.offset + error.length]


@pytest.mark.parametrize(
    "text",
    [
        "priority == 'urgent'",
        "state.government in ('done', 'pending') and card == 'none'",
        "0 < people <= 10",
        "amount * 2 >= people + 1.5",
        "people // 2 % 3 - -1 > -people / 4",
        "'handler' in actor.roles and actor.org == lead_org and actor.id != finder",
        "sla.handle.verdict == 'breached' or sla.reply.phase == 'paused' and sla.reply.cycle > 1",
        "children.open == 0 and children.closed == children.total",
        "has(caller) and not has(pay_by)",
        "len(district) > 3 or len(tags) == 0",
        "'wages' in tags and topic not in tags",
        "'街道' in district and 属地 == '渝中'",
        "flag == true and flag != False",
        "(people if flag else amount) > 1",
        "pay_by < '2026-01-01'",
        "heard_at >= '2026-01-01T08:00:00+08:00'",
        "card in ['yellow', 'red'] and priority in {'urgent'}",
    ],
)
def test_every_form_of_the_language_is_accepted_as_a_guard(text: str) -> None:
    expression = parse(text, SCOPE, expect="boolean")
    assert parse(expression.text, SCOPE, expect="boolean") == expression


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "district.upper()",
        "district.__class__",
        "state.union.__class__",
        "actor.__dict__",
        "exec('1')",
        "has.__globals__",
        "tags[0] == 'wages'",
        "[tag for tag in tags]",
        "any(tag for tag in tags)",
        "lambda: True",
        "f'{district}' == 'x'",
        "people ** 2 > 4",
        "people & 1 == 1",
        "people @ 1",
        "~people > 1",
        "+people > 1",
        "(x := people) > 1",
        "priority is None",
        "priority == None",
        "people > 1e5",
        "people > 0x10",
        "people > 1j",
        "people > 5.",
        "b'x' == district",
        "r'x' == district",
        "'a' 'b' == district",
        "'''a''' == district",
        "'\\n' == district",
        "... == district",
        "{'a': 1}",
        "(1, 2)",
        "flag in (True, *tags)",
        "len(district, district)",
        "len(x=district)",
        "len(district, **tags)",
        "has('district')",
        "has(actor.org)",
        "has(state)",
        "len(people) > 1",
        "trigger == 'close'",
        "state == 'closed'",
        "sla.handle",
        "sla.handel",
        "people in (1, people)",
        "people in ()",
        "0 < people in (1, 2)",
        "people > 0 # and flag",
        "people > 0; flag",
        "await flag",
        "flag if flag",
        "1or flag",
        "'unterminated == district",
        "",
        " \n ",
        "flag\0",
        "\ud800 == district",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    ("text", "word", "advice"),
    [
        ("people > 0 and priorty == 'urgent'", "priorty", "did you mean 'priority'?"),
        ("state.goverment == 'done'", "goverment", "did you mean 'government'?"),
        ("flag and state.union == 'close'", "'close'", "did you mean 'closed'?"),
        ("'close' == state.union", "'close'", "did you mean 'closed'?"),
        ("priority in ('urgent', 'routin')", "'routin'", "did you mean 'routine'?"),
        ("'wage' in tags", "'wage'", "did you mean 'wages'?"),
        ("'handlr' in actor.roles", "'handlr'", "did you mean 'handler'?"),
        ("card == 'yelow'", "'yelow'", "did you mean 'yellow'?"),
        ("sla.handel.phase == 'none'", "handel", "did you mean 'handle'?"),
        ("sla.handle.verdit == 'met'", "verdit", "did you mean 'verdict'?"),
        ("sla.handle.verdict == 'breachd'", "'breachd'", "did you mean 'breached'?"),
        ("sla.handle.phase == 'runing'", "'runing'", "did you mean 'running'?"),
        ("actor.rolls == 'x'", "rolls", "did you mean 'roles'?"),
        ("children.opened > 0", "opened", "did you mean 'open'?"),
        ("has(lead_og)", "lead_og", "did you mean 'lead_org'?"),
        ("stat.union == 'closed'", "stat.union", "did you mean 'state'?"),
        ("属地 == 'x' and   属 == 'y'", "属", "did you mean '属地'?"),
        ("zzz == 1", "zzz", "known: priority, topic, "),
        ("('urgnt' if flag else 'routine') == priority", "'urgnt'", "did you mean 'urgent'?"),
        ("(priority if flag else 'urgnt') == 'routine'", "'urgnt'", "did you mean 'urgent'?"),
        ("('urgnt' if flag else priority) == 'routine'", "'urgnt'", "did you mean 'urgent'?"),
    ],
)
def test_an_unknown_name_points_at_the_word_and_suggests_another(text: str, word: str, advice: str) -> None:
    assert culprit(text) == word
    assert refused(text).help.startswith(advice)


def test_the_place_counts_characters_of_the_authors_text_across_lines() -> None:
    text = "\n  属地 == '渝中'\n  and priorty == 'urgent'"
    assert refused(text).offset == text.index("priorty")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("priority=='urgent'", '(priority  ==\n "urgent")'),
        ("flag == true", "flag == True"),
        ("people == --0", "people == 0"),
        ("topic in ['wages']", "topic in ('wages',)"),
        ("people > 1_000", "people > 1000"),
        ("(flag and has(people)) or flag", "flag and has(people) or flag"),
    ],
)
def test_two_spellings_are_one_expression(one: str, other: str) -> None:
    first, second = parse(one, SCOPE), parse(other, SCOPE)
    assert first == second
    assert hash(first) == hash(second)
    assert first.text == second.text


@pytest.mark.parametrize(
    "text",
    [
        "flag and (flag or has(people)) and (flag and flag)",
        "not (flag and flag) or not flag == flag",
        "(flag == flag) == flag",
        "(not flag) == flag",
        "people - (people - people) - people > 0",
        "-(people + 1) * (people - 2) < - -people",
        "(people if flag else 1) + (1 if flag else people) > 0",
        "flag if (flag if flag else flag) else flag if flag else flag",
        "(district in ('a',)) == flag",
    ],
)
def test_the_normal_text_keeps_the_parentheses_that_matter(text: str) -> None:
    assert parse(text, SCOPE).text == text.replace("- -", "--")


def test_equal_numbers_of_different_kinds_are_different_expressions() -> None:
    assert len({parse(text, SCOPE) for text in ("people == 1", "people == 1.0", "people == 1.00")}) == 3


def test_one_text_over_fields_of_other_types_is_another_expression() -> None:
    text = "pay_by == '2026-01-01'"
    other = parse(text, Scope(fields={"pay_by": Field(kind="text")}))
    assert (other.text, other == parse(text, SCOPE)) == (text, False)


def test_names_are_what_the_expression_reads() -> None:
    text = "priority == 'urgent' and state.union == 'closed' and sla.handle.verdict == 'met' and has(pay_by)"
    names = parse(f"{text} and card == 'red' and actor.org == lead_org and children.open == 0", SCOPE).names
    assert names == {
        "field.priority",
        "state.union",
        "sla.handle.verdict",
        "field.pay_by",
        "card",
        "actor.org",
        "field.lead_org",
        "children.open",
    }


def test_the_tree_is_plain_data() -> None:
    tree = parse("priority in ('urgent',) and -people * 2 < -3", SCOPE).tree
    assert tree == And(
        (
            In(Name("field", "priority"), Literals((Constant("text", "urgent"),))),
            Compare(
                ("<",),
                (
                    Arithmetic("*", Negative(Name("field", "people")), Constant("integer", 2)),
                    Constant("integer", -3),
                ),
            ),
        )
    )


def test_an_expression_survives_pickling() -> None:
    expression = parse("pay_by < '2026-01-01' and amount > 1.50 or not has(caller)", SCOPE)
    copy = pickle.loads(pickle.dumps(expression))
    assert copy == expression
    assert (copy.text, copy.names, hash(copy)) == (expression.text, expression.names, hash(expression))


def test_a_text_of_1000_characters_is_the_longest() -> None:
    text = "district == '" + "x" * 986 + "'"
    assert len(text) == 1_000
    parse(text, SCOPE)
    assert "1001 characters" in refused(text + " ").message


def test_200_parts_are_the_most() -> None:
    parse("people in (" + "1," * 197 + ")", SCOPE)
    parse("people in (" + "1," * 197 + ")", SCOPE)
    assert "at most 200" in refused("people in (" + "1," * 198 + ")").message


def test_20_levels_are_the_deepest() -> None:
    parse("not " * 19 + "flag", SCOPE)
    assert "deeper than 20" in refused("not " * 20 + "flag").message


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("people = 3", "write == to compare"),
        ("flag && flag", "write and, or, not"),
        ("!flag", "write and, or, not"),
        ("（people > 3）", "write '('"),
        ("priority == “urgent”", "write '\"'"),
    ],
)
def test_habits_of_other_languages_and_keyboards_get_advice(text: str, advice: str) -> None:
    assert refused(text).help == advice


def test_a_comment_cannot_swallow_the_folded_rest() -> None:
    assert culprit("flag # or so\nand has(people)") == "#"


def test_quotes_protect_what_would_be_refused_outside() -> None:
    assert parse("district == '（#1，a=b & c!）'", SCOPE).text == "district == '（#1，a=b & c!）'"
    assert parse('district == "it\'s"', SCOPE).text == 'district == "it\'s"'


def test_an_error_reads_as_one_line_with_its_advice() -> None:
    assert str(refused("people = 3")) == "`=` is not a comparison (write == to compare)"
    assert str(refused("len(people)")) == "len takes text or a list, but this is integer"


def test_a_name_in_an_empty_scope_says_that_none_is_declared() -> None:
    with pytest.raises(ExpressionError, match="none is declared"):
        parse("state.union == 'closed'", Scope())
