"""What ``casewf migrate`` prints: each case as it is looked at, then what leaves all of them open, then one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

import attrs
import pendulum

from casewf.cli.showing import counted
from casewf.cli.terminal import Terminal
from casewf.engine.migration_changes import (
    CaseMigration,
    ClockChange,
    FieldChange,
    FiresFirst,
    StateChange,
    WorkflowChange,
)
from casewf.model.codec import Json
from casewf.model.plain_text import printable
from casewf.model.reasons import Reason, Words
from casewf.model.text import Label
from casewf.model.workflow import Workflow
from casewf.views.text import marked, shorten
from casewf.views.words import Speaker

_PROGRESS = 100
"""After how many cases a line on standard error says how far it is."""
_LONGEST = 32
"""How wide a value is shown."""
_IN_VAULT = (
    "（原值留在保险库，直至用 casewf erase 删除）",
    " (its value stays in the vault until casewf erase deletes it)",
)
_HOW = {
    "keep": Label("不变", "as before"),
    "rebase": Label("按原起点重新计算", "from the same start"),
    "carry": Label("已用份额不变", "what was spent stays spent"),
    "restart": Label("重新起算", "counted anew"),
    "start": Label("开始计时", "starts"),
    "end": Label("不再计时", "called off"),
}


def _words_of(versions: Sequence[Workflow]) -> Words:
    """Labels for reasons, from whichever version has them."""

    def words(kind: str, code: str, lang: str) -> str:
        labels = (one.words(kind, code, lang) for one in versions)
        return next((label for label in labels if label not in ("", code)), "")

    return words


class Output(Protocol):
    """Prints one migration."""

    def begin(self) -> None:
        """Before the first case."""

    def tell(self, case: CaseMigration) -> None:
        """One case."""

    def end(self, found: WorkflowChange) -> None:
        """After the last one."""


@attrs.define(slots=True)
class _Progress:
    """Says on standard error how far it is."""

    done: int = 0

    def step(self, lang: str) -> None:
        """One more case."""
        self.done += 1
        if self.done % _PROGRESS == 0:
            words = f"…… {self.done:,} 件" if lang == "zh" else f"… {self.done:,} cases"
            print(words, file=sys.stderr, flush=True)


class TextOutput:
    """For people."""

    def __init__(self, out: Terminal, target: Workflow, earlier: Sequence[Workflow]) -> None:
        self._out = out
        self._words = _words_of((target, *earlier))
        self._speaker = Speaker(workflow=target, zone="UTC", lang=out.lang, others=tuple(earlier))
        self._progress = _Progress()

    def begin(self) -> None:
        """Nothing."""

    def tell(self, case: CaseMigration) -> None:
        """The case, and what becomes of it."""
        self._progress.step(self._out.lang)
        if case.outcome == "unmapped":
            return  # what is open is told once for all of its version
        out, version = self._out, self._out.say(f"第{case.version}版", f"version {case.version}")
        sign, colour = {"moved": ("✓", "green"), "refused": ("✗", "red"), "failed": ("✗", "red")}.get(
            case.outcome, ("·", "dim")
        )
        print(out.paint(f"{sign} {printable(case.case)}  {version}{self._left(case)}", colour))
        for line in self._details(case):
            print("\n".join("    " + row for row in marked("", line, out.columns - 4)))

    def end(self, found: WorkflowChange) -> None:
        """What is open, and how many cases had which outcome."""
        out = self._out
        for version, open_ends in sorted(found.gaps.items()):
            title = out.say(
                f"✗ 第{version}版：migrate 尚未写明",
                f"✗ version {version}: `migrate` does not say everything",
            )
            print(out.paint(title, "bold", "red"))
            for gap in open_ends:
                text = gap.why.text(out.lang, self._words)
                print("\n".join("    " + row for row in marked("", text, out.columns - 4)))
        print(self._summary(found))

    def _left(self, case: CaseMigration) -> str:
        """Why a case is left where it is, without being in the way."""
        say = self._out.say
        if case.outcome == "elsewhere":
            return say("：from 未列出此版本", ": `from` does not name it")
        if case.outcome == "stays":
            (state,) = case.states
            name = self._speaker.state(state.track, state.before or "")
            return say(f"：状态“{name}”留在此版本", f": in {name} it stays there")
        return ""

    def _details(self, case: CaseMigration) -> Iterator[str]:
        if case.error:
            yield printable(case.error)
        for reason in case.reasons:
            yield reason.text(self._out.lang, self._words)
        if case.first:
            fired = self._out.say("；", "; ").join(map(self._first, case.first))
            yield self._out.say(f"先触发：{fired}", f"fires first: {fired}")
        if case.outcome == "moved":
            yield from map(self._state, case.states)
            yield from map(self._field, case.fields)
            yield from map(self._clock, case.clocks)

    def _first(self, one: FiresFirst) -> str:
        title, due, say = self._speaker.sla(one.sla), _time(one.due), self._out.say
        if not one.breaches:
            return say(f"{title} 预警 {due}", f"a warning of {title}, {due}")
        if self._speaker.advises(one.sla):
            return say(f"{title} 于 {due} 届满", f"{title} runs out, {due}")
        return say(f"{title} 超时，限 {due}", f"{title} is late, due {due}")

    def _state(self, one: StateChange) -> str:
        codes = [state or "–" for state in (one.before, one.after)]
        labels = [self._speaker.state(one.track, state) for state in codes]
        return f"{one.track}: {_apart(labels, codes)}"

    def _field(self, one: FieldChange) -> str:
        names = list(dict.fromkeys(name for name in (one.before, one.after) if name is not None))
        title = _apart([self._speaker.label("field", name) for name in names], names)
        kept = self._out.say(*_IN_VAULT) if one.in_vault else ""
        if one.after is None:
            return f"{title}: {self._out.say('丢弃', 'dropped')}{kept}"
        if one.old == one.new:
            return title
        return f"{title}: {self._value(one.before, one.old)} → {self._value(one.after, one.new)}{kept}"

    def _value(self, name: str | None, value: object) -> str:
        if value is None:
            return "–"
        return shorten(self._speaker.value(name or "", value), _LONGEST)

    def _clock(self, one: ClockChange) -> str:
        say = self._out.say
        title = self._speaker.sla(one.sla)
        due = " → ".join(dict.fromkeys(_time(moment) for moment in (one.before, one.after)))
        remarks = [_HOW[one.how].text(self._out.lang)]
        if one.breaches:
            remarks.append(say("即刻超时", "late at once"))
        if one.provisional:
            remarks.append(say("暂定", "provisional"))
        if one.paused:
            remarks.append(say("暂停中", "paused"))
        return say(f"{title}：{due}（{'，'.join(remarks)}）", f"{title}: {due} ({', '.join(remarks)})")

    def _summary(self, found: WorkflowChange) -> str:
        out, counts = self._out, found.counts
        what = f"{found.workflow} {found.version}"
        parts = [
            words
            for outcome, zh, en in _OUTCOMES
            if (number := counts.get(outcome, 0))
            and (words := out.say(f"{zh}{number:,}件", f"{number:,} {en}"))
        ]
        moved = counts.get("moved", 0)
        if not found.counts and not found.stopped:
            return out.say(f"{what}：没有该流程的在办工单", f"{what}: there is no open case of this workflow")
        done = out.say("已迁移", "moved") if found.applied else out.say("可迁移", "could be moved")
        head = out.say(f"{what}：{done}{moved:,}件", f"{what}: {counted(moved, 'case')} {done}")
        tail = "" if found.applied else out.say("（未写入）", " (nothing was written)")
        if found.stopped:
            tail += out.say("；中途停止，再运行一次即可继续", "; stopped early, run it again to go on")
        mark, colour = ("✗", "red") if found.in_the_way or found.stopped else ("✓", "green")
        return out.paint(f"{mark} {out.say('，', ', ').join([head, *parts])}{tail}", colour)


_OUTCOMES = (
    ("present", "已在此版本", "there already"),
    ("refused", "拒绝", "refused"),
    ("unmapped", "未写明去向", "unmapped"),
    ("failed", "失败", "failed"),
    ("stays", "按说明留下", "left as it says"),
    ("elsewhere", "其他版本", "of other versions"),
)


def _apart(labels: Sequence[str], codes: Sequence[str]) -> str:
    """What became what, by label; by code where both are called the same."""
    return " → ".join(labels if len(set(labels)) == len(codes) else codes)


def _time(moment: pendulum.DateTime | None) -> str:
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


class JsonOutput:
    """One document for programs; cases are printed as they come, for there may be many."""

    def __init__(self, target: Workflow, earlier: Sequence[Workflow], *, dry_run: bool) -> None:
        self._target = target
        self._words = _words_of((target, *earlier))
        self._dry_run = dry_run
        self._progress = _Progress()

    def begin(self) -> None:
        """The head of the document."""
        head = {"workflow": self._target.id, "version": self._target.version, "dry_run": self._dry_run}
        print(json.dumps(head, ensure_ascii=False)[:-1] + ', "cases": [')

    def tell(self, case: CaseMigration) -> None:
        """One case, on a line of its own."""
        comma = "," if self._progress.done else " "
        self._progress.step("en")
        print(comma + json.dumps(self._case(case), ensure_ascii=False))

    def end(self, found: WorkflowChange) -> None:
        """The rest of the document."""
        rest: dict[str, Json] = {
            "applied": found.applied,
            "stopped": found.stopped,
            "counts": dict(found.counts),
            "gaps": {
                str(version): [{"path": list(gap.path), **self._reason(gap.why)} for gap in open_ends]
                for version, open_ends in found.gaps.items()
            },
        }
        print("], " + json.dumps(rest, ensure_ascii=False)[1:])

    def _case(self, case: CaseMigration) -> Json:
        return {
            "case": case.case,
            "version": case.version,
            "outcome": case.outcome,
            "states": [{"track": one.track, "before": one.before, "after": one.after} for one in case.states],
            "fields": [
                {
                    "before": one.before,
                    "after": one.after,
                    "old": _plain(one.old),
                    "new": _plain(one.new),
                    "in_vault": one.in_vault,
                }
                for one in case.fields
            ],
            "clocks": [
                {
                    "sla": one.sla,
                    "was": one.was,
                    "before": None if one.before is None else one.before.isoformat(),
                    "after": None if one.after is None else one.after.isoformat(),
                    "how": one.how,
                    "paused": one.paused,
                    "provisional": one.provisional,
                    "breaches": one.breaches,
                }
                for one in case.clocks
            ],
            "first": [
                {"sla": one.sla, "due": one.due.isoformat(), "breaches": one.breaches} for one in case.first
            ],
            "reasons": [self._reason(one) for one in case.reasons],
            "error": case.error,
        }

    def _reason(self, why: Reason) -> dict[str, Json]:
        return {"code": why.code, "zh": why.text("zh", self._words), "en": why.text("en", self._words)}


def _plain(value: object) -> Json:
    """A value as JSON has it: whole numbers and truth values as they are, lists as lists, all else as text."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)
