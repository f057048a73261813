"""The other end of a link: the effect that makes it, or takes it away, on the case at the other end (D2)."""

from __future__ import annotations

from casewf.engine.means import Means
from casewf.engine.system_work import acting_for, insist, next_unit
from casewf.engine.wanted import Filing
from casewf.errors import Refused
from casewf.model.case import Link
from casewf.model.effects import LinkBack
from casewf.model.file_commands import LinkCase, UnlinkCase
from casewf.ports.stored import OutboxRow


def link_back(means: Means, row: OutboxRow) -> None:
    """Make the other end of a link as this end stands now.

    Two people may tie and untie two cases from both ends at once. Each effect looks at the end that it comes from:
    if that has changed meanwhile, another effect is on its way, and this one leaves the other end alone. So both ends
    come to agree. An end that is as it should be already stays. Whoever looked and was so slow that somebody else has
    the effect changes nothing any more.

    Raises:
        NotFound: the case at the other end is not there.
    """
    effect, stored = row.effect, means.store.load(row.case)
    if not isinstance(effect, LinkBack) or stored is None:
        return
    if (Link(effect.kind, effect.case) in stored.case.links) is not effect.linked:
        return
    actor = acting_for(row)
    command = (LinkCase if effect.linked else UnlinkCase)(
        actor=actor, other=row.case, kind=effect.kind, back=True
    )
    wanted = Filing(
        case_id=effect.case,
        actor=actor,
        name=command.name,
        asked=(row.case, effect.kind),
        make=lambda _: command,
        key=row.id,
    )
    try:
        insist(lambda: next_unit(means, row).file(wanted))
    except Refused:
        return  # the end is as it should be
