"""Sends what is told to whoever listens: an OTLP receiver, Application Insights, or both.

The SDK of OpenTelemetry does the sending, from threads of its own that keep no process alive, out
of queues with a bound: a receiver that is dead delays nobody, and loses what does not fit. It is
imported where somebody listens and nowhere else, since that takes a tenth to a quarter of a second.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.telemetry.logs import Entry
from shared.telemetry.measures import INSTRUMENTS, Measure
from shared.telemetry.spans import Span

NAME = "hybriddb"
QUEUE, BATCH = 8_192, 512  # spans; the largest operation has a few thousand
SOON = 500.0  # milliseconds until what was told is sent; as much is lost with a killed worker
OFTEN = 10_000.0  # likewise of measures, which are summed up until then
# A receiver that is away is told of once a try; that each is tried again is no news.
logging.getLogger("opentelemetry").setLevel(logging.ERROR)

SEVERITIES = {
    "DEBUG": SeverityNumber.DEBUG,
    "INFO": SeverityNumber.INFO,
    "WARNING": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
    "CRITICAL": SeverityNumber.FATAL,
}
KINDS = {"server": SpanKind.SERVER, "internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}


@dataclass(frozen=True, slots=True)
class Exporters:
    """How one receiver is reached."""

    spans: SpanExporter
    measures: MetricExporter
    logs: LogRecordExporter


class Courier:
    """What sends; one for each process."""

    def __init__(self, exporters: Sequence[Exporters], *, often: float = OFTEN) -> None:
        self._resource = Resource({"service.name": NAME})
        self._scope = InstrumentationScope(NAME)
        self._spans = [
            BatchSpanProcessor(
                each.spans,
                max_queue_size=QUEUE,
                max_export_batch_size=BATCH,
                schedule_delay_millis=SOON,
            )
            for each in exporters
        ]
        readers = [
            PeriodicExportingMetricReader(each.measures, export_interval_millis=often)
            for each in exporters
        ]
        self._meters = MeterProvider(readers, self._resource, shutdown_on_exit=False)
        self._instruments = _instruments(self._meters)
        self._logs = LoggerProvider(self._resource, shutdown_on_exit=False)
        for each in exporters:
            self._logs.add_log_record_processor(
                BatchLogRecordProcessor(each.logs, schedule_delay_millis=SOON, max_queue_size=QUEUE)
            )

    def send(self, spans: Iterable[Span]) -> None:
        """Spans that have ended."""
        for span in spans:
            readable = self._readable(span)
            for processor in self._spans:
                processor.on_end(readable)

    def measure(self, measures: Iterable[Measure]) -> None:
        """Values as they were measured."""
        for each in measures:
            self._instruments[each.name](each.value, dict(each.attributes))

    def log(self, entry: Entry) -> None:
        """Something that was logged."""
        self._logs.get_logger(NAME).emit(
            LogRecord(
                timestamp=entry.at,
                severity_text=entry.severity,
                severity_number=SEVERITIES[entry.severity],
                body=entry.event,
                attributes=dict(entry.attributes),
            )
        )

    def _readable(self, span: Span) -> ReadableSpan:
        return ReadableSpan(
            name=span.name,
            context=_context(span.trace, span.id),
            parent=_context(span.trace, span.parent) if span.parent else None,
            resource=self._resource,
            attributes=dict(span.attributes),
            kind=KINDS[span.kind],
            status=Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.OK),
            start_time=span.began,
            end_time=max(span.began, span.ended),
            instrumentation_scope=self._scope,
        )


def _instruments(meters: MeterProvider) -> dict[str, Callable[..., None]]:
    """What takes a value, by the name of the instrument."""
    meter, made = meters.get_meter(NAME), {}
    for each in INSTRUMENTS:
        told = (each.name, each.unit, each.about)
        match each.kind:
            case "counter":
                made[each.name] = meter.create_counter(*told).add
            case "histogram":
                made[each.name] = meter.create_histogram(*told).record
    return made


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(
        int(trace, 16), int(span, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )
