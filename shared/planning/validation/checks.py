"""Plans checks, begins them, looks at them; see the room for what a check is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from azure.core.exceptions import HttpResponseError

from shared.azure.calls import LEFT_ALONE
from shared.azure.clients import AzureClients
from shared.azure.errors import presentable, retry_after
from shared.azure.generated_secrets import Agree
from shared.deployment.messages import Failure, Json, Outcome, Plan, Step
from shared.deployment.specs.hub import command_for_owner
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.ending import UNPROVEN
from shared.planning.validation import query
from shared.planning.validation.judges import Seen
from shared.planning.validation.table import BY_KEY, CIRCUIT, QUERY, REACHABLE, TABLE, Check
from shared.resources.catalogue import catalogue
from shared.resources.sdk_calls import Response, path_of

# A line that is down is not ours to mend, and often only late: BGP needs minutes after the link.
LATE = timedelta(minutes=15)
AGAIN = 60.0  # seconds between two looks at what is late
BY_QUERY = {REACHABLE, QUERY}  # what is tried from the jump box


def plan_validate(spec: DeploymentSpec, at: str) -> Plan:
    """The checks that fit what the spec asks for, as a plan.

    Args:
        spec: of the deployment.
        at: since when the operation runs.
    """
    return Plan(
        deployment=spec.name,
        purpose="validate",
        steps=checking(spec, at),
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def required(spec: DeploymentSpec, steps: list[Step], at: str) -> list[Step]:
    """The checks that a deployment has to pass before it counts as succeeded, after its steps."""
    validation = spec.validation
    if validation is None or validation.require == "none":
        return []
    level = BY_QUERY if validation.require == "query" else set()
    keep = validation.on_failure == "keep"
    after = [step["key"] for step in steps]

    def demanded(check: Step) -> Json:
        # A query proves more than an open port does, and takes no agent on the machine.
        return {**check["body"], "required": check["key"] != REACHABLE, "keep": keep}

    return [
        {**check, "dependsOn": after, "body": demanded(check)}
        for check in checking(spec, at)
        if check["key"] not in BY_QUERY - level
    ]


def checking(spec: DeploymentSpec, at: str) -> list[Step]:
    """A step for each check that fits what the spec asks for."""
    wanted = {r.key: r for r in catalogue().resources if r.wanted(spec)}  # ours or not
    about = {key: (each.arm_type, each.id(spec)) for key, each in wanted.items()}
    left_out = set[str]()
    if spec.circuit_id:
        about["circuit"] = (CIRCUIT, spec.circuit_id)
    if "express-route-connection" not in wanted:
        left_out.add("routes-learned")
    if not spec.firewalled:
        left_out.add("firewall-attached")
    if not (spec.proxied and spec.gateway.https):
        left_out.add("certificate-valid")
    if not spec.proxied:
        left_out.add("gateway-admits")
    body = _asked(spec, {key: id_ for key, (_, id_) in about.items()}, at)
    return [
        Step(
            key=check.key,
            armType=about[check.resource][0],
            id=about[check.resource][1],
            action="check",
            body={**body, **query.asked(spec)} if check.key == QUERY else body,
            prior=None,
            changes=[],
            dependsOn=[],
            startsAfter=[],
            locks=[],
            expectedSeconds=check.seconds,
            timeoutSeconds=(2 * LATE).total_seconds(),
            undoSeconds=0,
        )
        for check in TABLE
        if check.resource in about and check.key not in left_out
    ]


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
    if check.begin is None:
        found = _query(clients, step, operation_url, agree)
    else:
        found = _begun(check.begin, check, clients, step, operation_url)
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
    """What is found; a check that Azure refuses to make proves nothing.

    Network Watcher looks from a machine with its agent only, an extension of the jump box:
    https://learn.microsoft.com/azure/network-watcher/connection-troubleshoot-overview
    """
    try:
        begun = clients.send("GET", operation_url) if operation_url else begin(clients, step)
    except HttpResponseError as error:
        if check.key == REACHABLE and error.status_code == 400:
            return Seen("unproven", f"the check is refused: {error.message}")
        raise
    return _answer(check, step, begun, operation_url)


def _answer(check: Check, step: Step, response: Any, operation_url: str | None) -> Seen | Outcome:
    if response.status_code == 202:
        return _later(step, operation_url or response.headers.get("Location"), _pace(response))
    return check.judge(response.json(), step["body"])


def _query(
    clients: AzureClients, step: Step, operation_url: str | None, agree: Agree
) -> Seen | Outcome:
    if operation_url is None:
        begun = query.begin(clients, step, agree)
        return _later(step, begun.headers.get("Azure-AsyncOperation"), _pace(begun))
    polled: Any = clients.send("GET", operation_url)
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
        return Outcome(key=step["key"], state="succeeded", detail=found + by)
    group, name = path_of(step["id"])[0], path_of(step["id"])[-1]
    body = {"address": step["body"]["address"], "id": step["id"]}
    command = check.command.format(**body, group=group, name=name)
    message = f"{found}; expected {check.expected}{by}; look with: {command}"
    required = step["body"].get("required", False)
    if seen.state == "unproven" and not required:
        return Outcome(key=step["key"], state="succeeded", warning=f"not proven: {message}")
    if seen.state == "unproven":
        message = f"not proven: {message}"
    failure = Failure(code=UNPROVEN, message=message, retryable=False)
    if check.late or step["body"].get("keep"):  # a line that is down is not mended by deleting
        failure["keeps"] = True
    return Outcome(key=step["key"], state="failed", failure=failure)


def _asked(spec: DeploymentSpec, ids: dict[str, str], at: str) -> Json:
    """What judges have to know of the spec."""
    https, hub = spec.gateway.https, spec.hub
    ours = ids.get("peering-to-hub", "")
    return {
        "hubGateway": hub is not None and hub.gateway,
        "hubCommand": command_for_owner(hub.virtual_network, ours, gateway=hub.gateway)
        if hub
        else "",
        "at": at,
        "address": spec.server_fqdn,
        "location": spec.location,
        "onPremises": list(spec.on_premises.prefixes),
        "databaseSubnet": spec.network.subnets.database,
        "gatewayAddress": spec.gateway.private_address,
        "network": ids["virtual-network"],
        "firewall": ids.get("waf-policy", ""),
        "certificate": https.certificate.key_vault_secret if https else "",
    }
