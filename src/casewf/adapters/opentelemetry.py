"""OpenTelemetry: spans and metrics of an engine's work (extra ``otel``).

::

    engine = Engine([...], ..., observer=telemetry := OpenTelemetry())
    telemetry.watch(engine.health)

Names and attributes of spans and metrics are in docs/reference/telemetry.md. Nothing comes of it while no SDK is
configured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import Token

import attrs

from casewf.ports.observing import KeyValue
from casewf.ports.stored import Health
from casewf.worktime.extras import extra

with extra("otel", "opentelemetry"):
    from opentelemetry import context, metrics, trace
    from opentelemetry.context import Context
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

SCOPE = "casewf"
"""The instrumentation scope of spans and metrics."""

BACKLOG = (
    "due_cases",
    "claimed_cases",
    "due_effects",
    "waiting_effects",
    "leased_effects",
    "failed_effects",
    "dead_effects",
    "incidents",
)
"""The counts of ``Health`` that ``casewf.backlog`` gives, by ``casewf.kind``."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LATE_SECONDS = (1.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0)
_FAILURES = frozenset({"command.failed", "sweep.failed", "effect.failed", "effect.dead", "effect.unsettled"})


@attrs.frozen(slots=True)
class _Begun:
    """A span under way, and what undoes its being the current one."""

    span: Span
    token: Token[Context]


class OpenTelemetry:
    """An ``Observer`` that makes spans and metrics.

    Args:
        tracer_provider: where spans go; by default the global one.
        meter_provider: where metrics go; by default the global one.
    """

    def __init__(
        self, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        self._meter = meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        self._commands = meter.create_counter(
            "casewf.commands", unit="{command}", description="Commands by outcome"
        )
        self._command_time = meter.create_histogram(
            "casewf.command.duration",
            unit="s",
            description="How long a try at a command took",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._effects = meter.create_counter(
            "casewf.effects", unit="{effect}", description="Attempts at effects by outcome"
        )
        self._effect_time = meter.create_histogram(
            "casewf.delivery.duration",
            unit="s",
            description="How long an attempt at an effect took",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._rungs = meter.create_counter("casewf.rungs", unit="{rung}", description="Rungs that fired")
        self._late = meter.create_histogram(
            "casewf.rung.lateness",
            unit="s",
            description="How late a rung fired",
            explicit_bucket_boundaries_advisory=_LATE_SECONDS,
        )
        self._sweep_time = meter.create_histogram(
            "casewf.sweep.duration",
            unit="s",
            description="How long a sweep took",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._incidents = meter.create_counter(
            "casewf.incidents", unit="{incident}", description="Incidents by kind"
        )

    def watch(self, health: Callable[[], Health]) -> None:
        """Give the backlog and the lag whenever metrics are collected.

        Args:
            health: ``engine.health`` of one engine on the store; one process that does it is enough.
        """

        def backlog(_: CallbackOptions) -> Iterable[Observation]:
            found = health()
            return [Observation(getattr(found, kind), {"casewf.kind": kind}) for kind in BACKLOG]

        def lag(_: CallbackOptions) -> Iterable[Observation]:
            found = health()
            effects = [at for at in (found.oldest_effect, found.oldest_unbound) if at is not None]
            oldest = {"cases": found.oldest_due, "effects": min(effects, default=None)}
            return [
                Observation(0.0 if since is None else (found.at - since) / 1e6, {"casewf.kind": kind})
                for kind, since in oldest.items()
            ]

        self._meter.create_observable_gauge(
            "casewf.backlog", [backlog], unit="{item}", description="What is due, waits or was given up"
        )
        self._meter.create_observable_gauge(
            "casewf.lag", [lag], unit="s", description="For how long the oldest thing has been due"
        )

    def begin(self, work: str, keys: Mapping[str, KeyValue]) -> object:
        """Start the span and make it the current one of this context."""
        name = f"casewf.{keys['command']}" if work == "command" else f"casewf.{work}"
        span = self._tracer.start_span(name, kind=SpanKind.INTERNAL, attributes=_attributes(keys))
        return _Begun(span, context.attach(trace.set_span_in_context(span)))

    def end(self, begun: object, event: str, keys: Mapping[str, KeyValue]) -> None:
        """End the span, and count."""
        outcome = event.partition(".")[2]
        if isinstance(begun, _Begun):
            context.detach(begun.token)
            begun.span.set_attributes({**_attributes(keys), "casewf.outcome": outcome})
            if event in _FAILURES:
                begun.span.set_status(Status(StatusCode.ERROR))
            begun.span.end()
        seconds = _number(keys["duration_us"]) / 1e6
        if event.startswith("command."):
            counted = {"casewf.outcome": outcome, **_some(keys, "command", "workflow")}
            self._commands.add(1, counted)
            self._command_time.record(seconds, counted)
        elif event.startswith("effect."):
            counted = {"casewf.outcome": outcome, "casewf.destination": _lane(keys["destination"])}
            self._effects.add(1, counted)
            self._effect_time.record(seconds, counted)
        else:
            self._sweep_time.record(seconds, {"casewf.outcome": outcome})

    def tell(self, event: str, keys: Mapping[str, KeyValue]) -> None:
        """Add an event to the current span, and count."""
        trace.get_current_span().add_event(f"casewf.{event}", _attributes(keys))
        if event == "rung.fired":
            counted = _some(keys, "workflow", "sla")
            self._rungs.add(1, counted)
            self._late.record(_number(keys["late_us"]) / 1e6, counted)
        elif event == "incident.raised":
            self._incidents.add(1, _some(keys, "kind"))


def _attributes(keys: Mapping[str, KeyValue]) -> dict[str, str | int | tuple[str, ...]]:
    """The keys as attributes; what does not apply has none, and a span knows its duration."""
    return {
        ("error.type" if key == "error_type" else f"casewf.{key}"): value
        for key, value in keys.items()
        if value is not None and key != "duration_us"
    }


def _some(keys: Mapping[str, KeyValue], *names: str) -> dict[str, str]:
    """Attributes of a metric: few, and none of them an id of a case or a person."""
    return {f"casewf.{name}": str(keys[name]) for name in names if keys[name] is not None}


def _lane(destination: KeyValue) -> str:
    """A destination without the id of a person or of a case."""
    kind, _, name = str(destination).partition(":")
    return f"{kind}:{name}" if name and kind in ("hook", "push") else kind


def _number(value: KeyValue) -> int:
    return value if isinstance(value, int) else 0
