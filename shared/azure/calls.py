"""One ARM call or two per activity: submit, read. Every answer comes back as an `Outcome`.

Nothing here waits. What ARM is still busy with is reported as in progress, with the URL to ask and
how long to leave it alone; what ARM refuses is classified by `shared.azure.errors`.
"""

from datetime import timedelta
from typing import Any, cast

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from shared.azure.clients import AzureClients
from shared.azure.errors import (
    SecretUnavailable,
    correlated,
    failure_from,
    failure_of_answer,
    presentable,
    retry_after,
)
from shared.azure.generated_secrets import Agree
from shared.azure.secrets import recall, resolve
from shared.deployment.changes.bodies import applied, reverted
from shared.deployment.changes.paths import at
from shared.deployment.messages import Change, Failure, Found, Json, Outcome, Step
from shared.deployment.specs.secrets import is_secret
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from shared.resources.sdk_calls import Response


def apply(clients: AzureClients, step: Step, agree: Agree) -> Outcome:
    """Submit a create or an update.

    A create is a PUT that may be repeated. An update reads first: it goes ahead only while nothing
    but the planned changes is left to make, and does nothing where they have been made already.
    """
    resource = catalogue()[step.get("resource", step["key"])]
    if step["action"] == "create":
        return _put(clients, resource, step, step["body"], None, agree)
    observed = observe(clients, resource, step["id"])
    if observed is None:
        return _stale(step, "it is gone")
    left = resource.differences(step["body"], observed)
    if not step.get("unread") and (foreign := _unplanned(left, step)):
        return _stale(step, f"somebody changed {', '.join(foreign)}")
    if not left and not _unseen(step) and resource.state(observed) != "failed":
        return settled(clients, resource, step, observed, timedelta())
    if begun := resource.begin_start(clients, step["id"], observed):
        if not left and not _unseen(step):
            return in_progress(step, begun)
        return _not_yet(step, "it was stopped, and is started before it is changed", begun)
    body = resource.update_body(step["body"], resource.writable(observed), step["changes"])
    return _put(clients, resource, step, body, observed, agree)


def read_at_last(clients: AzureClients, step: Step) -> Found | None:
    """What differs in a resource that was planned unread; None where it is gone.

    What it is now is what a rollback goes back to.
    """
    resource = catalogue()[step.get("resource", step["key"])]
    observed = observe(clients, resource, step["id"])
    if observed is None:
        return None
    return Found(
        changes=resource.differences(step["body"], observed),
        prior=resource.snapshot(step["body"], observed),
    )


def restore(clients: AzureClients, step: Step, agree: Agree) -> Outcome:
    """Put back what the walk had changed, and only that; refuse where somebody changed it since."""
    resource = catalogue()[step.get("resource", step["key"])]
    observed = observe(clients, resource, step["id"])
    if observed is None:
        return _put(clients, resource, step, step["prior"] or {}, None, agree)
    left = resource.differences(applied(step["body"], step["changes"]), observed)
    if foreign := _unplanned(left, step):
        return _stale(step, f"somebody changed {', '.join(foreign)} since we wrote it")
    shown = len(step["changes"]) - len(_unseen(step))
    if len(left) == shown and (shown or not step["changes"]):  # nothing of ours is there
        return settled(clients, resource, step, observed, timedelta())
    if step["changes"] and all(map(_only_a_tag, step["changes"])):
        return _untag(clients, step)
    if begun := resource.begin_start(clients, step["id"], observed):
        return _not_yet(step, "it was stopped, and is started before it is put back", begun)
    # What was declared is laid over it once more: ARM shows no secret, and a PUT may need it.
    stays = _lasting(step, observed)
    changes = [change for change in step["changes"] if change not in stays]
    there = reverted(resource.writable(observed), changes)
    body = resource.update_body(applied(step["body"], stays), there, changes)
    return _put(clients, resource, step, body, observed, agree)


TAGS = "tags."
TAGS_VERSION = "2021-04-01"


def _only_a_tag(change: Change) -> bool:
    """Whether a change added a tag, and nothing else."""
    return change["path"].startswith(TAGS) and change["before"] is None


def _untag(clients: AzureClients, step: Step) -> Outcome:
    """Take tags off without writing the resource: a PUT of some of them interrupts its users.

    https://learn.microsoft.com/rest/api/resources/tags/update-at-scope
    """
    tags = {change["path"].removeprefix(TAGS): change["after"] for change in step["changes"]}
    path = f"{step['id']}/providers/Microsoft.Resources/tags/default?api-version={TAGS_VERSION}"
    order = {"operation": "Delete", "properties": {"tags": tags}}
    response = clients.send("PATCH", path, json=order)
    if response.status_code >= 400:
        return refused(step, response)
    if response.status_code == ACCEPTED:
        return in_progress(step, response)
    return Outcome(key=step["key"], state="succeeded", operationUrl=None)


def delete(clients: AzureClients, step: Step) -> Outcome:
    """Submit a deletion; what is absent already is a success."""
    resource = catalogue()[step.get("resource", step["key"])]
    try:
        response = resource.delete(clients, step["id"])
    except ResourceNotFoundError:
        return Outcome(key=step["key"], state="succeeded")
    except HttpResponseError:
        observed = observe(clients, resource, step["id"])
        begun = observed and resource.begin_start(clients, step["id"], observed)
        if not begun:
            raise
        return _not_yet(step, "it was stopped, and is started before it is deleted", begun)
    if response.status_code in {204, 404}:
        return Outcome(key=step["key"], state="succeeded")
    if response.status_code >= 400:
        return refused(step, response)
    return in_progress(step, response)


def observe(clients: AzureClients, resource: Resource, resource_id: str) -> Json | None:
    """The resource as ARM shows it; None where it does not exist."""
    try:
        answer = resource.read(clients, resource_id)
    except ResourceNotFoundError:
        return None
    body: Json = answer.json()
    return None if answer.status_code == 404 else body


ACCEPTED = 202
LEFT_ALONE = 10.0  # seconds, where ARM sends no Retry-After for an operation (recorded traffic)


def _put(
    clients: AzureClients,
    resource: Resource,
    step: Step,
    body: Json,
    observed: Json | None,
    agree: Agree,
) -> Outcome:
    try:
        response = resource.put(clients, step["id"], resolve(body, agree), observed)
    except HttpResponseError as unexpected:
        if unexpected.response is None or unexpected.status_code != ACCEPTED:
            raise
        response = cast(Response, unexpected.response)  # the SDK knows of no 202 here
    if response.headers.get("Azure-AsyncOperation") or response.status_code == 202:
        outcome = in_progress(step, response)
        if resource.first_leg is not None:
            outcome["legSeconds"] = resource.first_leg.total_seconds()
        return outcome
    return settled(clients, resource, step, response.json(), timedelta())


def settled(
    clients: AzureClients, resource: Resource, step: Step, observed: Json, elapsed: timedelta
) -> Outcome:
    """How a step stands whose operation has ended, by the resource that is there."""
    state = resource.state(observed)
    if state == "failed":
        message = f"{step['id']} ended in the provisioning state Failed"
        failure = failure_from(200, {"error": {"code": "Failed", "message": message}}, {})
        return Outcome(key=step["key"], state="failed", failure=failure)
    if state == "inProgress":
        return Outcome(key=step["key"], state="inProgress", operationUrl=None)
    verdict = resource.settle(clients, step["body"], observed, elapsed)
    if verdict.submitted is not None:
        outcome = in_progress(step, verdict.submitted)
    else:
        outcome = Outcome(key=step["key"], state=verdict.state, operationUrl=None)
    if verdict.leg is not None:
        outcome["legSeconds"] = verdict.leg.total_seconds()
    if verdict.warning:
        outcome["warning"] = presentable(verdict.warning)
    if step["action"] == "restore" and (stays := _lasting(step, observed)):
        outcome["detail"] = "; ".join(
            f"{c['path']} stays {c['after']}: Azure never takes it back to {c['before']}"
            for c in stays
        )
    return outcome


def in_progress(step: Step, response: Response, url: str | None = None) -> Outcome:
    """A step that ARM is at work on, with where to ask and how long to leave whom alone.

    Retry-After binds whoever sent it: a poll of `url`, or a 202, speaks for the operation; an
    answer to a PUT that shows the resource speaks for the resource as well.
    """
    headers, wait = response.headers, retry_after(response.headers)
    follow = headers.get("Azure-AsyncOperation") or url or headers.get("Location")
    outcome = Outcome(
        key=step["key"],
        state="inProgress",
        operationUrl=follow,
        operationRetryAfter=LEFT_ALONE if wait is None else wait,
    )
    if wait and url is None and response.status_code != 202:
        outcome["resourceRetryAfter"] = wait
    return outcome


def refused(step: Step, response: Any) -> Outcome:
    """A step that ARM refuses, or whose operation has failed."""
    try:
        recall(step["body"])  # an operation may quote what began it
    except SecretUnavailable:
        failure = failure_of_answer(response)
        failure["message"] = "not shown, since the vault cannot be asked which secrets it may quote"
    else:
        failure = failure_of_answer(response)
    failure = correlated(failure, response)
    return Outcome(key=step["key"], state="failed", failure=failure)


def _unplanned(left: list[Change], step: Step) -> list[str]:
    """The paths that differ now otherwise than planned, however sure the plan was of them."""
    planned = [(c["path"], c["before"], c["after"]) for c in step["changes"]]
    return [c["path"] for c in left if (c["path"], c["before"], c["after"]) not in planned]


def _unseen(step: Step) -> list[Change]:
    """The changes to secrets, which no reading ever shows: they are made each time anew."""
    return [change for change in step["changes"] if is_secret(change["after"])]


def _lasting(step: Step, observed: Json) -> list[Change]:
    """The changes that were really made and that Azure never takes back."""
    changes = [change for change in step.get("changes", []) if change.get("oneWay")]
    return [change for change in changes if at(observed, change["path"]) != change["before"]]


def _not_yet(step: Step, why: str, begun: Response) -> Outcome:
    """To be tried again once it has started: then all that was planned is still to be done."""
    error = {"error": {"code": "ResourceStarting", "message": why}}
    failure = failure_from(409, error, begun.headers)
    return Outcome(key=step["key"], state="failed", failure=failure)


def _stale(step: Step, what: str) -> Outcome:
    message = f"{step['id']}: {what} after the plan was made; nothing was overwritten"
    failure = Failure(code="PlanStale", message=message, retryable=False)
    return Outcome(key=step["key"], state="failed", failure=failure)
