"""Why a case of an old system cannot be imported: the sentences of those reasons, in Chinese and English.

``column`` is the column of a CSV file and the path in a JSON object alike, such as ``clock.handle.start``.
"""

from __future__ import annotations

from collections.abc import Mapping

IMPORT_SENTENCES: Mapping[str, tuple[str, str]] = {
    # the position
    "must_be_given": ("{column}：必须填写", "{column}: must be given"),
    "not_among": (
        "{column}：没有 {found}；可用：{known}",
        "{column}: there is no {found}; there are {known}",
    ),
    "track_unknown": (
        "{column}：没有这条轨道；可用：{known}",
        "{column}: there is no such track; there are {known}",
    ),
    "role_unknown": (
        "{column}：没有这个角色；可用：{known}",
        "{column}: there is no such role; there are {known}",
    ),
    "sla_unknown": (
        "{column}：没有这个时限；可用：{known}",
        "{column}: there is no such limit; there are {known}",
    ),
    "not_asked_for": (
        "{column}：没有规则要看谁执行过它；需要的是：{known}",
        "{column}: no rule asks who did it; those asked for are {known}",
    ),
    "previous_needed": (
        "{column}：从 {state} 可返回上一状态，必须填写是哪一个：{possible}",
        "{column}: {state} has a way back, so it must say where to: {possible}",
    ),
    "import_closed": (
        "工单在这些状态下已办结；只导入未办结的工单，已办结的请留在原系统",
        "in these states the case is closed; only open cases are imported, leave closed ones in the old system",
    ),
    "automatic_pending": (
        "{column}：处于 {state} 时 {trigger} 会自动发生；请填写它之后的状态",
        "{column}: from {state}, {trigger} happens by itself; give the state after it",
    ),
    # its instants
    "instant_future": ("{column}：晚于现在", "{column}: lies in the future"),
    "instant_before_opening": ("{column}：早于立单时间 opened_at", "{column}: lies before opened_at"),
    "outside_clock": (
        "{column}：不在计时期间内（起算之后，停止或本次暂停之前）",
        "{column}: lies outside the run of the clock, after its start and before its stop or present pause",
    ),
    "pauses_in_disorder": (
        "{column}：各次暂停须按时间先后排列、互不重叠、起早于止",
        "{column}: pauses must follow one another without overlapping, each with a begin before its end",
    ),
    # its clocks
    "stopped_or_paused": (
        "{column}：已停止的时限不再暂停；到停止时结束的暂停请写入 pauses",
        "{column}: a stopped clock is not paused; a pause up to the stop belongs in pauses",
    ),
    "clock_needed": (
        "{column}：工单处于 {state}，该时限应已起算；请填写起算时间，确实不计时的填 none",
        "{column}: in {state} this limit runs; give its start, or none if it does not run",
    ),
    "pause_needed": (
        "{column}：工单的状态使时限 {sla} 暂停；请填写从何时起暂停",
        "{column}: the states of the case pause the limit {sla}; give since when",
    ),
    "pause_unfounded": (
        "{column}：没有状态使时限 {sla} 暂停，流程也不允许中止它；请把暂停的起止写入 pauses",
        "{column}: no state pauses the limit {sla}, and no act can; give the pause with its end in pauses",
    ),
    "date_needed": (
        "{column}：时限 {sla} 以此日期为准，必须填写",
        "{column}: the limit {sla} runs until this date, so it must be given",
    ),
    "extension_unit": (
        "{column}：延期的单位应与 {amount} 相同，且大于零",
        "{column}: an extension must be in the unit of {amount}, and more than nothing",
    ),
    "extended_after_due": (
        "{column}：延期时已过期限 {due}，过期后不能延期",
        "{column}: granted after the limit was due at {due}, which no extension can follow",
    ),
    "verdict_differs": (
        "{column}：填写的是 {found}，而按起算、暂停和日历算得 {reckoned}（期限 {due}）；请核对时间，或留空",
        "{column}: says {found}, but start, pauses and calendar give {reckoned} (due {due}); "
        "check them, or leave it out",
    ),
    "beyond_calendar": (
        "{column}：日历 {calendar} 只公布到 {announced}，而期限要用到 {date}；请先补入下一年的放假通知",
        "{column}: calendar {calendar} is announced through {announced}, but the limit touches {date}; "
        "add the next year's notice first",
    ),
    "unmeasured": ("{column}：无法计算：{detail}", "{column}: cannot be measured: {detail}"),
    # the row
    "imported_otherwise": (
        "origin：{origin} 已导入过，但内容不同；已导入的工单不会被修改",
        "origin: {origin} was imported already with other content; an imported case is not changed",
    ),
    "row_repeated": ("{column}：与第{line}行重复", "{column}: the same as in line {line}"),
    "column_unknown": (
        "{column}：没有这一项；最接近的是 {near}",
        "{column}: there is no such key; the nearest is {near}",
    ),
    "row_key_twice": ("{column}：出现两次", "{column}: is given twice"),
    "columns_unknown": ("另有{count}项不存在", "keys that there are not, too: {count} more"),
    "row_too_wide": ("该行有{count}项，最多{most}项", "the row has {count} values, and {most} are the most"),
    "cells_too_many": (
        "该行比表头多{count}格；含逗号的内容要加引号",
        "the row has {count} more cells than the header; quote what has a comma in it",
    ),
    "holders_mixed": (
        "{column}：应全为单位，或全为 person:工号",
        "{column}: must be organisations, or persons as person:id, not both",
    ),
    "holder_is_person": (
        "{column}：{found} 在组织名录中是人，不是单位；请写作 person:{found}",
        "{column}: the directory knows {found} as a person, and not as an organisation; write person:{found}",
    ),
    "doer_unclear": (
        "{column}：{found} 不明确；应写作 工号 或 工号@单位，工号本身含 @ 时末尾再加一个 @，如 li@union.cn@",
        "{column}: {found} is unclear; write id or id@organisation, "
        "and where the id itself has an @, end it with another one, as in li@union.cn@",
    ),
    "clock_is_none": (
        "{column}：起算填了 none，这里须留空",
        "{column}: must be empty where the start is none",
    ),
    "text_wanted": ("{column}：应为文本，得到 {found}", "{column}: must be text, got {found}"),
    "object_wanted": (
        "{column}：应为 JSON 对象，得到 {found}",
        "{column}: must be a JSON object, got {found}",
    ),
    "json_wrong": ("不是正确的 JSON：{detail}", "this is not JSON: {detail}"),
    "time_wanted": (
        "{column}：{found} 不是时间；应写作 2026-03-16 09:15，或带时区的 2026-03-16T09:15+08:00",
        "{column}: {found} is no time; write 2026-03-16 09:15, or with an offset 2026-03-16T09:15+08:00",
    ),
    "time_skipped": (
        "{column}：{found} 在时区 {zone} 中不存在",
        "{column}: {found} does not exist in {zone}, where clocks were put forward",
    ),
    "pause_wanted": (
        "{column}：{found} 不是暂停；应写作 起/止，多次用分号隔开",
        "{column}: {found} is no pause; write begin/end, several with semicolons between them",
    ),
    "extension_wanted": (
        "{column}：{found} 不是延期；应写作 时间 +时长，如 2026-03-25 10:00 +5 working days",
        "{column}: {found} is no extension; write when and how much, as 2026-03-25 10:00 +5 working days",
    ),
}
