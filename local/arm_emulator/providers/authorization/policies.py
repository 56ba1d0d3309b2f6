"""Policy assignments that deny: at the write itself, and beforehand by checkPolicyRestrictions.

Definitions are not emulated. An assignment denies what its `properties.policyRule` says, which in
Azure would stand in the definition; one without a rule (a built-in definition's) denies nothing.
"""

import fnmatch
import re
from typing import Any

from local.arm_emulator.providers.authorization.authorization import (
    AuthorizationType,
    asks_at_scope,
    at_scopes,
    covers,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId, split_provider

BUILT_IN = re.compile(
    r"/providers/Microsoft\.Authorization/policy(Set)?Definitions/[0-9a-f-]{36}", re.IGNORECASE
)


class PolicyAssignments(AuthorizationType):
    """Assignments of policies."""

    type = "Microsoft.Authorization/policyAssignments"
    api_versions = (
        "2026-07-01",
        "2025-03-01",
        "2024-05-01",
        "2024-04-01",
        "2023-04-01",
        "2022-06-01",
    )

    done_statuses = (201, 201)  # recorded in azure-cli, test_resource_policy_identity 5 and 8

    def check(self, change: Change) -> None:
        """What is assigned is one of Azure's own: others are not emulated, so not there.

        https://learn.microsoft.com/azure/governance/policy/troubleshoot/general
        """
        if not isinstance(change.properties.get("metadata") or {}, dict):
            message = "The property 'metadata' of a policy assignment is an object."
            raise ArmError(400, self.family.schema_error, message, target="properties.metadata")
        told = str(change.properties.get("policyDefinitionId") or "")
        if not BUILT_IN.fullmatch(told):
            message = f"The policy definition '{told}' could not be found."
            raise ArmError(404, "PolicyDefinitionNotFound", message)

    def fill(self, change: Change) -> None:
        """Whether it is enforced, and who assigned it (recorded in azure-cli)."""
        who = change.call.caller.object_id if change.call and change.call.caller else None
        made = change.before("properties", "metadata") or {}
        change.properties.setdefault("enforcementMode", "Default")
        change.properties["scope"] = change.id.scope
        change.properties["metadata"] = (change.properties.get("metadata") or {}) | {
            "createdBy": made.get("createdBy", who),
            "createdOn": made.get("createdOn", change.now.isoformat()),
            "updatedBy": None if change.creates else who,
            "updatedOn": None if change.creates else change.now.isoformat(),
        }

    def gate(self, call: Call, target: ResourceId) -> None:
        """Refuse a write that a policy denies."""
        body = call.request.body
        if call.method not in ("PUT", "PATCH") or not isinstance(body, dict):
            return
        content = body | {"type": target.type, "name": target.name}
        denied = self.denials(target, content)
        if denied:
            names = [{"policyAssignment": policy_info(each)} for each in denied]
            message = (
                f"Resource '{target.name}' was disallowed by policy. Policy identifiers: '{names}'."
            )
            raise ArmError(403, "RequestDisallowedByPolicy", message, target=target.name)

    def denials(self, target: ResourceId, content: Json) -> list[Resource]:
        """The assignments over a target that deny a content."""
        return [
            each
            for each in self.covering(target)
            if each.properties.get("enforcementMode", "Default") == "Default"
            and _denies(each.properties.get("policyRule"), content)
        ]


def _denies(rule: Any, content: Json) -> bool:
    if not isinstance(rule, dict):
        return False
    effect = str((rule.get("then") or {}).get("effect", "deny")).lower()
    return effect == "deny" and _holds(rule["if"], content)


def _holds(condition: Json, content: Json) -> bool:
    """A condition of Azure's policy language, as far as preflight tests need it.

    https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule
    """
    if "allOf" in condition:
        return all(_holds(each, content) for each in condition["allOf"])
    if "anyOf" in condition:
        return any(_holds(each, content) for each in condition["anyOf"])
    if "not" in condition:
        return not _holds(condition["not"], content)
    value = _field(condition["field"], content)
    operator, wanted = next((k, v) for k, v in condition.items() if k != "field")
    low = str(value).lower()
    among = [str(each).lower() for each in (wanted if isinstance(wanted, list) else [wanted])]
    match operator:
        case "equals" | "in":
            return low in among
        case "notEquals" | "notIn":
            return low not in among
        case "like":
            return fnmatch.fnmatchcase(low, among[0])
        case "exists":
            return (value is not None) == (among[0] == "true")
    raise ArmError(400, "InvalidPolicyRule", f"The condition '{operator}' is not emulated.")


def _field(name: str, content: Json) -> Any:
    if name.startswith("tags["):
        return (content.get("tags") or {}).get(name[5:-1].strip("'"))
    if name in content or "/" not in name:
        return content.get(name)
    prefix = f"{content['type']}/"
    if not name.lower().startswith(prefix.lower()):
        return None  # an alias of another type
    node: Any = content.get("properties")
    for part in name[len(prefix) :].split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node


def policy_info(assignment: Resource) -> Json:
    """How Azure names an assignment in its answers."""
    properties = assignment.properties
    return {
        "policyAssignmentId": str(assignment.id),
        "policyAssignmentName": properties.get("displayName", assignment.id.name),
        "policyDefinitionId": properties.get("policyDefinitionId", f"{assignment.id}/definition"),
    }


def check_restrictions(arm: ResourceManager, call: Call, **_: str) -> Response:
    """What policies would say to a resource that somebody is about to create.

    https://learn.microsoft.com/rest/api/policyinsights/policy-restrictions
    """
    details = (call.request.body or {}).get("resourceDetails")
    if not isinstance(details, dict) or not isinstance(details.get("resourceContent"), dict):
        message = "resourceDetails.resourceContent is missing."
        raise ArmError(400, "InvalidCheckRestrictionsRequest", message)
    content = details["resourceContent"]
    namespace, *rest = str(content.get("type", "")).split("/")
    types = tuple(rest)
    target = ResourceId(split_provider(call.request.path)[0], namespace, types, ("*",) * len(types))
    type_ = arm.types.get(PolicyAssignments.type)
    assert isinstance(type_, PolicyAssignments)  # noqa: S101 - it is in TYPES
    evaluations = [
        {
            "policyInfo": policy_info(each),
            "evaluationResult": "NonCompliant",
            "effectDetails": {"policyEffect": "Deny"},
        }
        for each in type_.denials(target, content)
    ]
    answer: Json = {"policyEvaluations": evaluations}
    return Response(200, {"fieldRestrictions": [], "contentEvaluationResult": answer})


def list_assignments(world: World, call: Call, subscription: str, **_: str) -> Response:
    """The assignments that concern a scope; ``atScope()`` leaves out those below it.

    https://learn.microsoft.com/rest/api/policy/policy-assignments/list
    """
    scope = split_provider(call.request.path)[0]
    at_scope = asks_at_scope(call)
    found = [
        world.show(each)
        for each in world.store.of_type(subscription, PolicyAssignments.type)
        if covers(each.id.scope, scope) or (covers(scope, each.id.scope) and not at_scope)
    ]
    if "atexactscope" in call.request.query.get("$filter", "").lower():
        found = [each for each in found if each["properties"]["scope"].lower() == scope.lower()]
    return Response(200, {"value": found})


ROUTES = (
    *at_scopes(
        "POST", "providers/Microsoft.PolicyInsights/checkPolicyRestrictions", check_restrictions
    ),
    *at_scopes("GET", "providers/Microsoft.Authorization/policyAssignments", list_assignments),
)
