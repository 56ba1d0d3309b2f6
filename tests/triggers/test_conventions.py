"""What Azure's guidelines ask of every route: versions, ids, entity tags, methods, monitors."""

import re
import uuid
from typing import Any

import pytest

import function_app  # noqa: F401  # it registers the routes
from triggers.conventions import VERSIONS
from triggers.routing import ROUTES

Json = dict[str, Any]


def _code(answer: Any) -> str:
    code: str = answer.json()["error"]["code"]
    assert answer.headers["x-ms-error-code"] == code
    return code


@pytest.mark.parametrize(
    "path", ["deployments", "health", "openapi.json", "ui", "operations/nobody"]
)
def test_every_answer_says_by_which_version_and_under_which_id(still: Any, path: str) -> None:
    asked = {"x-ms-client-request-id": "a-pipeline/42"}
    answer = still.request("GET", path, headers=asked)
    assert answer.headers["api-version"] == VERSIONS[-1]
    assert uuid.UUID(answer.headers["x-ms-request-id"])
    assert answer.headers["x-ms-client-request-id"] == "a-pipeline/42"
    again = still.request("GET", path)
    assert again.headers["x-ms-request-id"] != answer.headers["x-ms-request-id"]
    assert "x-ms-client-request-id" not in again.headers


@pytest.mark.parametrize("version", ["2020-01-01", "1.0", "2026-11-28-preview"])
@pytest.mark.parametrize("path", ["deployments", "health", "nowhere"])
def test_a_version_that_there_is_not_is_refused_with_those_there_are(
    still: Any, path: str, version: str
) -> None:
    answer = still.request("GET", f"{path}?API-Version={version}")
    assert (answer.status_code, _code(answer)) == (400, "UnsupportedApiVersionValue")
    assert VERSIONS[-1] in answer.json()["error"]["message"]


TWICE = ("api-version=2026-11-28&api-version=2026-11-28", "api-version=a&API-Version=b")
QUERIES = ("", "api-version=2020-01-01", "api-version=", *TWICE, "top=1&top=2", "%00=%ff&==&%")


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_makes_a_route_forget_its_version_its_id_and_its_envelope(
    still: Any, query: str
) -> None:
    for method, path in ROUTES:
        where = path.strip("/").replace("{name}", "nothing-here").replace("{file}", "page.js")
        where = where.replace("{id}", "an-id").replace("{generation}", "1").replace("{key}", "key")
        asked = {"x-ms-client-request-id": "mine"}
        answer = still.request(method.upper(), f"{where}?{query}", headers=asked)
        assert answer.status_code < 500, (method, path)
        assert answer.headers["api-version"] == "2026-11-28", (method, path)
        assert answer.headers["x-ms-client-request-id"] == "mine", (method, path)
        if answer.is_error:
            assert answer.headers["x-ms-error-code"] == answer.json()["error"]["code"]
        if "api-version=" in query:
            assert answer.status_code == 400, (method, path)


@pytest.mark.parametrize("identity", ["two words", "x" * 129, "tab\there"])
def test_an_id_that_cannot_be_said_back_is_refused(still: Any, identity: str) -> None:
    answer = still.request("GET", "deployments", headers={"x-ms-client-request-id": identity})
    assert (answer.status_code, _code(answer)) == (400, "InvalidHeader")


def test_what_a_caller_has_already_is_not_sent_again(still: Any, small: Json) -> None:
    still.request("POST", "deployments", json=small)
    for path in (f"deployments/{small['name']}", "deployments", "openapi.json", "ui/page.css"):
        first = still.request("GET", path)
        tag = first.headers["ETag"]
        assert re.fullmatch(r'"[0-9a-f]{32}"', tag), path
        for has in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            again = still.request("GET", path, headers={"If-None-Match": has})
            assert (again.status_code, again.content) == (304, b""), (path, has)
            assert again.headers["ETag"] == tag
        changed = still.request("GET", path, headers={"If-None-Match": '"other"'})
        assert (changed.status_code, changed.content) == (200, first.content)


def test_a_record_that_has_changed_has_another_tag(simulation: Any, small: Json) -> None:
    started = simulation.request("POST", "deployments", json=small)
    before = simulation.request("GET", f"deployments/{small['name']}").headers["ETag"]
    simulation.finish(started)
    assert simulation.request("GET", f"deployments/{small['name']}").headers["ETag"] != before


def test_the_tag_of_a_record_is_what_if_match_takes(simulation: Any, small: Json) -> None:
    small = simulation.standing(small)
    path = f"deployments/{small['name']}"
    tag = simulation.request("GET", path).headers["ETag"]

    def put(if_match: str) -> Any:
        return simulation.request("PUT", path, json=small, headers={"If-Match": if_match})

    assert put(f"W/{tag}").status_code == 412  # a weak tag never matches (RFC 9110, 13.1.1)
    assert simulation.finish(put(f'"other", {tag}'))["status"] == "Succeeded"
    assert put(tag).status_code == 412


def test_head_answers_as_get_does_without_a_body(still: Any) -> None:
    for path in ("deployments", "openapi.json", "ui", "operations/nobody"):
        got, headed = still.request("GET", path), still.request("HEAD", path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")
        assert headed.headers.get("ETag") == got.headers.get("ETag")
        assert headed.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("deployments", "GET, HEAD, OPTIONS, POST"),
        ("deployments/a-name", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("Deployments/a-name/Drift", "GET, HEAD, OPTIONS, POST"),
        ("operations/an-id/cancel", "OPTIONS, POST"),
        ("health", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_a_path_does_not_know_is_answered_with_those_it_knows(
    still: Any, path: str, methods: str
) -> None:
    answer = still.request("PATCH", path)
    assert (answer.status_code, _code(answer)) == (405, "MethodNotAllowed")
    assert answer.headers["Allow"] == methods
    asked = still.request("OPTIONS", path)
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["Allow"] == methods


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["", "nowhere", "deployments/a/b/c", "operations/an-id/explode"])
def test_a_path_that_no_route_is_for_is_answered_with_the_envelope(
    still: Any, method: str, path: str
) -> None:
    answer = still.request(method, path)
    assert (answer.status_code, _code(answer)) == (404, "RouteUnknown")


def test_a_page_says_where_the_next_one_is_under_the_same_version(still: Any, small: Json) -> None:
    for letter in "ab":
        spec = small | {"name": f"{small['name']}{letter}", "resourceGroup": f"rg-{letter}"}
        still.request("POST", "deployments", json=spec)
    link = still.request("GET", f"deployments?top=1&api-version={VERSIONS[-1]}").json()["nextLink"]
    assert f"api-version={VERSIONS[-1]}" in link
    assert len(still.request("GET", link.split("/api/")[1]).json()["value"]) == 1


def test_a_failed_status_monitor_has_an_error(simulation: Any, small: Json) -> None:
    fault = {"method": "PUT", "type": "Microsoft.Network/routeTables", "code": "QuotaExceeded"}
    simulation.azure.fail(**{**fault, "status": 400})
    operation = simulation.deploy(small)
    assert operation["status"] == "Failed"
    cause = {name: operation["failure"][name] for name in ("code", "message")}
    assert operation["error"] == cause


def test_a_wish_is_answered_with_where_to_look(still: Any, small: Json) -> None:
    started = still.request("POST", "deployments", json=small)
    answer = still.request("POST", f"operations/{started.json()['id']}/cancel")
    assert answer.status_code == 202
    assert answer.headers["Operation-Location"] == started.headers["Operation-Location"]
    assert int(answer.headers["Retry-After"]) > 0


def test_a_drift_check_is_an_operation_like_the_others(simulation: Any, small: Json) -> None:
    small = simulation.standing(small)
    path = f"deployments/{small['name']}/drift"
    headers = {"Repeatability-Request-ID": "4f3c"}
    started = simulation.request("POST", path, headers=headers)
    assert started.headers["Operation-Location"].endswith(f"/operations/{started.json()['id']}")
    again = simulation.request("POST", path, headers=headers)
    assert again.json() == started.json()
    operation = simulation.finish(started)
    assert (operation["kind"], operation["status"]) == ("drift", "Succeeded")
    assert operation["drift"] == {"status": "inSync", "changes": 0}
    assert operation["actor"]["name"] == "local"
    listed = simulation.request("GET", f"operations?deployment={small['name']}").json()["value"]
    assert listed[0]["id"] == operation["id"]


def test_a_drift_check_that_could_not_be_made_has_failed(simulation: Any, small: Json) -> None:
    small = simulation.standing(small)
    simulation.azure.fail(method="GET", status=403, code="AuthorizationFailed", times=99)
    operation = simulation.finish(simulation.request("POST", f"deployments/{small['name']}/drift"))
    assert (operation["status"], operation["drift"]["status"]) == ("Failed", "failed")
    assert operation["error"]["code"]
