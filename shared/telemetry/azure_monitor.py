"""Reaches Application Insights.

What is logged gets there by the Functions host as well, as a text: its fields only from here.
"""

from typing import Any

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorMetricExporter,
    AzureMonitorTraceExporter,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from shared.azure.clients import credential
from shared.settings import Settings
from shared.telemetry.courier import NAME, Exporters

PATIENCE = 5.0  # seconds for one request


def exporters(settings: Settings) -> Exporters:
    """How the component of the settings is reached; what cannot be sent is kept on no disk."""
    options: dict[str, Any] = {
        "connection_string": settings.insights,
        "disable_offline_storage": True,
        "timeout": PATIENCE,
    }
    if settings.insights_by_identity:
        options["credential"] = credential()
    named = TracerProvider(resource=Resource({"service.name": NAME}), shutdown_on_exit=False)
    return Exporters(
        spans=AzureMonitorTraceExporter(tracer_provider=named, **options),
        measures=AzureMonitorMetricExporter(**options),
        logs=AzureMonitorLogExporter(**options),
    )
