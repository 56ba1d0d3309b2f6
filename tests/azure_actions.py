"""Which actions of Azure's access control the requests to the emulated Azure take.

https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
"""

from typing import Any

from local.arm_emulator.emulator import ArmEmulator
from shared.planning.roles import roles

VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
# Questions that are sent as POST, and called reads by their providers.
ASKED_BY_POST = {
    "microsoft.resourcegraph/resources",
    "microsoft.policyinsights/checkpolicyrestrictions",
}
SUBSCRIPTIONS = "microsoft.resources"
VAULT = ("/secrets", "/deletedsecrets", "/certificates")  # has roles of its own


def granted_actions() -> set[str]:
    """What the roles grant, all together; in lower case."""
    return {action.lower() for actions in roles().values() for action in actions}


def action_of(method: str, path: str) -> str:
    """The action of one request, in lower case."""
    _, found, provider = path.lower().rpartition("/providers/")
    if found and "/" in provider:
        namespace, *rest = provider.split("/")
        kind = "/".join((namespace, *rest[0::2]))
    else:  # subscriptions/{id}/resourcegroups/{name}/resources
        kind = "/".join((SUBSCRIPTIONS, *path.lower().strip("/").split("/")[0::2]))
    verb = VERBS.get(method, "read" if kind in ASKED_BY_POST else "action")
    return f"{kind}/{verb}"


def used_actions(azure: ArmEmulator) -> set[str]:
    """What was asked with a token so far, and which joins that took; in lower case."""
    permissions: Any = azure.cloud.types.get("Microsoft.Authorization/permissions")
    links = {
        a.lower()
        for a in permissions.asked
        if a.endswith(("/join/action", "/peer/action", "/assign/action"))
    }
    calls = [
        call
        for call in azure.cloud.calls
        if call.caller and call.caller.app_id and not call.request.path.startswith(VAULT)
    ]
    return links | {action_of(call.method, call.request.path) for call in calls}
