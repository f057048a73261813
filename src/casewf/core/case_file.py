"""What people write into a case's file: notes, attachments, parties and their ratings, links.

None of it moves the case or touches a clock, so it is open to closed cases, too. The steps are those of M2.
"""

from __future__ import annotations

import attrs

from casewf.core.fields import FieldProblem, check_value
from casewf.core.permission import (
    admitted,
    capacities,
    in_scope,
    not_admitted,
    not_separated,
    roles_for,
    stamp,
)
from casewf.core.relatives import merged_into
from casewf.core.work import Work
from casewf.model.case import Actor, Link, Party
from casewf.model.effects import LinkBack
from casewf.model.file_commands import (
    LINK_KINDS,
    AttachFile,
    DropParty,
    FileCommand,
    LinkCase,
    RateHandling,
    RecordParty,
    UnlinkCase,
    WriteNote,
)
from casewf.model.file_events import (
    Attached,
    Linked,
    Noted,
    PartyLeft,
    PartyRated,
    PartyRecorded,
    Unlinked,
)
from casewf.model.people import PartyRules, RatingRule
from casewf.model.reasons import Reason, reason


def why_no_entry(work: Work, command: FileCommand) -> list[Reason]:
    """All reasons of the step of M2 that the command does not pass; none if it is allowed."""
    match command:
        case WriteNote():
            return _stranger(work, command.actor) or _empty(command)
        case AttachFile():
            return _stranger(work, command.actor) or _attached(work, command.id)
        case RecordParty() | DropParty() | RateHandling():
            rules = work.program.workflow.parties
            if rules is None:
                return [reason("parties_not_kept")]
            return _not_of_parties(work, rules, command)
        case LinkCase() | UnlinkCase():
            outside = [] if command.back else _stranger(work, command.actor)
            return outside or _not_to_be_tied(work, command)


def make_entry(work: Work, command: FileCommand) -> None:
    """Do a command that is allowed."""
    at, by = work.at, stamp(command.actor, _capacity(work, command) or command.actor)
    match command:
        case WriteNote(comment=comment) if comment is not None:
            work.emit(Noted(at=at, by=by, comment=comment))
        case AttachFile():
            work.emit(
                Attached(
                    at=at,
                    by=by,
                    id=command.id,
                    place=command.place,
                    sha256=command.sha256,
                    size=command.size,
                    media_type=command.media_type,
                    kind=command.kind,
                )
            )
        case RecordParty():
            known = work.draft.parties.get(command.party)
            work.emit(PartyRecorded(at=at, by=by, party=_party(known, command)))
        case DropParty():
            work.emit(PartyLeft(at=at, by=by, party=command.party))
        case RateHandling():
            work.emit(PartyRated(at=at, by=by, party=command.party, rating=command.rating))
        case LinkCase() | UnlinkCase():
            made = isinstance(command, LinkCase)
            back = () if command.back else (LinkBack(command.other, command.kind, linked=made),)
            kind = Linked if made else Unlinked
            work.emit(kind(at=at, by=by, kind=command.kind, other=command.other, effects=back))


def _capacity(work: Work, command: FileCommand) -> Actor | None:
    """In which capacity somebody who is allowed to does this (M11)."""
    actor, rules = command.actor, work.program.workflow.parties
    if isinstance(command, RecordParty | DropParty | RateHandling):
        rule = rules.rating if rules is not None and isinstance(command, RateHandling) else rules
        return None if rule is None else admitted(rule.by, work.draft, actor)
    roles = work.program.workflow.roles
    here = (one for one in capacities(actor) if one is actor or in_scope(work.draft, one))
    return next((one for one in here if not one.roles.isdisjoint(roles)), None)


# The steps of M2


def _stranger(work: Work, actor: Actor) -> list[Reason]:
    """Whoever sees the case and has a role of its workflow may write into its file."""
    roles = work.program.workflow.roles
    if roles_for(work.draft, actor).isdisjoint(roles):
        return [reason("role_missing", roles=", ".join(roles) or "–")]
    return []


def _empty(command: WriteNote) -> list[Reason]:
    return [reason("note_empty")] if command.comment is None else []


def _attached(work: Work, attachment: str) -> list[Reason]:
    if attachment in work.draft.attachments:
        return [reason("attachment_exists", attachment=attachment)]
    return []


def _not_of_parties(
    work: Work, rules: PartyRules, command: RecordParty | DropParty | RateHandling
) -> list[Reason]:
    actor = command.actor
    if isinstance(command, RateHandling):
        rule = rules.rating
        if rule is None:
            return [reason("ratings_not_kept")]
        return (
            _not_rater(work, rule, actor)
            or _not_while_rated(work, rule)
            or _not_ratable(work, rule, command)
            or _rated(work, command.party)
        )
    if admitted(rules.by, work.draft, actor) is None:
        return not_admitted(rules.by, work.draft, actor)
    if isinstance(command, DropParty):
        return _unknown(work, (command.party,)) or _stays(work, command.party)
    return _not_recordable(work, rules, command)


def _not_recordable(work: Work, rules: PartyRules, command: RecordParty) -> list[Reason]:
    reasons = []
    if command.kind not in rules.kinds:
        kinds = ", ".join(rules.kinds)
        reasons.append(reason("party_kind_unknown", party_kind=command.kind, party_kinds=kinds))
    represents = command.represents or ()
    if (into := merged_into(work.draft.links)) is not None and command.party not in work.draft.parties:
        reasons.append(reason("case_merged", case=into))
    if command.party in represents:
        reasons.append(reason("represents_itself", party=command.party))
    return reasons + _unknown(work, tuple(name for name in represents if name != command.party))


def _unknown(work: Work, parties: tuple[str, ...]) -> list[Reason]:
    return [reason("party_unknown", party=name) for name in parties if name not in work.draft.parties]


def _stays(work: Work, name: str) -> list[Reason]:
    """Whoever rated stays: recorded anew he could rate again, and what he said would be gone."""
    return [reason("party_stays", party=name)] if work.draft.parties[name].ratings else []


def _not_rater(work: Work, rule: RatingRule, actor: Actor) -> list[Reason]:
    draft = work.draft
    reasons = [] if admitted(rule.by, draft, actor) else not_admitted(rule.by, draft, actor)
    return reasons + not_separated(rule, draft, actor)


def _not_while_rated(work: Work, rule: RatingRule) -> list[Reason]:
    """Whether the case is elsewhere than where ratings are recorded."""
    states = work.draft.states
    places = [name.split(".", 1) for name in rule.inside]
    if not places or any(states[track] == state for track, state in places):
        return []
    present = dict.fromkeys(states[track] for track, _ in places)
    possible = ", ".join(dict.fromkeys(state for _, state in places))
    return [reason("wrong_state", state=", ".join(present), possible=possible)]


def _not_ratable(work: Work, rule: RatingRule, command: RateHandling) -> list[Reason]:
    reasons = _unknown(work, (command.party,))
    try:
        check_value(rule.field, work.program.fields[rule.field], command.rating)
    except FieldProblem as problem:
        reasons.append(problem.reason)
    return reasons


def _rated(work: Work, name: str) -> list[Reason]:
    """One person rates once a round, also if he is more than one party, as after a merge."""
    parties = work.draft.parties
    person = parties[name].person
    own = [party for party in parties.values() if party.id == name or (person and party.person == person)]
    return [reason("already_rated", party=party.id) for party in own if party.rated]


def _not_to_be_tied(work: Work, command: LinkCase | UnlinkCase) -> list[Reason]:
    reasons = []
    if command.kind not in LINK_KINDS:
        kinds = ", ".join(LINK_KINDS)
        reasons.append(reason("link_kind_unknown", link_kind=command.kind, link_kinds=kinds))
    if command.other == work.draft.id:
        reasons.append(reason("link_to_itself"))
    if reasons:
        return reasons
    is_there = Link(command.kind, command.other) in work.draft.links
    if isinstance(command, LinkCase):
        return [reason("link_exists", case=command.other)] if is_there else []
    return [] if is_there else [reason("link_unknown", case=command.other)]


# What entries hold


def _party(known: Party | None, command: RecordParty) -> Party:
    """The party as he stands now; what the command does not say of him stays as it was."""
    party = Party(id=command.party, kind=command.kind) if known is None else known
    identity = party.identity if command.identity is None else command.identity
    return attrs.evolve(
        party,
        kind=command.kind,
        person=party.person if command.person is None else command.person or None,
        identity=None if command.anonymous else identity,
        represents=party.represents if command.represents is None else command.represents,
    )
