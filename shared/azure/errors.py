"""Azure's failures, classified once, and what this room raises.

ExpectedError
├── SecretUnavailable       a secret that the vault does not give out
│   └── VaultNotAllowed     or that lies in a vault which is not to be asked
└── ForeignUrl              a URL that does not lead to ARM, where its token must not go

Azure's exceptions and error bodies end here, as failures. Whether one is worth another try says the
table of `retry_classes`. Messages are made fit for a history: no signed URL, no token, no stack
trace, 500 characters at most.
"""

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import (
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from shared.azure.redaction import concealed, note, secrets_in_use
from shared.azure.retry_classes import LIMITS, RetryClass, by_code, by_status, by_text
from shared.deployment.errors import ExpectedError
from shared.deployment.messages import Failure, Outcome

LONGEST_RETRY_AFTER = 604_800.0  # seconds: a week, longer than any step may take
LONGEST_MESSAGE = 500
LONGEST_CODE = 100
CORRELATION = "x-ms-correlation-request-id"  # what Azure's support asks for
WRITES = frozenset({"PUT", "PATCH", "POST", "DELETE"})
GRANTED_LATE = frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed"})
LONGEST_READ = 20_000  # characters of what Azure sends; nothing behind them is looked at
DEEPEST_ERROR, MOST_ERRORS = 8, 50  # levels of an error body, and errors of a level
_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]*")
_SECRET = re.compile(
    r'"(administratorLoginPassword|adminPassword|authorizationKey|password|data)":'
    r' *("(?:[^"\\]|\\.){4,}")'
)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_ID = re.compile(r"[\w-]{1,64}")
_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")


class SecretUnavailable(ExpectedError):
    """A secret that cannot be used; neither the message nor the cause ever holds its value."""

    def __init__(self, name: str, why: str, *, retryable: bool = False) -> None:
        self.name = name
        self.why = why
        self.retryable = retryable
        super().__init__(f"the secret {name} cannot be used: {why}")


class VaultNotAllowed(SecretUnavailable):
    """A reference to a vault that this installation does not read."""

    def __init__(self, name: str, host: str) -> None:
        super().__init__(
            name,
            f"this app does not read the vault {host[:253]}: its operator allows vaults by the "
            "setting KEY_VAULT_HOSTS",
        )


class ForeignUrl(ExpectedError):
    """A URL that does not lead to ARM: the bearer token is not sent there."""

    def __init__(self, url: str) -> None:
        host = urlsplit(url).hostname or "nowhere"
        super().__init__(f"a URL leads to {host[:80]}, which is not Azure Resource Manager")


def failures_as_data(verb: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make an activity answer what it raises: exceptions do not cross the durable border.

    An order for a step is answered by an outcome, any other by {"failure": ...}.
    """

    @functools.wraps(verb)
    def answered(order: Any) -> Any:
        with secrets_in_use():
            try:
                return verb(order)
            except Exception as error:
                failure = correlated(failure_of(error), getattr(error, "response", None))
                if "key" in order:
                    return Outcome(key=order["key"], state="failed", failure=failure)
                return {"failure": failure}

    return answered


def failure_of(error: BaseException) -> Failure:
    """What an activity answers in place of raising `error`.

    A stranger becomes ``ActivityCrashed``, told by its type and place alone, since its text may
    hold anything.
    """
    match error:
        case ExpectedError():
            kind: RetryClass = "transient" if error.retryable else "fatal"
            return _failure(type(error).__name__, str(error), kind)
        case DecodeError() | IncompleteReadError():
            return _failure("UnreadableAnswer", str(error.message), "transient")
        case HttpResponseError() if error.response is not None:
            return failure_of_answer(error.response)
        case ClientAuthenticationError():
            return _failure("AuthenticationUnavailable", str(error.message), "transient")
        case ServiceRequestError() | ServiceResponseError():
            return _failure("ConnectionFailed", str(error.message), "transient")
        case _:
            return _failure("ActivityCrashed", f"{type(error).__name__}{_place(error)}", "crashed")


def failure_from(
    status: int,
    body: Any,
    headers: Mapping[str, str],
    *,
    writes: bool = False,
) -> Failure:
    """The failure that an answer of ARM reports: a refusal, or a poll of an operation that failed.

    Args:
        status: of the HTTP answer; 200 for most polls.
        body: as parsed, with the error at any of ARM's places; None where there was none.
        headers: of the answer, for Retry-After.
        writes: whether a write was refused.
    """
    errors = _innermost_first(body)
    wait = retry_after(headers)
    for code, message in errors:
        kind = by_code(code)
        if writes and code in GRANTED_LATE:
            kind = "granting"
        if kind:
            return _failure(code, message or errors[-1][1], kind, wait)
    code, message = errors[0] if errors else (_bare_code(status, body), "")
    kind = next((k for _, text in errors if (k := by_text(text))), None) or by_status(status)
    return _failure(code, message or f"Azure answered {status} without a reason", kind, wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait; None where it does not, or not in earnest.

    Either a number or a date, which counts from the Date of the same answer (RFC 9110, 10.2.3). How
    long it binds at most is for the walk to say, by the deadline of the step.
    """
    fields = {name.casefold(): value.strip() for name, value in headers.items()}
    text = fields.get("retry-after", "")
    if _NUMBER.fullmatch(text):
        return min(max(float(text), 0.0), LONGEST_RETRY_AFTER)
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(fields["date"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _failure(code: str, message: str, kind: RetryClass, wait: float | None = None) -> Failure:
    limits = LIMITS[kind]
    failure = Failure(code=_named(code), message=presentable(message), retryable=limits.retryable)
    if limits.retryable:
        wait = wait if wait is not None else limits.wait
        if wait is not None:
            failure["retryAfterSeconds"] = wait
        if limits.patience is not None:
            failure["patienceSeconds"] = limits.patience
        if limits.attempts is not None:
            failure["maxAttempts"] = limits.attempts
    return failure


def _innermost_first(body: Any) -> list[tuple[str, str]]:
    """Codes and messages of an error body; outer ones only say that something inside went wrong.

    ARM nests them in `error`, once or twice, and in `details`; Microsoft.Network answers some
    polls without the envelope.
    """
    found: list[tuple[str, str]] = []
    level = [body]
    for _ in range(DEEPEST_ERROR):
        inner: list[Any] = []
        for error in level[:MOST_ERRORS]:
            if not isinstance(error, Mapping):
                continue
            if error.get("code"):
                found.append((str(error["code"]), str(error.get("message") or "")))
            details = error.get("details")
            inner += [error.get("error"), *(details if isinstance(details, list) else ())]
        level = inner
    return found[::-1]


def _bare_code(status: int, body: Any) -> str:
    """A code for an answer without one: the end state of an operation, or the status."""
    ended = body.get("status") if isinstance(body, Mapping) else None
    return f"Operation{ended}" if isinstance(ended, str) else f"Http{status}"


def presentable(message: str) -> str:
    """One line of bounded length, without signatures (operation URLs carry them), tokens, secrets.

    Secrets are looked for in all of it before it is cut: half of one would not be found.
    """
    line = concealed(" ".join(concealed(message[:LONGEST_READ]).split()))
    line = _TOKEN.sub("<token>", _QUERY.sub(r"\1", line))
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: LONGEST_MESSAGE - 3]}..."


def _named(code: str) -> str:
    """A code of bounded length, without spaces; Azure's are words."""
    return "".join(concealed(code[:LONGEST_READ]).split())[:LONGEST_CODE] or "Unnamed"


def failure_of_answer(response: Any) -> Failure:
    """The failure that an HTTP answer reports, without the secrets that the request carried."""
    try:
        body = response.json()
    except Exception:  # whatever the parser of the transport raises: the status still says enough
        body = None
    with secrets_in_use():
        for value in _secrets_of(getattr(response.request, "content", None)):
            note(value)
        writes = getattr(response.request, "method", "GET") in WRITES
        return failure_from(response.status_code, body, response.headers, writes=writes)


def correlated(failure: Failure, response: Any) -> Failure:
    """A failure with the id by which Azure knows the request that it refused."""
    headers = getattr(response, "headers", None) or {}
    known = _ID.fullmatch(headers.get(CORRELATION) or "")
    return {**failure, "correlationId": known[0]} if known else failure


def _secrets_of(content: Any) -> Iterator[str]:
    """The secrets in the body of a request, in case that ARM quotes one when it complains."""
    if not isinstance(content, str | bytes):
        return
    for _, text in _SECRET.findall(content if isinstance(content, str) else content.decode()):
        yield json.loads(text)


def _place(error: BaseException) -> str:
    """The line that raised, which is no secret, in place of the stack, which may hold some."""
    traceback = error.__traceback__
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if not traceback:
        return ""
    code = traceback.tb_frame.f_code
    return f" in {code.co_name} ({PurePath(code.co_filename).name}:{traceback.tb_lineno})"
