"""Conditions in words: labels for codes, so that who reads them need not know the expression language (M9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casewf.model.expression import (
    And,
    Arithmetic,
    Compare,
    Conditional,
    Constant,
    Has,
    In,
    Length,
    Literals,
    Name,
    Negative,
    Node,
    Not,
    Or,
    render,
)

if TYPE_CHECKING:
    from casewf.views.words import Speaker

__all__ = ["condition_part", "condition_words", "operand_words"]

_SIGNS = {
    "==": ("为", "is"),
    "!=": ("不为", "is not"),
    ">": ("大于", "is above"),
    ">=": ("不少于", "is at least"),
    "<": ("小于", "is below"),
    "<=": ("不超过", "is at most"),
}
_ARITHMETIC = {"*": "×", "/": "÷"}
_CLOCK_WORDS = {
    "verdict": ("的结论", "'s verdict"),
    "phase": ("的阶段", "'s phase"),
    "cycle": ("的轮次", "'s cycle"),
}
_CLOCK_VALUES = {
    "none": ("无", "none"),
    "met": ("按时", "in time"),
    "breached": ("已到期", "run out"),
    "cancelled": ("不再计时", "called off"),
    "running": ("计时中", "running"),
    "paused": ("暂停", "paused"),
    "stopped": ("已停止", "stopped"),
}
_OTHER_NAMES = {
    "card": ("警示牌", "the card"),
    "actor.id": ("操作人", "who acts"),
    "actor.org": ("操作人所在组织", "the organisation of who acts"),
    "actor.roles": ("操作人的角色", "the roles of who acts"),
    "children.open": ("未办结的子工单数", "the number of open child cases"),
    "children.closed": ("已办结的子工单数", "the number of closed child cases"),
    "children.total": ("子工单数", "the number of child cases"),
}


def condition_words(speaker: Speaker, node: Node) -> str:  # noqa: C901  # flat: one case per form
    """A condition in words; what has none stays as the author wrote it."""
    say = speaker.say
    match node:
        case And(parts):
            return say("，且", " and ").join(condition_part(speaker, part) for part in parts)
        case Or(parts):
            return say("，或", " or ").join(condition_part(speaker, part) for part in parts)
        case Not(Has(field)):
            return say(f"未填{_name(speaker, field)}", f"{_name(speaker, field)} is not given")
        case Not(Name() as name):
            return say(f"{_name(speaker, name)}为否", f"{_name(speaker, name)} is “no”")
        case Not(operand):
            words = condition_words(speaker, operand)
            return say(f"并非（{words}）", f"not ({words})")
        case Has(field):
            return say(f"已填{_name(speaker, field)}", f"{_name(speaker, field)} is given")
        case Name():
            return say(f"{_name(speaker, node)}为是", _name(speaker, node))
        case Compare(signs, operands):
            return say("，且", " and ").join(
                _compare(speaker, operands[place], sign, operands[place + 1])
                for place, sign in enumerate(signs)
            )
        case In(Constant(value=str(role)), Name("actor", "roles"), negated):
            has = say(
                "操作人没有角色" if negated else "操作人有角色",
                "who acts has not the role" if negated else "who acts has the role",
            )
            return say("", " ").join((has, f"“{speaker.label('role', role)}”"))
        case In(item, Literals(items), negated):
            return _one_of(speaker, item, items, negated=negated)
        case In(item, Name() as container, negated):
            whole, one = _name(speaker, container), operand_words(speaker, item, container)
            return say(
                f"{whole}{'不含' if negated else '包含'}{one}",
                f"{whole} {'does not include' if negated else 'includes'} {one}",
            )
        case Conditional(test, then, otherwise):
            asked, yes, no = (condition_words(speaker, one) for one in (test, then, otherwise))
            return say(f"{asked}时须{yes}，否则须{no}", f"{yes} where {asked}, else {no}")
        case Constant(value=bool(value)):
            return say("总是" if value else "从不", "always" if value else "never")
        case _:
            return render(node)


def condition_part(speaker: Speaker, node: Node) -> str:
    """A condition as a part of a larger one: in brackets where it has parts itself."""
    words = condition_words(speaker, node)
    return speaker.say(f"（{words}）", f"({words})") if isinstance(node, And | Or | Conditional) else words


def operand_words(speaker: Speaker, node: Node, about: Node | None = None) -> str:
    """A value in words; ``about`` is what it is compared with, which says what a code means."""
    say = speaker.say
    match node:
        case Name():
            return _name(speaker, node)
        case Constant() if isinstance(about, Name):
            return f"“{_constant(speaker, about, node)}”"
        case Constant(value=value):
            return f"“{speaker.value('', value)}”"
        case Arithmetic(sign, left, right):
            one, other = (
                f"({operand_words(speaker, part)})"
                if isinstance(part, Arithmetic)
                else _number(speaker, part)
                for part in (left, right)
            )
            return f"{one} {_ARITHMETIC.get(sign, sign)} {other}"
        case Negative(operand):
            return f"-{_number(speaker, operand)}"
        case Length(Name("field", name) as field) if name in speaker.workflow.fields:
            many = speaker.workflow.fields[name].many
            words = _name(speaker, field)
            return say(
                f"{words}的{'个数' if many else '字数'}",
                f"the number of {'values' if many else 'characters'} of {words}",
            )
        case Conditional(test, then, otherwise):
            asked = condition_words(speaker, test)
            yes, no = operand_words(speaker, then), operand_words(speaker, otherwise)
            return say(f"（{asked}时为{yes}，否则为{no}）", f"({yes} if {asked}, else {no})")
        case _:
            return render(node)


def _number(speaker: Speaker, node: Node) -> str:
    """An operand of a sum, numbers without quotes."""
    return speaker.value("", node.value) if isinstance(node, Constant) else operand_words(speaker, node)


def _compare(speaker: Speaker, left: Node, sign: str, right: Node) -> str:
    words = (
        operand_words(speaker, left, right),
        speaker.say(*_SIGNS[sign]),
        operand_words(speaker, right, left),
    )
    return speaker.say("", " ").join(words)


def _one_of(speaker: Speaker, item: Node, items: tuple[Constant, ...], *, negated: bool) -> str:
    """Whether a value is among some; of most states of a track rather those are told that it must not be in."""
    if isinstance(item, Name) and item.kind == "state":
        states = speaker.workflow.track(item.name).states
        listed = {str(one.value) for one in items}
        if 2 * len(listed) > len(states) > len(listed):
            items = tuple(Constant("text", state.id) for state in states if state.id not in listed)
            negated = not negated
    values = [operand_words(speaker, one, item) for one in items]
    head = speaker.say("", ", ").join(values[:-1])
    last = speaker.say("或", " nor " if negated else " or ").join([head, values[-1]] if head else values[-1:])
    no = "is not" if len(items) == 1 else "is neither"
    word = speaker.say("不为" if negated else "为", no if negated else "is")
    return speaker.say("", " ").join((operand_words(speaker, item), word, last))


def _name(speaker: Speaker, name: Name) -> str:
    if name.kind == "field":
        return speaker.label("field", name.name)
    if name.kind == "state":
        return speaker.workflow.track(name.name).title.text(speaker.lang) or name.name
    if name.kind == "sla":
        sla, _, what = name.name.partition(".")
        return f"{speaker.sla(sla)}{speaker.say(*_CLOCK_WORDS.get(what, (what, what)))}"
    return speaker.say(*_OTHER_NAMES.get(name.dotted, (name.dotted, name.dotted)))


def _constant(speaker: Speaker, name: Name, constant: Constant) -> str:
    if name.kind == "state":
        return speaker.state(name.name, str(constant.value))
    if name.kind == "card":
        return speaker.card(str(constant.value)) if constant.value != "none" else speaker.say("无", "none")
    if name.kind == "sla" and constant.value in _CLOCK_VALUES:
        return speaker.say(*_CLOCK_VALUES[str(constant.value)])
    return speaker.value(name.name, constant.value)
