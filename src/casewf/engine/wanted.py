"""What a host asks of the engine, as frozen data: instants in microseconds, actors resolved, and the key of it (M7)."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from casewf.engine.keys import OPEN, Key
from casewf.model.amount import Amount
from casewf.model.case import Actor, Party, Sealed
from casewf.model.file_commands import FileCommand


@attrs.frozen(slots=True)
class Brought:
    """A party on his way from one case to another: who he is, in the open, or None for somebody anonymous."""

    party: Party
    identity: object = attrs.field(default=None, repr=False)


@attrs.frozen(slots=True, kw_only=True)
class Opening:
    """What is asked of ``open``; instants in microseconds, the actor resolved.

    ``parent``, ``split_from`` and ``parties`` are those of a case that an effect opens.
    """

    workflow: str
    actor: Actor
    data: dict[str, object]
    case_id: str | None
    org: str | None
    occurred_at: int | None = None
    key: str | None = None
    parent: str | None = None
    split_from: str | None = None
    parties: tuple[Brought, ...] = ()

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None."""
        if self.key is None:
            return None
        asked = (self.workflow, self.case_id, self.org, self.occurred_at)
        return Key(actor=self.actor.id, scope=OPEN, text=self.key, asked=asked, data=self.data)


@attrs.frozen(slots=True, kw_only=True)
class Firing:
    """What is asked of ``fire``; instants in microseconds, the actor resolved, a blank comment left out."""

    case_id: str
    trigger: str
    actor: Actor
    data: dict[str, object]
    comment: str | None = None
    expect: int | None = None
    occurred_at: int | None = None
    key: str | None = None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None. ``expect`` is no part of what is asked for."""
        if self.key is None:
            return None
        asked = (self.trigger, self.occurred_at)
        return Key(
            actor=self.actor.id,
            scope=self.case_id,
            text=self.key,
            asked=asked,
            data=self.data,
            comment=self.comment,
        )


@attrs.frozen(slots=True, kw_only=True)
class Acting:
    """What is asked of ``act``; the actor resolved, a blank comment left out."""

    case_id: str
    act: str
    sla: str
    actor: Actor
    amount: Amount | None = None
    comment: str | None = None
    expect: int | None = None
    key: str | None = None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None. ``expect`` is no part of what is asked for."""
        if self.key is None:
            return None
        asked = (self.act, self.sla, self.amount)
        return Key(
            actor=self.actor.id,
            scope=self.case_id,
            text=self.key,
            asked=asked,
            data={},
            comment=self.comment,
        )


@attrs.frozen(slots=True, kw_only=True)
class Splitting:
    """What is asked of ``split``; the actor resolved, a blank comment left out."""

    case_id: str
    actor: Actor
    parties: tuple[str, ...]
    data: dict[str, object]
    new_id: str | None
    comment: str | None = None
    key: str | None = None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None."""
        if self.key is None:
            return None
        asked = ("split", self.new_id, *self.parties)
        return Key(
            actor=self.actor.id,
            scope=self.case_id,
            text=self.key,
            asked=asked,
            data=self.data,
            comment=self.comment,
        )


@attrs.frozen(slots=True, kw_only=True)
class Reaching:
    """What an effect of another case wants of this one; its own id is the key, so that it is done once (D2)."""

    case_id: str
    actor: Actor
    effect_id: str

    def keyed(self) -> Key:
        """The key with the command it stands for."""
        return Key(actor=self.actor.id, scope=self.case_id, text=self.effect_id, asked=("effect",), data={})


@attrs.frozen(slots=True, kw_only=True)
class Filing:
    """What is asked of a case's file; the actor resolved.

    Attributes:
        name: the command's name; ``asked`` what it says, but what is to be sealed.
        sealing: what of it is to be sealed, or None.
        make: the command, once that is sealed.
        other: another case that the actor must see, too, or None.
    """

    case_id: str
    actor: Actor
    name: str
    asked: tuple[str | int | tuple[str, ...] | None, ...]
    make: Callable[[Sealed | None], FileCommand]
    sealing: object = None
    other: str | None = None
    key: str | None = None

    def keyed(self) -> Key | None:
        """The key with the command it stands for, or None."""
        if self.key is None:
            return None
        asked = (self.name, *self.asked)
        return Key(
            actor=self.actor.id,
            scope=self.case_id,
            text=self.key,
            asked=asked,
            data={},
            comment=self.sealing,
        )
