"""Measure reading and linting workflows, and print it: ``python tests/benchmarks/authoring.py``.

Seconds of this machine say little, so each stands beside what PyYAML alone takes for the same text, which builds plain
lists and dicts, knows no place of anything and checks nothing.
"""

from __future__ import annotations

import gc
import sys
from importlib.resources import files
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from benchmarks.measuring import medians  # noqa: E402 -- found only now
from big_workflow import big_workflow  # noqa: E402
from casewf.analysis.lint import lint  # noqa: E402
from casewf.definition.load import load_calendar, parse_document  # noqa: E402

CALENDARS = {"cn-office": load_calendar("cn-office")}
TEXTS = {
    "hotline-12351": (files("casewf").joinpath("workflows/hotline-12351.yaml").read_text("utf-8"), 15),
    "250 states, 2,500 rows": (big_workflow(250, 2500), 5),
    "1,000 states, 10,000 rows": (big_workflow(1000, 10000), 3),
}


def main() -> None:
    """Print one line for each text."""
    gc.collect()
    print(f"{'workflow':<28}| PyYAML | load, checked | lint    | in all ÷ PyYAML")
    for name, (text, rounds) in TEXTS.items():
        document = parse_document(text)
        plain, read, linted = medians(
            (
                lambda text=text: yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)),
                lambda text=text: parse_document(text),
                lambda document=document: lint(document, CALENDARS),
            ),
            rounds,
            first=1,
        )
        print(
            f"{name:<28}| {plain:5.3f}s | {read:6.3f} s      | {linted:6.3f}s | {(read + linted) / plain:.1f}"
        )


if __name__ == "__main__":
    main()
