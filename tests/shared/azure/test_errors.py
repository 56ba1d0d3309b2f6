"""Which failures of Azure are worth another try, and what of them may be shown."""

import json
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from local.arm_emulator.emulator import ArmEmulator
from shared.azure.clients import AzureClients
from shared.azure.errors import SecretUnavailable, failure_from, failure_of, retry_after
from shared.azure.retry_classes import CODES
from shared.records.errors import RecordsUnavailable

SIGNED = "https://management.azure.com/subscriptions/s/operations/1?t=1&c=MIIH&s=sig&h=x"


class Request:
    def __init__(self, content: str | None, method: str) -> None:
        self.content = content
        self.method = method


class Response:
    """As much of an HTTP response as the exceptions of azure.core keep."""

    reason = "because"

    def __init__(
        self, status: int, body: Any, *, sent: Any = None, method: str = "GET", **headers: str
    ) -> None:
        self.status_code = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.request = Request(json.dumps(sent) if sent else None, method)
        self._text = body if isinstance(body, str) else json.dumps(body)

    def text(self, encoding: str | None = None) -> str:
        return self._text

    def json(self) -> Any:
        return json.loads(self._text)


def refused(status: int, body: Any, **options: Any) -> HttpResponseError:
    return HttpResponseError(response=Response(status, body, **options))


def error(code: str, message: str = "m", *details: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "code", "limits"),
    [
        (429, "AnotherOperationInProgress", {"patienceSeconds": 1800}),
        (409, "ServerIsBusy", {"patienceSeconds": 1800}),
        (429, "SubscriptionRequestsThrottled", {"retryAfterSeconds": 30}),
        (500, "InternalServerError", {"patienceSeconds": 1800}),
        (400, "InUseNetworkSecurityGroupCannotBeDeleted", {"patienceSeconds": 900}),
        (400, "InvalidResourceReference", {"patienceSeconds": 60}),
        (409, "MissingSubscriptionRegistration", {"patienceSeconds": 900}),
    ],
)
def test_a_retryable_failure_carries_the_limits_of_its_class(
    status: int, code: str, limits: dict[str, float]
) -> None:
    failure = failure_from(status, error(code), {})
    assert failure["retryable"]
    assert limits.items() <= failure.items()


def test_contention_never_runs_out_of_attempts() -> None:
    assert "maxAttempts" not in failure_from(429, error("RetryableError"), {})


@pytest.mark.parametrize("code", [*CODES["capacity"], *CODES["fatal"], "NobodyKnowsThis"])
def test_a_refusal_that_will_not_change_by_itself_is_not_retried(code: str) -> None:
    failure = failure_from(409, error(code), {})
    assert failure == {"code": code, "message": "m", "retryable": False}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_unknown_code_is_judged_by_its_status(status: int) -> None:
    assert failure_from(status, error("NobodyKnowsThis"), {})["retryable"]


@pytest.mark.parametrize(
    ("status", "code", "seconds"),
    [
        (404, "NotFound", 60),
        (404, "ResourceGroupNotFound", 60),
        (404, "VirtualNetworkNotFound", 60),
        (409, "ResourceOperationInProgress", 1800),
        (409, "ServerBusy", 1800),
        (409, "ServerIsBusy", 1800),
        (409, "ResourceBeingDeleted", 1800),
    ],
)
def test_what_is_not_yet_seen_or_busy_is_waited_for_by_whatever_name(
    status: int, code: str, seconds: int
) -> None:
    assert failure_from(status, error(code), {})["patienceSeconds"] == seconds


def test_an_unknown_code_is_judged_by_its_text_before_its_status() -> None:
    text = "Another operation on this resource is in progress"
    assert failure_from(409, error("Conflict", text), {})["patienceSeconds"] == 1800


def test_the_innermost_known_code_decides() -> None:
    inner = {"code": "ReferencedResourceNotProvisioned", "message": "subnet is Updating"}
    failure = failure_from(400, error("InvalidParameter", "outer", inner), {})
    assert (failure["code"], failure["message"]) == (inner["code"], inner["message"])


def test_an_unknown_detail_does_not_hide_the_known_code_around_it() -> None:
    failure = failure_from(429, error("RetryableError", "o", {"code": "NotFinished"}), {})
    assert failure["code"] == "RetryableError"
    assert failure["retryable"]


def test_a_failed_poll_is_judged_by_the_error_inside_it() -> None:
    body = {"status": "Canceled", **error("CanceledAndSupersededDueToAnotherOperation")}
    assert failure_from(200, body, {})["patienceSeconds"] == 1800


def test_an_operation_that_failed_without_a_reason_says_so() -> None:
    failure = failure_from(200, {"status": "Failed"}, {})
    assert failure["code"] == "OperationFailed"
    assert not failure["retryable"]


def test_an_envelope_inside_an_envelope_is_opened() -> None:
    assert failure_from(409, {"error": error("ScopeLocked")}, {})["code"] == "ScopeLocked"


@pytest.mark.parametrize("body", [None, "", "<html>", [], {"error": None}, {"error": "oops"}])
def test_an_answer_without_an_envelope_is_judged_by_its_status(body: Any) -> None:
    assert failure_from(503, body, {})["code"] == "Http503"


def test_retry_after_is_honoured() -> None:
    failure = failure_from(429, error("TooManyRequests"), {"retry-after": "17"})
    assert failure["retryAfterSeconds"] == 17


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("86400", 86400),
        ("1000000000", 604800),  # a week, by when every step has been given up
        ("9" * 400, 604800),
        ("-5", 0),
        ("2.5", 2.5),
        ("Thu, 01 Jan 2026 00:01:30 GMT", 90),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("1e3", None),
        ("\u0663", None),
    ],
)
def test_retry_after_is_read_as_a_number_or_a_date_or_not_at_all(
    text: str, seconds: float | None
) -> None:
    headers = {"Retry-After": text, "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    assert retry_after(headers) == seconds


def test_a_date_to_retry_after_says_nothing_where_the_answer_has_none_itself() -> None:
    assert retry_after({"Retry-After": "Thu, 01 Jan 2026 00:01:30 GMT"}) is None


def test_a_raised_refusal_is_classified_like_a_returned_one() -> None:
    answer = error("ServerIsBusy", "busy")
    raised = failure_of(refused(409, answer, Retry_After="60"))
    assert raised == failure_from(409, answer, {"Retry-After": "60"})


def test_a_refusal_that_is_no_json_is_judged_by_its_status() -> None:
    assert failure_of(refused(502, "<html>bad gateway</html>"))["code"] == "Http502"


@pytest.mark.parametrize("kind", [ServiceRequestError, ServiceResponseError])
def test_a_lost_connection_is_tried_again(kind: type[Exception]) -> None:
    failure = failure_of(kind("reset by peer"))
    assert failure["code"] == "ConnectionFailed"
    assert failure["patienceSeconds"] == 1800


def test_an_identity_that_does_not_answer_is_tried_again() -> None:
    failure = failure_of(ClientAuthenticationError("no endpoint"))
    assert failure["code"] == "AuthenticationUnavailable"
    assert failure["retryable"]


def test_a_stranger_is_told_by_type_and_place_only() -> None:
    try:
        int("hunter2")
    except ValueError as crash:
        failure = failure_of(crash)
    assert failure["code"] == "ActivityCrashed"
    assert failure["maxAttempts"] == 3
    assert "hunter2" not in failure["message"]
    assert "test_errors.py" in failure["message"]


def test_a_secret_quoted_by_azure_is_not_repeated() -> None:
    password = 'pa"ss\\w0rd'
    sent = {"properties": {"administratorLoginPassword": password, "authorizationKey": "key-123"}}
    answer = error("InvalidParameter", f"{password} is too short and key-123 is used")
    assert failure_of(refused(400, answer, sent=sent))["message"] == (
        "<secret> is too short and <secret> is used"
    )


def test_a_signed_url_loses_its_signature() -> None:
    message = failure_from(400, error("X", f"see {SIGNED} for more"), {})["message"]
    assert message == "see https://management.azure.com/subscriptions/s/operations/1 for more"


def test_a_token_is_not_repeated() -> None:
    message = failure_from(401, error("X", "bad eyJhbGciOi.eyJzdWIi.c2ln"), {})["message"]
    assert message == "bad <token>"


def test_a_long_message_is_cut() -> None:
    assert len(failure_from(400, error("X", "very " * 1000), {})["message"]) == 500


@pytest.mark.parametrize("retryable", [True, False])
def test_a_secret_that_is_unavailable_is_retried_only_where_that_may_help(retryable: bool) -> None:
    failure = failure_of(SecretUnavailable("pw", "why", retryable=retryable))
    assert failure["code"] == "SecretUnavailable"
    assert failure["retryable"] is retryable


def test_records_that_cannot_be_reached_are_tried_again() -> None:
    assert failure_of(RecordsUnavailable("HTTP 503"))["retryable"]


def test_a_secret_that_the_sdk_has_sent_is_not_repeated(
    azure: ArmEmulator, clients: AzureClients
) -> None:
    kind = "Microsoft.DBforPostgreSQL/flexibleServers"
    azure.fail(type=kind, status=400, code="InvalidParameter", message="hunter2-hunter2 is weak")
    secret = {"administratorLoginPassword": "hunter2-hunter2"}
    body: Any = {"location": "eastus", "properties": secret}
    with pytest.raises(HttpResponseError) as caught:
        clients.postgres.servers.begin_create_or_update("rg", "server", body, polling=False)
    assert failure_of(caught.value) == {
        "code": "InvalidParameter",
        "message": "<secret> is weak",
        "retryable": False,
    }


@pytest.mark.parametrize("code", ["AuthorizationFailed", "LinkedAuthorizationFailed"])
@pytest.mark.parametrize(("method", "patience"), [("PUT", 600), ("DELETE", 600), ("GET", None)])
def test_a_write_waits_for_a_role_that_has_just_been_assigned(
    code: str, method: str, patience: float | None
) -> None:
    failure = failure_of(refused(403, error(code), method=method))
    assert failure.get("patienceSeconds") == patience
    assert failure["retryable"] == (patience is not None)
