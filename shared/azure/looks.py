"""How a submitted step stands: the resource is asked, or its operation, or both; see `look`."""

from datetime import timedelta
from typing import Any, Literal

from shared.azure.calls import in_progress, observe, refused, settled
from shared.azure.clients import AzureClients
from shared.deployment.messages import Failure, Json, Outcome, Step
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue

OVERDUE = 2  # times the expected duration; then its operation may have failed unnoticed
LINGERING = 10.0  # seconds; a deleted VNet link is found for a while (terraform-provider-azurerm)
# Answers of a monitor that say nothing of the operation: throttled, not allowed, or broken.
SAYS_NOTHING = frozenset({401, 403, 408, 410, 429, 500, 502, 503, 504})

Ask = Literal["first", "last", "never"]


def look(
    clients: AzureClients,
    step: Step,
    operation_url: str | None,
    elapsed: timedelta,
    ask: Ask = "last",
) -> Outcome:
    """Where a submitted step stands: ask the resource, and its operation once that has an answer.

    `ask` says whether the operation may be asked; first, where it should be over by now.

    A resource that shows itself at work needs no second question. Else both must agree where the
    operation may be asked: one that was cancelled for another ends on a resource that looks well,
    and ARM may still show as updating, or find, what its operation has finished. Where it wants to
    be left alone, a resource that holds what was asked for is enough, and so it is where it answers
    404 until it exists. An operation that should be over is asked first: then one call is enough.
    """
    resource = catalogue()[step.get("resource", step["key"])]
    if operation_url is None or ask == "last":
        return _both(clients, resource, step, operation_url, elapsed)
    needed = resource.settles or step["action"] == "delete"
    if ask == "first":
        outcome = _asked(clients, step, operation_url)
        if outcome is not None or not needed:
            return outcome or Outcome(key=step["key"], state="succeeded")
        return _read(clients, resource, step, elapsed)
    waiting = Outcome(key=step["key"], state="inProgress", operationUrl=operation_url)
    if needed:
        return waiting
    observed = observe(clients, resource, step["id"])
    if observed is None or resource.differences(step["body"], observed):
        return waiting
    done = resource.state(observed) == "succeeded"
    return Outcome(key=step["key"], state="succeeded") if done else waiting


def _both(
    clients: AzureClients,
    resource: Resource,
    step: Step,
    operation_url: str | None,
    elapsed: timedelta,
) -> Outcome:
    observed = observe(clients, resource, step["id"])
    at_work = observed is not None and resource.state(observed) == "inProgress"
    overdue = elapsed.total_seconds() > OVERDUE * step["expectedSeconds"]
    if operation_url and at_work and not overdue:
        return Outcome(key=step["key"], state="inProgress", operationUrl=operation_url)
    if operation_url:
        outcome = _asked(clients, step, operation_url)
        if outcome is not None:
            return outcome
        if observed is None or resource.state(observed) != "succeeded":  # older than the answer
            return _read(clients, resource, step, elapsed)
    return _concluded(clients, resource, step, observed, elapsed)


def _asked(clients: AzureClients, step: Step, operation_url: str) -> Outcome | None:
    """What an operation says of itself; None where it has done its work, or is gone."""
    response = clients.send("GET", operation_url)
    status = _operation_status(response)
    if status == "failed":
        return refused(step, response)
    return in_progress(step, response, operation_url) if status == "inProgress" else None


def _operation_status(response: Any) -> str:
    """succeeded, failed, inProgress; a monitor that is gone leaves the resource to be asked."""
    if response.status_code == 404:
        return "succeeded"
    if response.status_code in SAYS_NOTHING:
        return "inProgress"
    if response.status_code >= 400:
        return "failed"
    body = response.json() if response.content else {}
    status = str(body.get("status", "")).casefold() if isinstance(body, dict) else ""
    if status:
        ended = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
        return ended.get(status, "inProgress")
    return "inProgress" if response.status_code == 202 else "succeeded"


def _read(clients: AzureClients, resource: Resource, step: Step, elapsed: timedelta) -> Outcome:
    observed = observe(clients, resource, step["id"])
    return _concluded(clients, resource, step, observed, elapsed)


def _concluded(
    clients: AzureClients,
    resource: Resource,
    step: Step,
    observed: Json | None,
    elapsed: timedelta,
) -> Outcome:
    """How a step stands whose operation has ended."""
    if step["action"] == "delete":
        if observed is None:
            return Outcome(key=step["key"], state="succeeded")
        return Outcome(
            key=step["key"], state="inProgress", operationUrl=None, resourceRetryAfter=LINGERING
        )
    if observed is None:
        message = f"{step['id']} was submitted and does not exist"
        failure = Failure(code="NotCreated", message=message, retryable=True, maxAttempts=3)
        return Outcome(key=step["key"], state="failed", failure=failure)
    return settled(clients, resource, step, observed, elapsed)
