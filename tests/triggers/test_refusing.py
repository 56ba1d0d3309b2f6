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


@pytest.mark.parametrize("top", ["0", "201", "some", "²", "٣", "1e2", "9" * 5000])
def test_a_page_of_a_strange_size_is_refused(still: Any, top: str) -> None:
    answer = still.request("GET", f"deployments?top={top}")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


@pytest.mark.parametrize("token", ["a%2Fb", "..", "A", "x" * 500, "%00"])
def test_a_page_after_a_name_that_none_can_have_is_refused(still: Any, token: str) -> None:
    answer = still.request("GET", f"deployments?token={token}")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


@pytest.mark.parametrize("name", ["a%2Fb", "a%5Cb", "a%23b", "a%3Fb", "NOBODY", "a%0Ab", "x" * 41])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "deployments/{}"),
        ("PUT", "deployments/{}"),
        ("DELETE", "deployments/{}"),
        ("POST", "deployments/{}/plan"),
        ("POST", "deployments/{}/validate"),
        ("GET", "deployments/{}/drift"),
        ("POST", "deployments/{}/drift/repair"),
        ("GET", "operations/{}"),
        ("POST", "operations/{}/approve"),
    ],
)
def test_a_name_that_none_can_have_is_refused(
    still: Any, method: str, path: str, name: str
) -> None:
    answer = still.request(method, path.format("x" * 81 if name == "x" * 41 else name))
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


@pytest.mark.parametrize("levels", [100, 900, 200_000])
def test_a_deeply_nested_body_is_refused(still: Any, levels: int) -> None:
    body = b'{"tags":' + b"[" * levels + b"]" * levels + b"}"
    answer = still.request("POST", "deployments", content=body)
    assert answer.status_code == 400
    assert _code(answer) in {"InvalidJson", "InvalidSpec"}


@pytest.mark.parametrize("text", [rb"\ud800", rb"\udc00x", rb"a\ud83d"])
def test_half_of_a_surrogate_pair_is_refused(still: Any, text: bytes) -> None:
    answer = still.request("POST", "deployments", content=b'{"name":"' + text + b'"}')
    assert (answer.status_code, _code(answer)) == (400, "InvalidSpec")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\x00", b"1" * 5000, b""])
def test_a_body_that_is_no_text_is_refused(still: Any, body: bytes) -> None:
    answer = still.request("POST", "deployments", content=body)
    assert (answer.status_code, _code(answer)) == (400, "InvalidJson")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data"])
def test_a_body_of_another_kind_than_json_is_refused(still: Any, small: Json, kind: str) -> None:
    answer = still.request("POST", "deployments", json=small, headers={"Content-Type": kind})
    assert (answer.status_code, _code(answer)) == (415, "UnsupportedMediaType")


def test_a_body_of_more_than_four_megabytes_is_refused(still: Any) -> None:
    answer = still.request("POST", "deployments", content=b" " * (4 * 1024 * 1024 + 1))
    assert (answer.status_code, _code(answer)) == (413, "RequestTooLarge")


def test_two_thousand_equal_prefixes_are_answered_in_few_words(still: Any, small: Json) -> None:
    wrong = small | {"onPremises": {"prefixes": ["10.20.0.0/16"] * 2000}}
    answer = still.request("POST", "deployments", json=wrong)
    assert (answer.status_code, _code(answer)) == (400, "InvalidSpec")
    assert len(answer.content) < 10_000


def test_a_flag_is_true_or_false(still: Any) -> None:
    answer = still.request("DELETE", "deployments/nobody?deleteData=perhaps")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("PUT", "deployments/a-name?whatif=true&dryRun=true", "dryRun"),
        ("DELETE", "deployments/a-name?force=true", "force"),
        ("GET", "deployments?filter=x", "filter"),
        ("GET", "operations/an-id?whatIf=true", "whatIf"),
        ("POST", "deployments/a-name/drift/repair?top=1", "top"),
    ],
)
def test_a_parameter_that_a_route_does_not_know_is_refused(
    still: Any, method: str, path: str, name: str
) -> None:
    answer = still.request(method, path)
    assert (answer.status_code, _code(answer)) == (400, "UnknownParameter")
    assert answer.json()["error"]["target"] == name


@pytest.mark.parametrize("query", ["code=k", "CODE=k&clientId=c", "api-version=2026-11-28"])
def test_what_function_keys_travel_by_is_known_everywhere(still: Any, query: str) -> None:
    assert still.request("GET", f"deployments?{query}").status_code == 200
    assert still.request("GET", f"operations/nobody?{query}").status_code == 404


@pytest.mark.parametrize("query", ["whatif=true", "WHATIF=True", "whatIf=TRUE"])
def test_a_flag_is_read_without_case(still: Any, small: Json, query: str) -> None:
    answer = still.request("PUT", f"deployments/{small['name']}?{query}", json=small)
    assert (answer.status_code, answer.json()["kind"]) == (202, "plan")


@pytest.mark.parametrize("query", ["whatIf=", "whatIf", "whatIf=true&whatIf=false", "whatIf=%20"])
def test_a_flag_that_says_nothing_or_two_things_starts_nothing(
    still: Any, small: Json, query: str
) -> None:
    answer = still.request("PUT", f"deployments/{small['name']}?{query}", json=small)
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")
    assert answer.json()["error"]["target"] == "whatIf"


@pytest.mark.parametrize("query", ["top=1&top=2", "TOP=1&top=1", "top="])
def test_a_number_is_given_once(still: Any, query: str) -> None:
    answer = still.request("GET", f"deployments?{query}")
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")


def test_a_parameter_without_a_value_is_unknown_where_it_is_not_known(still: Any) -> None:
    answer = still.request("POST", "deployments?whatIf=")
    assert (answer.status_code, _code(answer)) == (400, "UnknownParameter")


@pytest.mark.parametrize("body", ['{"name": "a-name", "name": "b"}', '{"tags": {"a": 1, "a": 2}}'])
def test_an_object_whose_names_stand_twice_is_refused(still: Any, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = still.request("POST", "deployments", content=body, headers=headers)
    assert (answer.status_code, _code(answer)) == (400, "InvalidJson")
    assert "stands twice" in answer.json()["error"]["message"]


def _code(answer: Any) -> str:
    code: str = answer.json()["error"]["code"]
    assert answer.headers["x-ms-error-code"] == code
    return code


@pytest.mark.parametrize("body", ["[]", "7", '"paths"', "null", "[[]]"])
@pytest.mark.parametrize("path", ["drift/repair", "drift/accept", "forget", "export"])
def test_what_is_asked_of_a_deployment_is_an_object(still: Any, path: str, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = still.request("POST", f"deployments/nobody/{path}", content=body, headers=headers)
    assert (answer.status_code, _code(answer)) == (400, "InvalidParameter")
    assert answer.json()["error"]["target"] == "body"
