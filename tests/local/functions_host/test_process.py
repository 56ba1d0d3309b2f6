"""The host as a process of its own: what it prints, how it stops, and kill -9 (48)."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

APP = Path(__file__).parent / "app"

# A process that runs the sample app and kills itself, hard, at the nth boundary.
SUICIDAL = """
import os, signal, sys
from local.clock import VirtualClock
from local.functions_host.host import FunctionsHost

app, state, at = sys.argv[1:]
left = [int(at)]

def boundary(place):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

with FunctionsHost(app, clock=VirtualClock(), state=state, boundary=boundary) as host:
    import httpx
    missing = httpx.get(f"{host.url}/runtime/webhooks/durabletask/instances/i1").status_code == 404
    if missing:
        httpx.post(f"{host.url}/api/start/journey/i1")
    print(host.wait_for("i1")["output"])
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {"PYTHONPATH": str(Path.cwd()), "RECORD": str(tmp_path / "record")}
    return {**os.environ, **own}


@pytest.mark.parametrize("at", [4, 9, 14, 20, 27])
def test_a_host_killed_by_the_system_goes_on_where_it_was(
    tmp_path: Path, environment: dict[str, str], at: int
) -> None:
    def run(at: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SUICIDAL, str(APP), str(tmp_path / "hub.db"), str(at)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    killed = run(at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    finished = run(0)
    assert finished.stdout.strip() == "['first', 'left', 'leg 2']", finished.stderr
    runs = Counter((tmp_path / "record").read_text().split("\n")[:-1])
    assert set(runs) == {"first", "left", "leg 2"}
    assert sum(runs.values()) <= 4


@pytest.fixture
def serve(
    tmp_path: Path, environment: dict[str, str]
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    processes = []

    def serve(*arguments: str) -> subprocess.Popen[str]:
        state = str(tmp_path / "hub.db")
        fixed = ["--app", str(APP), "--rpc-port", "0", "--state", state]
        process = subprocess.Popen(
            [sys.executable, "-m", "local.functions_host", *fixed, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield serve
    for process in processes:
        process.kill()
        process.communicate()


def read_until_ready(process: subprocess.Popen[str]) -> list[str]:
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("Listening on "):
            return lines
    raise AssertionError(process.stderr.read() if process.stderr else "")


def test_the_command_line_says_what_runs_where_and_stops_on_sigterm(serve: Any) -> None:
    process = serve("--port", "0", "--clock", "20000")
    lines = read_until_ready(process)
    url = lines[-1].removeprefix("Listening on ")
    assert any(line.startswith("start: [") and "/api/start/{name}/{id}" in line for line in lines)
    assert "journey: orchestrationTrigger" in lines
    started = httpx.post(f"{url}/api/start/poll/i1")
    assert started.status_code == 202
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_port_in_use_is_one_sentence_and_an_error_code(serve: Any) -> None:
    first = serve("--port", "0")
    port = read_until_ready(first)[-1].rpartition(":")[2]
    second = serve("--port", port)
    _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert said.startswith(f"error: Port {port} is in use")


def test_a_clock_that_is_none_is_one_sentence_and_an_error_code(serve: Any) -> None:
    process = serve("--port", "0", "--clock", "yesterday")
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("error: 'yesterday' is no clock")
