"""Telling people: who is told now, and who when his quiet hours are over (E6).

A notification that is due while some of its people have quiet hours is divided before anybody is told: each of
them gets an outbox row of his own, in a lane of his own, due when his quiet hours end. From then on the original
is for the others alone. So whoever was put off is told by his own row, whatever becomes of the original, and
the waiting outlives the process.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from urllib.parse import quote

import attrs

from casewf.core.permission import capacities
from casewf.engine.backoff import wait_after
from casewf.engine.means import Means
from casewf.engine.notices import Notices, Recipient, recipient
from casewf.errors import Undelivered
from casewf.model.case import Actor
from casewf.model.effect_specs import IGNORE
from casewf.model.effects import Notify
from casewf.model.quiet_hours import QuietHours
from casewf.ports.outside import Delivery, Notifier, Person
from casewf.ports.stored import Incident, OutboxRow, Settlement
from casewf.worktime import WorkCalendar


class Teller:
    """Takes notifications to the notifier, each person outside his quiet hours."""

    def __init__(self, means: Means, notifier: Notifier, reason: Callable[[str, Exception], str]) -> None:
        """``reason`` says of a case's id and a failure what the outbox may keep of it."""
        self._means = means
        self._reason = reason
        self._store = means.store
        self._notifier = notifier

    def tell(self, row: OutboxRow, effect: Notify, delivery: Delivery, now: int) -> Settlement:
        """Tell whoever may be told at ``now``, put the others off; what became of the row.

        Raises:
            Exception: whatever the directory or the notifier raises; who was put off before stays so.
        """
        found = self._people(row, effect, now)
        people = {name: one.person for name, one in found.items()}
        notice = Notices(self._means, delivery.case, effect, delivery.at, found)
        delivery = attrs.evolve(delivery, notice=notice)
        if effect.only is not None and not people:
            return Settlement(id=row.id, state="done", attempted=False)
        if effect.only is not None and effect.only in people:
            return self._tell_him(row, effect, people[effect.only], delivery, now)
        told, waiting = self._divide(row, effect, tuple(people.values()), now)
        if people and not told:
            return Settlement(id=row.id, state="done", attempted=False, follow_ups=waiting)
        if waiting:
            divided = Settlement(
                id=row.id,
                state="pending",
                due_at=row.due_at,
                error=row.error,
                attempted=False,
                follow_ups=waiting,
                lease=row.lease,
                goes_on=True,
            )
            self._store.settle(divided)
        try:
            self._notifier.notify(attrs.evolve(delivery, recipients=told))
        except Undelivered as failure:
            left = tuple(person for person in told if person.id in failure.people)
            if not left or left == told:
                raise
            waiting += self._once_more(row, effect, left, failure)
        return Settlement(id=row.id, state="done", follow_ups=waiting)

    def _once_more(
        self, row: OutboxRow, effect: Notify, people: tuple[Person, ...], failure: Undelivered
    ) -> tuple[OutboxRow, ...]:
        """A row for each of those who were not told while others were: nobody hears of it twice because of them.

        It has the attempt behind it that was made for them all, and the reason why that failed.
        """
        wait = 0 if failure.final else wait_after(attrs.evolve(row, attempts=0), failure.retry_after) or 0
        due_at = self._means.clock.now() + wait
        error = self._reason(row.case, failure)
        rows = (_row_for(person, row, effect, due_at=due_at) for person in people)
        return tuple(attrs.evolve(own, attempts=1, error=error) for own in rows)

    def _tell_him(
        self, row: OutboxRow, effect: Notify, person: Person, delivery: Delivery, now: int
    ) -> Settlement:
        """A row that waited for one person, who may have other quiet hours by now."""
        until = now if effect.quiet_hours == IGNORE else quiet_until(person.quiet, now)
        if until > now:
            return Settlement(id=row.id, state="pending", due_at=until, error=row.error, attempted=False)
        self._notifier.notify(attrs.evolve(delivery, recipients=(person,)))
        return Settlement(id=row.id, state="done")

    def _divide(
        self, row: OutboxRow, effect: Notify, people: tuple[Person, ...], now: int
    ) -> tuple[tuple[Person, ...], tuple[OutboxRow, ...]]:
        """Who is told now, and the rows of those who wait, without those whom an earlier attempt put off.

        Somebody for whom an older notification still waits, waits behind it, so that he is told in order.
        """
        if effect.quiet_hours == IGNORE:
            return people, ()
        rows = self._store.outbox(row.case)
        known = {other.id for other in rows}
        lanes = {
            other.destination
            for other in rows
            if other.state == "pending" and (other.number, other.position) < (row.number, row.position)
        }
        told: list[Person] = []
        waiting: list[OutboxRow] = []
        for person in people:
            own = _row_for(person, row, effect, due_at=quiet_until(person.quiet, now))
            if own.id in known:
                continue
            if own.due_at > now or own.destination in lanes:
                waiting.append(own)
            else:
                told.append(person)
        return tuple(told), tuple(waiting)

    def _people(self, row: OutboxRow, effect: Notify, now: int) -> Mapping[str, Recipient]:
        """Who is to be told now; that there is nobody is an incident, since a warning to nobody warns nobody.

        Where somebody for whom this waited has gone off duty or away meanwhile, or whom he stood in for is back, those
        who answer now are told in his place; one of them may have been told before, which is better than nobody. They
        are not told if he has left the role.
        """
        directory = self._means.directory
        if directory is None:
            return {}
        people: dict[str, Recipient] = {}
        role = frozenset({effect.role})
        for org in effect.orgs:
            for one in directory.people(effect.role, org, now):
                people[one.id] = recipient(one, Actor(one.id, role, org), people)
        for holder in effect.persons:
            if (who := directory.answers_for(holder, now)) is not None:
                people[who.id] = recipient(who, Actor(holder, role), people)
        if effect.only in people:
            return {effect.only: people[effect.only]}
        if people and (effect.only is None or self._answers_for(effect.only, effect, (row.created_at, now))):
            return people
        nobody = _nobody(effect)
        at, about = self._means.clock.now(), f"{row.id} {effect.about}"
        self._means.report(Incident(case=row.case, at=at, kind="nobody_to_tell", about=about, detail=nobody))
        return {}

    def _answers_for(self, person: str, effect: Notify, times: tuple[int, ...]) -> bool:
        """Whether somebody is a holder, or has the role where it is held, at one of the times, if only as a deputy."""
        directory = self._means.directory
        found = [] if directory is None else [directory.actor(person, at) for at in times]
        return any(
            one.id in effect.persons or (effect.role in one.roles and one.org in effect.orgs)
            for actor in found
            if actor is not None
            for one in capacities(actor)
        )


def _nobody(effect: Notify) -> str:
    """Why there is nobody to be told."""
    if effect.persons:
        return f"the directory knows nobody of {', '.join(effect.persons)}, who holds the role {effect.role}"
    who = "nobody has" if effect.only is None else f"{effect.only}, who was to be told, no longer has"
    return f"{who} the role {effect.role} in {', '.join(effect.orgs) or 'any organisation'}"


def quiet_until(hours: QuietHours | None, t: int) -> int:
    """From when on somebody may be told something: ``t`` itself, or the end of the quiet hours it lies in."""
    return t if hours is None else _awake(hours).next_open_us(t)


@functools.lru_cache(maxsize=64)
def _awake(hours: QuietHours) -> WorkCalendar:
    """The hours that are not quiet as a calendar's working time, which knows zones and DST (T7)."""
    return WorkCalendar(id="quiet hours", zone=hours.zone, week=hours.awake())


def _row_for(person: Person, row: OutboxRow, effect: Notify, *, due_at: int) -> OutboxRow:
    """The part of a notification that waits for one person.

    Its id ends with his, escaped, because case ids are read off the front and ids off the first word of a text.
    """
    own = attrs.evolve(effect, only=person.id)
    return attrs.evolve(
        row,
        id=f"{row.id}~{quote(person.id, safe='')}",
        destination=own.destination,
        effect=own,
        due_at=due_at,
        attempts=0,
        error="",
        lease="",
    )
