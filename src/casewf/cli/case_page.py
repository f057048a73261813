"""What ``casewf case`` shows of a case above its timeline: where it stands, its limits and values, what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from casewf.cli.possible import possible_lines
from casewf.cli.terminal import Terminal
from casewf.core.options import Option
from casewf.engine.case_view import CaseView, ClockView
from casewf.engine.file_view import CaseFileView
from casewf.model.amount import US_PER_MINUTE, US_PER_SECOND
from casewf.model.plain_text import printable
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.ports.stored import Incident
from casewf.views.incidents import incident_kind
from casewf.views.table import Cell, table
from casewf.views.text import unbroken, wrap
from casewf.views.timeline import Names
from casewf.views.words import Speaker
from casewf.worktime import epoch_us

_INDENT = 2
_INCIDENTS = 8
"""How many are shown."""

_Shown: TypeAlias = tuple[str, str, tuple[str, ...]]
"""Words in Chinese and English, and how they are painted."""

_VERDICTS: Mapping[str, _Shown] = {
    "met": ("✓ 按时", "✓ in time", ("green",)),
    "breached": ("✗ 逾期", "✗ late", ("red",)),
    "cancelled": ("取消", "cancelled", ("dim",)),
}
_RAN_OUT: _Shown = ("已届满", "ran out", ("dim",))
"""An advisory limit is a window that closes; nobody is late by it."""
_PHASES: Mapping[str, _Shown] = {
    "running": ("计时中", "running", ()),
    "paused": ("暂停", "paused", ()),
    "stopped": ("已停", "stopped", ("dim",)),
}


@attrs.frozen(slots=True, kw_only=True)
class CasePage:
    """A case and what belongs to it, to be shown as text.

    Attributes:
        now: when it was read, in microseconds.
        defaults: also fields that hold their default.
        refused: also what cannot be done.
        names: what people and organisations are called.
    """

    case: CaseView
    workflow: Workflow
    file: CaseFileView
    incidents: Sequence[Incident]
    options: Sequence[Option]
    now: int
    defaults: bool = False
    refused: bool = False
    names: Names = attrs.field(factory=Names)

    @property
    def zone(self) -> str:
        """The time zone of the case's calendar."""
        return self.case.opened_at.timezone_name or "UTC"

    def text(self, out: Terminal) -> str:
        """All sections, and the headline of its history under them."""
        return "\n".join([*self.sections(out), "", out.paint(out.say("经过", "History"), "bold", "cyan")])

    def sections(self, out: Terminal) -> list[str]:
        """The lines of all sections that have something to say."""
        speaker = Speaker(
            workflow=self.workflow,
            zone=self.zone,
            lang=out.lang,
            people=self.names.people,
            organisations=self.names.organisations,
            finest=US_PER_MINUTE,
        )
        lines = list(self._head(speaker, out))
        limits = (out.say("名称", "limit"), out.say("情况", "how it stands"), out.say("期限", "due"))
        for title, heads, rows in (
            (out.say("状态", "States"), (), self._states(speaker)),
            (out.say("时限", "Limits"), limits, self._clocks(attrs.evolve(speaker, finest=US_PER_SECOND))),
            (out.say("承办", "Held by"), (), self._holders(speaker)),
            (out.say("内容", "Fields"), (), self._fields(speaker)),
            (out.say("案卷", "File"), (), self._file(speaker)),
            (out.say("待处理的异常", "Incidents"), (), self._incidents(speaker)),
        ):
            if rows:
                lines += ["", out.paint(title, "bold", "cyan")]
                lines += table(heads, rows, columns=out.columns, paint=out.paint, indent=_INDENT)
        return lines + possible_lines(
            self.options,
            self.workflow,
            speaker,
            columns=out.columns,
            paint=out.paint,
            refused=self.refused,
        )

    def _head(self, speaker: Speaker, out: Terminal) -> Iterator[str]:
        case = self.case
        title = self.workflow.title.text(out.lang) or case.workflow
        yield f"{out.paint(printable(case.id), 'bold')}  {title}"
        opened = speaker.moment(epoch_us(case.opened_at))
        words = [out.say(f"立单 {opened}", f"opened {opened}")]
        if case.org is not None:
            words.append(out.say(f"单位 {speaker.org(case.org)}", f"belongs to {speaker.org(case.org)}"))
        if case.parent is not None:
            words.append(out.say(f"来自工单 {case.parent}", f"child of {case.parent}"))
        words.append(out.say(f"流程第{case.workflow_version}版", f"workflow version {case.workflow_version}"))
        words.append(out.say("已办结", "closed") if case.closed else out.say("未办结", "open"))
        for line in wrap(" · ".join(map(unbroken, words)), out.columns):
            yield out.paint(line, "dim")
        if case.card != "none":
            yield out.paint(speaker.card(case.card), "bold", "yellow")

    def _states(self, speaker: Speaker) -> list[list[Cell]]:
        return [
            [
                Cell(track.title.text(speaker.lang) or track.id),
                Cell(
                    speaker.state(track.id, self.case.states[track.id]),
                    ("dim",) if track.state(self.case.states[track.id]).closed else ("bold", "green"),
                ),
            ]
            for track in self.workflow.tracks
        ]

    def _clocks(self, speaker: Speaker) -> list[list[Cell]]:
        """Those that run first, the advisory ones after the others."""
        advisory = self.workflow.advisory

        def place(clock: ClockView) -> tuple[bool, bool, float]:
            due = float("inf") if clock.due is None else epoch_us(clock.due)
            return clock.phase == "stopped", clock.sla in advisory, due

        return [
            [Cell(self._limit(clock.sla, speaker)), self._how(clock, speaker), self._due(clock, speaker)]
            for clock in sorted(self.case.clocks.values(), key=place)
        ]

    def _limit(self, sla: str, speaker: Speaker) -> str:
        title = speaker.sla(sla)
        return title + speaker.say("（参考）", " (advisory)") if sla in self.workflow.advisory else title

    def _how(self, clock: ClockView, speaker: Speaker) -> Cell:
        if clock.sla in self.workflow.advisory and (clock.verdict == "breached" or self._is_late(clock)):
            zh, en, styles = _RAN_OUT
            return Cell(speaker.say(zh, en), styles)
        if clock.verdict in _VERDICTS:
            zh, en, styles = _VERDICTS[clock.verdict]
        elif self._is_late(clock):
            zh, en, styles = _VERDICTS["breached"]
        else:
            zh, en, styles = _PHASES[clock.phase]
        if clock.phase == "running" and clock.verdict == "breached":
            zh, en = f"{zh}，仍在计时", f"{en}, still running"
        return Cell(speaker.say(zh, en), styles)

    def _is_late(self, clock: ClockView) -> bool:
        return clock.phase == "running" and clock.due is not None and epoch_us(clock.due) < self.now

    def _due(self, clock: ClockView, speaker: Speaker) -> Cell:
        if clock.due is None or clock.verdict == "cancelled":
            return Cell("–", ("dim",))
        due = epoch_us(clock.due)
        words = unbroken(speaker.moment(due))
        ran_out = clock.sla in self.workflow.advisory and self._is_late(clock)
        if clock.phase == "running" and not ran_out:
            words += f" {unbroken(speaker.until(due, self.now))}"
        if clock.provisional:
            words += speaker.say("（暂定）", " (provisional)")
        if ran_out or clock.phase == "stopped":
            return Cell(words, ("dim",))
        return Cell(words, ("red",) if self._is_late(clock) else ())

    def _holders(self, speaker: Speaker) -> list[list[Cell]]:
        return [
            [
                Cell(speaker.label("role", role)),
                Cell(speaker.joined([self._holder(one, speaker) for one in ids])),
            ]
            for role, ids in self.case.holders.items()
        ]

    def _holder(self, name: str, speaker: Speaker) -> str:
        known = {**self.names.organisations, **self.names.people}.get(name, Label())
        return unbroken(known.text(speaker.lang) or name)

    def _fields(self, speaker: Speaker) -> list[list[Cell]]:
        return [
            [Cell(speaker.label("field", name)), Cell(speaker.value(name, value))]
            for name, value in self.case.fields.items()
            if value is not None and (self.defaults or value != self.workflow.fields[name].default)
        ]

    def _file(self, speaker: Speaker) -> list[list[Cell]]:
        rows = []
        rule = None if self.workflow.parties is None else self.workflow.parties.rating
        rated = "" if rule is None else rule.field
        for party in self.file.parties.values():
            kind, said = speaker.label("party_kind", party.kind), party.last_rating
            rating = "" if said is None else speaker.value(rated, said)
            rows.append(
                [Cell(one) for one in (speaker.say("当事人", "party"), unbroken(party.id), kind, rating)]
            )
        for link in self.case.links:
            kind = speaker.label("link_kind", link.kind)
            rows.append([Cell(one) for one in (speaker.say("关联", "link"), unbroken(link.case), kind, "")])
        for number, zh, en in (
            (len(self.file.notes), "备注", "notes"),
            (len(self.file.attachments), "附件", "attachments"),
            (self.case.children.open, "未结子工单", "open child cases"),
            (self.case.children.closed, "已结子工单", "closed child cases"),
        ):
            if number:
                rows.append([Cell(speaker.say(zh, en)), Cell(str(number)), Cell(""), Cell("")])
        return rows

    def _incidents(self, speaker: Speaker) -> list[list[Cell]]:
        """The latest ones, oldest first."""
        latest = self.incidents[-_INCIDENTS:]
        rows = [
            [
                Cell(unbroken(speaker.moment(one.at))),
                Cell(incident_kind(speaker, one.kind)),
                Cell(_detail(one)),
            ]
            for one in latest
        ]
        if left := len(self.incidents) - len(latest):
            more = speaker.say(f"此前还有{left}条，见 --json", f"{left} earlier ones, see --json")
            rows.insert(0, [Cell("…"), Cell(""), Cell(more, ("dim",))])
        return rows


def _detail(incident: Incident) -> str:
    return f"{incident.detail} ({incident.about})" if incident.detail else incident.about
