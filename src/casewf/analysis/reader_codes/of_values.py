"""CW2: keys and values."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_VALUES"]

OF_VALUES = {
    "CW201": Explanation(
        "此处应为其他形式：映射、列表或单个值",
        "A map is `key: value` lines or `{key: value}`, a list is `- item` lines or `[item, item]`. Where one of "
        "them is expected the other says nothing that could be understood.",
        "Write it in the shape that the message names; the reference shows one of each.",
        "      received: {zh: 受理, en: Received}",
        "      received: 受理",
    ),
    "CW202": Explanation(
        "未知的键",
        "Nothing would read this key. A slip of the pen in the name of a key would otherwise switch a limit or a "
        "condition off without a word.",
        "Take one of the keys that are allowed here.",
        "start: {enter: main.handling}",
        "start: {enters: main.handling}",
    ),
    "CW203": Explanation(
        "缺少必需的键",
        "Without it the rest has no meaning: a track without its first state, a transition that nobody may fire.",
        "Add the key; the reference says which values it takes.",
        "    initial: received\n",
        "",
    ),
    "CW204": Explanation(
        "保留给以后的版本",
        "The word will have a meaning in a later version of the format; it has none yet.",
        "Leave it out.",
        "transitions:\n      - {trigger: take, from: received, to: handling, by: handler}",
        "transitions:\n      - {trigger: take, from: received, to: handling, by: handler, effects: [{document: "
        "letter}]}",
    ),
    "CW205": Explanation(
        "这些键不能一起使用",
        "The keys contradict each other, or one of them says nothing without the other.",
        "Keep the one that says what you mean.",
        "closed: {zh: 办结, en: Closed, final: true}",
        "closed: {zh: 办结, en: Closed, final: true, category: open}",
    ),
    "CW206": Explanation(
        "键或列表项没有值",
        "The key is written, and nothing after it. Whether that means nothing, none or not yet cannot be told.",
        "Give it a value, or leave the key out.",
        "title: {zh: 办理时限, en: Time to handle}",
        "title:",
    ),
    "CW207": Explanation(
        "值的类型不对",
        "A number, a date, an instant or a truth value was expected, and the text is none.",
        "Write whole numbers without quotes, dates as 2026-03-31, instants with their offset, `true` or `false`.",
        "version: 1",
        "version: first",
    ),
    "CW208": Explanation(
        "不在允许的取值之内",
        "Only some words are known here, and this is none of them.",
        "Take one of those that the message names.",
        "final: true",
        "category: shut",
    ),
    "CW209": Explanation(
        "数值超出范围",
        "The number is below the least or above the greatest that makes sense here.",
        "Take a number within the bounds that the message names.",
        "version: 1",
        "version: 0",
    ),
    "CW210": Explanation(
        "不是时长",
        "An amount of time is a whole number, a blank and a unit. Units are written out, and hours of the clock, "
        "working hours, calendar days and working days are never taken for one another.",
        "Write `15 seconds`, `90 minutes`, `2 hours`, `4 working hours`, `5 working days` or `45 days`.",
        "5 working days",
        "5 wd",
    ),
    "CW211": Explanation(
        "列表中重复",
        "The same thing stands twice in a list; the second one is most often a slip for something else.",
        "Name it once.",
        "by: operator, accepts",
        "by: [operator, operator], accepts",
    ),
}
