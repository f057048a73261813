"""Two rows of which only the order in the file says which is taken."""

from __future__ import annotations

from collections.abc import Iterator

from casewf.analysis.rule import ERROR, Problem, Rule
from casewf.analysis.subject import Subject
from casewf.model.workflow import Track

__all__ = ["RULE"]


def _check(subject: Subject) -> Iterator[Problem]:
    for track in subject.workflow.tracks:
        for (earlier, later), (state, example) in _overlaps(subject, track).items():
            line = subject.row(track.id, earlier).line
            yield Problem(
                message=f"two transitions {track.transitions[later].trigger!r} from {state!r} can be taken at once: "
                f"this one and the one in line {line}",
                span=subject.row(track.id, later, "when"),
                help=f"for example with {example}; let the guards exclude one another, or leave the guard of the last "
                "one out, which makes it the else",
            )


def _overlaps(subject: Subject, track: Track) -> dict[tuple[int, int], tuple[str, str]]:
    """The rows that overlap, with the first state from which they do and a case that shows it."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for state in subject.rows.reached[track.id]:
        for later, before in subject.rivals.of(track.id, state):
            if later.spec.when is None:
                continue
            for earlier in before:
                pair = earlier.row, later.row
                if (
                    pair in found
                    or earlier.spec.trigger != later.spec.trigger
                    or earlier.spec.auto != later.spec.auto
                ):
                    continue
                example = subject.rivals.can_both_win(earlier, later)
                if example is not None and not subject.rivals.winners_over(later, (earlier,)):
                    found[pair] = state, example
    return dict(sorted(found.items(), key=lambda one: one[0][::-1]))


RULE = Rule(
    code="CW706",
    name="overlapping-transitions",
    level=ERROR,
    title="two transitions can be taken at once, and only their order decides",
    zh="两行流转可同时成立，只由先后次序决定",
    what="Two transitions of one trigger from one state, the later with a guard, that one person with one command "
    "can find open both: they share a role in `by`, each takes the fields that the other asks for, and a case "
    "exists that meets both guards. The case is named. Where that cannot be decided, nothing is reported. "
    "Transitions that share no role are told apart by who acts, so they are not compared: somebody with both roles "
    "takes the earlier one. The last one without a guard is an explicit else.",
    why="The first that is left wins (M1). Whoever changes the order, or adds a row, changes what happens without "
    "seeing it.",
    instead="Let the guards exclude one another, or leave out the guard of the last one.",
    check=_check,
)
