"""Of a case that a reader does not see, no read tells him the id (M2)."""

from __future__ import annotations

import attrs
import pytest

from casewf.engine.case_view import MASK
from casewf.engine.verify import verify
from casewf.errors import Refused
from casewf.model.case import Actor, Party
from casewf.model.file_events import Absorbed
from casewf.ports.store import Store
from relatives_flows import BOSS, SOUTH, Small, letter, matter

READER = Actor("rex", frozenset({"desk"}), "north")
"""Sees what is the north's, and nothing of the south's."""

BOTH = Actor("top", frozenset({"desk"}), "north", deputy_for=(SOUTH,))
"""Sees everything."""


@pytest.fixture
def small(store: Store) -> Small:
    return Small(store, [matter(**{"open: letter, with: {firm: firm, number: count + 1}": _AWAY}), letter()])


_AWAY = "open: letter, with: {firm: firm}, org: place"


def opened(small: Small, case_id: str, org: str = "north") -> None:
    """The same person opens all of them, and so sees all of them."""
    small.engine.open("matter", actor=BOTH, case_id=case_id, org=org, data={"topic": "t", "firm": "F"})


def told(small: Small, case_id: str, actor: Actor) -> str:
    """All that the reads of one case tell somebody; the ids of parties, which name where they came from, aside."""
    engine = small.engine
    file = engine.file(case_id, actor=actor)
    parties = [attrs.evolve(party, id="") for party in file.parties.values()]
    history = [
        attrs.evolve(
            entry,
            event=attrs.evolve(entry.event, parties=tuple(_nameless(party) for party in entry.event.parties)),
        )
        if isinstance(entry.event, Absorbed)
        else entry
        for entry in engine.history(case_id, actor=actor)
    ]
    views = [engine.case(case_id, actor=actor), *engine.find(actor=actor, after="").cases]
    views = [attrs.evolve(view, parties=()) for view in views if view.id == case_id]
    return repr((views, attrs.evolve(file, parties={}), parties, history))


def _nameless(party: Party) -> Party:
    return attrs.evolve(party, id="", represents=())


def test_the_effect_that_tied_the_other_end_is_the_other_cases(small: Small) -> None:
    """Both are tied from the hidden end, so that this end was tied on behalf of an effect of that one."""
    opened(small, "A")
    opened(small, "SECRET", "south")
    small.engine.link("SECRET", "A", kind="related", actor=BOTH)
    small.engine.unlink("SECRET", "A", kind="related", actor=BOTH)
    assert "SECRET" in told(small, "A", BOTH)
    assert "SECRET" not in told(small, "A", READER)
    assert MASK in told(small, "A", READER)


def test_a_link_from_this_end_has_an_effect_for_the_other(small: Small) -> None:
    opened(small, "A")
    opened(small, "SECRET", "south")
    small.engine.link("A", "SECRET", kind="related", actor=BOTH)
    assert "SECRET" in told(small, "A", BOTH)
    assert "SECRET" not in told(small, "A", READER)


def test_readers_of_the_target_do_not_learn_the_source(small: Small) -> None:
    opened(small, "A")
    opened(small, "SECRET", "south")
    small.join("SECRET", "w1", identity={"name": "x"})
    small.engine.fire("SECRET", "merge", actor=BOTH, data={"into": "A"})
    assert "SECRET" in told(small, "A", BOTH)
    assert "SECRET" not in told(small, "A", READER)


def test_readers_of_the_source_do_not_learn_the_target(small: Small) -> None:
    """Nor by the field that says what to merge into, in the case and in its history."""
    opened(small, "A")
    opened(small, "SECRET", "south")
    small.engine.fire("A", "merge", actor=BOTH, data={"into": "SECRET"})
    assert "SECRET" in told(small, "A", BOTH)
    assert "SECRET" not in told(small, "A", READER)
    assert small.engine.case("A", actor=READER).fields["into"] == MASK
    assert small.engine.case("A", actor=BOTH).fields["into"] == "SECRET"


def test_a_merge_field_does_not_tell_whether_there_is_such_a_case(small: Small, store: Store) -> None:
    """What nothing was merged into is what somebody wrote, whether or not there is such a case."""
    flow = matter(**{"accepts: [firm, count, place]": "accepts: [firm, into]"})
    small = Small(store, [flow, letter()])
    opened(small, "SECRET", "south")
    for case_id, into in (("A", "SECRET"), ("B", "NOTHING")):
        opened(small, case_id)
        small.engine.fire(case_id, "work", actor=READER, data={"into": into})
        assert small.engine.case(case_id, actor=READER).fields["into"] == into


def test_readers_of_the_parent_do_not_learn_a_child_elsewhere(small: Small) -> None:
    opened(small, "P")
    small.engine.fire("P", "work", actor=BOTH, data={"place": "south"})
    small.engine.fire("P", "spawn", actor=BOTH)
    small.engine.fire("P.1", "end", actor=SOUTH)
    assert "P.1" in told(small, "P", BOTH)
    assert "P.1" not in told(small, "P", READER)


def test_readers_of_a_child_do_not_learn_its_parent(small: Small) -> None:
    """By reading; that the id of a child begins with its parent's is how children are named."""
    opened(small, "P")
    small.engine.fire("P", "work", actor=BOTH, data={"place": "south"})
    small.engine.fire("P", "spawn", actor=BOTH)
    small.engine.fire("P.1", "end", actor=SOUTH)
    view = small.engine.case("P.1", actor=SOUTH)
    entries = small.engine.history("P.1", actor=SOUTH)
    assert view.parent == MASK
    assert "'P'" not in repr((view, entries))
    assert "P:" not in repr((view, entries))
    assert small.engine.case("P.1", actor=BOTH).parent == "P"


def test_readers_of_one_half_of_a_split_do_not_learn_the_other(small: Small) -> None:
    opened(small, "A")
    small.engine.split("A", actor=BOSS, new_id="SECRET")
    given_away(small, "SECRET", "south")
    assert "SECRET" in told(small, "A", BOTH)
    assert "SECRET" not in told(small, "A", READER)
    opened(small, "HIDDEN", "south")
    small.engine.split("HIDDEN", actor=SOUTH, new_id="B")
    given_away(small, "B", "north")
    assert "HIDDEN" in told(small, "B", BOTH)
    assert "HIDDEN" not in told(small, "B", READER)


def test_an_incident_names_no_hidden_case(small: Small) -> None:
    """A merge that came too late tells operators where from; readers of the history only that it came."""
    opened(small, "A")
    opened(small, "SECRET", "south")
    later = Small(small.store, deliver="later")
    later.engine.fire("SECRET", "merge", actor=BOTH, data={"into": "A"})
    later.engine.fire("A", "work", actor=BOTH)
    later.engine.fire("A", "close", actor=BOTH)
    later.engine.deliver()
    assert [one.kind for one in later.engine.incidents("A")] == ["merged_into_closed"]
    assert "SECRET" in repr(later.engine.incidents("A"))
    assert "SECRET" not in told(later, "A", READER)
    assert verify(small.store).problems == ()


def test_why_a_party_cannot_join_a_merged_case_names_no_hidden_case(small: Small) -> None:
    opened(small, "A")
    opened(small, "SECRET", "south")
    small.engine.fire("A", "merge", actor=BOTH, data={"into": "SECRET"})
    for actor, expected in ((BOTH, "SECRET"), (READER, MASK)):
        with pytest.raises(Refused) as refused:
            small.engine.record_party("A", "w1", kind="worker", actor=actor)
        assert [one.params["case"] for one in refused.value.reasons] == [expected]


def given_away(small: Small, case_id: str, org: str) -> None:
    """As if the case had come to belong to another organisation than the one it was split from."""
    load = small.store.load

    def moved(wanted: str) -> object:
        stored = load(wanted)
        if stored is None or wanted != case_id:
            return stored
        return attrs.evolve(stored, case=attrs.evolve(stored.case, org=org, org_above=(), opened_by="system"))

    small.store.load = moved  # type: ignore[method-assign,assignment]
