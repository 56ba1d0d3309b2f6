"""What deployments show of themselves beside their state: operations, dependencies, providers."""

import hashlib

from local.arm_emulator.providers.resources.deployments.record import Step, record_of
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.templates.template import Template
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.resource_ids import ResourceId


def template_hash(text: str) -> str:
    """A number that only the template decides, as Resource Manager shows one."""
    return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def describe_template(template: Template) -> Json:
    """The parameters, providers and dependencies of a deployment, in the recorded form."""
    found: dict[str, dict[str, list[str | None]]] = {}
    for each in template.resources:
        types = found.setdefault(each.id.namespace, {})
        locations = types.setdefault("/".join(each.id.types), [])
        location = each.source.get("location")
        if location not in locations:
            locations.append(location)
    ids = {each.id.key: each.id for each in template.resources}
    return {
        "parameters": template.shown_parameters(),
        "providers": [
            {
                "namespace": namespace,
                "resourceTypes": [
                    {"resourceType": name, "locations": locations}
                    for name, locations in types.items()
                ],
            }
            for namespace, types in found.items()
        ],
        "dependencies": [
            {"dependsOn": [_target(ids[key]) for key in each.after], **_target(each.id)}
            for each in template.resources
            if each.after
        ],
    }


def list_steps(world: World, deployment: Resource) -> list[Json]:
    """One entry for every resource that was written or tried, and one for the outputs' reading."""
    return [
        _entry(world, deployment, key, step) for key, step in record_of(deployment)["steps"].items()
    ]


def find_step(world: World, deployment: Resource, operation: str) -> Json:
    """One entry.

    Raises:
        ArmError: 404 `DeploymentOperationNotFound`.
    """
    for each in list_steps(world, deployment):
        if each["operationId"].lower() == operation.lower():
            return each
    # [K] As of deployments themselves.
    message = f"Deployment operation '{operation}' could not be found."
    raise ArmError(404, "DeploymentOperationNotFound", message)


def _entry(world: World, deployment: Resource, key: str, step: Step) -> Json:
    operation = world.identity.guid(deployment.key, key)[:16].upper().replace("-", "")
    properties: Json = {
        "provisioningOperation": "Create",
        "provisioningState": "Running" if step["state"] == "Waiting" else step["state"],
        "timestamp": step.get("ended", step["started"]),
        "trackingId": world.identity.guid(deployment.key, key, "tracking"),
        "statusCode": step.get("status", "Accepted"),
        "targetResource": {
            "id": step["id"],
            "resourceType": step["type"],
            "resourceName": step["id"].rpartition("/")[2],
        },
    }
    if "error" in step:
        properties["statusMessage"] = {"status": "Failed", "error": step["error"]}
    id_ = f"{deployment.id}/operations/{operation}"
    return {"id": id_, "operationId": operation, "properties": properties}


def _target(id_: ResourceId) -> Json:
    name = "/".join(id_.names)
    return {"id": str(id_), "resourceType": id_.type, "resourceName": name}
