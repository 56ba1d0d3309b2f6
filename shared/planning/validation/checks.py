"""Plans checks; see the room for what a check is."""

from shared.deployment.messages import Json, Plan, Proof, Step
from shared.deployment.outputs import DATABASE_PORT, POOL_PORT
from shared.deployment.specs.hub import command_for_owner
from shared.deployment.specs.spec import DeploymentSpec
from shared.deployment.walks.ending import QUERY
from shared.planning.validation import query
from shared.planning.validation.probing import LATE
from shared.planning.validation.table import CIRCUIT, REACHABLE, TABLE, Check
from shared.resources.catalogue import catalogue

BY_QUERY = {REACHABLE, QUERY}  # what is tried from the jump box
BESIDE = {REACHABLE, "certificate-valid", "circuit-provisioned"}
"""What may be left unproven: a query proves more than an open port does and takes no agent on the
machine, a certificate may lie in a vault that the gateway alone reads, and of a circuit that was
joined by a key its connection tells."""


def plan_validate(spec: DeploymentSpec, at: str, proof: Proof) -> Plan:
    """The checks that fit what the spec asks for, as a plan.

    Args:
        spec: of the deployment.
        at: since when the operation runs.
        proof: the level that has to be proven of it; all checks are made whatever it is.
    """
    mandatory = {QUERY} if proof["require"] == "query" else set()
    steps = checking(spec, at)
    for step in steps:
        step["body"] = {**step["body"], "required": step["key"] in mandatory}
    return Plan(
        deployment=spec.name,
        purpose="validate",
        steps=steps,
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
        validation=proof,
    )


def required(
    spec: DeploymentSpec, steps: list[Step], at: str, proof: Proof, last: Json | None = None
) -> list[Step]:
    """The checks that a deployment has to pass before it counts as succeeded, after its steps.

    Where nothing changes nothing is written either, which a query would be: the last one is told.

    Args:
        spec: of the deployment.
        steps: of its plan.
        at: since when the operation runs.
        proof: the level that has to be proven.
        last: what the last query has found, and when.
    """
    if proof["require"] == "none":
        return []
    after = [step["key"] for step in steps]
    quiet = bool(steps) and all(step["action"] == "no-op" for step in steps)
    left_out = {REACHABLE} if quiet else set()
    if proof["require"] != "query":
        left_out |= BY_QUERY

    def demanded(check: Step) -> Json:
        keep = quiet or spec.proving.on_failure == "keep"
        body = {**check["body"], "required": check["key"] not in BESIDE, "keep": keep}
        return {**body, "last": last or {}} if quiet and check["key"] == QUERY else body

    return [
        {**check, "dependsOn": after, "body": demanded(check)}
        for check in checking(spec, at)
        if check["key"] not in left_out
    ]


def checking(spec: DeploymentSpec, at: str) -> list[Step]:
    """A step for each check that fits what the spec asks for."""
    wanted = {r.key: r for r in catalogue().resources if r.wanted(spec)}  # ours or not
    about = {key: (each.arm_type, each.id(spec)) for key, each in wanted.items()}
    left_out = set[str]()
    if spec.circuit_id:
        about["circuit"] = (CIRCUIT, spec.circuit_id)
    if "express-route-connection" not in wanted:
        left_out |= {"routes-learned", "routes-effective"}
    if not spec.firewalled:
        left_out.add("firewall-attached")
    if not (spec.proxied and spec.gateway.https):
        left_out.add("certificate-valid")
    if not spec.proxied:
        left_out.add("gateway-admits")

    def place(check: Check) -> str:
        """What a check is about: a query from the app has no machine."""
        from_app = check.key == QUERY and spec.proving.asked_from == "app"
        return "postgres-server" if from_app else check.resource

    body = _asked(spec, {key: id_ for key, (_, id_) in about.items()}, at)
    return [
        Step(
            key=check.key,
            armType=about[place(check)][0],
            id=about[place(check)][1],
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
        if place(check) in about and check.key not in left_out
    ]


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
        "byBgp": spec.gatewayed or bool(hub and hub.gateway),
        "defaultRoute": spec.network.default_route,
        "facesInternet": spec.proxied or spec.bastion.enabled,
        "firewallAt": (hub.firewall if hub else None) or "",
        "ports": [DATABASE_PORT, *([POOL_PORT] if spec.pooled else [])],
        "routeTable": ids["route-table"],
        "databaseSubnet": spec.network.subnets.database,
        "replicas": [spec.second_region.database_subnet] if spec.second_region else [],
        "gatewayAddress": spec.gateway.private_address,
        "network": ids["virtual-network"],
        "firewall": ids.get("waf-policy", ""),
        "certificate": https.certificate.key_vault_secret if https else "",
    }
