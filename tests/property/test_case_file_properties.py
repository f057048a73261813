"""Whatever is asked of two cases' files, in any order (D3, D5, M3).

Random sequences of notes, attachments, parties, ratings, links, erasures and rounds; the random texts stand for what
must lie in the vault and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import event, given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.core.evolve import replay
from casewf.engine.attachment import Attachment
from casewf.engine.verify import verify
from casewf.errors import CasewfError
from casewf.model.codec import dumps
from casewf.model.events import Moved
from casewf.model.file_events import PartyRated, PartyRecorded
from engine_fakes import HANDLER, OPERATOR, STRANGER, SUPERVISOR, World
from file_cases import CALLER, closed, file_world, filed

Step = Callable[[World], object]
SECRET = "§机密§"

cases = st.sampled_from(["C-1", "C-2"])
actors = st.sampled_from([OPERATOR, OPERATOR, HANDLER, CALLER, SUPERVISOR, STRANGER])
names = st.sampled_from(["w1", "w2", "r1", "r2"])
secrets = st.integers(0, 3).map(lambda number: f"{SECRET}{number}")
keys = st.none() | st.none() | st.sampled_from(["k-1", "k-2"])
expects = st.none() | st.none() | st.integers(1, 20)
kinds = st.sampled_from(["worker", "representative", "witness"])
links = st.sampled_from(["related", "duplicate", "cousin"])


def command(
    name: str, *arguments: st.SearchStrategy[object], **more: st.SearchStrategy[object]
) -> st.SearchStrategy[Step]:
    def make(
        case: str,
        actor: object,
        key: object,
        expect: object,
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> Step:
        return lambda world: getattr(world.engine, name)(
            case, *args, actor=actor, key=key, expect=expect, **kwargs
        )

    return st.builds(make, cases, actors, keys, expects, st.tuples(*arguments), st.fixed_dictionaries(more))


attachments = st.builds(
    lambda name, secret: Attachment.of(b"x", id=name, uri=secret, name=secret),
    st.sampled_from(["a1", "a2"]),
    secrets,
)
people = st.none() | st.sampled_from(["m-1", "m-2", ""])
steps = st.one_of(
    command("note", secrets | st.just(" ")),
    command("attach", attachments),
    command(
        "record_party",
        names,
        kind=kinds,
        person=people,
        identity=st.none() | st.just({}) | secrets.map(lambda text: {"name": text}),
        represents=st.none() | st.lists(names, max_size=2),
    ),
    command("drop_party", names),
    command("rate", names, st.sampled_from(["good", "bad", "splendid"])),
    command("rate", names, st.just("good")),
    command("link", st.sampled_from(["C-1", "C-2", "C-9"]), links),
    command("unlink", st.sampled_from(["C-1", "C-2"]), links),
    st.sampled_from(
        [
            lambda world, case=case, trigger=trigger, actor=actor: world.engine.fire(
                case, trigger, actor=actor
            )
            for case in ("C-1", "C-2")
            for trigger, actor in (("close", HANDLER), ("again", OPERATOR))
        ]
    ),
    st.builds(
        lambda case, parties: lambda world: world.engine.erase(case, actor=OPERATOR, parties=parties),
        cases,
        st.none() | st.just(["w1"]),
    ),
    st.just(lambda world: world.engine.deliver()),
)


def played(story: list[Step]) -> World:
    world = file_world(MemoryStore(), deliver="later")
    filed(world, "C-1")
    closed(world, "C-2")
    for step in story:
        attempted(step, world)
    return world


def attempted(step: Step, world: World) -> bool:
    """Whether a step was accepted; a refusal changes nothing, for nothing is due in these stories (M3)."""
    before = [world.store.load(case_id) for case_id in ("C-1", "C-2")]
    try:
        step(world)
    except (CasewfError, ValueError) as error:
        event(type(error).__name__)
        assert [world.store.load(case_id) for case_id in ("C-1", "C-2")] == before
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, min_size=1, max_size=30))
def test_files_add_up_and_hold_nothing_that_belongs_into_the_vault(story: list[Step]) -> None:
    world = played(story)
    world.engine.deliver()
    assert verify(world.store).problems == ()
    ends = {}
    for case_id in ("C-1", "C-2"):
        stored = world.store.load(case_id)
        assert stored is not None
        history = world.store.history(case_id)
        assert replay(row.event for row in history) == stored.case
        assert SECRET not in repr([row.body for row in history])
        assert SECRET not in dumps(stored.case)
        assert SECRET not in repr(world.store.outbox(case_id))
        assert SECRET not in repr(world.store.incidents(case_id))
        ends[case_id] = {link.kind for link in stored.case.links}
    assert ends["C-1"] == ends["C-2"]


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, min_size=1, max_size=30))
def test_a_party_and_a_person_rate_once_a_round(story: list[Step]) -> None:
    world = played(story)
    for case_id in ("C-1", "C-2"):
        rated: set[str] = set()
        persons: dict[str, str | None] = {}
        for row in world.store.history(case_id):
            if isinstance(row.event, Moved) and row.event.new_round:
                rated.clear()
            elif isinstance(row.event, PartyRecorded):
                persons[row.event.party.id] = row.event.party.person
            elif isinstance(row.event, PartyRated):
                party = row.event.party
                person = persons[party]
                assert person is None or person not in {persons[name] for name in rated}
                assert party not in rated
                rated.add(party)
