"""CW5: calendars."""

from __future__ import annotations

from casewf.analysis.reader_codes.explanation import Explanation

__all__ = ["OF_CALENDARS"]

OF_CALENDARS = {
    "CW501": Explanation(
        "日期不属于该年",
        "The dates of one year's notice stand together under that year. A date of another year is most often a slip in "
        "one digit, and would move a holiday.",
        "Write the date under its own year, or correct the year in the date.",
        "2026-10-01: 国庆节",
        "2025-10-01: 国庆节",
        "calendar",
    ),
    "CW502": Explanation(
        "不是办公时间",
        "Opening hours are spans such as `09:00-12:00`, in quotes, that do not overlap.",
        'Write `["09:00-12:00", "14:00-18:00"]`; `24:00` may end a span.',
        '"14:00-18:00"',
        '"14:00-25:00"',
        "calendar",
    ),
    "CW503": Explanation(
        "无法使用的日历",
        "It has no working time at all, or hours that run into one another. No limit could ever end by it.",
        "Open a weekday, or give a date hours.",
        '  mon: ["09:00-12:00", "14:00-18:00"]',
        '  mon: ["22:00-06:00"]\n  tue: ["05:00-12:00"]',
        "calendar",
    ),
    "CW504": Explanation(
        "未知的时区",
        "Zones have names of the IANA list, which know the summer times of the past, too.",
        "Write `Asia/Shanghai`, or the name of your zone.",
        "Asia/Shanghai",
        "Asia/Beijing",
        "calendar",
    ),
    "CW505": Explanation(
        "同一天重复定义",
        "A date is a day off, a make-up day or a day with hours of its own; if it is two of them, nobody knows which "
        "holds.",
        "Keep one of the two.",
        "2026-10-10: 国庆节调休",
        "2026-10-01: 国庆节调休",
        "calendar",
    ),
    "CW506": Explanation(
        "日历层次无法叠放",
        "A layer is a calendar that lies under this one. Calendars that stand on each other in a circle, or more than "
        "eight deep, have no bottom.",
        "Let each calendar stand on more general ones only: a district's on the nation's.",
    ),
    "CW507": Explanation(
        "不是iCalendar文件",
        "The file that `ics` names is cut off, or is no calendar in the format of RFC 5545.",
        "Export it anew from the calendar program.",
    ),
    "CW508": Explanation(
        "不能读作休息日的日程",
        "Days off are read from events that take whole days. One with a time of day, without an end, or that recurs in "
        "another way than yearly is something else.",
        "Delete the event, or write its days into the calendar file.",
    ),
    "CW509": Explanation(
        "缺少软件包",
        "A part of casewf that is not always needed uses a package that is not installed here.",
        "Install casewf with the extra that the message names.",
    ),
}
