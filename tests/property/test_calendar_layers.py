"""Layers written in files are the layers of ``WorkCalendar.layer`` (T6)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewf.definition import load_calendar

DATES = st.dates(dt.date(2026, 6, 1), dt.date(2026, 6, 12))
NAMES = st.sampled_from(["甲", "乙", "丙"])
HOURS = st.sampled_from([[("09:00", "12:00")], [("10:00", "11:30"), ("13:00", "24:00")]])
LAYERS = st.fixed_dictionaries(
    {
        "days_off": st.dictionaries(DATES, NAMES, max_size=3),
        "extra_days": st.dictionaries(DATES, NAMES, max_size=3),
        "day_hours": st.dictionaries(DATES, HOURS, max_size=3),
    }
).map(
    lambda layer: {
        key: {day: value for day, value in days.items() if key == "days_off" or day not in layer["days_off"]}
        for key, days in layer.items()
    }
)


def keys(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer as a file has it."""
    written = {
        "days_off": {str(day): name for day, name in layer["days_off"].items()},
        "extra_days": {str(day): name for day, name in layer["extra_days"].items()},
        "hours": {str(day): ["-".join(span) for span in spans] for day, spans in layer["day_hours"].items()},
    }
    return {key: days for key, days in written.items() if days}


@settings(max_examples=200, deadline=None)
@given(
    layers=st.lists(LAYERS, min_size=1, max_size=4), in_files=st.lists(st.booleans(), min_size=4, max_size=4)
)
def test_layers_of_files_and_of_python_give_one_calendar(
    layers: list[dict[str, Any]], in_files: list[bool], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("layers")
    head = {"casewf-calendar": "v", "id": "x"}

    def write(name: str, content: dict[str, Any]) -> None:
        text = json.dumps(head | content, ensure_ascii=False).replace('"v"', "1")
        (folder / name).write_text(text, encoding="utf-8")

    week = {"mon": "09:00-12:00", "tue": "09:00-12:00", "sat": "10:00-11:00"}
    write("0.yaml", {"zone": "Asia/Shanghai", "week": week})
    expected, below = load_calendar(folder / "0.yaml"), ["./0.yaml"]
    for number, (layer, in_file) in enumerate(zip(layers, in_files, strict=False), 1):
        expected = expected.layer(str(number), **layer)
        if in_file:
            write(f"{number}.yaml", {"layers": below} | keys(layer))
            below = [f"./{number}.yaml"]
        else:
            below = [*below, {"name": str(number)} | keys(layer)]  # type: ignore[list-item]
    write("top.yaml", {"layers": below})
    assert load_calendar(folder / "top.yaml").to_document() == expected.to_document() | {"id": "x"}
