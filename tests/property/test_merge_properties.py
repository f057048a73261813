"""Every caller is kept, whatever is merged into what, and whenever it is delivered."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.adapters.memory import MemoryStore
from casewf.engine.verify import verify
from casewf.errors import Refused
from relatives_flows import DESK, Small

NAMES = "ABCDEF"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("deliver"), st.sampled_from((*NAMES, "")), st.just("")),
        st.tuples(st.just("close"), st.sampled_from(NAMES), st.just("")),
    ),
    max_size=14,
)


def merged_into(small: Small, name: str) -> str:
    """Where a case's people should be in the end: along the merges that were accepted."""
    links = {link.case for link in small.case(name).links if link.kind == "merged_into"}
    return merged_into(small, links.pop()) if links else name


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, parties=st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_every_caller_is_kept(steps: list[tuple[str, str, str]], parties: list[int]) -> None:
    small = Small(MemoryStore(), deliver="later")
    for name, number in zip(NAMES, parties, strict=True):
        small.engine.open("matter", actor=DESK, case_id=name, data={"name": f"caller of {name}"})
        for one in range(number):
            small.join(name, f"w{one}", identity={"name": f"{name}{one}"})
    for what, one, other in steps:
        if what == "deliver":
            small.engine._courier.deliver(case_id=one or None)
            continue
        try:
            if what == "merge":
                small.engine.fire(one, "merge", actor=DESK, data={"into": other})
            else:
                small.engine.fire(one, "work", actor=DESK)
                small.engine.fire(one, "close", actor=DESK)
        except Refused:
            pass
    small.engine.deliver()
    assert small.engine.deliver().delivered == 0
    ends = {name: merged_into(small, name) for name in NAMES}
    for name, number in zip(NAMES, parties, strict=True):
        found = [person["name"] for person in small.people(ends[name]).values()]  # type: ignore[index]
        wanted = [f"{name}{one}" for one in range(number)]
        if ends[name] != name:
            wanted.append(f"caller of {name}")
        for person in wanted:
            assert found.count(person) == 1, (name, ends[name], found)
    assert verify(small.store).problems == ()
