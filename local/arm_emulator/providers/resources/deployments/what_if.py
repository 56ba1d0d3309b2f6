"""What a deployment would change, told without changing it.

https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
"""

from local.arm_emulator.templates.expressions import ExpressionError
from local.arm_emulator.templates.template import Template
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import Json


def changes(arm: ResourceManager, group_key: str, template: Template) -> list[Json]:
    """One entry for each resource of the template, and one for each other of the group."""
    found: list[Json] = []
    for each in template.resources:
        before = arm.view(str(each.id))
        entry: Json = {"resourceId": str(each.id)}
        try:
            after = template.body(each, arm.view) | {"id": str(each.id), "name": each.id.name}
        except ExpressionError as error:
            found.append(entry | {"changeType": "Unsupported", "unsupportedReason": str(error)})
            continue
        if before is None:
            found.append(entry | {"changeType": "Create", "after": after})
            continue
        delta = [*_delta(before, after, "")]
        kind = "Modify" if delta else "NoChange"
        found.append(entry | {"changeType": kind, "before": before, "after": after, "delta": delta})
    planned = {each.id.key for each in template.resources}
    found += [
        {"resourceId": str(each.id), "changeType": "Ignore", "before": arm.show(each)}
        for each in arm.store.in_group(group_key)
        if each.key not in planned and each.id.parent is None and "location" in each.body
    ]
    return found


def _delta(before: Json, after: Json, at: str) -> list[Json]:
    """What a template says and what is otherwise; what it does not say stays."""
    found: list[Json] = []
    for key, wanted in after.items():
        had, path = before.get(key), f"{at}.{key}".lstrip(".")
        if isinstance(wanted, dict) and isinstance(had, dict):
            found += _delta(had, wanted, path)
        elif str(had).lower() != str(wanted).lower():
            kind = "Create" if had is None else "Modify"
            found.append({"path": path, "propertyChangeType": kind, "before": had, "after": wanted})
    return found
