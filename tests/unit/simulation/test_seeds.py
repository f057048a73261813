"""The same seed gives the same bytes; another one gives others; what is varied leaves the calls as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from casewf.simulation import measure
from casewf.simulation.exports import result_csv, result_json
from casewf.simulation.report import result_page, result_text
from simulated import chongqing, profile, ran

ROOT = Path(__file__).parents[3]


def everything(seed: int) -> str:
    of = profile(days=2, people=100)
    results = [measure(ran(of, seed=seed))]
    return "".join(
        (
            result_text(results, of, seed=seed, lang="zh", columns=100, colour=False),
            result_page(results, of, seed=seed, lang="en"),
            result_json(results, of, seed=seed),
            result_csv(results, of, "zh"),
        )
    )


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    assert everything(4) == everything(4)
    assert everything(4).replace("seed 4", "") != everything(5).replace("seed 5", "")


def test_the_bytes_do_not_depend_on_the_hashes_of_the_process() -> None:
    code = (
        "import sys; from casewf.cli.main import main;"
        "sys.exit(main(['simulate', '--profile', 'chongqing-2024', '--days', '1', '--lang', 'zh',"
        " '--json', '/dev/stdout']))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            check=True,
            timeout=50,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert b'"on_time"' in said[0]


def test_more_clerks_meet_the_same_calls() -> None:
    of = profile(days=3, people=200)
    one, other = ran(of, clerks=3), ran(of, clerks=6)
    assert one.streams[0].times == other.streams[0].times
    waited = [measure(simulation).groups[0].waited for simulation in (one, other)]
    assert waited[0] is not None
    assert waited[1] is not None
    assert waited[0].mean > waited[1].mean


def test_a_few_days_of_the_year_come_near_what_was_published() -> None:
    result = measure(ran(chongqing(14)))
    figures = {one.id: one for one in result.figures if not one.about}
    assert result.open == 0
    assert figures["on_time"].value == 1
    assert 0.98 < (figures["connect"].value or 0) <= 1
    assert 0.99 < (figures["satisfaction"].value or 0) <= 1
    assert 5.5 < (figures["handling_days"].value or 0) < 8
    assert all(one.times < 5 for one in result.refused)
