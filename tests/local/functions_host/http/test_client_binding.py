"""The client binding of the app: one session, and the check-status response (cases 6, 7)."""

# mypy: disable-error-code="untyped-decorator"

import asyncio
import json
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import azure.durable_functions as df
import azure.functions as func
import httpx
import pytest

if TYPE_CHECKING:
    from tests.local.functions_host.conftest import Bench

Context = Any
Steps = Generator[Any, Any, Any]


def get(bench: "Bench", path: str, method: str = "GET", **options: Any) -> httpx.Response:
    return bench.http.request(method, f"{bench.host.url}/{path}", **options)


def route(**options: Any) -> Callable[[df.DFApp], object]:
    """Declare a function called shown that shows its route parameters."""

    def declare(app: df.DFApp) -> None:
        @app.route(**options)
        def shown(req: func.HttpRequest) -> str:
            return json.dumps(dict(req.route_params))

    return declare


def flow(context: Context) -> Any:
    return context.get_input()


def starters(app: df.DFApp) -> None:
    for name in ("start_one", "start_two"):

        async def start(
            req: func.HttpRequest, client: df.DurableOrchestrationClient
        ) -> func.HttpResponse:
            ids = await asyncio.gather(*(client.start_new("flow", None, n) for n in range(10)))
            await client.get_status(ids[0])
            answer: func.HttpResponse = client.create_check_status_response(req, ids[0])
            return answer

        start.__name__ = name
        app.durable_client_input(client_name="client")(start)
        app.route()(app._function_builders[-1])


@pytest.mark.case(6)
def test_many_client_calls_of_several_functions_share_one_session(bench: "Bench") -> None:
    bench.declare(starters)
    bench.start(flow)
    with ThreadPoolExecutor(2) as callers:
        answers = list(callers.map(lambda n: get(bench, f"api/start_{n}"), ["one", "two"]))
    assert [a.status_code for a in answers] == [202, 202]
    bench.host.wait_idle()
    assert len(bench.call("GET", "instances").json()) == 20


@pytest.mark.case(7)
def test_a_check_status_response_names_every_management_url(bench: "Bench") -> None:
    bench.declare(starters)
    bench.start(flow)
    answer = get(bench, "api/start_one")
    body = answer.json()
    assert set(body) == {
        "id",
        "statusQueryGetUri",
        "sendEventPostUri",
        "terminatePostUri",
        "rewindPostUri",
        "purgeHistoryDeleteUri",
        "restartPostUri",
        "suspendPostUri",
        "resumePostUri",
    }
    assert answer.headers["location"] == body["statusQueryGetUri"]
    assert answer.headers["retry-after"] == "10"
    bench.host.wait_idle()
    assert bench.http.get(body["statusQueryGetUri"]).json()["runtimeStatus"] == "Completed"
