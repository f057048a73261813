"""A workflow as a handbook for the people who handle its cases, read from the tables that run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casewf.core.program import Program
from casewf.model.roles import By
from casewf.model.text import Label
from casewf.model.workflow import Sla
from casewf.views.diagram_build import picture_of, track_title
from casewf.views.diagram_model import Picture
from casewf.views.diagram_svg import legend_svg
from casewf.views.handbook_model import FieldRow, Handbook, LimitSection, Link, RoleSection
from casewf.views.handbook_states import limit_link, role_link, rules_by_state, state_link, track_section
from casewf.views.limit_rows import limit_rows
from casewf.views.limit_words import act_words, moment_words, note_words
from casewf.views.page import Inline, render_page
from casewf.views.words import Speaker

__all__ = ["handbook_of", "handbook_page"]

_KINDS = {
    "text": Label("文字", "text"),
    "integer": Label("整数", "whole number"),
    "decimal": Label("数", "number"),
    "boolean": Label("是或否", "yes or no"),
    "choice": Label("选项", "one of"),
    "date": Label("日期", "date"),
    "instant": Label("时刻", "date and time"),
    "org": Label("单位", "organisation"),
    "person": Label("人员", "person"),
}
_MOMENTS = {
    "start": Label("起算", "starts"),
    "pause": Label("暂停", "stands"),
    "stop": Label("停止，有结论", "stops, with a verdict"),
    "cancel": Label("不再计时，无结论", "is called off, without a verdict"),
    "reopen": Label("接着计时", "goes on"),
}


def handbook_page(program: Program, *, lang: str = "en", workflows: Mapping[str, Label] | None = None) -> str:
    """The handbook as a page; see ``handbook_of``, and ``render_page`` for what it raises."""
    book = handbook_of(program, lang=lang, workflows=workflows)
    return render_page("handbook.html", lang=lang, title=book.title, book=book)


def handbook_of(
    program: Program, *, lang: str = "en", workflows: Mapping[str, Label] | None = None
) -> Handbook:
    """What the handbook of a workflow says.

    Args:
        program: the compiled workflow.
        lang: ``zh`` or ``en``.
        workflows: titles of other workflows by id, for child cases.
    """
    speaker = Speaker(workflow=program.workflow, zone="UTC", lang=lang, workflows=workflows or {})
    picture = picture_of(program, lang=lang)
    return Handbook(
        lang=lang,
        title=picture.title,
        source=picture.source,
        lead=_lead(program, speaker, picture),
        opening=_opening(speaker),
        cards=tuple(speaker.card(name) for name, _ in program.workflow.cards),
        tracks=tuple(
            track_section(program, speaker, picture.only(track.id), picture) for track in picture.tracks
        ),
        roles=tuple(_role(program, speaker, picture, role) for role in program.workflow.roles),
        limits=_limits(program, speaker, picture),
        fields=tuple(_fields(speaker)),
        legend=Inline(legend_svg(picture)),
    )


def _lead(program: Program, speaker: Speaker, picture: Picture) -> tuple[str, ...]:
    """What the workflow is: its tracks, and when a case is closed (M8)."""
    say = speaker.say
    tracks = speaker.joined([f"“{track.title}”" for track in picture.tracks])
    number = len(picture.tracks)
    found = []
    if number > 1:
        found.append(
            say(
                f"每件工单同时在{number}条轨道上推进：{tracks}。",
                f"Every case moves along {number} tracks at the same time: {tracks}.",
            )
        )
    closed = {
        track.title: speaker.joined([one.title for one in track.states if one.closed and not one.ends_case])
        for track in picture.tracks
    }
    told = [words for words in closed.values() if words]
    if number > 1:
        told = [f"{title}{say('：', ': ')}{words}" for title, words in closed.items() if words]
    listed = say("；", "; ").join(told)
    if listed and number > 1:
        found.append(
            say(
                f"每条轨道都到了办结类状态，工单就办结了（{listed}）。",
                f"A case is closed once every track is in a closed state ({listed}).",
            )
        )
    elif listed:
        found.append(
            say(f"工单到了这些状态就办结了：{listed}。", f"A case is closed in these states: {listed}.")
        )
    ends = [state.title for track in picture.tracks for state in track.states if state.ends_case]
    if ends:
        found.append(
            say(
                f"到了这些状态，不论其他轨道如何，整单结束：{speaker.joined(ends)}。",
                f"These end the whole case, whatever the other tracks are in: {speaker.joined(ends)}.",
            )
        )
    calendar = program.workflow.calendar
    names = speaker.joined(list(dict.fromkeys((calendar.default, *calendar.of.values()))))
    found.append(
        say(
            f"工作日和工作时间按日历 {names} 计。",
            f"Working days and working time are those of calendar {names}.",
        )
    )
    return tuple(found)


def _opening(speaker: Speaker) -> tuple[str, ...]:
    """Who opens, splits and keeps the file of a case."""
    say, workflow = speaker.say, speaker.workflow
    opening = workflow.opening
    who = _people(speaker, opening.by) or say("任何人", "anybody")
    found = [say(f"立单：{who}", f"Opening a case: {who}")]
    if opening.needs:
        fields = speaker.joined([speaker.label("field", name) for name in opening.needs])
        found.append(say(f"立单时必须提供：{fields}", f"To be given then: {fields}"))
    if opening.accepts:
        fields = speaker.joined([speaker.label("field", name) for name in opening.accepts])
        found.append(say(f"立单时可以提供：{fields}", f"May be given then: {fields}"))
    if workflow.split is not None:
        who = _people(speaker, workflow.split.by)
        found.append(say(f"分案：{who}", f"Splitting a case in two: {who}"))
    if workflow.parties is not None:
        who = _people(speaker, workflow.parties.by)
        kinds = speaker.joined([speaker.label("party_kind", name) for name in workflow.parties.kinds])
        found.append(say(f"登记当事人（{kinds}）：{who}", f"Recording parties ({kinds}): {who}"))
        rating = workflow.parties.rating
        if rating is not None:
            who = _people(speaker, rating.by)
            found.append(say(f"登记每位当事人的评价：{who}", f"Recording what each party rates: {who}"))
    return tuple(found)


def _people(speaker: Speaker, by: Iterable[By]) -> str:
    return speaker.joined([speaker.label("role", one.role) for one in by])


def _role(program: Program, speaker: Speaker, picture: Picture, role: str) -> RoleSection:
    duties = []
    for track in program.workflow.tracks:
        leaving = rules_by_state(program, track.id)
        for state in track.states:
            titles = [
                speaker.label("trigger", rules[0].spec.trigger)
                for rules in leaving[state.id]
                if any(by.role == role for by in rules[0].spec.by)
            ]
            if titles:
                link = state_link(speaker, track.id, state.id)
                title = track_title(program.workflow, track.id, speaker.lang)
                duties.append((title, link, tuple(dict.fromkeys(titles))))
    name = speaker.label("role", role)
    told = []
    for limit in picture.limits:
        whens = [rung.when for target in limit.targets for rung in target.ladder if name in rung.told]
        if whens:
            told.append((limit_link(limit), tuple(dict.fromkeys(whens))))
    return RoleSection(
        link=role_link(speaker, role), duties=tuple(duties), others=_beside(speaker, role), told=tuple(told)
    )


def _beside(speaker: Speaker, role: str) -> tuple[str, ...]:
    """What a role may do beside the moves of the tracks."""
    say, workflow = speaker.say, speaker.workflow
    parties = workflow.parties
    rules = (
        (workflow.opening.by, say("立单", "opens cases")),
        (() if workflow.split is None else workflow.split.by, say("分案", "splits cases")),
        (() if parties is None else parties.by, say("登记当事人", "records parties")),
        (
            () if parties is None or parties.rating is None else parties.rating.by,
            say("登记当事人的评价", "records what parties rate"),
        ),
    )
    found = [words for by, words in rules if any(one.role == role for one in by)]
    for sla in workflow.slas:
        title = speaker.sla(sla.id)
        for rule, zh, en in (
            (sla.extension, "延期", "an extension"),
            (sla.suspension, "中止计时", "a suspension"),
        ):
            if rule is not None and role == rule.by:
                found.append(say(f"审批“{title}”的{zh}", f"grants {en} of “{title}”"))
            if rule is not None and role in rule.asked_by:
                found.append(say(f"申请“{title}”的{zh}", f"asks for {en} of “{title}”"))
    return tuple(found)


def _limits(program: Program, speaker: Speaker, picture: Picture) -> tuple[LimitSection, ...]:
    return tuple(
        LimitSection(
            link=Link(title=row.title, anchor=f"limit-{row.id}"),
            number=row.number,
            kind=row.kind,
            places=row.places,
            ladders=row.ladders,
            moments=_moments(speaker, program.by_name[row.id].spec),
            notes=(
                *note_words(speaker, program.by_name[row.id].spec),
                *act_words(speaker, program.by_name[row.id].spec),
            ),
        )
        for row in limit_rows(picture)
    )


def _notes(speaker: Speaker, sla: Sla) -> tuple[str, ...]:
    return (*note_words(speaker, sla), *act_words(speaker, sla))


def _moments(speaker: Speaker, sla: Sla) -> tuple[tuple[str, tuple[str, ...]], ...]:
    given = {
        "start": sla.start,
        "pause": sla.pause,
        "stop": sla.stop,
        "cancel": sla.cancel,
        "reopen": sla.reopen,
    }
    return tuple(
        (_MOMENTS[what].text(speaker.lang), moment_words(speaker, moments))
        for what, moments in given.items()
        if moments
    )


def _fields(speaker: Speaker) -> Iterable[FieldRow]:
    say = speaker.say
    for name, field in speaker.workflow.fields.items():
        roles = speaker.joined([speaker.label("role", role) for role in field.seen_by])
        notes = []
        if field.many:
            notes.append(say("可多个", "several"))
        if field.sensitive:
            seen = say(f"只有{roles}看得到", f"seen by {roles} only") if roles else say("不显示", "not shown")
            notes.append(say(f"个人信息：{seen}", f"personal: {seen}"))
        if field.default is not None:
            value = speaker.value(name, field.default)
            notes.append(say(f"默认“{value}”", f"“{value}” unless given"))
        yield FieldRow(
            title=speaker.label("field", name),
            kind=_KINDS[field.kind].text(speaker.lang),
            options=tuple(label.text(speaker.lang) or code for code, label in field.options.items()),
            notes=tuple(notes),
        )
