"""What came out, as tables of words: for the terminal and for the page alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from casewf.kpi import Figure
from casewf.model.text import Label
from casewf.simulation.profile import Profile
from casewf.simulation.refusals import refused_words
from casewf.simulation.result import GroupResult, OpenAt, Result, Spread
from casewf.views.figures import excluded_words, figure_value, made_of

__all__ = ["MAIN_FIGURES", "Sheet", "sheets"]

MAIN_FIGURES = (
    *("connect", "answer_15s", "one_call", "dispatch", "on_time", "on_time_unextended", "handling_days"),
    *(
        "satisfaction",
        "response",
        "return_granted",
        "rework",
        "supervision_cards",
        "extension",
        "performance",
    ),
    *("letters", "opened", "closed", "closed_share", "case_days"),
)
"""Those that are shown; JSON and CSV have all."""

_ONLY_WITHOUT_TERMS = ("opened", "closed", "closed_share", "case_days")


@attrs.frozen(slots=True, kw_only=True)
class Sheet:
    """A table: its title, a word on how to read it, the heads of its columns, its rows."""

    title: str
    note: str = ""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sheets(results: Sequence[Result], profile: Profile, lang: str) -> tuple[Sheet, ...]:
    """All tables of one run, or of several that are compared."""
    made = _Sheets(results, profile, lang)
    return tuple(
        sheet
        for sheet in (
            made.runs(),
            made.figures(),
            made.limits(),
            made.handling(),
            made.groups(),
            made.open_at(),
            made.cards(),
            made.refused(),
        )
        if sheet.rows
    )


class _Sheets:
    def __init__(self, results: Sequence[Result], profile: Profile, lang: str) -> None:
        self._results = results
        self._profile = profile
        self._lang = lang
        self._by = [{(one.id, one.about): one for one in result.figures} for result in results]

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    @property
    def _names(self) -> tuple[str, ...]:
        """The heads of the columns, one for each run."""
        if len(self._results) == 1:
            return (self._say("数值", "value"),)
        return tuple(result.name or self._say("原样", "as it is") for result in self._results)

    def runs(self) -> Sheet:
        """How many cases each run had, where there are several."""
        say, many = self._say, len(self._results) > 1
        rows = tuple(
            (name, f"{one.closed + one.open:,}", f"{one.open:,}", f"{one.commands:,}")
            for name, one in zip(self._names, self._results, strict=True)
            if many
        )
        heads = (say("方案", "run"), say("件数", "cases"), say("未结", "open"), say("动作", "commands"))
        return Sheet(title=say("各方案", "Runs"), heads=heads, rows=rows)

    def figures(self) -> Sheet:
        """The key figures."""
        known = self._by[0]
        special = any(id_ not in _ONLY_WITHOUT_TERMS and (id_, "") in known for id_ in MAIN_FIGURES)
        wanted = [id_ for id_ in MAIN_FIGURES if not (special and id_ in _ONLY_WITHOUT_TERMS)]
        shown = [known[id_, ""] for id_ in wanted if (id_, "") in known]
        rows = []
        for figure in shown:
            found = [by.get((figure.id, "")) for by in self._by]
            rows.append((figure.label.text(self._lang), *self._cells(found)))
        heads = (self._say("指标", "key figure"), *self._names, *self._parts_head())
        return Sheet(title=self._say("关键指标", "Key figures"), heads=heads, rows=tuple(rows))

    def limits(self) -> Sheet:
        """How many kept each limit; not the windows, which nobody has to keep."""
        workflow = self._profile.workflow
        rows = []
        for sla in workflow.slas:
            found = [by.get(("limit_on_time", sla.id)) for by in self._by]
            told = any(one is not None and one.denominator for one in found)
            if not told or self._results[0].terms.slas[sla.id].window:
                continue
            title = sla.title.text(self._lang) or sla.id
            rows.append((title, *self._cells(found)))
        say = self._say
        heads = (say("时限", "limit"), *self._names, *self._parts_head())
        note = say(
            "按轮计：一件工单可有多轮。按时办结率按件计，以首次提交为准，不计并单、撤回等，故可与办结时限一行不同。",
            "Of the rounds of a limit, of which a case may have several. The on-time rate is of cases, goes by the "
            "first submission, and leaves out what was merged, withdrawn and so on; so it may differ from the limit of "
            "the handling.",
        )
        title = say("各时限按时率", "In time, by limit")
        return Sheet(title=title, note=note, heads=heads, rows=tuple(rows))

    def handling(self) -> Sheet:
        """Working days of handling."""
        say = self._say
        parts: tuple[tuple[str, Callable[[Spread], str]], ...] = (
            (say("平均", "mean"), lambda one: f"{one.mean:.2f}"),
            (say("中位数", "median"), lambda one: f"{one.median:.0f}"),
            (say("90%不超过", "90 % within"), lambda one: f"{one.p90:.0f}"),
            (say("95%不超过", "95 % within"), lambda one: f"{one.p95:.0f}"),
            (say("最长", "longest"), lambda one: f"{one.most:.0f}"),
            (say("件数", "cases"), lambda one: f"{one.count:,}"),
        )
        spreads = [result.handling for result in self._results]
        rows = [
            (name, *("–" if one is None else show(one) for one in spreads))
            for name, show in parts
            if any(one is not None for one in spreads)
        ]
        title = say("办理时长（工作日）", "Handling time, in working days")
        return Sheet(title=title, heads=("", *self._names), rows=tuple(rows))

    def groups(self) -> Sheet:
        """People: their queues and their load."""
        say = self._say
        heads = (
            *([say("方案", "run")] if len(self._results) > 1 else []),
            say("人员", "group"),
            say("人数", "people"),
            say("任务", "tasks"),
            say("平均等待", "mean wait"),
            say("90%等待不超过", "90 % wait at most"),
            say("最长队列", "longest queue"),
            say("忙碌", "busy"),
            say("最忙单位", "busiest unit"),
            say("未等到/不再需要/仍在等", "gave up / not needed / still waiting"),
        )
        rows = []
        many = len(self._results) > 1
        for group, name, result in self._each_group():
            rows.append((*([name] if many else []), *self._group(group, result)))
        note = say(
            "等待：按工作日历上班的，以工作时间计；轮班的，以钟表时间计。忙碌：有新工单到来的那些天里，"
            "在岗时间中用于本流程的份额。不再需要：轮到之前工单已离开该状态。",
            "Waits are working time for people who go by a calendar, plain time for shifts. Busy: the share of the "
            "hours on duty that this work took, on the days on which cases arrived. Not needed: the case left the "
            "state before it was anybody's turn.",
        )
        return Sheet(title=say("人员与队列", "People and queues"), note=note, heads=heads, rows=tuple(rows))

    def _each_group(self) -> Iterator[tuple[GroupResult, str, Result]]:
        for number in range(len(self._results[0].groups)):
            for name, result in zip(self._names, self._results, strict=True):
                yield result.groups[number], name, result

    def _group(self, group: GroupResult, _result: Result) -> tuple[str, ...]:
        waited = group.waited
        return (
            group.label.text(self._lang) or group.name,
            f"{group.people:,}",
            "0" if waited is None else f"{waited.count:,}",
            "–" if waited is None else self._time(waited.mean),
            "–" if waited is None else self._time(waited.p90),
            f"{max(group.longest, default=0):,}",
            f"{group.load:.0%}",
            f"{group.busiest:.0%}",
            f"{group.given_up:,} / {group.not_needed:,} / {group.left:,}",
        )

    def _time(self, minutes: float) -> str:
        if minutes < 1:
            return self._say(f"{minutes * 60:.0f}秒", f"{minutes * 60:.0f} s")
        if minutes < 120:
            return self._say(f"{minutes:.0f}分钟", f"{minutes:.0f} min")
        return self._say(f"{minutes / 60:.1f}小时", f"{minutes / 60:.1f} h")

    def open_at(self) -> Sheet:
        """Where the cases are that are still open at the end."""
        say = self._say
        by = [
            {(one.track, one.state, one.waits, one.group): one for one in result.open_at}
            for result in self._results
        ]
        every = {key: one for found in by for key, one in found.items()}
        rows = [
            (
                self._state(one),
                self._waits(one),
                *(f"{found[key].cases:,}" if key in found else "0" for found in by),
            )
            for key, one in every.items()
        ]
        names = self._names if len(self._results) > 1 else (say("件数", "cases"),)
        note = say(
            "一件工单若有多个流程段未结，各计一次。",
            "A case is counted in each of its tracks that is not closed.",
        )
        heads = (say("状态", "state"), say("等待", "waiting for"), *names)
        return Sheet(title=say("期末未结", "Still open at the end"), note=note, heads=heads, rows=tuple(rows))

    def _state(self, one: OpenAt) -> str:
        track = next(track for track in self._profile.workflow.tracks if track.id == one.track)
        title, code = track.state(one.state).title.text(self._lang), f"{one.track}.{one.state}"
        return self._say(f"{title}（{code}）", f"{title} ({code})") if title else code

    def _waits(self, one: OpenAt) -> str:
        say = self._say
        if one.waits == "no_course":
            return say("画像中没有该状态的步骤", "nobody: no course for this state")
        if one.waits == "done":
            return say("步骤都已做完，仍未离开", "nobody: its steps are done")
        group = self._profile.staff[one.group].title.text(self._lang) or one.group
        return (
            say(f"{group}（until 条件未满足）", f"{group}, until a condition is met")
            if one.waits == "condition"
            else group
        )

    def cards(self) -> Sheet:
        """How many cases got each card."""
        titles: dict[str, Label] = dict(self._profile.workflow.cards)
        rows = [
            (titles[card].text(self._lang) or card, *(f"{one.cards.get(card, 0):,}" for one in self._results))
            for card in titles
        ]
        names = self._names if len(self._results) > 1 else (self._say("件数", "cases"),)
        return Sheet(
            title=self._say("警示牌", "Warning cards"),
            heads=(self._say("警示牌", "card"), *names),
            rows=tuple(rows),
        )

    def refused(self) -> Sheet:
        """What the rules did not allow: where the profile and the workflow do not agree."""
        by = [{(one.what, one.code, one.field): one for one in result.refused} for result in self._results]
        every = {key: one for found in by for key, one in found.items()}
        rows = [
            (
                *refused_words(one, self._profile.workflow, self._lang),
                *(f"{found[key].times if key in found else 0:,}" for found in by),
            )
            for key, one in every.items()
        ]
        say = self._say
        names = self._names if len(self._results) > 1 else (say("次数", "times"),)
        return Sheet(
            title=say("被规则拒绝", "Refused by the rules"),
            note=say(
                "被拒绝的动作不改变工单，其后的步骤照常进行；次数多，说明画像与流程不合。",
                "What is refused changes nothing, and the next step is taken; many of them mean that the profile does "
                "not fit the workflow.",
            ),
            heads=(say("动作", "what"), say("原因", "reason"), *names),
            rows=tuple(rows),
        )

    def _parts_head(self) -> list[str]:
        if len(self._results) > 1:
            return []
        return [self._say("分子/分母", "of"), self._say("未计入", "left out")]

    def _cells(self, found: Sequence[Figure | None]) -> list[str]:
        """Of one run value, numerator and denominator, and what was left out; of several all but that in one cell."""
        amounts = ["–" if one is None else figure_value(one, self._lang) for one in found]
        parts = ["" if one is None or one.unit == "count" else made_of(one) for one in found]
        if len(found) > 1:
            return [f"{one} ({part})" if part else one for one, part in zip(amounts, parts, strict=True)]
        return [amounts[0], parts[0], "" if found[0] is None else excluded_words(found[0], self._lang)]
