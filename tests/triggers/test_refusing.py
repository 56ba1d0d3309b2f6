"""What a caller gets wrong is answered with a code, a place and what to do; nothing is started."""

from typing import Any

import pytest

Json = dict[str, Any]


def test_a_body_that_is_no_json_is_refused(still: Any) -> None:
    answer = still.request("POST", "deployments", content=b"{name: no")
    assert (answer.status_code, _code(answer)) == (400, "InvalidJson")


@pytest.mark.parametrize("body", [[], "text", 7])
def test_a_body_that_is_no_object_is_refused(still: Any, body: object) -> None:
    answer = still.request("POST", "deployments", json=body)
    assert (answer.status_code, _code(answer)) == (400, "InvalidSpec")


def test_every_fault_of_a_spec_is_told_at_once(still: Any, small: Json) -> None:
    wrong = {k: v for k, v in small.items() if k != "location"}
    wrong |= {"colour": "blue", "onPremises": {"prefixes": ["10.20.0.1/16"]}}
    answer = still.request("POST", "deployments", json=wrong)
    targets = " ".join(d["target"] for d in answer.json()["error"]["details"])
    assert (answer.status_code, _code(answer)) == (400, "InvalidSpec")
    assert all(name in targets for name in ("location", "colour", "onPremises.prefixes"))


def test_a_spec_of_another_name_than_the_url_is_refused(still: Any, small: Json) -> None:
    answer = still.request("PUT", "deployments/other", json=small)
    assert (answer.status_code, _code(answer)) == (400, "NameMismatch")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "deployments/nobody"),
        ("DELETE", "deployments/nobody"),
        ("POST", "deployments/nobody/plan"),
        ("POST", "deployments/nobody/validate"),
        ("GET", "deployments/nobody/drift"),
        ("POST", "deployments/nobody/drift"),
        ("POST", "deployments/nobody/drift/repair"),
    ],
)
def test_a_deployment_that_is_not_there_is_unknown(still: Any, method: str, path: str) -> None:
    answer = still.request(method, path)
    assert (answer.status_code, _code(answer)) == (404, "DeploymentUnknown")


@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/cancel")])
def test_an_operation_that_is_not_there_is_unknown(still: Any, method: str, tail: str) -> None:
    answer = still.request(method, f"operations/nobody{tail}")
    assert (answer.status_code, _code(answer)) == (404, "OperationUnknown")


@pytest.mark.parametrize("top", ["0", "201", "some"])
def test_a_page_of_a_strange_size_is_refused(still: Any, top: str) -> None:
    answer = still.request("GET", f"deployments?top={top}")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


def test_a_flag_is_true_or_false(still: Any) -> None:
    answer = still.request("DELETE", "deployments/nobody?deleteData=perhaps")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


def _code(answer: Any) -> str:
    code: str = answer.json()["error"]["code"]
    assert answer.headers["x-ms-error-code"] == code
    return code
