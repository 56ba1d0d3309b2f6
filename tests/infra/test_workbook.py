"""The workbook asks for what the app tells Application Insights, in queries that Kusto takes."""

import gzip
import json
import re
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import pytest

from shared.azure.correlation import ArmCall
from shared.deployment.tracing import trace_of
from shared.records.entities import Operation
from shared.settings import Settings
from shared.telemetry import azure_monitor
from shared.telemetry.courier import Courier
from shared.telemetry.logs import Entry
from shared.telemetry.measures import (
    INSTRUMENTS,
    of_calls,
    of_drift,
    of_end,
    of_running,
    of_steps,
)
from shared.telemetry.spans import Walked, call_spans, operation_span, step_spans
from tests.infra.bicep import INFRA, read

ROOT = Path(__file__).parents[2]
WORKBOOK = json.loads((INFRA / "workbook.json").read_text(encoding="utf-8"))
QUERIES: dict[str, str] = {
    item["name"]: item["content"]["query"] for item in WORKBOOK["items"] if item["type"] == 3
}
# https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete, as far as it is used
COMMON = "timestamp:datetime, operation_Id:string, customDimensions:dynamic"
VALUES = "valueSum:real, valueMin:real, valueMax:real"
ASKED = "name:string, id:string, success:bool, resultCode:string, duration:real"
SCHEMA = {
    "requests": f"({COMMON}, {ASKED}, source:string)",
    "dependencies": f"({COMMON}, {ASKED}, type:string, target:string, data:string)",
    "customMetrics": f"({COMMON}, name:string, value:real, valueCount:int, {VALUES})",
}
TABLES = {
    "RequestData": "requests",
    "RemoteDependencyData": "dependencies",
    "MetricData": "customMetrics",
    "MessageData": "traces",
}
AT = "2026-11-28T05:00:00+00:00"
LATER = "2026-11-28T05:34:00+00:00"

Json = dict[str, Any]


class Insights:
    """What takes telemetry in Azure, on loopback; it keeps what came."""

    def __init__(self) -> None:
        self.items: list[Json] = []
        self._came = Condition()
        insights = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                items = json.loads(body)
                with insights._came:
                    insights.items.extend(item["data"] for item in items)
                    insights._came.notify_all()
                taken = {"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}
                answer = json.dumps(taken).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    def names(self) -> set[str]:
        """Of the measures that came, beside the kinds of all that came."""
        metrics = [i["baseData"]["metrics"][0]["name"] for i in self.items if _is_metric(i)]
        return {*metrics, *(item["baseType"] for item in self.items)}

    def wait_for(self, names: set[str]) -> None:
        with self._came:
            assert self._came.wait_for(lambda: names <= self.names(), 30), names - self.names()


def _is_metric(item: Json) -> bool:
    return bool(item["baseType"] == "MetricData")


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Table of Application Insights -> the keys of what the app has told it there.

    It is told a whole rollback; the server lives as long as what sends to it: the process.
    """
    with pytest.MonkeyPatch.context() as environment:
        for name in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED"):
            environment.setenv(f"APPLICATIONINSIGHTS_{name}", "true")
        insights = Insights()
        where = f"http://127.0.0.1:{insights.server.server_port}/"
        key = "InstrumentationKey=00000000-0000-0000-0000-000000000000"
        settings = Settings("s", "https://v", "t", insights=f"{key};IngestionEndpoint={where}")
        _tell(Courier([azure_monitor.exporters(settings)], often=100.0))
        insights.wait_for({*TABLES, *(each.name for each in INSTRUMENTS)})
    keys: dict[str, set[str]] = {table: set() for table in TABLES.values()}
    for item in insights.items:
        keys[TABLES[item["baseType"]]] |= set(item["baseData"]["properties"])
    return keys


def _tell(courier: Courier) -> None:
    operation = Operation(
        id="prod-1", deployment="prod", kind="deploy", status="Running", startedAt=AT
    )
    trace, failure = trace_of("prod-1"), {"code": "QuotaExceeded", "message": "no more"}
    plan: Any = {
        "steps": [
            {
                "key": "nat-gateway",
                "action": "create",
                "expectedSeconds": 60.0,
                "armType": "Microsoft.Network/natGateways",
                "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways/n",
            }
        ]
    }
    run: Any = {"state": "succeeded", "attempts": 1, "startedAt": AT, "settledAt": LATER}
    walked = Walked(plan, {"nat-gateway": run})
    end = {"status": "Failed", "failure": failure, "residue": [{"key": "nat-gateway"}]}
    call = ArmCall("PUT", "management.azure.com", 443, plan["steps"][0]["id"], "r", 1, 2, 429)
    courier.send([operation_span(operation, trace, end, at=LATER)])
    courier.send(step_spans(operation, trace, walked))
    courier.send(call_spans(trace, trace.root, [call]))
    courier.measure([*of_end(operation, end, at=LATER), *of_steps(walked), *of_calls([call])])
    courier.measure([of_drift("prod", 3), of_running(1)])
    courier.log(Entry(at=1, severity="WARNING", event="drift", attributes={"hybriddb.state": "x"}))


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_nothing_that_is_never_told(name: str, told: dict[str, set[str]]) -> None:
    query = QUERIES[name]
    keys = set(re.findall(r'customDimensions\["([^"]+)"\]', query))
    assert keys <= told[query.split()[0]]


def test_what_is_logged_keeps_its_fields(told: dict[str, set[str]]) -> None:
    assert "hybriddb.state" in told["traces"]


def test_every_instrument_is_shown() -> None:
    shown = set(re.findall(r'"(hybriddb\.[a-z.]+)"', "\n".join(QUERIES.values())))
    measured = {each.name for each in INSTRUMENTS}
    asked = {name for query in QUERIES.values() for name in re.findall(r'\["(.+?)"\]', query)}
    assert shown - asked == measured


def test_kusto_takes_every_query() -> None:
    assert _wrong(QUERIES) == {name: [] for name in QUERIES}


def test_kusto_would_say_what_is_wrong() -> None:
    wrong = _wrong(
        {"table": "request", "column": "requests | project durations", "word": "requests | wher"}
    )
    assert [len(told) > 0 for told in wrong.values()] == [True] * 3


def test_the_template_makes_the_workbook_of_the_file() -> None:
    workbook = read("telemetry.bicep").resources["workbook"].body
    text = (INFRA / "telemetry.bicep").read_text(encoding="utf-8")
    assert "serializedData: string(loadJsonContent('workbook.json'))" in text
    assert workbook["properties"]["sourceId"].names == {"insights"}
    assert WORKBOOK["version"] == "Notebook/1.0"


def _wrong(queries: dict[str, str]) -> Any:
    script = ["node", str(Path(__file__).parent / "kusto.js")]
    asked = json.dumps({"schema": SCHEMA, "queries": queries})
    environment = {"NODE_PATH": str(ROOT / "node_modules"), "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(script, input=asked, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
