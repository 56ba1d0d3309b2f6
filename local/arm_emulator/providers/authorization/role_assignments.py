"""Role assignments: who may do what where; and a few of Azure's own roles.

What they grant to the caller is not enforced: that is what permissions do, which see. What they
grant to an identity at a key vault is: see grants.py.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from local.arm_emulator.providers.authorization.authorization import (
    AuthorizationType,
    at_scopes,
    covers,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.names import NameRule
from local.arm_emulator.wire.resource_ids import ResourceId, split_provider
from local.arm_emulator.wire.router import Route

IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities"
DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
ROLES: Mapping[str, str] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "b12aa53e-6015-4669-85d0-8515ebb3ae7f": "Private DNS Zone Contributor",
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603": "Key Vault Crypto Officer",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba": "Key Vault Certificate User",
    "e147488a-f6f5-4113-8e2d-b22465e65bf6": "Key Vault Crypto Service Encryption User",
    "749f88d5-cbae-40b8-bcfc-e573ddc772fa": "Monitoring Contributor",
    "92aaf0da-9dab-42b6-94a3-d43ce8d16293": "Log Analytics Contributor",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
}
GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
ADVICE = (
    "Check that you have the correct principal ID. If you are creating this principal and then "
    "immediately assigning a role, this error might be related to a replication delay. In this "
    "case, set the role assignment principalType property to a value, such as ServicePrincipal, "
    "User, or Group."
)


class RoleAssignments(AuthorizationType):
    """Assignments of roles; they answer 201 and are there, and a deletion shows them (recorded)."""

    type = "Microsoft.Authorization/roleAssignments"
    api_versions = ("2022-04-01", "2020-10-01-preview", "2020-04-01-preview", "2015-07-01")
    name_rule = NameRule(
        GUID, "The role assignment ID must be a GUID.", code="InvalidRoleAssignmentId"
    )
    delete_shows = True

    def check(self, change: Change) -> None:
        """A role that there is, for somebody who is known, once; it is not given to another.

        https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
        """
        properties = change.properties
        role = str(properties["roleDefinitionId"]).lower().rpartition("/")[2]
        if role not in ROLES:
            message = f"The specified role definition with ID '{role}' does not exist."
            raise ArmError(400, "RoleDefinitionDoesNotExist", message)
        for name in ("roleDefinitionId", "principalId"):
            had = change.before("properties", name)
            if had is not None and had.lower() != str(properties[name]).lower():
                message = (
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be "
                    "updated."
                )
                # https://github.com/Azure/Enterprise-Scale/issues/1747
                raise ArmError(400, "RoleAssignmentUpdateNotPermitted", message)
        self._check_principal(change)
        for each in self.world.store.in_collection(change.id.collection):
            same = _same(each.properties, properties)
            if same and each.key != change.id.key:
                # Recorded in azure-cli, test_containerapp_registry_identity_user.
                raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.")

    def _check_principal(self, change: Change) -> None:
        """Without its kind a principal is looked up, and a new one is not known at once.

        Recorded in azure-service-operator, Test_Authorization_RoleAssignment_OnResourceGroup_CRUD.
        """
        principal = str(change.properties["principalId"]).lower()
        if change.properties.get("principalType") or not change.creates:
            return
        known = {self.world.identity.object_id.lower()}
        lag = timedelta(seconds=self.world.settings.principal_lag_seconds)
        for subscription in self.world.subscriptions:
            for each in self.world.store.of_type(subscription, IDENTITIES):
                if each.created + lag <= change.now:
                    known.add(str(each.properties["principalId"]).lower())
        if principal not in known:
            tenant = self.world.settings.tenant_id
            plain = principal.replace("-", "")
            message = f"Principal {plain} does not exist in the directory {tenant}. {ADVICE}"
            raise ArmError(400, "PrincipalNotFound", message)

    def fill(self, change: Change) -> None:
        """Who gave it, when, and where."""
        properties = change.properties
        who = change.call.caller.object_id if change.call and change.call.caller else None
        for name in ("condition", "conditionVersion", "description"):
            properties.setdefault(name, None)
        properties.setdefault("delegatedManagedIdentityResourceId", None)
        properties.setdefault("principalType", "ServicePrincipal")
        properties["scope"] = change.id.scope
        properties["createdOn"] = change.before("properties", "createdOn") or _time(change.now)
        properties["updatedOn"] = _time(change.now)
        properties["createdBy"] = change.before("properties", "createdBy") or who
        properties["updatedBy"] = who

    def not_found(self, target: ResourceId) -> ArmError:
        """The provider's own (recorded in azure-service-operator)."""
        if target.group:
            self.world.require_group(target.subscription, target.group)
        message = f"The role assignment '{target.name}' is not found."
        return ArmError(404, "RoleAssignmentNotFound", message)


def _same(ours: Json, theirs: Json) -> bool:
    names = ("roleDefinitionId", "principalId")
    return all(str(ours[name]).lower() == str(theirs[name]).lower() for name in names)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def list_assignments(world: World, call: Call, subscription: str, **_: str) -> Response:
    """The assignments that concern a scope; the filter may ask for a principal.

    https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
    """
    scope = split_provider(call.request.path)[0]
    text = call.request.query.get("$filter", "").replace(" ", "")
    principal = re.search(r"(?:principalIdeq|assignedTo\()'([^']+)'", text, re.IGNORECASE)
    if text and not principal and text.lower() != "atscope()":
        raise ArmError(400, "InvalidFilter", f"The filter {text!r} is not understood.")
    at_scope = "atscope()" in text.lower()
    found = [
        world.show(each)
        for each in world.store.of_type(subscription, RoleAssignments.type)
        if covers(each.id.scope, scope) or (covers(scope, each.id.scope) and not at_scope)
    ]
    if principal:
        wanted = principal.group(1).lower()
        found = [each for each in found if each["properties"]["principalId"].lower() == wanted]
    return Response(200, {"value": found})


def list_definitions(world: World, call: Call, **_: str) -> Response:
    """A few of Azure's own roles, by name where that is asked for.

    https://learn.microsoft.com/rest/api/authorization/role-definitions/list
    """
    text = call.request.query.get("$filter", "")
    named = re.fullmatch(r"\s*roleName\s+eq\s+'([^']*)'\s*", text, re.IGNORECASE)
    if text and not named and text.replace(" ", "").lower() not in ("atscope()", "type('builtin')"):
        raise ArmError(400, "InvalidFilter", f"The filter {text!r} is not understood.")
    wanted = named.group(1).lower() if named else ""
    value = [_role(key) for key, name in ROLES.items() if wanted in ("", name.lower())]
    return Response(200, {"value": value})


def get_definition(world: World, call: Call, role: str, **_: str) -> Response:
    """One role, or as recorded in azure-service-operator, Test_Authorization_RoleDefinition*."""
    if role.lower() not in ROLES:
        message = f"The specified role definition with ID '{role}' does not exist."
        raise ArmError(404, "RoleDefinitionDoesNotExist", message)
    return Response(200, _role(role.lower()))


def _role(key: str) -> Json:
    properties: Json = {"roleName": ROLES[key], "type": "BuiltInRole", "assignableScopes": ["/"]}
    return {
        "id": f"/providers/{DEFINITIONS}/{key}",
        "type": DEFINITIONS,
        "name": key,
        "properties": properties,
    }


ROUTES: tuple[Route, ...] = (
    Route("GET", f"/providers/{DEFINITIONS}", list_definitions),
    Route("GET", f"/providers/{DEFINITIONS}/{{role}}", get_definition),
    *at_scopes("GET", f"providers/{DEFINITIONS}", list_definitions),
    *at_scopes("GET", f"providers/{DEFINITIONS}/{{role}}", get_definition),
    *at_scopes("GET", f"providers/{RoleAssignments.type}", list_assignments),
)
