"""Working calendars and business time (T1 to T8), importable alone.

::

    from casewf.worktime import WorkCalendar, WorkingDays, WorkingTime

    cal = WorkCalendar(zone="Asia/Shanghai", week={"mon": [("09:00", "12:00"), ("14:00", "18:00")]})
    cal.due(start, WorkingTime(minutes=90))     # the earliest instant with that much work
    cal.due(start, WorkingDays(5))              # the close of business of the fifth working day
    cal.between(a, b)                           # exact, and negative when b is before a
    due_many(cal, starts, WorkingDays(5))       # of a whole numpy array (the extra "numpy")
    from_chinesecalendar(week=week)             # the notices of China, from a package (an extra)

The four amounts never convert into one another, because a working day is not "seven hours".
"""

from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.worktime.batch import before_many, between_many, due_many
from casewf.worktime.builders import from_chinesecalendar, from_holidays
from casewf.worktime.calendar import ProvisionalDatetime, WorkCalendar, epoch_us

__all__ = [
    "Amount",
    "CalendarDays",
    "Elapsed",
    "ProvisionalDatetime",
    "WorkCalendar",
    "WorkingDays",
    "WorkingTime",
    "before_many",
    "between_many",
    "due_many",
    "epoch_us",
    "from_chinesecalendar",
    "from_holidays",
]
