"""Under which names functions are found (case 9)."""

# mypy: disable-error-code="untyped-decorator"

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


@pytest.mark.case(9)
def test_an_alias_is_found_by_alias_and_in_any_case(bench: "Bench") -> None:
    def flow(context: Context) -> Steps:
        first = yield context.call_activity("Other", 1)
        return [first, (yield context.call_activity("oTHER", 1))]

    def declare(app: df.DFApp) -> None:
        @app.activity_trigger(input_name="value", activity="Other")
        def original(value: int) -> int:
            return value + 1

    bench.declare(declare)
    assert bench.run(flow)["output"] == [2, 2]


@pytest.mark.case(9)
def test_a_function_object_is_called_by_its_python_name_and_misses_the_alias(
    bench: "Bench",
) -> None:
    built: list[Any] = []

    def flow(context: Context) -> Steps:
        yield context.call_activity(built[-1], 1)

    def declare(app: df.DFApp) -> None:
        @app.activity_trigger(input_name="value", activity="Other")
        def original(value: int) -> int:
            return value

        built.append(original)

    bench.declare(declare)
    assert "The function 'original' doesn't exist" in bench.run(flow)["output"]


@pytest.mark.case(9)
def test_an_orchestrator_is_found_by_its_alias_and_not_by_its_function_name(
    bench: "Bench",
) -> None:
    def declare(app: df.DFApp) -> None:
        @app.orchestration_trigger(context_name="context", orchestration="Alias")
        def original(context: Context) -> Any:
            return "found"

    bench.declare(declare)
    bench.start()
    assert bench.finish(bench.begin("aLIAS"))["output"] == "found"
    assert bench.status()["name"] == "Alias"
    assert bench.call("POST", "orchestrators/original").status_code == 400
