"""A start: accepted once, refused while another runs, repeated without being done again."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.records.claims import Claim
from shared.records.records import Records

Json = dict[str, Any]


def test_a_start_says_where_and_when_to_look(still: Any, small: Json) -> None:
    answer = still.request("POST", "deployments", json=small)
    body = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Operation-Location"] == f"{still.host.url}/api/operations/{body['id']}"
    assert int(answer.headers["Retry-After"]) > 0
    assert (body["kind"], body["status"]) == ("deploy", "Running")
    assert body["statusQueryGetUri"] == f"{answer.headers['Operation-Location']}/status"
    assert "management" not in body


def test_a_second_start_is_told_which_operation_runs(still: Any, small: Json) -> None:
    first = still.request("POST", "deployments", json=small)
    second = still.request("PUT", f"deployments/{small['name']}", json=small)
    assert second.status_code == 409
    assert second.json()["error"]["code"] == "OperationInProgress"
    assert second.json()["error"]["target"] == first.json()["id"]
    assert second.headers["Operation-Location"] == first.headers["Operation-Location"]


@pytest.mark.parametrize("many", [2, 64, 256])
def test_of_many_starts_at_once_exactly_one_is_accepted(still: Any, small: Json, many: int) -> None:
    with ThreadPoolExecutor(64) as pool:
        posts = [pool.submit(still.request, "POST", "deployments", json=small) for _ in range(many)]
        codes = [post.result().status_code for post in posts]
    assert (codes.count(202), codes.count(409)) == (1, many - 1)


def test_a_repeated_request_gets_the_first_answer_again(still: Any, small: Json) -> None:
    headers = {"Repeatability-Request-ID": "4f3c"}
    first = still.request("POST", "deployments", json=small, headers=headers)
    again = still.request("POST", "deployments", json=small, headers=headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Repeatability-Result"] == "accepted"


@pytest.mark.parametrize("other", ["body", "method", "query"])
def test_another_request_does_not_get_the_answer_of_the_first(
    still: Any, small: Json, other: str
) -> None:
    headers, path = {"Repeatability-Request-ID": "4f3c"}, f"deployments/{small['name']}"
    still.request("PUT", path, json=small, headers=headers)
    changed = small | {"tags": {"another": "tag"}} if other == "body" else small
    again = still.request(
        "DELETE" if other == "method" else "PUT",
        f"{path}?deleteData=true" if other == "query" else path,
        headers=headers,
        **({} if other == "method" else {"json": changed}),
    )
    assert (again.status_code, _code(again)) == (409, "RequestIdReused")


def test_a_request_made_many_times_at_once_is_accepted_each_time_and_starts_once(
    still: Any, small: Json
) -> None:
    headers = {"Repeatability-Request-ID": "4f3c"}

    def post(_: int) -> Any:
        return still.request("POST", "deployments", json=small, headers=headers)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(16)))
    assert [answer.status_code for answer in answers] == [202] * 16
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_repeated_request_that_somebody_has_overtaken_starts_nothing(
    still: Any, small: Json, kept: Records
) -> None:
    body = json.dumps(small)
    digest = hashlib.sha256(f"POST /api/deployments []\n{body}".encode()).hexdigest()
    # and then the process died, long ago
    first = _claim(kept, small, request_id="4f3c", digest=digest)
    second = still.request("POST", "deployments", json=small).json()["id"]
    headers = {"Repeatability-Request-ID": "4f3c"}
    again = still.request("POST", "deployments", content=body, headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first)
    assert still.host.wait_for(first) == {}
    told = still.request("GET", f"deployments/{small['name']}").json()
    assert (told["lastOperation"]["id"], told["lastOperation"]["status"]) == (second, "Running")


def test_if_none_match_refuses_an_update(still: Any, small: Json, kept: Records) -> None:
    _claim(kept, small)
    headers = {"If-None-Match": "*"}
    answer = still.request("PUT", f"deployments/{small['name']}", json=small, headers=headers)
    assert (answer.status_code, _code(answer)) == (412, "PreconditionFailed")


def test_if_match_refuses_what_has_changed_since(still: Any, small: Json, kept: Records) -> None:
    _claim(kept, small)
    headers = {"If-Match": 'W/"old"'}
    answer = still.request("PUT", f"deployments/{small['name']}", json=small, headers=headers)
    assert (answer.status_code, _code(answer)) == (412, "PreconditionFailed")


def test_if_match_lets_the_one_who_has_read_it_go_on(
    still: Any, small: Json, kept: Records
) -> None:
    _claim(kept, small)
    etag = still.request("GET", f"deployments/{small['name']}").headers["ETag"]
    headers = {"If-Match": etag}
    answer = still.request("PUT", f"deployments/{small['name']}", json=small, headers=headers)
    assert answer.status_code == 202


def test_a_young_claim_holds_although_its_orchestration_is_missing(
    still: Any, small: Json, kept: Records
) -> None:
    _claim(kept, small, age=timedelta())
    assert still.request("POST", "deployments", json=small).status_code == 409


def test_an_old_claim_whose_orchestration_is_missing_is_taken_over(
    still: Any, small: Json, kept: Records
) -> None:
    _claim(kept, small)
    assert still.request("POST", "deployments", json=small).status_code == 202


def test_an_operation_without_an_orchestration_is_told_as_failed(
    still: Any, small: Json, kept: Records
) -> None:
    told = still.operation(_claim(kept, small))
    assert (told["status"], told["failure"]["code"]) == ("Failed", "OperationLost")


def _claim(
    kept: Records, spec: Json, *, age: timedelta = timedelta(hours=1), **options: Any
) -> str:
    """A claim whose caller died before it started anything; the operation's id."""
    name = spec["name"]
    when = datetime.now(UTC) - age
    identity = f"{name}-0"
    claim = Claim(
        deployment=name, operation_id=identity, kind="deploy", now=when, spec=spec, **options
    )
    return kept.claim(claim, fate=lambda _: "missing", grace=timedelta()).operation_id


def _code(answer: Any) -> str:
    code: str = answer.json()["error"]["code"]
    assert answer.headers["x-ms-error-code"] == code
    return code
