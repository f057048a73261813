"""Spans and metrics as the in-memory exporter and reader of the SDK get them, and as the reference lists them."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from casewf import AsyncEngine
from casewf.adapters.memory import MemoryStore
from casewf.adapters.opentelemetry import BACKLOG, OpenTelemetry
from casewf.errors import AdapterError, CasewfError
from casewf.testing.clock import TestClock, at
from engine_fakes import DIRECTORY, OPERATOR, START, Outside, World, claim

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "telemetry.md").read_text(encoding="utf-8")
SOURCE = Path(sys.modules["casewf"].__path__[0]).parent
LEAD = {"lead_org": "yuzhong"}


class Collector:
    """An observer, the spans that it made, and its metrics."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = tracers.get_tracer("host")
        self._meters = MeterProvider([self._reader])
        self.observer = OpenTelemetry(tracers, self._meters)

    def spans(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def span(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self.spans() if span.name == name]
        return found

    def metrics(self) -> dict[str, Any]:
        data = self._reader.get_metrics_data()
        found = data.resource_metrics[0].scope_metrics if data is not None else []
        return {metric.name: metric for scope in found for metric in scope.metrics}

    def points(self, name: str) -> dict[tuple[object, ...], Any]:
        """What a metric gives, by the values of its attributes in the order of their names."""
        points = self.metrics()[name].data.data_points
        return {tuple(value for _, value in sorted(one.attributes.items())): one for one in points}

    def close(self) -> None:
        self._meters.shutdown()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def world(collector: Collector) -> World:
    return World(MemoryStore(), observer=collector.observer)


def parent_of(span: ReadableSpan, spans: list[ReadableSpan]) -> str | None:
    return next(
        (one.name for one in spans if span.parent and one.context.span_id == span.parent.span_id), None
    )


def test_a_command_is_a_span_with_what_is_known_of_it(world: World, collector: Collector) -> None:
    world.open()
    opened = collector.span("casewf.open")
    assert dict(opened.attributes or {}) == {
        "casewf.command": "open",
        "casewf.case": "C-1",
        "casewf.workflow": "claim",
        "casewf.workflow_version": 1,
        "casewf.version": 2,
        "casewf.actor": "wu",
        "casewf.events": 2,
        "casewf.outcome": "accepted",
    }
    assert opened.status.status_code is StatusCode.UNSET
    with suppress(CasewfError):
        world.engine.fire("C-1", "close", actor=OPERATOR)
    refused = collector.span("casewf.fire")
    assert (refused.attributes or {})["casewf.reasons"] == ("role_missing",)
    assert refused.status.status_code is StatusCode.UNSET  # a refusal is no error of the system
    assert refused.events == ()


def test_what_is_done_inside_is_a_child(world: World, collector: Collector) -> None:
    seen: list[bool] = []
    world.outside.then = lambda what, delivery: seen.append(trace.get_current_span().is_recording())
    with collector.tracer.start_as_current_span("request"):
        world.dispatched()
        assert trace.get_current_span().name == "request"  # type: ignore[attr-defined]
    spans = collector.spans()
    parents = [(span.name, parent_of(span, spans)) for span in spans]
    assert parents == [
        ("casewf.open", "request"),
        ("casewf.fire", "request"),
        ("casewf.delivery", "request"),
        ("casewf.fire", "casewf.delivery"),
        ("casewf.delivery", "request"),
        ("request", None),
    ]
    assert seen == [True, True]


def test_an_awaited_command_is_a_child_of_the_callers_span(collector: Collector) -> None:
    outside = Outside()

    async def main() -> None:
        async with AsyncEngine(
            [claim()],
            store=MemoryStore(),
            clock=TestClock(at(START)),
            directory=DIRECTORY,
            notifier=outside,
            connectors={"platform": outside},
            hooks={"warn": outside.warn, "archive": outside.archive},
            observer=collector.observer,
        ) as engine:
            with collector.tracer.start_as_current_span("request"):
                await engine.open("claim", actor=OPERATOR, case_id="C-1")

    asyncio.run(main())
    assert parent_of(collector.span("casewf.open"), collector.spans()) == "request"


def test_failures_of_the_system_are_errors_by_class(world: World, collector: Collector) -> None:
    world.outside.broken = {"notify"}
    world.dispatched()
    failed = next(span for span in collector.spans() if span.name == "casewf.delivery")
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    attributes = failed.attributes or {}
    assert (attributes["error.type"], attributes["casewf.outcome"]) == ("ConnectionError", "failed")
    assert failed.events == ()  # an exception event would carry its text

    def fails(*_: object) -> None:
        raise AdapterError("gone")

    world.store.append = fails  # type: ignore[method-assign,assign]
    with pytest.raises(AdapterError):
        world.engine.fire("C-1", "note", actor=OPERATOR)
    assert collector.spans()[-1].status.status_code is StatusCode.ERROR


def test_rungs_are_events_of_the_sweep(world: World, collector: Collector) -> None:
    world.dispatched()
    world.go("16:05")
    world.engine.sweep()
    sweep = collector.span("casewf.sweep")
    assert [event.name for event in sweep.events] == ["casewf.rung.fired"] * 2
    assert (sweep.events[1].attributes or {})["casewf.scheduled_for"] == "2026-03-16T08:00:00Z"
    assert (sweep.attributes or {})["casewf.cases"] == 1


def test_commands_and_effects_are_counted_by_outcome(world: World, collector: Collector) -> None:
    world.outside.broken = {"notify"}
    world.dispatched()
    for trigger in ("close", "take"):
        with suppress(CasewfError):
            world.engine.fire("C-1", trigger, actor=OPERATOR)
    counts = {key: point.value for key, point in collector.points("casewf.commands").items()}
    assert counts == {
        ("open", "accepted", "claim"): 1,
        ("fire", "accepted", "claim"): 2,
        ("fire", "refused", "claim"): 2,
    }
    times = collector.points("casewf.command.duration")
    assert {key: point.count for key, point in times.items()} == counts
    assert 0 < times["open", "accepted", "claim"].sum < 60
    effects = {key: point.value for key, point in collector.points("casewf.effects").items()}
    assert effects == {("notify", "failed"): 1, ("push:platform", "delivered"): 1}


def test_lateness_incidents_and_sweeps_are_measured(world: World, collector: Collector) -> None:
    world.outside.data = {"people": 4}  # the outcome is refused
    world.dispatched()
    world.go("16:05")
    world.engine.sweep()
    late = collector.points("casewf.rung.lateness")["answer", "claim"]
    assert (late.count, late.max) == (2, (4 * 60 + 5) * 60)
    assert collector.points("casewf.rungs")["answer", "claim"].value == 2
    assert collector.points("casewf.incidents")["outcome_refused",].value == 1
    assert collector.points("casewf.sweep.duration")["finished",].count == 1


def test_the_backlog_is_read_when_metrics_are_collected(world: World, collector: Collector) -> None:
    collector.observer.watch(world.engine.health)
    world.outside.broken = {"notify"}
    world.dispatched()
    world.go("16:05")
    backlog = {key: point.value for (key,), point in collector.points("casewf.backlog").items()}
    assert set(backlog) == set(BACKLOG)
    assert (backlog["due_cases"], backlog["due_effects"], backlog["dead_effects"]) == (1, 1, 0)
    lag = {key: point.value for (key,), point in collector.points("casewf.lag").items()}
    assert lag["cases"] == (4 * 60 + 5) * 60
    assert lag["effects"] > 6 * 3600


def test_no_metric_has_an_id_of_a_case_or_of_a_person(world: World, collector: Collector) -> None:
    collector.observer.watch(world.engine.health)
    world.dispatched()
    world.go("16:05")
    world.engine.sweep()
    values = {
        str(value)
        for metric in collector.metrics().values()
        for point in metric.data.data_points
        for value in point.attributes.values()
    }
    assert not values & {"C-1", "wu", "li"}
    assert not [value for value in values if value.startswith(("notify:", "case:"))]


def test_the_page_lists_the_metrics_as_they_are(world: World, collector: Collector) -> None:
    collector.observer.watch(world.engine.health)
    world.outside.data = {"people": 4}
    world.dispatched()
    world.go("16:05")
    world.engine.sweep()
    rows = re.findall(
        r"^\| `(casewf\.[\w.]+)` \| (\w+) \| `([^`]+)` \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE
    )
    shown = {name: (kind, unit, set(re.findall(r"`([\w.]+)`", keys))) for name, kind, unit, keys in rows}
    kinds = {"Sum": "counter", "Histogram": "histogram", "Gauge": "gauge"}
    assert shown == {
        name: (
            kinds[type(metric.data).__name__],
            metric.unit,
            {key for point in metric.data.data_points for key in point.attributes},
        )
        for name, metric in collector.metrics().items()
    }


def test_without_a_provider_nothing_comes_of_it() -> None:
    world = World(MemoryStore(), observer=OpenTelemetry())
    world.dispatched()
    assert world.engine.case("C-1", actor=OPERATOR).states["platform"] == "pushed"


def test_without_the_package_the_extra_is_named() -> None:
    script = "import sys; sys.modules['opentelemetry'] = None; import casewf.adapters.opentelemetry"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "pip install 'casewf[otel]'" in done.stderr
