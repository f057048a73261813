"""Working calendars and business time (T1 to T8), importable alone.

::

    from casewf.worktime import WorkCalendar, WorkingDays, WorkingTime

    cal = WorkCalendar(zone="Asia/Shanghai", week={"mon": [("09:00", "12:00"), ("14:00", "18:00")]})
    cal.due(start, WorkingTime(minutes=90))     # the earliest instant with that much work
    cal.due(start, WorkingDays(5))              # the close of business of the fifth working day
    cal.between(a, b)                           # exact, and negative when b is before a

The four amounts never convert into one another, because a working day is not "seven hours".
"""

from casewf.model.amount import Amount, CalendarDays, Elapsed, WorkingDays, WorkingTime
from casewf.worktime.calendar import ProvisionalDatetime, WorkCalendar, epoch_us

__all__ = [
    "Amount",
    "CalendarDays",
    "Elapsed",
    "ProvisionalDatetime",
    "WorkCalendar",
    "WorkingDays",
    "WorkingTime",
    "epoch_us",
]
