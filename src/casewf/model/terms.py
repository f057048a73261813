"""How a workflow speaks: which of its triggers, states, fields and limits mean what key figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

from casewf.model.effect_specs import NotifySpec
from casewf.model.text import Label
from casewf.model.workflow import Sla, Workflow

MARKS = (
    "answered",
    "hung_up",
    "registered",
    "answered_on_call",
    "dispatched",
    "contacted",
    "submitted",
    "return_requested",
    "return_granted",
    "rework_granted",
    "rework_denied",
    "supervised",
    "merged",
    "transferred",
    "withdrawn",
    "push_opened",
    "pushed",
    "performed",
    "letter_answered",
)
"""What can happen to a case that a key figure counts; a ``Sign`` says by what it is seen."""

KINDS = ("call", "consult", "anonymous")
"""What a case can be that a key figure asks for, told by the values of its fields."""

LIMITS = ("handling", "rework", "sign", "contact", "performance", "letters")
"""The limits that a key figure of its own is made of; every limit has its on-time rate beside."""

Values: TypeAlias = Mapping[str, object]
"""Values by field; all of them must be as said."""

_NONE_SAID: Mapping[str, tuple[Sign, ...]] = {}
_NO_KINDS: Mapping[str, Values] = {}
_NO_NAMES: Mapping[str, str] = {}
_NO_VALUES: Values = {}
_NO_LIMITS: Mapping[str, LimitTerms] = {}
_NO_TITLES: Mapping[str, Label] = {}


@attrs.frozen(slots=True, kw_only=True)
class Sign:
    """By what a mark is seen: one of these triggers was fired, or one of these states was entered.

    Attributes:
        fire: triggers.
        enter: states, as (track, state).
        where: the values that fields have then, the data of the move included.
        by_person: only what a person did, not a rung or an effect of the system.
    """

    fire: tuple[str, ...] = ()
    enter: tuple[tuple[str, str], ...] = ()
    where: Values = _NO_VALUES
    by_person: bool = False


@attrs.frozen(slots=True, kw_only=True)
class LimitTerms:
    """What figures must know of a limit beside its events.

    Attributes:
        title, kind: what it is called, and whether it only advises.
        counts: which cycle counts (``Sla.counts``).
        extendable: an extension of it can be granted.
        window: it only advises, and no rung tells anybody or raises a card: nobody is late when it runs out.
    """

    title: Label = Label()
    kind: str = "service"
    counts: str = "first"
    extendable: bool = False
    window: bool = False


@attrs.frozen(slots=True, kw_only=True)
class RatingTerms:
    """What is a rating: the field of the case, its good values, and those of somebody who did not rate.

    ``persons``: the kinds of parties whose rating counts where people are counted; empty for all.
    """

    field: str
    good: frozenset[str]
    unrated: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()


@attrs.frozen(slots=True, kw_only=True)
class Terms:
    """What a workflow's names mean; what it does not say has no figure.

    Attributes:
        workflow: the workflow's id.
        written_for: the id of the workflow for which they were written, such as its base; empty if nothing was said.
        title: what it is called.
        marks: by name of ``MARKS``, the signs by which each is seen; any of them will do.
        kinds: by name of ``KINDS``, the values of fields that make a case one.
        limits: by name of ``LIMITS``, the id of the limit.
        rating: what is a rating, or None.
        cards: the cards that count as supervision; empty for all.
        matter: the fields that say who asked about what, so that a second call about it is known; or empty.
        slas: every limit of the workflow, by id.
        card_titles: what its cards are called.
    """

    workflow: str
    written_for: str = ""
    title: Label = Label()
    marks: Mapping[str, tuple[Sign, ...]] = _NONE_SAID
    kinds: Mapping[str, Values] = _NO_KINDS
    limits: Mapping[str, str] = _NO_NAMES
    rating: RatingTerms | None = None
    cards: frozenset[str] = frozenset()
    matter: tuple[str, ...] = ()
    slas: Mapping[str, LimitTerms] = _NO_LIMITS
    card_titles: Mapping[str, Label] = _NO_TITLES


def general_terms(workflow: Workflow) -> Terms:
    """The terms of a workflow about which nothing was said: it has the figures of its limits, cards and closing."""
    return Terms(
        workflow=workflow.id,
        title=workflow.title,
        slas=limit_terms(workflow),
        card_titles=dict(workflow.cards),
    )


def limit_terms(workflow: Workflow) -> dict[str, LimitTerms]:
    """What figures must know of the workflow's limits."""
    return {
        sla.id: LimitTerms(
            title=sla.title,
            kind=sla.kind,
            counts=sla.counts,
            extendable=sla.extension is not None,
            window=sla.kind == "advisory" and not _is_told(sla),
        )
        for sla in workflow.slas
    }


def _is_told(sla: Sla) -> bool:
    """Whether a rung of it tells somebody, or raises a card."""
    rungs = (*sla.ladder, *(rung for target in sla.target for rung in target.ladder or ()))
    return any(
        rung.card is not None or any(isinstance(one, NotifySpec) for one in rung.effects) for rung in rungs
    )
