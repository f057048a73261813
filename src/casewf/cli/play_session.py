"""The conversation of ``casewf play``: a line is read, something is done, what came of it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from casewf.cli.console import Console
from casewf.cli.play_doing import Doing, is_automatic
from casewf.cli.play_questions import Back
from casewf.cli.play_saving import Saver
from casewf.cli.play_screen import Screen, option_name
from casewf.cli.play_time import Hours
from casewf.cli.play_words import COMMANDS, NEED_MORE, command_of, help_lines
from casewf.cli.terminal import Terminal
from casewf.cli.typed import Mistyped
from casewf.definition.nearest import nearest
from casewf.errors import CasewfError
from casewf.model.text import Label
from casewf.testing.story_model import Action, FireTrigger
from casewf.views.text import wrap
from casewf.views.timeline import Names

__all__ = ["Session"]


class Session:
    """One walk on the terminal.

    Args:
        doing: what can be done.
        out: how to print.
        console: where lines come from.
        saver: writes the story.
        names: what people, organisations and workflows are called.
    """

    def __init__(self, doing: Doing, out: Terminal, console: Console, saver: Saver, names: Names) -> None:
        self._doing = doing
        self._walk = doing.walk
        self._out = out
        self._console = console
        self._saver = saver
        self._screen = Screen(doing.walk, out, names)
        self._kept = 0
        self._is_over = False
        hours = Hours(doing.walk)
        self._commands: Mapping[str, Callable[[str], None]] = {
            "do": self._do,
            "as": self._become,
            "why": self._why,
            "next": self._passing(hours.next),
            "wait": self._passing(hours.wait),
            "until": self._passing(hours.until),
            "where": lambda _: self._screen.whole(doing.case),
            "history": lambda _: self._screen.timeline(doing.case),
            "case": self._go_to,
            "undo": self._undo,
            "save": self._save,
            "help": lambda _: print("\n".join(help_lines(out))),
            "quit": self._quit,
        }

    def run(self) -> None:
        """Talk until nobody has anything to say any more: ``quit``, the end of the input, or Ctrl-C."""
        try:
            self._say(Label("输入 help 看说明，quit 退出", "help tells what to type, quit ends"), "dim")
            self._show()
            while not (self._is_over or self._doing.at_end):
                self._obey(self._console.ask("> ").strip())
        except EOFError:
            pass
        except KeyboardInterrupt:
            print()
        if len(self._walk.turns) != self._kept:
            self._say(Label("这次走查没有保存", "this walk was not saved"), "dim")

    # What is typed

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        command = command_of(word)
        is_option = any(map(self._doing.option, self._doing.called(word)))
        if not line:
            self._show()
        elif command is not None and (rest or command not in NEED_MORE or not is_option):
            self._commands[command](rest.strip())
        elif not word.startswith("#"):  # a remark in a script
            self._do(line)

    def _do(self, name: str) -> None:
        """Do an option by its number, name or label, or try a trigger that is none now."""
        if not name:
            self._complain(Label("写 do 名称", "write do NAME"))
            return
        meant = self._meant(
            name, Label(f"不认识 {name}，help 看说明", f"{name} means nothing here; see help")
        )
        if meant is None:
            return
        option = self._doing.option(meant)
        try:
            self._act(
                FireTrigger(trigger=meant, by=self._doing.person)
                if option is None
                else self._doing.filled(option)
            )
        except Back:
            self._show()

    def _meant(self, name: str, unknown: Label) -> str | None:
        """The one thing that is called so; None after a complaint where there is none, or are several."""
        found = self._doing.called(name)
        if len(found) == 1:
            return found[0]
        if found:
            listed = Label("、".join(found), ", ".join(found))
            self._complain(
                Label(f"{name} 有多项同名，请用名称：{listed.zh}", f"{name} is ambiguous: {listed.en}")
            )
            return None
        known = [*map(option_name, self._doing.options()), *self._doing.triggers()]
        self._complain(_with_hint(unknown, name, [*known, *(one.name for one in COMMANDS)]))
        return None

    def _act(self, action: Action) -> None:
        try:
            refusal = self._walk.do(action, self._doing.case)
        except CasewfError as error:
            self._complain(_text_of(error))
            return
        if refusal is not None:
            self._complain(Label(refusal.text("zh"), refusal.text("en")))
            words = Label(
                "记作故事中应被拒绝的一步，undo 可去掉",
                "kept as a step that must be refused; undo takes it out",
            )
            self._say(words, "dim")
        self._screen.news()
        self._show()

    def _passing(self, move: Callable[[str, str], Label | None]) -> Callable[[str], None]:
        """A command that lets time pass, and shows what happened meanwhile."""

        def let_pass(rest: str) -> None:
            try:
                remark = move(self._doing.case, rest)
            except Mistyped as mistake:
                self._complain(mistake.words)
                return
            except CasewfError as error:
                self._complain(_text_of(error))
                return
            self._screen.news()
            if remark is not None:
                self._complain(remark)
            self._show()

        return let_pass

    def _become(self, name: str) -> None:
        people = self._walk.setting.people
        called = {one.name.text(lang): person for person, one in people.items() for lang in ("zh", "en")}
        if not name:
            self._screen.people(self._doing.case, {one: self._doing.able(one) for one in people})
            return
        person = name if name in people else called.get(name)
        if person is None:
            listed = Label(
                f"没有 {name}；有：{'、'.join(people)}", f"there is no {name}; there are {', '.join(people)}"
            )
            self._complain(_with_hint(listed, name, people))
            return
        self._doing.person = person
        self._show()

    def _why(self, name: str) -> None:
        """What cannot be done, with the reasons; with a name only of that one."""
        options = self._doing.options()
        if not name:
            refused = [one for one in options if not (one.allowed or is_automatic(one))]
            self._screen.refused(self._doing.case, refused)
            if not refused:
                self._say(Label("没有被挡住的事", "nothing stands in the way of anything"))
            return
        meant = self._meant(name, Label(f"没有 {name}", f"there is no {name}"))
        if meant is None:
            return
        option = self._doing.option(meant)
        if option is None:
            sources = self._doing.triggers()[meant]
            zh, en = "、".join(sources) or "无", ", ".join(sources) or "nowhere, it happens by itself"
            self._say(Label(f"{meant} 只能由以下状态执行：{zh}", f"{meant} is possible from {en}"))
        elif option.allowed:
            self._say(Label(f"{meant} 现在可以做", f"{meant} can be done now"))
        else:
            self._screen.refused(self._doing.case, [option])

    def _go_to(self, name: str) -> None:
        cases = self._walk.cases
        if not name:
            listed = ", ".join(cases) or "–"
            self._say(Label(f"工单：{listed}", f"cases: {listed}"))
        elif name in cases:
            self._doing.case = name
            self._show()
        else:
            listed = ", ".join(cases) or "–"
            self._complain(
                Label(f"没有工单 {name}；有：{listed}", f"there is no case {name}; there are {listed}")
            )

    def _undo(self, _: str) -> None:
        if self._walk.undo() is None:
            self._complain(Label("没有可撤销的", "there is nothing to take back"))
            return
        self._kept = -1  # what was saved is not what there is now
        if not self._walk.is_open(self._doing.case):
            self._doing.case = self._walk.setting.case
        self._screen.forget()
        self._say(Label("已撤销上一步", "the last step was taken back"))
        self._show()

    def _save(self, name: str) -> None:
        if not name or not self._walk.steps:
            usage = Label("写 save 文件名", "write save FILE")
            self._complain(Label("还没有可存的", "nothing was done yet") if name else usage)
            return
        path = self._saver.path(name)
        try:
            result = self._saver.save(self._walk, path)
        except FileExistsError:
            self._complain(
                Label(f"{path} 已存在，请换一个名字", f"{path} is there already; choose another name")
            )
            return
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self._complain(Label(f"{path} 未能保存：{why}", f"{path} was not saved: {why}"))
            return
        self._kept = len(self._walk.turns)
        if result.ok:
            self._say(
                Label(f"✓ 已保存；casewf run {path} 可重演", f"✓ saved; casewf run {path} plays it"), "green"
            )
        for problem in result.problems(self._out.lang):
            self._complain(Label(problem, problem))

    def _quit(self, _: str) -> None:
        self._is_over = True

    # What is shown

    def _show(self) -> None:
        """The position, what can be done here, and who else can do something."""
        doing = self._doing
        self._screen.position(doing.case, doing.person)
        options = doing.options()
        doing.offered = [one for one in options if one.allowed]
        self._screen.options(doing.case, doing.offered)
        more: list[str] = []
        if not doing.sees():
            more.append(self._out.say("此人看不到这件工单", "this person does not see the case"))
        elif not doing.offered:
            more.append(self._out.say("此人现在无事可做", "this person can do nothing now"))
        if refused := sum(not (one.allowed or is_automatic(one)) for one in options):
            more.append(
                self._out.say(f"另有{refused}项现在不能做：why", f"{refused} cannot be done now: why")
            )
        if others := [one for one in self._walk.setting.people if one != doing.person and doing.able(one)]:
            who = self._out.say("、", ", ").join(others)
            more.append(self._out.say(f"还能做事的人：{who}", f"others who can do something: {who}"))
        if more:
            joined = " · ".join(more)
            self._say(Label(joined, joined), "dim")

    def _say(self, words: Label, *styles: str) -> None:
        for line in wrap(words.text(self._out.lang), self._out.columns - 2):
            print(f"  {self._out.paint(line, *styles)}")

    def _complain(self, words: Label) -> None:
        self._say(Label(f"✗ {words.zh}", f"✗ {words.en}"), "red")


def _with_hint(words: Label, name: str, known: Iterable[str]) -> Label:
    """The words, with the known name that was probably meant."""
    close = nearest(name, known)
    if not close:
        return words
    return Label(f"{words.zh}；是否指 {close}？", f"{words.en}; did you mean {close}?")


def _text_of(error: CasewfError) -> Label:
    text = getattr(error, "text", None)
    return Label(text("zh"), text("en")) if text else Label(str(error), str(error))
