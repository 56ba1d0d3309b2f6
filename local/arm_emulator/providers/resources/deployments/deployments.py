"""Deployments of ARM templates into resource groups: accepted, run, listed.

Incremental mode and inline templates only. Copy loops, vault references, linked templates and other
scopes than the group are not emulated and refused by name.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.resources.deployments.family import DEPLOYMENTS
from local.arm_emulator.providers.resources.deployments.preflight import check_template
from local.arm_emulator.providers.resources.deployments.record import Asked, record_of
from local.arm_emulator.providers.resources.deployments.routes import DEPLOYMENT, deployment_id
from local.arm_emulator.providers.resources.deployments.run import (
    STEP_SECONDS,
    DeploymentRun,
    read_template,
)
from local.arm_emulator.providers.resources.deployments.steps import (
    describe_template,
    template_hash,
)
from local.arm_emulator.providers.resources.deployments.what_if import changes
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.templates.template import Template
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError, Json, Response, clone
from local.arm_emulator.wire.names import NameRule
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route
from local.arm_emulator.wire.schema import check_body


class Deployments(ResourceType):
    """Deployments: records of what was asked for, and the work itself while it goes on."""

    type = "Microsoft.Resources/deployments"
    api_versions = (
        "2025-04-01",
        "2025-03-01",
        "2024-11-01",
        "2024-07-01",
        "2024-03-01",
        "2023-07-01",
        "2022-09-01",
        "2021-04-01",
        "2020-10-01",
        "2020-06-01",
        "2019-10-01",
        "2015-01-01",
    )
    declared_body: ClassVar[Mapping[str, Any]] = {
        "location": str,
        "tags": {"*": str},
        "properties": {
            "mode": frozenset(("Incremental", "Complete")),
            "template": {"*": object},
            "templateLink": {"*": object},
            "parameters": {"*": object},
            "parametersLink": {"*": object},
            "debugSetting": {"*": object},
            "onErrorDeployment": {"*": object},
            "whatIfSettings": {"*": object},
            "validationLevel": str,
            "expressionEvaluationOptions": {"*": object},
        },
    }
    declared_required = ("properties",)
    family = DEPLOYMENTS
    timing = Timing(1, 1, 2)
    location = "none"
    grouped = False
    dressed = False
    absent_delete = 404
    name_rule = NameRule(
        r"[\w().-]{1,64}",
        "A deployment's name has 1-64 letters, digits, '-', '.', '_', '(' and ')'.",
        code="InvalidDeploymentName",
    )

    def busy_error(self, running: Operation) -> ArmError:
        """A deployment that is active is neither written again nor deleted."""
        message = (
            f"The deployment with resource id '{running.target}' cannot be saved, because this "
            "would overwrite an existing deployment which is still active. Please see "
            "https://aka.ms/arm-deploy for usage details."
        )
        # Recorded in azure-cli, test_list_deployment_stack_subscription.
        return ArmError(409, "DeploymentActive", message)

    def check(self, change: Change) -> None:
        """Those of a group have routes of their own."""
        message = f"Deployments at {change.id.scope} are not emulated."
        raise ArmError(501, "NotEmulated", message)

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """What it deployed does not keep the record."""

    def acted(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """The time has passed for which it waited."""
        DeploymentRun(self.world, resource).step(now)

    def awaited(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A resource of its template has been written."""
        DeploymentRun(self.world, resource).ended(operation, now)

    def deleted(self, resource: Resource, now: datetime) -> None:
        """Whoever polls learns that its group has taken it along."""
        main = self.world.operations.all.get(record_of(resource).get("operation", ""))
        if main is not None and main.running:
            message = f"The deployment {resource.id} went with its resource group."
            error = {"code": "DeploymentCanceled", "message": message, "details": []}
            self.world.operations.end(main, now, "Canceled", error=error)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """What is not indexed for references: a record of a resource does not keep it."""
        record, properties = record_of(resource), body["properties"]
        properties |= record["shown"]
        done = [each for each in record["steps"].values() if each["state"] == "Succeeded"]
        if properties["provisioningState"] == "Succeeded":
            properties["outputs"] = record.get("outputs", {})
            properties["outputResources"] = [{"id": each["id"]} for each in done]
        if "error" in record:
            properties["error"] = record["error"]


def put_deployment(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str
) -> Response:
    """Accept a deployment; its resources are written from then on."""
    id_, type_ = deployment_id(arm, subscription, group, deployment), _type(arm)
    prior = arm.store.get(id_.key)
    running = arm.running(prior) if prior is not None else None
    if running is not None:
        raise type_.busy_error(running)
    asked, template = _read(arm, call, id_)
    resource = _store(arm, call, id_, asked, template)
    main = Operation(
        id=arm.operations.new_id(str(id_), "create"),
        key=id_.key,
        target=str(id_),
        type=type_.type,
        kind="create",
        location="global",
        caller=asked["caller"]["object_id"],
        started=call.time,
        ends=None,  # when the last of its resources has been written
    )
    arm.operations.add(main)
    if call.fault is not None:
        call.fault.spoil(main)
    if call.fault is None or not call.fault.stuck:
        seconds = STEP_SECONDS * arm.settings.duration_factor
        DeploymentRun(arm, resource).wait(call.time, seconds)
    call.operation = resource.operation = record_of(resource)["operation"] = main.id
    return type_.family.written(arm, main, arm.show(resource), created=prior is None)


def validate(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str
) -> Response:
    """What a PUT would refuse at once; nothing is written."""
    id_ = deployment_id(arm, subscription, group, deployment)
    _, template = _read(arm, call, id_)
    properties = describe_template(template) | {"mode": "Incremental"}
    properties |= {"provisioningState": "Succeeded", "timestamp": call.time.isoformat()}
    properties["validatedResources"] = [{"id": str(each.id)} for each in template.resources]
    return Response(200, {"id": str(id_), "name": id_.name, "properties": properties})


def what_if(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str
) -> Response:
    """What a PUT would change; nothing is written."""
    id_ = deployment_id(arm, subscription, group, deployment)
    _, template = _read(arm, call, id_)
    found = changes(arm, id_.group_key, template)
    return Response(200, {"status": "Succeeded", "properties": {"changes": found}})


def _read(arm: ResourceManager, call: Call, id_: ResourceId) -> tuple[Asked, Template]:
    """What is asked for, after everything that is refused before a write."""
    type_ = _type(arm)
    arm.check_gates(call, id_)
    type_.name_rule.check(id_.name)
    sent = check_body(type_.shape, call.request.body, type_.family.schema_error)
    properties = sent["properties"]
    if not properties.get("mode"):
        message = (
            "The request content was invalid and could not be deserialized: 'Required property "
            "'mode' not found in JSON. Path 'properties'.'"
        )
        raise ArmError(400, "InvalidRequestContent", message)
    unsupported = [key for key in ("templateLink", "parametersLink") if key in properties]
    if str(properties.get("mode", "")).lower() != "incremental":
        unsupported.append(f"mode {properties.get('mode')}")
    if unsupported:
        message = f"Deployments with {unsupported[0]} are not emulated."
        raise ArmError(501, "NotEmulated", message)
    assert call.caller is not None  # noqa: S101 - authenticated before
    asked: Asked = {
        "name": id_.name,
        "template": properties.get("template"),
        "parameters": properties.get("parameters") or {},
        "caller": asdict(call.caller),
    }
    template = read_template(arm, id_.group_key, asked)
    check_template(arm, call, id_, template)
    return asked, template


def _store(
    arm: ResourceManager, call: Call, id_: ResourceId, asked: Asked, template: Template
) -> Resource:
    text = json.dumps(asked["template"], sort_keys=True)
    properties = {
        "templateHash": template_hash(text),
        "mode": "Incremental",
        "provisioningState": "Accepted",
        "timestamp": call.time.isoformat(),
        "duration": "PT0S",
        "correlationId": call.correlation,
    }
    body: Json = {"properties": properties}
    if (call.request.body or {}).get("tags"):
        body["tags"] = clone(call.request.body["tags"])
    resource = Resource(id_, body, call.time, call.time)
    resource.notes = {**asked, "shown": describe_template(template), "steps": {}}
    _type(arm).dress(resource)
    arm.store.put(resource)
    return resource


def _type(arm: ResourceManager) -> ResourceType:
    found = arm.types.get(Deployments.type)
    assert found is not None  # noqa: S101 - it is in TYPES
    return found


ROUTES = (
    Route("PUT", DEPLOYMENT, put_deployment),
    Route("POST", DEPLOYMENT + "/validate", validate),
    Route("POST", DEPLOYMENT + "/whatIf", what_if),
)
