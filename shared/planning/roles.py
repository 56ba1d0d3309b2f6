"""What the app may do in Azure: the actions of its roles, and what each is for.

Most follow from the classes of the resources. A command writes them into infra/roles.json, and the
tests hold that everything that is asked of Azure is granted, and everything granted is asked.
"""

from shared.resources.catalogue import catalogue

READS = {
    "Microsoft.Authorization/locks/read": "what a lock would refuse",
    "Microsoft.Authorization/permissions/read": "what the app itself may do",
    "Microsoft.Authorization/policyAssignments/read": "whether a policy may refuse anything",
    "Microsoft.Compute/locations/operations/read": "how an operation stands",
    "Microsoft.Compute/locations/usages/read": "quotas of machines",
    "Microsoft.Compute/skus/read": "sizes, zones and restrictions of machines",
    "Microsoft.DBforPostgreSQL/checkNameAvailability/action": "whether a server's name is free",
    "Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read": "how an operation stands",
    "Microsoft.DBforPostgreSQL/locations/capabilities/read": "sizes, versions and zones",
    "Microsoft.DBforPostgreSQL/locations/checkVirtualNetworkSubnetUsage/action": (
        "whether servers still hold a subnet"
    ),
    "Microsoft.DBforPostgreSQL/locations/resourceType/usages/read": "quotas of servers",
    "Microsoft.Insights/eventtypes/values/read": "who changed what, for drift (Activity Log)",
    "Microsoft.Network/applicationGatewayAvailableSslOptions/read": "which TLS policies there are",
    "Microsoft.Network/applicationGatewayAvailableWafRuleSets/read": "which rule sets there are",
    "Microsoft.Network/expressRoutePorts/read": "the links of a port that a circuit lies on",
    "Microsoft.Network/locations/dnsResolverOperationStatuses/read": "how an operation stands",
    "Microsoft.Network/locations/operationResults/read": "how an operation ended",
    "Microsoft.Network/locations/operations/read": "how an operation stands",
    "Microsoft.Network/locations/usages/read": "quotas of the network",
    "Microsoft.Network/networkInterfaces/effectiveRouteTable/action": "what holds at the jump box",
    "Microsoft.Network/networkWatchers/connectivityCheck/action": "the check of reachability",
    "Microsoft.Network/networkWatchers/read": "which watcher does it",
    "Microsoft.Network/privateDnsOperationStatuses/read": "how an operation stands",
    "Microsoft.OperationalInsights/locations/operationStatuses/read": "how an operation stands",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read": "what a policy would refuse",
    "Microsoft.ResourceGraph/resources/read": "looks at many resources at once, for drift",
    "Microsoft.Resources/subscriptions/operationresults/read": "how the deletion of a group ended",
    "Microsoft.Resources/subscriptions/providers/read": "registrations, API versions, zones",
    "Microsoft.Security/pricings/read": "whether Defender is on for all databases",
    "Microsoft.Resources/subscriptions/read": "whether the subscription is there and in use",
    "Microsoft.Resources/subscriptions/resourceGroups/resources/read": "what lies in a group",
    "Microsoft.Resources/subscriptions/resources/read": "what carries our mark, wherever it lies",
    "Microsoft.Resources/tags/write": "takes our mark off what is let go of, and nothing else",
}
"""Beside the resources themselves; none of these changes more than a mark."""

CIRCUIT = {
    "Microsoft.Network/expressRouteCircuits/join/action": "connects a gateway to it",
    "Microsoft.Network/expressRouteCircuits/read": "its SKU, provider and peering",
}
"""On one circuit, where that circuit is in reach of the identity; nobody needs it with a key."""

PRIVILEGED = {
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action": (
        "a gateway reads its certificates with an identity that the spec names"
    ),
}
"""Whoever may write machines and assign any identity is that identity: granted on request only.

Beside it stand the actions of the resources that say so themselves, such as locks.
"""

PROBER = {
    "Microsoft.Compute/locations/runCommands/read": "lists what has been run (Learn: Run command)",
    "Microsoft.Compute/virtualMachines/runCommands/delete": "takes the query away again",
    "Microsoft.Compute/virtualMachines/runCommands/read": "reads what the query has found",
    "Microsoft.Compute/virtualMachines/runCommands/write": "sends a query to the jump box",
}
"""Whoever may run commands on a machine is root on it: granted by resource group, on request."""

QUERYING = [action for action in PROBER if "/virtualMachines/" in action]
"""What a query takes."""


def roles() -> dict[str, list[str]]:
    """The actions of each role, in order."""
    tables = {"deployer": READS, "circuit": CIRCUIT, "privileged": PRIVILEGED, "prober": PROBER}
    held = {role: set(actions) for role, actions in tables.items()}
    for resource in catalogue().resources:
        held[resource.role].update(resource.actions)
    return {role: sorted(actions, key=str.casefold) for role, actions in held.items()}
