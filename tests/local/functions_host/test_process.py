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
PATIENCE = 200  # seconds: a process that hangs, not one on a busy machine

# A process that runs the sample app and kills itself, hard, when it is at a place the second time.
SUICIDAL = """
import os, signal, sys
from local.clock import VirtualClock
from local.functions_host.host import FunctionsHost

app, state, deadly = sys.argv[1:]
left = [2]

def boundary(place):
    left[0] -= place.startswith(deadly)
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def watch(function):
    call = function.call
    def record(name):
        answer = call(name)
        boundary("inside: activity")
        return answer
    object.__setattr__(function, "call", record)

with FunctionsHost(app, clock=VirtualClock(), state=state, boundary=boundary) as host:
    import httpx
    (function,) = [f for f in host.functions if f.name == "record"]
    watch(function)
    missing = httpx.get(f"{host.url}/runtime/webhooks/durabletask/instances/i1").status_code == 404
    if missing:
        httpx.post(f"{host.url}/api/start/journey/i1")
    print(host.wait_for("i1")["output"])
    print([e["EventId"] for e in host.history("i1") if e["EventType"] in (4, 7, 10)])
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    own = {"PYTHONPATH": str(Path.cwd()), "RECORD": str(tmp_path / "record")}
    return {**os.environ, **own}


@pytest.mark.case(48)
@pytest.mark.parametrize(
    ("place", "runs"),
    [
        ("before call: episode", 3),
        ("after answer: episode", 3),
        ("before commit: episode", 3),
        ("after commit: episode", 3),
        ("after commit: lease activity", 3),
        ("inside: activity", 4),
        ("after answer: activity", 4),
        ("before commit: activity", 4),
        ("after commit: activity", 3),
    ],
)
def test_a_host_killed_by_the_system_repeats_an_activity_at_most_and_no_step(
    tmp_path: Path, environment: dict[str, str], place: str, runs: int
) -> None:
    def run(deadly: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", SUICIDAL, str(APP), str(tmp_path / "hub.db"), deadly]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    killed = run(place)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    finished = run("nowhere")
    assert finished.stdout == "['first', 'left', 'leg 2']\n[0, 1, 2, 3]\n", finished.stderr
    recorded = Counter((tmp_path / "record").read_text().split("\n")[:-1])
    assert set(recorded) == {"first", "left", "leg 2"}
    assert sum(recorded.values()) == runs


@pytest.fixture
def serve(
    tmp_path: Path, environment: dict[str, str]
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    processes = []

    def serve(*arguments: str) -> subprocess.Popen[str]:
        state = str(tmp_path / "hub.db")
        fixed = ["--app", str(APP), "--rpc-port", "0", "--state", state, "--port", "0"]
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
    process = serve("--clock", "20000")
    lines = read_until_ready(process)
    url = lines[-1].removeprefix("Listening on ")
    assert any(line.startswith("start: [") and "/api/start/{name}/{id}" in line for line in lines)
    assert "journey: orchestrationTrigger" in lines
    started = httpx.post(f"{url}/api/start/poll/i1")
    assert started.status_code == 202
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


def test_a_port_in_use_is_one_sentence_and_an_error_code(serve: Any) -> None:
    first = serve()
    port = read_until_ready(first)[-1].rpartition(":")[2]
    second = serve("--port", port)
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == 1
    assert said.startswith(f"error: Port {port} is in use")


def test_a_port_that_is_none_is_one_sentence_and_an_error_code(serve: Any) -> None:
    process = serve("--port", "70000")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.splitlines()[-1] == (
        "error: Port 70000 is in use or not allowed: choose another one (ports end at 65535)."
    )


def test_a_clock_that_is_none_is_one_sentence_and_an_error_code(serve: Any) -> None:
    process = serve("--clock", "yesterday")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith("error: 'yesterday' is no clock")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1\n", "Could not find top level function app instances in function_app.py."),
        (
            "import azure.functions as func\napp = func.FunctionApp()\n"
            "@app.timer_trigger(schedule='%NO_SUCH_SETTING%', arg_name='t')\n"
            "def tick(t: func.TimerRequest) -> None: ...\n",
            "The schedule of function 'tick' refers to %NO_SUCH_SETTING%, but there is no such "
            "setting: add it to local.settings.json or to the environment.",
        ),
    ],
    ids=["app", "setting"],
)
@pytest.mark.case(2)
def test_an_app_that_cannot_run_is_one_sentence_and_an_error_code(
    serve: Any, tmp_path: Path, source: str, sentence: str
) -> None:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "function_app.py").write_text(source)
    process = serve("--app", str(tmp_path))
    printed, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (1, "")
    last = said.splitlines()[-1]  # the SDK may have warned before
    assert last.startswith("error: ")
    assert last.endswith(sentence)


def test_a_chaos_that_is_none_is_refused_with_what_there_is(serve: Any) -> None:
    process = serve("--chaos", "kill,mayhem")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert "'mayhem' is no switch: say some of twice, shuffle, delay, kill, restart" in said


def test_chaos_on_the_command_line_starts_the_host_again_after_a_death(serve: Any) -> None:
    process = serve("--clock", "virtual", "--chaos", "restart,twice", "--seed", "3")
    url = read_until_ready(process)[-1].removeprefix("Listening on ")
    status = f"{url}/runtime/webhooks/durabletask/instances/i1"
    assert reach("POST", f"{url}/api/start/journey/i1").status_code == 202
    while (answer := reach("GET", status)).status_code != 200:
        pass
    assert answer.json()["output"] == ["first", "left", "leg 2"]
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "chaos: the host died at 'after commit: episode i1' and is started again" in said


def reach(method: str, url: str) -> httpx.Response:
    """Ask a host that may be dying or starting just now."""
    while True:
        try:
            return httpx.request(method, url)
        except httpx.TransportError:
            pass
