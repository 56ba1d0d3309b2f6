"""Which versions of an instance a host runs (case 40)."""

# mypy: disable-error-code="untyped-decorator"

import json
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def tell_version(context: Context) -> Steps:
    own = context.version
    return [own, (yield context.call_sub_orchestrator("tell", version=context.get_input()))]


def tell(context: Context) -> Any:
    return context.version


@pytest.mark.case(40)
def test_the_default_version_is_stamped_on_instances_and_children(bench: "Bench") -> None:
    bench.set_versions("1.5", "CurrentOrOlder", "Reject")
    assert bench.run(tell_version, tell)["output"] == ["1.5", "1.5"]


@pytest.mark.case(40)
def test_an_explicit_version_wins_over_the_default(bench: "Bench") -> None:
    bench.set_versions("1.5", "CurrentOrOlder", "Reject")
    bench.start(tell_version, tell)
    body = json.dumps(json.dumps("1.1"))
    bench.call("POST", "orchestrators/tell_version/i1?version=1.2", content=body)
    assert bench.finish()["output"] == ["1.2", "1.1"]


@pytest.mark.parametrize(
    ("match", "version", "runs"),
    [
        ("None", "9.0", True),
        ("Strict", "1.5", True),
        ("Strict", "1.4", False),
        ("CurrentOrOlder", "1.10", False),
        ("CurrentOrOlder", "1.4", True),
        ("CurrentOrOlder", "alpha", False),
    ],
)
@pytest.mark.case(40)
def test_a_host_runs_the_versions_that_its_strategy_accepts(
    bench: "Bench", match: str, version: str, runs: bool
) -> None:
    bench.set_versions("1.5", match, "Reject")
    bench.start(tell)
    bench.call("POST", f"orchestrators/tell/i1?version={version}")
    assert bench.settled() == ("Completed" if runs else "Pending")


@pytest.mark.case(40)
def test_a_rejected_instance_is_run_by_a_host_that_accepts_it(bench: "Bench") -> None:
    bench.set_versions("1.5", "Strict", "Reject")
    bench.start(tell)
    bench.call("POST", "orchestrators/tell/i1?version=2.0")
    assert bench.settled() == "Pending"
    bench.set_versions("2.0", "Strict", "Reject")
    bench.restart()
    assert bench.finish()["output"] == "2.0"


@pytest.mark.case(40)
def test_the_strategy_fail_fails_what_it_does_not_accept(bench: "Bench") -> None:
    bench.set_versions("1.5", "Strict", "Fail")
    bench.start(tell)
    bench.call("POST", "orchestrators/tell/i1?version=2.0")
    status = bench.finish()
    assert status["runtimeStatus"] == "Failed"
    assert "its version '2.0' does not match the host's version '1.5'" in status["output"]
