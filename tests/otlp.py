"""A receiver of OTLP over HTTP on loopback, which keeps what it was sent."""

import gzip
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

Json = dict[str, Any]


class Receiver:
    """A context manager; spans, measures and logs lie in the order in which they came."""

    def __init__(self) -> None:
        self.spans: list[Json] = []
        self.measures: list[Json] = []
        self.logs: list[Json] = []
        self._came = Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, seen: Callable[[Self], bool], seconds: float = 30.0) -> None:
        """Wait until what came fulfils a condition.

        Raises:
            TimeoutError: it does not.
        """
        with self._came:
            if not self._came.wait_for(lambda: seen(self), seconds):
                raise TimeoutError(f"{len(self.spans)} spans, {len(self.measures)} measures")

    def take(self, path: str, body: bytes) -> None:
        """Keep what was sent to one of the three paths."""
        match path:
            case "/v1/traces":
                for span in self._each(ExportTraceServiceRequest, body, "spans"):
                    self.spans.append(_span(span))
            case "/v1/metrics":
                for metric in self._each(ExportMetricsServiceRequest, body, "metrics"):
                    self.measures.extend(_points(metric))
            case "/v1/logs":
                for record in self._each(ExportLogsServiceRequest, body, "log_records"):
                    told = {"body": record.body.string_value, "severity": record.severity_text}
                    self.logs.append(told | _attributes(record))

    @staticmethod
    def _each(request: Any, body: bytes, items: str) -> Any:
        message = request.FromString(body)
        for resource in next(iter(message.ListFields()), (None, []))[1]:
            for scope in resource.ListFields()[-1][1]:
                yield from getattr(scope, items)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                with receiver._came:
                    receiver.take(self.path, body)
                    receiver._came.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        return Handler


def _span(span: Any) -> Json:
    return {
        "name": span.name,
        "trace": span.trace_id.hex(),
        "id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "kind": span.kind,
        "began": span.start_time_unix_nano,
        "ended": span.end_time_unix_nano,
        "failed": span.status.code == 2,
        "error": span.status.message,
        "attributes": _attributes(span),
    }


def _points(metric: Any) -> list[Json]:
    (kind, data) = metric.ListFields()[-1]
    found = []
    for point in data.data_points:
        value = point.sum if kind.name == "histogram" else point.as_double or point.as_int
        found.append({"name": metric.name, "value": value, **_attributes(point)})
    return found


def _attributes(item: Any) -> Json:
    found = {}
    for each in item.attributes:
        set_to = each.value.ListFields()
        found[each.key] = set_to[0][1] if set_to else ""
    return found
