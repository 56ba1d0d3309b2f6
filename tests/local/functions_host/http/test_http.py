"""HTTP functions and access keys (cases 3-6)."""

# mypy: disable-error-code="untyped-decorator"

import asyncio
import json
import threading
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


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        (None, "api/shown", {}),
        ("jobs/{id}", "api/jobs/a%20b", {"id": "a b"}),
        ("jobs/{id}", "API/Jobs/x", {"id": "x"}),
        ("jobs/{id}", "api/jobs", None),
        ("jobs/{id}", "api/jobs/a/b", None),
        ("jobs/{id:int?}", "api/jobs/12", {"id": "12"}),
        ("jobs/{id:int?}", "api/jobs", {}),
        ("jobs/{id:int?}", "api/jobs/twelve", None),
        ("files/{*rest}", "api/files/a/b/c", {"rest": "a/b/c"}),
        ("pages/{page=1}", "api/pages", {"page": "1"}),
        ("v{n:int}/jobs", "api/v2/jobs", {"n": "2"}),
    ],
)
@pytest.mark.case(3)
def test_a_route_template_matches_what_asp_net_matches(
    bench: "Bench", template: str | None, path: str, found: dict[str, str] | None
) -> None:
    bench.declare(route(route=template) if template else route())
    bench.start()
    answer = get(bench, path)
    assert (answer.json() if answer.status_code == 200 else None) == found
    assert answer.status_code == (404 if found is None else 200)


@pytest.mark.parametrize(("prefix", "path"), [("", "shown"), ("my/api", "my/api/shown")])
@pytest.mark.case(3)
def test_the_route_prefix_comes_from_host_json(bench: "Bench", prefix: str, path: str) -> None:
    bench.host_json = {"extensions": {"http": {"routePrefix": prefix}}}
    bench.declare(route())
    bench.start()
    assert get(bench, path).status_code == 200
    assert get(bench, "api/shown").status_code == 404


@pytest.mark.case(3)
def test_a_wrong_verb_is_404_and_no_verbs_mean_all(bench: "Bench") -> None:
    bench.declare(route(route="one", methods=["POST"]))
    bench.start()
    assert get(bench, "api/one").status_code == 404
    assert get(bench, "api/one", "POST").status_code == 200


@pytest.mark.case(3)
def test_a_literal_route_wins_over_a_parameter(bench: "Bench") -> None:
    def declare(app: df.DFApp) -> None:
        @app.route(route="jobs/{id}")
        def any_job(req: func.HttpRequest) -> str:
            return "any"

        @app.route(route="jobs/latest")
        def latest(req: func.HttpRequest) -> str:
            return "latest"

    bench.declare(declare)
    bench.start()
    assert [get(bench, f"api/jobs/{n}").text for n in ("latest", "7")] == ["latest", "any"]


@pytest.mark.case(3)
def test_of_routes_that_are_alike_the_function_that_comes_first_by_name_answers(
    bench: "Bench",
) -> None:
    def declare(app: df.DFApp) -> None:
        @app.route(route="jobs/{id}")
        def the_one(req: func.HttpRequest) -> str:
            return "one"

        @app.route(route="jobs/{*rest}")
        def Any_of_them(req: func.HttpRequest) -> str:
            return "any"

    bench.declare(declare)
    bench.start()
    assert get(bench, "api/jobs/7").text == "any"


def levels(app: df.DFApp) -> None:
    for level in ("ANONYMOUS", "FUNCTION", "ADMIN"):

        def shown(req: func.HttpRequest) -> str:
            return "open"

        shown.__name__ = level.lower()
        route = f"for-{level.lower()}"
        app.route(route=route, auth_level=func.AuthLevel[level])(shown)


@pytest.mark.case(4)
def test_without_enable_auth_everything_is_open(bench: "Bench") -> None:
    bench.declare(levels)
    bench.start()
    assert [get(bench, f"api/for-{n}").status_code for n in ("anonymous", "function", "admin")] == [
        200,
        200,
        200,
    ]
    assert bench.call("GET", "instances").status_code == 200


@pytest.mark.case(4)
def test_a_key_is_taken_from_header_or_query_and_fits_its_level(bench: "Bench") -> None:
    bench.declare(levels)
    bench.start(enable_auth=True)
    keys = bench.host.keys

    def code(path: str, key: str = "") -> tuple[int, int]:
        by_header = get(bench, path, headers={"x-functions-key": key})
        return by_header.status_code, get(bench, path, params={"code": key}).status_code

    assert code("api/for-anonymous") == (200, 200)
    assert code("api/for-function") == (401, 401)
    assert code("api/for-function", keys.functions["function"]) == (200, 200)
    assert code("api/for-function", keys.host) == (200, 200)
    assert code("api/for-function", keys.functions["admin"]) == (401, 401)
    assert code("api/for-admin", keys.host) == (401, 401)
    assert code("api/for-admin", keys.master) == (200, 200)
    assert code("runtime/webhooks/durabletask/instances") == (401, 401)
    assert code("runtime/webhooks/durabletask/instances", keys.durable) == (200, 200)


def test_keys_survive_a_restart(bench: "Bench") -> None:
    bench.declare(levels)
    before = bench.start(enable_auth=True).keys
    bench.restart(enable_auth=True)
    assert bench.host.keys == before


@pytest.mark.case(4)
def test_a_disabled_function_is_404_after_its_key_was_checked(bench: "Bench") -> None:
    bench.declare(levels)
    bench.settings["AzureWebJobs.function.Disabled"] = "true"
    bench.start(enable_auth=True)
    assert get(bench, "api/for-function").status_code == 401
    assert get(bench, f"api/function?code={bench.host.keys.host}").status_code == 404


@pytest.mark.case(5)
def test_what_a_function_returns_decides_the_status(bench: "Bench") -> None:
    answers: dict[str, Any] = {
        "text": "hello",
        "response": func.HttpResponse(b"\x00", status_code=201, mimetype="image/png"),
        "nothing": None,
        "mapping": {"a": 1},
    }

    def declare(app: df.DFApp) -> None:
        @app.route(route="{what}")
        def answer(req: func.HttpRequest):  # type: ignore[no-untyped-def]
            return answers[req.route_params["what"]]

    bench.declare(declare)
    bench.start()
    text, response = get(bench, "api/text"), get(bench, "api/response")
    assert (text.status_code, text.text) == (200, "hello")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert (response.status_code, response.content) == (201, b"\x00")
    assert response.headers["content-type"] == "image/png"
    for broken in ("nothing", "mapping", "missing"):
        answer = get(bench, f"api/{broken}")
        assert (answer.status_code, answer.content) == (500, b"")


def test_headers_of_an_answer_are_kept_even_if_repeated(bench: "Bench") -> None:
    def declare(app: df.DFApp) -> None:
        @app.route()
        def cookies(req: func.HttpRequest) -> func.HttpResponse:
            answer = func.HttpResponse("x", headers={"ETag": '"1"', "Content-Type": "text/css"})
            answer.headers.add("Set-Cookie", "a=1")
            answer.headers.add("Set-Cookie", "b=2")
            return answer

    bench.declare(declare)
    bench.start()
    answer = get(bench, "api/cookies")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["content-type"] == "text/css"
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]


def test_a_function_sees_the_request_as_the_worker_shows_it(bench: "Bench") -> None:
    def declare(app: df.DFApp) -> None:
        @app.route()
        def mirror(req: func.HttpRequest, context: func.Context) -> str:
            seen = {
                "method": req.method,
                "params": dict(req.params),
                "header": req.headers["X-Thing"],
                "body": req.get_json(),
                "names": [context.function_name, bool(context.invocation_id)],
            }
            return json.dumps(seen)

    bench.declare(declare)
    bench.start()
    headers = {"x-thing": "one"}
    answer = get(bench, "api/mirror?a=1&empty=", "POST", json=[1], headers=headers).json()
    assert answer == {
        "method": "POST",
        "params": {"a": "1"},
        "header": "one",
        "body": [1],
        "names": ["mirror", True],
    }


@pytest.mark.case(6)
def test_plain_functions_run_in_a_pool_and_coroutines_on_one_loop(bench: "Bench") -> None:
    threads: dict[str, set[int]] = {"pool": set(), "loop": set()}
    loops: set[int] = set()
    both = threading.Barrier(2, timeout=20)

    def declare(app: df.DFApp) -> None:
        @app.route()
        def pool(req: func.HttpRequest) -> str:
            both.wait()
            threads["pool"].add(threading.get_ident())
            return ""

        @app.route()
        async def loop(req: func.HttpRequest) -> str:
            threads["loop"].add(threading.get_ident())
            loops.add(id(asyncio.get_running_loop()))
            return ""

    bench.declare(declare)
    bench.start()
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda name: get(bench, f"api/{name}"), ["pool", "pool", "loop", "loop"]))
    assert (len(threads["pool"]), len(threads["loop"]), len(loops)) == (2, 1, 1)
    assert not threads["pool"] & threads["loop"]


def test_the_host_says_that_it_runs(bench: "Bench") -> None:
    bench.declare(route())
    bench.start()
    assert get(bench, "admin/host/status").json() == {"state": "Running"}
