"""Reaches a receiver that speaks OTLP over HTTP: a collector, or most of what shows traces.

What else it asks for, such as headers, it reads from OpenTelemetry's own variables:
https://opentelemetry.io/docs/specs/otel/protocol/exporter/ .
"""

from typing import Any

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import Counter, Histogram
from opentelemetry.sdk.metrics.export import AggregationTemporality

from shared.settings import Settings
from shared.telemetry.courier import Exporters

PATIENCE = 5.0  # seconds for one request
# So that the sums of several instances can be added up, whichever of them is gone meanwhile.
DELTA: dict[type, Any] = {
    Counter: AggregationTemporality.DELTA,
    Histogram: AggregationTemporality.DELTA,
}


def exporters(settings: Settings) -> Exporters:
    """How the receiver of the settings is reached."""
    base = f"{settings.otlp_endpoint.rstrip('/')}/v1"
    return Exporters(
        spans=OTLPSpanExporter(f"{base}/traces", timeout=PATIENCE),
        measures=OTLPMetricExporter(
            f"{base}/metrics", timeout=PATIENCE, preferred_temporality=DELTA
        ),
        logs=OTLPLogExporter(f"{base}/logs", timeout=PATIENCE),
    )
