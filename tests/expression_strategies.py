"""Hypothesis strategies: texts of the expression language by type, and views of a case to read them on."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

from hypothesis import strategies as st

from casewf.definition.expression import Scope
from casewf.model.workflow import Field

OPTIONS = ("routine", "urgent", "grave")
SCOPE = Scope(
    fields={
        "priority": Field(kind="choice", of=OPTIONS),
        "people": Field(kind="integer"),
        "amount": Field(kind="decimal"),
        "district": Field(kind="text"),
        "caller": Field(kind="text", sensitive=True),
        "pay_by": Field(kind="date"),
        "lead_org": Field(kind="org"),
        "flag": Field(kind="boolean"),
        "tags": Field(kind="text", many=True),
    },
    tracks={"union": ("received", "closed")},
    slas=("handle",),
    cards=("yellow", "red"),
    roles=("operator", "handler"),
)

# Texts of the language, by type.

TEXT = st.text("ab渝# =!", max_size=3).map(lambda text: f"'{text}'")
DATE = st.dates(dt.date(2025, 12, 1), dt.date(2026, 2, 1))
WHOLE = st.integers(0, 12).map(str)
POINT = st.decimals(0, 12, places=2).map(str)
LEAF_NUMBERS = (
    WHOLE
    | POINT
    | st.sampled_from(
        ["people", "people", "amount", "children.open", "sla.handle.cycle", "len(district)", "len(tags)"]
    )
)
SIGN = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
EQUALITY = st.sampled_from(["==", "!="])
CONTAINS = st.sampled_from(["in", "not in"])


def lists(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    brackets = st.sampled_from(["({},)", "[{}]", "{{{}}}"])
    return st.builds(
        lambda form, each: form.format(", ".join(each)), brackets, st.lists(items, min_size=1, max_size=3)
    )


def join(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(form.format, *parts)


NUMBERS = st.recursive(
    LEAF_NUMBERS,
    lambda below: st.one_of(
        join("{} {} {}", below, st.sampled_from(["+", "-", "*", "/", "//", "%"]), below),
        join("({} {} {})", below, st.sampled_from(["+", "-", "*", "/", "//", "%"]), below),
        join("-{}", below),
        join("({} if flag else {})", below, below),
    ),
    max_leaves=5,
)
CHOICE = st.sampled_from([f"'{option}'" for option in OPTIONS])
LEAF_CONDITIONS = st.one_of(
    st.sampled_from(["flag", "true", "False", "has(people)", "has(caller)", "has(pay_by)"]),
    st.sampled_from(["'handler' in actor.roles", "state.union == 'closed'", "sla.handle.verdict != 'met'"]),
    join("priority {} {}", EQUALITY, CHOICE),
    join("priority {} {}", CONTAINS, lists(CHOICE)),
    join("card {} 'red'", EQUALITY),
    join("actor.org {} lead_org", EQUALITY),
    join("district {} {}", SIGN, TEXT),
    join("{} {} district", TEXT, CONTAINS),
    join("{} {} tags", TEXT, CONTAINS),
    join("pay_by {} '{}'", SIGN, DATE.map(str)),
    join("pay_by {} {}", CONTAINS, lists(DATE.map(lambda day: f"'{day}'"))),
    join("{} {} {}", NUMBERS, SIGN, NUMBERS),
    join("{} {} {} {} {}", NUMBERS, SIGN, NUMBERS, SIGN, NUMBERS),
    join("{} {} {}", NUMBERS, CONTAINS, lists(WHOLE | POINT | WHOLE.map("-{}".format))),
)
CONDITIONS = st.recursive(
    LEAF_CONDITIONS,
    lambda below: st.one_of(
        join("{} and {}", below, below),
        join("{} or {}", below, below),
        join("({} or {}) and {}", below, below, below),
        join("not {}", below),
        join("not ({})", below),
        join("({} if {} else {})", below, below, below),
    ),
    max_leaves=6,
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(OPTIONS),
        "people": st.integers(-12, 12),
        "amount": st.decimals(-12, 12, places=2),
        "district": st.text("ab渝# =!", max_size=4),
        "caller": st.just("secret"),
        "pay_by": DATE,
        "lead_org": st.sampled_from(["o1", "o2"]),
        "flag": st.booleans(),
        "tags": st.lists(st.text("ab渝# =!", max_size=3), max_size=3).map(tuple),
    },
)
VIEWS = st.builds(
    SimpleNamespace,
    fields=VALUES,
    states=st.fixed_dictionaries({"union": st.sampled_from(["received", "closed"])}),
    actor=st.builds(
        SimpleNamespace,
        id=st.just("u1"),
        org=st.sampled_from(["o1", "o2", None]),
        roles=st.frozensets(st.sampled_from(["operator", "handler"])),
    ),
    card=st.sampled_from(["none", "yellow", "red"]),
    clocks=st.dictionaries(
        st.just("handle"),
        st.builds(
            SimpleNamespace,
            verdict=st.sampled_from(["none", "met"]),
            phase=st.just("running"),
            cycle=st.integers(1, 3),
        ),
    ),
    children=st.builds(SimpleNamespace, open=st.integers(0, 3), closed=st.just(0), total=st.integers(0, 3)),
)
