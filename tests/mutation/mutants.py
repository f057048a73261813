"""Mutants of a package: mutmut's operators, applied to one place of one function each."""

from __future__ import annotations

import difflib
import random
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, create_mutations

SOURCE = Path(__file__).resolve().parents[2] / "src" / "casewf"
PACKAGES = ("core", "worktime")
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


@attrs.frozen(kw_only=True)
class Mutant:
    """A module with one thing changed.

    Attributes:
        module: its path below ``src/casewf``.
        number: which of the module's mutants it is.
        lines: the first and last line of what was changed, and ``function`` those of the function around it.
        source: the whole module as it becomes.
        was, becomes: the changed lines before and after, without their margins.
    """

    module: str
    number: int
    lines: tuple[int, int]
    function: tuple[int, int]
    source: str
    was: str
    becomes: str

    @property
    def name(self) -> str:
        """The dotted name of the module."""
        return "casewf." + self.module.removesuffix(".py").replace("/", ".")

    @property
    def path(self) -> Path:
        """The module's file."""
        return SOURCE / self.module

    def diff(self) -> str:
        """What was changed, as a diff with two lines around."""
        before, after = self.path.read_text().splitlines(), self.source.splitlines()
        found = difflib.unified_diff(before, after, f"{self.module} #{self.number}", "", lineterm="", n=2)
        return "\n".join(line for line in found if not line.startswith("+++"))


@attrs.frozen(kw_only=True)
class Place:
    """Where a mutant can be made; making it means writing the module anew, so that is done for a sample only."""

    module: str
    number: int
    tree: cst.Module = attrs.field(repr=False)
    mutation: Mutation = attrs.field(repr=False)

    def mutant(self, spans: dict[cst.CSTNode, tuple[int, int]]) -> Mutant:
        """The mutant of this place; ``spans`` has the first and last line of every node."""
        changed = self.tree.deep_replace(self.mutation.original_node, self.mutation.mutated_node)
        assert isinstance(changed, cst.Module)
        function = self.mutation.contained_by_top_level_function
        assert function is not None
        around = spans[function]
        lines = spans.get(self.mutation.original_node, around)
        was, becomes = _changed_lines(self.tree.code, changed.code)
        return Mutant(
            module=self.module,
            number=self.number,
            lines=lines,
            function=around,
            source=changed.code,
            was=was,
            becomes=becomes,
        )


def modules(only: str | None = None) -> list[str]:
    """The modules of both packages, or those with this in their path."""
    found = [path for package in PACKAGES for path in sorted((SOURCE / package).glob("*.py"))]
    names = [path.relative_to(SOURCE).as_posix() for path in found]
    return [name for name in names if only is None or only in name]


def places(module: str) -> list[Place]:
    """Every place of a module where an operator of mutmut applies; what runs at the import alone is none."""
    tree, mutations, *_ = create_mutations(module, (SOURCE / module).read_text())
    inside = (one for one in mutations if one.contained_by_top_level_function is not None)
    return [Place(module=module, number=number, tree=tree, mutation=one) for number, one in enumerate(inside)]


def sample(found: dict[str, list[Place]], size: int, seed: int) -> list[Place]:
    """So many places, from every module in proportion, at least one; the same seed gives the same."""
    total = sum(map(len, found.values()))
    draw = random.Random(seed)
    chosen: list[Place] = []
    for module in sorted(found):
        share = max(1, round(size * len(found[module]) / total))
        chosen += draw.sample(found[module], min(share, len(found[module])))
    return chosen


def make(chosen: Iterable[Place]) -> list[Mutant]:
    """The mutants of these places."""
    made: list[Mutant] = []
    trees: dict[str, dict[cst.CSTNode, tuple[int, int]]] = {}
    for place in chosen:
        if place.module not in trees:
            trees[place.module] = _spans(place.tree)
        made.append(place.mutant(trees[place.module]))
    return made


def equivalents() -> dict[tuple[str, str, str], str]:
    """Mutants that no test can tell from the module, with the reason, by module and changed lines."""
    listed = tomllib.loads(EQUIVALENT.read_text())["equivalent"]
    return {(one["module"], one["was"].strip(), one["becomes"].strip()): one["why"] for one in listed}


def _spans(tree: cst.Module) -> dict[cst.CSTNode, tuple[int, int]]:
    wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
    return {
        node: (position.start.line, position.end.line)
        for node, position in wrapper.resolve(PositionProvider).items()
    }


def _changed_lines(before: str, after: str) -> tuple[str, str]:
    diff = [
        line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[:2] in ("- ", "+ ")
    ]
    return _joined(diff, "- "), _joined(diff, "+ ")


def _joined(diff: Sequence[str], sign: str) -> str:
    return " ".join(line[2:].strip() for line in diff if line.startswith(sign))
