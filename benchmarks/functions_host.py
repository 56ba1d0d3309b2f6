"""What the local Functions host can do: throughput, start-up, memory, a long wait.

python -m benchmarks.functions_host
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from local.clock import VirtualClock
from local.functions_host.host import FunctionsHost

Number = tuple[str, float, str]

APP = """
from datetime import timedelta
import azure.durable_functions as df

app = df.DFApp()

@app.orchestration_trigger(context_name="context")
def hello(context):
    words = []
    for city in ("Tokyo", "Lima", "Oslo", "Cairo", "Quito"):
        words.append((yield context.call_activity("say_hello", city)))
    return words

@app.orchestration_trigger(context_name="context")
def fan_out(context):
    yield context.task_all([context.call_activity("say_hello", str(n)) for n in range(20)])

@app.orchestration_trigger(context_name="context")
def poll(context):
    for number in range(45):
        yield context.call_activity("say_hello", str(number))
        yield context.create_timer(context.current_utc_datetime + timedelta(minutes=1))

@app.activity_trigger(input_name="city")
def say_hello(city: str) -> str:
    return f"Hello {city}"
"""


def run(host: FunctionsHost, name: str, count: int) -> float:
    """Seconds from the first of `count` starts to the end of the last orchestration."""
    begun = time.perf_counter()
    base = f"{host.url}/runtime/webhooks/durabletask"
    with httpx.Client() as client:
        for number in range(count):
            client.post(f"{base}/orchestrators/{name}/{name}{number}").raise_for_status()
        host.wait_idle()
        took = time.perf_counter() - begun
        query = f"instanceIdPrefix={name}&top={count}&runtimeStatus=Completed"
        completed = client.get(f"{base}/instances/?{query}").json()
    if len(completed) != count:
        raise RuntimeError(f"{len(completed)} of {count} {name} orchestrations completed")
    return took


def write_app(folder: Path) -> Path:
    """The app that is measured."""
    (folder / "host.json").write_text(json.dumps({"version": "2.0"}))
    (folder / "function_app.py").write_text(APP)
    return folder


def in_process(folder: Path) -> list[Number]:
    """Throughput of a host in this process, on a SQLite file."""

    def measured(name: str, count: int, **options: Any) -> float:
        state = folder / f"{name} {' '.join(options)}.db"
        with FunctionsHost(folder, clock=VirtualClock(), state=state, **options) as host:
            return run(host, name, count)

    return [
        ("five-step hello orchestrations", 150 / measured("hello", 150), "/s"),
        ("the same in strict mode", 100 / measured("hello", 100, strict=True), "/s"),
        ("activities, fanned out by twenty", 50 * 20 / measured("fan_out", 50), "/s"),
        ("a 45-minute poll on virtual time", measured("poll", 1), "s"),
        ("the same in strict mode", measured("poll", 1, strict=True), "s"),
    ]


def as_process(folder: Path) -> list[Number]:
    """Start-up and memory of the command line."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "local.functions_host", "--app", str(folder), "--port", "0"]
    state = ["--rpc-port", "0", "--state", str(folder / "process.db")]
    with subprocess.Popen([*command, *state], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.startswith("Listening on "):
                break
        ready = time.perf_counter() - begun
        process.terminate()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [("start-up of the process until it answers", ready, "s"), ("memory", memory, "MB")]


def measure() -> list[Number]:
    """Every number: what it is, its value, its unit."""
    parts: tuple[Callable[[Path], list[Number]], ...] = (as_process, in_process)
    with tempfile.TemporaryDirectory() as folder:
        app = write_app(Path(folder))
        return [number for part in parts for number in part(app)]


if __name__ == "__main__":
    for what, value, unit in measure():
        print(f"{what:50} {value:10.2f} {unit}")
