"""Begins checks, looks at them, and says what their answers mean for the operation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from azure.core.exceptions import HttpResponseError

from shared.azure.calls import LEFT_ALONE
from shared.azure.clients import AzureClients
from shared.azure.errors import presentable, retry_after
from shared.azure.generated_secrets import Agree
from shared.deployment.messages import Failure, Outcome, Step
from shared.deployment.walks.ending import UNPROVEN
from shared.planning.validation import query
from shared.planning.validation.seen import Seen
from shared.planning.validation.table import BY_KEY, REACHABLE, Check
from shared.resources.sdk_calls import Response, path_of

# A line that is down is not ours to mend, and often only late: BGP needs minutes after the link.
LATE = timedelta(minutes=15)
AGAIN = 60.0  # seconds between two looks at what is late


def probe(
    clients: AzureClients,
    step: Step,
    agree: Agree,
    *,
    operation_url: str | None,
    elapsed: timedelta,
) -> Outcome:
    """Begin a check, or look at one that has begun.

    Args:
        clients: of the subscription.
        step: the check.
        agree: settles which of several generated secrets counts.
        operation_url: where Azure tells how its own operation stands, if there is one.
        elapsed: since the check was begun first.
    """
    check = BY_KEY[step["key"]]
    try:
        if "last" in step["body"]:
            found: Seen | Outcome = query.last(step["body"]["last"])
        elif step["body"].get("from") == "app":
            found = query.here(step, agree)
        elif check.begin is None:
            found = _query(clients, step, operation_url, agree)
        else:
            found = _begun(check.begin, check, clients, step, operation_url)
    except HttpResponseError as refused:
        found = _unproven(check, refused)
    if not isinstance(found, Seen):
        return found
    if found.state == "failed" and check.late and elapsed < LATE:
        return _later(step, None, AGAIN)
    return _outcome(check, step, found)


def _begun(
    begin: Callable[[AzureClients, Step], Response],
    check: Check,
    clients: AzureClients,
    step: Step,
    operation_url: str | None,
) -> Seen | Outcome:
    begun: Any = _polled(clients, operation_url) if operation_url else begin(clients, step)
    if begun.status_code == 202:
        return _later(step, operation_url or begun.headers.get("Location"), _pace(begun))
    beside = {"beside": check.beside(clients, step)} if check.beside else {}
    return check.judge({**begun.json(), **beside}, step["body"])


def _unproven(check: Check, refused: HttpResponseError) -> Seen:
    """What it means that Azure refuses to make a check: where nobody may look, nothing is proven.

    Network Watcher looks from a machine with its agent only, an extension of the jump box:
    https://learn.microsoft.com/azure/network-watcher/connection-troubleshoot-overview

    Raises:
        HttpResponseError: it says something else.
    """
    if refused.status_code == 403 or (check.key == REACHABLE and refused.status_code == 400):
        return Seen("unproven", f"the check is refused: {refused.message}")
    raise refused


def _polled(clients: AzureClients, operation_url: str) -> Any:
    response: Any = clients.send("GET", operation_url)
    response.raise_for_status()
    return response


def _query(
    clients: AzureClients, step: Step, operation_url: str | None, agree: Agree
) -> Seen | Outcome:
    if operation_url is None:
        begun = query.begin(clients, step, agree)
        return _later(step, begun.headers.get("Azure-AsyncOperation"), _pace(begun))
    polled = _polled(clients, operation_url)
    if polled.json().get("status") == "InProgress":
        return _later(step, operation_url, _pace(polled))
    return query.outcome(clients, step) or _later(step, None, AGAIN)


def _later(step: Step, operation_url: str | None, seconds: float) -> Outcome:
    return Outcome(
        key=step["key"],
        state="inProgress",
        operationUrl=operation_url,
        resourceRetryAfter=seconds,
    )


def _pace(response: Response) -> float:
    return retry_after(response.headers) or LEFT_ALONE


def _outcome(check: Check, step: Step, seen: Seen) -> Outcome:
    """What was found, in words; where it is not as expected, how a person would look."""
    by = f" ({check.recipe} of the recipe)" if check.recipe else ""
    found = presentable(seen.found)
    if seen.state == "passed":
        passed = Outcome(key=step["key"], state="succeeded", detail=found + by)
        return {**passed, "warning": seen.caution} if seen.caution else passed
    group, name = path_of(step["id"])[0], path_of(step["id"])[-1]
    body = {"address": step["body"]["address"], "id": step["id"]}
    command = check.command.format(**body, group=group, name=name)
    if step["body"].get("from") == "app":
        command = f"psql -h {body['address']} from the app's network"
    message = f"{found}; expected {check.expected}{by}; look with: {command}"
    required = step["body"].get("required", False)
    if seen.state == "unproven" and not required:
        return Outcome(key=step["key"], state="succeeded", warning=f"not proven: {message}")
    if seen.state == "unproven":
        message = f"not proven: {message}"
    failure = Failure(code=UNPROVEN, message=message, retryable=False)
    # A line that is down, or what nobody can tell, is not mended by deleting.
    if check.late or seen.state == "unproven" or step["body"].get("keep"):
        failure["keeps"] = True
    return Outcome(key=step["key"], state="failed", failure=failure)
