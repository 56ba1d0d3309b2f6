"""Locks, which are enforced, and permissions: what a scope allows the caller to do.

Permissions are no resource in Azure: they follow from role assignments, which grant nothing here.
So whoever runs the emulator puts them where needed; without any, everybody may do everything.
"""

import fnmatch
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId, split_provider
from local.arm_emulator.wire.router import Route

NAMESPACE = "Microsoft.Authorization"
IDENTITY = "microsoft.managedidentity/userassignedidentities"
NETWORKS = "microsoft.network/virtualnetworks"
SCOPES = (
    "/subscriptions/{subscription}",
    "/subscriptions/{subscription}/resourceGroups/{group}",
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}",
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}"
    "/{inner}/{child}",
)


def at_scopes(method: str, rest: str, handler: Callable[..., Response]) -> tuple[Route, ...]:
    """The same route at a subscription, a group, a resource and a child of a resource."""
    return tuple(Route(method, f"{scope}/{rest}", handler) for scope in SCOPES)


def asks_at_scope(call: Call) -> bool:
    """Whether what lies below the scope is left out; any other filter is refused.

    https://learn.microsoft.com/rest/api/resources/management-locks/list-at-resource-group-level
    """
    text = call.request.query.get("$filter", "").replace(" ", "")
    if text and text.lower() not in ("atscope()", "atexactscope()"):
        raise ArmError(400, "InvalidFilter", f"The filter {text!r} is not understood.")  # [K]
    return bool(text)


def covers(scope: str, target: str) -> bool:
    """Whether what is said of a scope holds for a target: the scope itself, or below it."""
    return f"{target.lower()}/".startswith(f"{scope.lower()}/")


class AuthorizationType(GenericType):
    """What extends any scope: written and deleted at once, and without a location."""

    location = "none"
    timing = Timing(0, 0, 0)
    synchronous_put = True
    synchronous_delete = True
    patchable = False
    grouped = False
    name_rule = ANY_NAME
    api_versions: ClassVar[tuple[str, ...]] = (
        "2022-04-01",
        "2020-05-01",
        "2018-07-01",
        "2017-04-01",
        "2016-09-01",
    )

    def covering(self, target: ResourceId) -> Iterator[Resource]:
        """Those of this type whose scope covers a target."""
        for each in self.world.store.of_type(target.subscription, self.type):
            if covers(each.id.scope, str(target)):
                yield each

    def show(self, resource: Resource, body: Json, now: Any) -> None:
        """None of them has a state."""
        body["properties"].pop("provisioningState", None)


class Locks(AuthorizationType):
    """Management locks.

    https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
    """

    type = f"{NAMESPACE}/locks"

    def check(self, change: Change) -> None:
        """There are two levels."""
        if change.properties.get("level") not in ("CanNotDelete", "ReadOnly"):
            message = "The lock level must be 'CanNotDelete' or 'ReadOnly'."
            raise ArmError(400, "InvalidLockLevel", message)

    def gate(self, call: Call, target: ResourceId) -> None:
        """Refuse what a lock at, above or, for a deletion, below the target forbids."""
        if target.namespace.lower() == NAMESPACE.lower():
            return  # or no lock could be taken off again
        deletes = call.method == "DELETE"
        for lock in self.world.store.of_type(target.subscription, self.type):
            above = covers(lock.id.scope, str(target))
            below = covers(str(target), lock.id.scope)
            read_only = lock.properties["level"] == "ReadOnly"
            if (above and (deletes or read_only)) or (below and deletes):
                verb = "delete" if deletes else "write"
                message = (
                    f"The scope '{target}' cannot perform {verb} operation because following "
                    f"scope(s) are locked: '{lock.id.scope}'. Please remove the lock and try again."
                )
                raise ArmError(409, "ScopeLocked", message)


class Permissions(AuthorizationType):
    """Actions and notActions at a scope; put through /_emulator only."""

    type = f"{NAMESPACE}/permissions"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked: set[str] = set()  # every action that a write or a link took so far

    def check(self, change: Change) -> None:
        """ARM knows no such write."""
        # Our own: in Azure there is nothing to address.
        message = "Permissions follow from role assignments and cannot be written."
        raise ArmError(405, "HttpMethodNotSupported", message)

    def gate(self, call: Call, target: ResourceId) -> None:
        """Refuse an action that no set of permissions over the target contains."""
        verb = {"DELETE": "delete", "POST": f"{call.action}/action"}.get(call.method, "write")
        type_name = target.type
        if type_name.lower() == "microsoft.resources/resourcegroups":
            type_name = "Microsoft.Resources/subscriptions/resourceGroups"
        action = f"{type_name}/{verb}"
        if not self._grants(target, action):
            who = call.caller.object_id if call.caller else ""
            message = (
                f"The client '{who}' with object id '{who}' does not have authorization to perform "
                f"action '{action}' over scope '{target}' or the scope is invalid. If access was "
                "recently granted, please refresh your credentials."
            )
            raise ArmError(403, "AuthorizationFailed", message)

    def link_gate(self, call: Call, target: ResourceId, linked: ResourceId) -> None:
        """Refuse to attach something to what the caller may not join, or an identity not assign.

        https://learn.microsoft.com/azure/role-based-access-control/permissions/identity
        """
        action = f"{linked.type}/{_attaching(target, linked)}/action"
        if self._joined(linked) and not self._grants(linked, action):
            who = call.caller.object_id if call.caller else ""
            message = (
                f"The client '{who}' with object id '{who}' has permission to write '{target}'; "
                f"however, it does not have permission to perform action '{action}' on the linked "
                f"scope '{linked}' or the linked scope is invalid."
            )
            raise ArmError(403, "LinkedAuthorizationFailed", message)

    def _joined(self, linked: ResourceId) -> bool:
        """Whether attaching something to it takes a permission of its own.

        https://learn.microsoft.com/azure/role-based-access-control/permissions/networking
        """
        if linked.type.lower() == IDENTITY:
            return True
        type_ = self.peers.get(linked.type.lower())
        if type_ is not None:
            return type_.joined
        owner = self.peers.get(linked.parent.type.lower()) if linked.parent else None
        children = {name.lower(): child for name, child in owner.children.items()} if owner else {}
        child = children.get(linked.types[-1].lower())
        return child is not None and child.joined

    def _grants(self, target: ResourceId, action: str) -> bool:
        self.asked.add(action)
        found = [each.properties for each in self.covering(target)]
        return not found or any(allows(each, action) for each in found)


def _attaching(target: ResourceId, linked: ResourceId) -> str:
    """What attaching is called.

    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#permissions
    """
    if linked.type.lower() == IDENTITY:
        return "assign"
    networks = target.type.lower().startswith(NETWORKS) and linked.type.lower() == NETWORKS
    return "peer" if networks else "join"


def allows(permissions: Json, action: str) -> bool:
    """Whether actions less notActions contain an action; both may hold wildcards."""

    def holds(name: str) -> bool:
        patterns = permissions.get(name) or []
        return any(fnmatch.fnmatchcase(action.lower(), each.lower()) for each in patterns)

    return holds("actions") and not holds("notActions")


def list_permissions(arm: ResourceManager, call: Call, **_: str) -> Response:
    """What the caller may do at a scope."""
    scope = split_provider(call.request.path)[0]
    target = ResourceId(scope, NAMESPACE, ("permissions",), ("*",))
    type_ = arm.types.get(Permissions.type)
    assert isinstance(type_, Permissions)  # noqa: S101 - it is in TYPES
    value: list[Json] = [
        {"actions": [], "notActions": [], "dataActions": [], "notDataActions": []} | each.properties
        for each in type_.covering(target)
    ]
    for each in value:
        each.pop("provisioningState", None)
    everything: Json = {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}
    return Response(200, {"value": value or [everything]})


def list_locks(world: World, call: Call, subscription: str, **_: str) -> Response:
    """The locks that concern a scope; ``atScope()`` leaves out those below it."""
    scope = split_provider(call.request.path)[0]
    at_scope = asks_at_scope(call)
    found = [
        world.show(lock)
        for lock in world.store.of_type(subscription, Locks.type)
        if covers(lock.id.scope, scope) or (covers(scope, lock.id.scope) and not at_scope)
    ]
    return Response(200, {"value": found})


ROUTES = (
    *at_scopes("GET", f"providers/{NAMESPACE}/locks", list_locks),
    *at_scopes("GET", f"providers/{NAMESPACE}/permissions", list_permissions),
)
