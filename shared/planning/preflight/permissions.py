"""Whether the identity of the app may do what the deployment takes, and what undoing it takes."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from azure.core.exceptions import ResourceNotFoundError
from pydantic.alias_generators import to_camel

from shared.deployment.messages import Json
from shared.planning.preflight.findings import Finding, Subject, refused
from shared.planning.rights import PATH, not_allowed
from shared.planning.roles import CIRCUIT, QUERYING
from shared.resources.base import RESOURCE_GROUP, Resource
from shared.resources.catalogue import catalogue

# A resource takes on an identity only by the leave of who may assign it.
# https://learn.microsoft.com/azure/role-based-access-control/permissions/identity
USED = {
    "Microsoft.OperationalInsights/workspaces/read",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
} | {
    f"Microsoft.Network/{action}"
    for action in (
        *("virtualNetworks/read", "virtualNetworks/join/action"),
        *("virtualNetworks/subnets/join/action", "privateDnsZones/read"),
        *("privateDnsZones/join/action", "virtualNetworkGateways/read"),
        *("virtualNetworkGateways/join/action", "connections/read", "bastionHosts/read"),
    )
}
"""What is done to something that is there already: it is looked at, and joined."""
PEER = "Microsoft.Network/virtualNetworks/peer/action"
IDENTITY_ACTIONS = ("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",)


def check_permissions(subject: Subject) -> Iterator[Finding]:
    """The rights of the app, on the group where it exists and on what lies elsewhere."""
    inside = [r for r in subject.new if _inside(subject, r)]
    around = subject.subscription if subject.creates(RESOURCE_GROUP) else subject.group_id
    granted = subject.read(f"{around}{PATH}")["value"]
    ours = [r for r in inside if r.role == "deployer"]
    yield from judge_permissions(subject.group_id, needed_actions(ours), granted)
    agent = [r for r in inside if r.role == "prober"]
    field = "jumpBox.networkWatcher"
    yield from judge_permissions(subject.group_id, needed_actions(agent), granted, field)
    proving = subject.spec.proving
    if proving.require == "query" and proving.asked_from == "jumpBox":
        yield from judge_permissions(subject.group_id, QUERYING, granted, "validation.require")
    for target, (scope, needed) in needed_elsewhere(subject).items():
        with suppress(ResourceNotFoundError):  # its own check tells that
            granted = subject.read(f"{scope}{PATH}")["value"]
            yield from judge_permissions(scope, needed, granted, target)


def needed_elsewhere(subject: Subject) -> dict[str, tuple[str, Iterable[str]]]:
    """What is done to resources that are there already: field -> their id, and the actions.

    Whoever has the key of a circuit needs no right on it.
    https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm
    """
    spec = subject.spec
    elsewhere: dict[str, tuple[str, Iterable[str]]] = {}
    if spec.circuit_id and spec.express_route.authorization_key is None:
        elsewhere["expressRoute.circuitId"] = (spec.circuit_id, CIRCUIT)
    outside = [r for r in subject.new if not _inside(subject, r)]
    holders = {
        "existing.virtualNetwork": spec.existing.virtual_network,
        "existing.privateDnsZone": spec.existing.private_dns_zone,
        "gateway.alias.zoneId": spec.gateway.alias.zone_id if spec.gateway.alias else None,
    }
    for field, holder in holders.items():
        within = [r for r in outside if r.parent_id(spec) == holder]
        if holder and within:
            elsewhere[field] = (holder, needed_actions(within))
    if key := spec.postgres.encryption:
        elsewhere["postgres.encryption.identityId"] = (key.identity_id, IDENTITY_ACTIONS)
    if spec.hub:
        field, network = "hub.virtualNetwork", spec.hub.virtual_network
        within = [r for r in outside if r.parent_id(spec) == network]
        elsewhere[field] = (network, [*needed_actions(within), PEER])
    for name, given in spec.existing.model_dump(exclude_none=True).items():
        used = USED.intersection(catalogue()[name.replace("_", "-")].actions)
        field = f"existing.{to_camel(name)}"
        elsewhere[field] = (given, sorted({*elsewhere.get(field, (given, ()))[1], *used}))
    if spec.gateway.identity_id:
        elsewhere["gateway.identityId"] = (spec.gateway.identity_id, IDENTITY_ACTIONS)
    return elsewhere


def _inside(subject: Subject, resource: Resource) -> bool:
    return f"{resource.id(subject.spec)}/".casefold().startswith(f"{subject.group_id}/".casefold())


def needed_actions(resources: Iterable[Resource]) -> list[str]:
    """What creating, watching and undoing these resources takes."""
    return sorted({action for resource in resources for action in resource.actions})


def judge_permissions(
    scope: str,
    needed: Iterable[str],
    granted: list[Json],
    target: str = "subscriptionId",
) -> Iterator[Finding]:
    """Actions that no role of the app allows."""
    if missing := not_allowed(needed, granted):
        yield refused(
            "PermissionMissing",
            target,
            f"the identity of the app lacks {', '.join(missing)} on {scope}: assign it a role "
            "that has them",
        )
