"""What ``casewf play`` shows: where the case is, what can be done, what just happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from casewf.cli.case_page import CasePage
from casewf.cli.terminal import Terminal
from casewf.core.options import Option
from casewf.engine.case_view import CaseView
from casewf.model.amount import US_PER_SECOND
from casewf.model.events import IncidentRaised
from casewf.testing.walk import Walk
from casewf.views.happenings import Line, moment_lines
from casewf.views.incidents import incident_kind
from casewf.views.moments import moments
from casewf.views.table import Cell, table
from casewf.views.text import marked, unbroken, wrap
from casewf.views.timeline import Names, timeline
from casewf.views.words import Speaker
from casewf.worktime import epoch_us

__all__ = ["Screen", "option_name"]


class Screen:
    """Prints a walk; it remembers up to where the histories of the cases were shown."""

    def __init__(self, walk: Walk, out: Terminal, names: Names) -> None:
        self._walk = walk
        self._out = out
        self._names = names
        self._seen: dict[str, int] = {}
        self._incidents = 0

    # Where the case is

    def position(self, case: str, person: str) -> None:
        """Two or three lines above what can be done: the time, who acts, the states, the limits that run."""
        out, walk, speaker = self._out, self._walk, self._speaker(case)
        who = f"{person} {speaker.person(person)}" if speaker.person(person) != person else person
        head = f"{speaker.moment(walk.now)} · {out.say('您是', 'you are')} {who}"
        if len(walk.cases) > 1:
            head += f" · {out.say('工单', 'case')} {case}"
        print(f"\n{out.paint(head, 'bold', 'cyan')}")
        if not walk.is_open(case):
            self._say(out.say("还没有工单", "there is no case yet"))
            return
        view = walk.view(case)
        states = [
            f"{track.title.text(out.lang) or track.id}{out.say('：', ': ')}"
            f"{speaker.state(track.id, view.states[track.id])}"
            for track in walk.workflow_of(case).tracks
        ]
        if view.card != "none":
            states.append(f"▲ {speaker.card(view.card)}")
        if view.closed:
            states.append(out.say("已办结", "closed"))
        self._say(" · ".join(map(unbroken, states)))
        if limits := self._limits(view, speaker):
            self._say(f"⧗ {out.say('；', '; ').join(map(unbroken, limits))}", "dim")

    def _limits(self, view: CaseView, speaker: Speaker) -> list[str]:
        found = []
        for sla, clock in view.clocks.items():
            if clock.phase == "paused":
                found.append(self._out.say(f"{speaker.sla(sla)} 暂停", f"{speaker.sla(sla)} paused"))
            elif clock.phase == "running" and clock.due is not None:
                due = epoch_us(clock.due)
                if due < self._walk.now and sla in speaker.workflow.advisory:
                    continue  # a window that closed; nobody is late by it
                comma = self._out.say("，", ", ")
                words = comma.join((speaker.near(due, self._walk.now), speaker.until(due, self._walk.now)))
                found.append(f"{speaker.sla(sla)} {words}")
        return found

    def whole(self, case: str) -> None:
        """Everything about a case, as ``casewf case`` shows it."""
        out, walk = self._out, self._walk
        if not walk.is_open(case):
            self._say(out.say("还没有工单", "there is no case yet"))
            return
        observer = walk.observer(case)
        page = CasePage(
            case=walk.view(case),
            workflow=walk.workflow_of(case),
            file=walk.engine.file(case, actor=observer),
            incidents=walk.engine.incidents(case),
            options=(),
            now=walk.now,
            names=self._names,
        )
        print("\n".join(page.sections(out)))

    def timeline(self, case: str) -> None:
        """What happened to a case, from the beginning."""
        out, walk = self._out, self._walk
        if walk.is_open(case):
            history = walk.engine.history(case, actor=walk.observer(case))
            shown = timeline(
                walk.workflow_of(case),
                history,
                zone=walk.setting.zone,
                lang=out.lang,
                columns=out.columns,
                colour=out.colour,
                names=self._names,
            )
            print(shown, end="")
        else:
            self._say(out.say("还没有发生任何事", "nothing has happened yet"))

    # What can be done

    def options(self, case: str, offered: Sequence[Option]) -> None:
        """What can be done, numbered."""
        speaker = self._speaker(case)
        rows = [
            [
                Cell(str(number), ("bold",)),
                Cell(option_name(one)),
                Cell(self._title(one)),
                self._wants(one, speaker),
            ]
            for number, one in enumerate(offered, 1)
        ]
        for line in table((), rows, columns=self._out.columns - 2, paint=self._out.paint):
            print(f"  {line}")

    def refused(self, case: str, options: Sequence[Option]) -> None:
        """What cannot be done now, with every reason."""
        speaker = self._speaker(case)
        rows = [
            [
                Cell("–", ("dim",)),
                Cell(option_name(one)),
                Cell(self._out.say("；", "; ").join(speaker.reason(why) for why in one.reasons), ("dim",)),
            ]
            for one in options
        ]
        for line in table((), rows, columns=self._out.columns - 2, paint=self._out.paint):
            print(f"  {line}")

    def people(self, case: str, able: Mapping[str, Sequence[Option]]) -> None:
        """Everybody, and what he can do."""
        speaker = self._speaker(case)
        rows = [
            [
                Cell(person),
                Cell(speaker.person(person) if speaker.person(person) != person else ""),
                Cell(self._out.say("、", ", ").join(map(option_name, options)) or "–", ("dim",)),
            ]
            for person, options in able.items()
        ]
        for line in table((), rows, columns=self._out.columns - 2, paint=self._out.paint):
            print(f"  {line}")

    def _title(self, option: Option) -> str:
        title = option.title.text(self._out.lang)
        return "" if title == option.trigger else title

    def _wants(self, option: Option, speaker: Speaker) -> Cell:
        asks = [speaker.label("field", name) for name in option.asks if option.sla is None]
        if option.sla is not None and option.asks:
            asks.append(self._out.say("时长", "an amount"))
        if option.comment_required:
            asks.append(self._out.say("说明", "a comment"))
        return Cell(self._out.say("需填：", "asks for ") + speaker.joined(asks) if asks else "", ("dim",))

    # What just happened

    def news(self) -> None:
        """What happened in all cases since this was last shown."""
        walk = self._walk
        told: set[tuple[str, str, str]] = set()
        for case in walk.cases:
            history = walk.engine.history(case, actor=walk.observer(case))
            fresh = history[self._seen.get(case, 0) :]
            self._seen[case] = len(history)
            events = [entry.event for entry in fresh]
            told |= {(one.kind, one.about, one.detail) for one in events if isinstance(one, IncidentRaised)}
            found = moments(fresh, ())
            if found and len(walk.cases) > 1:
                print(self._out.paint(f"  {case}", "bold"))
            for moment in found:
                self._moment(
                    self._speaker(case), moment_lines(self._speaker(case), moment, {}, rank=0), moment.at
                )
        self._trouble(told)

    def _moment(self, speaker: Speaker, lines: Sequence[Line], at: int) -> None:
        time = speaker.near(at, self._walk.now)
        indent = " " * (len(time) + 4)
        first = True
        for line in lines:
            for row in marked(line.mark, line.text, self._out.columns - len(indent)):
                print(f"  {time}  " if first else indent, self._out.paint(row, *line.styles), sep="")
                first = False

    def _trouble(self, told: Set[tuple[str, str, str]]) -> None:
        """Incidents that no event told, such as an effect that was given up."""
        found = self._walk.incidents()
        for one in found[self._incidents :]:
            if (one.kind, one.about, one.detail) not in told:
                kind = incident_kind(self._speaker(one.case), one.kind)
                self._say(f"! {kind}{self._out.say('：', ': ')}{one.about} {one.detail}", "red")
        self._incidents = len(found)

    def forget(self) -> None:
        """After steps were taken back: what is left was shown already."""
        walk = self._walk
        self._seen = {case: len(walk.history(case)) for case in walk.cases}
        self._incidents = len(walk.incidents())

    def _say(self, text: str, *styles: str) -> None:
        for line in wrap(text, self._out.columns - 2):
            print(f"  {self._out.paint(line, *styles)}")

    def _speaker(self, case: str) -> Speaker:
        return Speaker(
            workflow=self._walk.workflow_of(case),
            zone=self._walk.setting.zone,
            lang=self._out.lang,
            people=self._names.people,
            organisations=self._names.organisations,
            workflows=self._names.workflows,
            finest=US_PER_SECOND,
        )


def option_name(option: Option) -> str:
    """How a command is called on the terminal and in ``options`` of stories: ``dispatch``, ``extend/handle``."""
    return option.trigger if option.sla is None else f"{option.trigger}/{option.sla}"
