"""What ``casewf play`` asks before it fires: fields, comments, amounts; what is wrong is asked again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from zoneinfo import ZoneInfo

from casewf.cli.console import Console
from casewf.cli.terminal import Terminal
from casewf.cli.typed import HOW, Mistyped, typed_amount, typed_value
from casewf.definition.nearest import nearest
from casewf.model.amount import Amount
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.views.text import unbroken, wrap
from casewf.views.words import Speaker

__all__ = ["Back", "Questions"]

BACK = "."
COMMENT = "comment"
_COMMENT = Label("说明", COMMENT)
_EQUALS = re.compile("[=＝]")
_AGREED, _DENIED = ("ok", "o", "yes", "y", "是", "成功"), ("fail", "f", "no", "n", "否", "失败")

_Value = TypeVar("_Value")


class Back(Exception):  # noqa: N818  # what is wanted
    """Who was asked wants to do something else."""


class Questions:
    """Asks for values on behalf of one walk; ``.`` leads back from every question.

    ``people`` and ``organisations`` are those that fields may name.
    """

    def __init__(
        self,
        console: Console,
        out: Terminal,
        zone: ZoneInfo,
        people: Mapping[str, Label],
        organisations: Mapping[str, Label],
    ) -> None:
        self._console = console
        self._out = out
        self._zone = zone
        self._known = {"person": people, "org": organisations}

    def ask(self, prompt: str) -> str:
        """A line that is not empty.

        Raises:
            Back: it was a ``.``.
            EOFError: there is no more input.
        """
        while True:
            line = self._console.ask(prompt).strip()
            if line == BACK:
                raise Back
            if line:
                return line
            self._complain(Label("请填写，或输入 . 返回", "say something, or . to go back"))

    def fields(
        self, workflow: Workflow, asks: Sequence[str], accepts: Sequence[str], *, comment: str
    ) -> tuple[dict[str, object], str | None]:
        """The values of these fields, and a comment: all of ``asks``, of ``accepts`` what somebody wants to give.

        Args:
            workflow: has the fields.
            asks: must be given.
            accepts: may be given.
            comment: ``required``, ``optional``, or ``none`` where there can be none.

        Raises:
            Back, EOFError: as ``ask``.
        """
        data = {name: self.field(workflow, name) for name in asks}
        words = None
        if comment == "required":
            words = self.comment()
        may = [name for name in accepts if name not in data]
        if may:
            more = (*may, *((COMMENT,) if comment == "optional" and COMMENT not in may else ()))
            found = self._optional(workflow, more)
            if COMMENT not in may:
                given = found.pop(COMMENT, None)
                words = words if given is None else str(given)
            data |= found
        return data, words

    def field(self, workflow: Workflow, name: str) -> object:
        """The value of one field.

        Raises:
            Back, EOFError: as ``ask``.
        """
        self._show_options(workflow, name)
        field, called = workflow.fields[name], self._called(workflow, name)
        hint = Label("，多个用逗号分开", ", several with commas") if field.many else Label()
        if field.kind == "boolean":
            hint = Label(f"，是/否{hint.zh}", f", yes/no{hint.en}")
        prompt = self._prompt(Label(called + hint.zh, called + hint.en))
        return self._until(prompt, lambda text: self._value(workflow, name, text))

    def amount(self, *, needed: bool) -> Amount | None:
        """An amount of time; None for an empty line where none is needed.

        Raises:
            Back, EOFError: as ``ask``.
        """
        how = HOW["amount"]
        if needed:
            return self._until(self._prompt(Label(f"时长（{how.zh}）", f"how much ({how.en})")), typed_amount)
        prompt = self._prompt(Label("时长（空行为不限）", "how much (an empty line for as long as it takes)"))
        while line := self._console.ask(prompt).strip():
            if line == BACK:
                raise Back
            try:
                return typed_amount(line)
            except Mistyped as mistake:
                self._ask_again(mistake.words)
        return None

    def comment(self) -> str:
        """Why something is done.

        Raises:
            Back, EOFError: as ``ask``.
        """
        return self.ask(self._prompt(_COMMENT))

    def yes(self, question: Label) -> bool:
        """The answer to a question that ``ok`` and an empty line agree to, and ``fail`` does not.

        Raises:
            Back, EOFError: as ``ask``.
        """
        while True:
            line = self._console.ask(self._prompt(question)).strip().lower()
            if line == BACK:
                raise Back
            if line in ("", *_AGREED):
                return True
            if line in _DENIED:
                return False
            self._ask_again(Label("请输入 ok 或 fail", "type ok or fail"))

    def _optional(self, workflow: Workflow, names: Sequence[str]) -> dict[str, object]:
        """What else is given: ``name=value``, or a name alone to be asked; an empty line ends it."""
        out = self._out
        listed = out.say("、", ", ").join(unbroken(self._called(workflow, name)) for name in names)
        intro = out.say(f"还可填：{listed}", f"may be given: {listed}")
        how = out.say("写 名称=值 或 名称；空行继续", "write NAME=VALUE or NAME; an empty line goes on")
        for line in wrap(f"{intro}{out.say('。', '. ')}{how}", out.columns - 2):
            print(f"  {out.paint(line, 'dim')}")
        found: dict[str, object] = {}
        while line := self._console.ask("  + ").strip():
            if line == BACK:
                raise Back
            typed, equals, text = (part.strip() for part in _EQUALS.sub("=", line, count=1).partition("="))
            try:
                name = self._named(workflow, typed, names)
                if name == COMMENT and name not in workflow.fields:
                    found[name] = text or self.comment()
                elif not equals:
                    found[name] = self.field(workflow, name)
                else:
                    found[name] = self._value(workflow, name, text)
            except Mistyped as mistake:
                self._ask_again(mistake.words)
        return found

    def _called(self, workflow: Workflow, name: str) -> str:
        """How a field is shown: its label and its code, or its code alone."""
        title = _title(workflow, name).text(self._out.lang)
        return self._out.say(f"{title}（{name}）", f"{title} ({name})") if title not in ("", name) else name

    def _named(self, workflow: Workflow, typed: str, names: Sequence[str]) -> str:
        """The field of a code or a label, or the comment.

        Raises:
            Mistyped: none of ``names`` is called so, or several are.
        """
        if typed in names:
            return typed
        titles = {name: _title(workflow, name) for name in names}
        found = [name for name, title in titles.items() if typed and typed in (title.zh, title.en)]
        if not found:
            labels = [title.text(self._out.lang) for title in titles.values()]
            raise Mistyped(self._unknown(typed, names, labels))
        if len(found) > 1:
            zh, en = "、".join(found), ", ".join(found)
            raise Mistyped(Label(f"{typed} 有多项同名，请用名称：{zh}", f"{typed} is ambiguous: {en}"))
        return found[0]

    def _until(self, prompt: str, read: Callable[[str], _Value]) -> _Value:
        while True:
            try:
                return read(self.ask(prompt))
            except Mistyped as mistake:
                self._ask_again(mistake.words)

    def _value(self, workflow: Workflow, name: str, text: str) -> object:
        value = typed_value(workflow, name, text, self._zone)
        known = self._known.get(workflow.fields[name].kind)
        for one in value if isinstance(value, tuple) else (value,):
            if known is not None and one not in known:
                raise Mistyped(self._unknown(str(one), tuple(known)))
        return value

    def _show_options(self, workflow: Workflow, name: str) -> None:
        """What can be chosen from, numbered."""
        field = workflow.fields[name]
        if field.of:
            speaker = Speaker(workflow=workflow, zone=self._zone.key, lang=self._out.lang)
            shown = [
                f"{number} {code} {words}"
                if (words := speaker.value(name, code)) != code
                else f"{number} {code}"
                for number, code in enumerate(field.of, 1)
            ]
        else:
            known = self._known.get(field.kind, {})
            shown = [f"{code} {label.text(self._out.lang)}".strip() for code, label in known.items()]
        if shown:
            for line in wrap(" · ".join(map(unbroken, shown)), self._out.columns - 4):
                print(f"    {self._out.paint(line, 'dim')}")

    def _prompt(self, label: Label) -> str:
        return f"  {label.text(self._out.lang)}{self._out.say('：', ': ')}"

    def _unknown(self, name: str, known: Sequence[str], labels: Sequence[str] = ()) -> Label:
        listed, close = ", ".join(known), nearest(name, [*known, *labels])
        zh, en = (f"；是否指 {close}？", f"; did you mean {close}?") if close else ("", "")
        return Label(f"没有 {name}；有：{listed}{zh}", f"there is no {name}; there are {listed}{en}")

    def _complain(self, words: Label) -> None:
        for line in wrap(f"✗ {words.text(self._out.lang)}", self._out.columns - 2):
            print(f"  {self._out.paint(line, 'red')}")

    def _ask_again(self, words: Label) -> None:
        """What is wrong with an answer, and how to get away from the question."""
        self._complain(words)
        print(f"  {self._out.paint(self._out.say('输入 . 返回', 'type . to go back'), 'dim')}")


def _title(workflow: Workflow, name: str) -> Label:
    """What a field, or the comment, is called."""
    if name == COMMENT and name not in workflow.fields:
        return _COMMENT
    return workflow.fields[name].title
