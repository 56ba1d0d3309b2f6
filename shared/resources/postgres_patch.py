"""What a PATCH of a PostgreSQL server carries: nothing but what changes."""

from shared.deployment.messages import Json
from shared.resources.postgres_storage import V2

CHANGEABLE = {  # what a PATCH of ours may carry, of all that ServerForPatch has
    "storage": ("storageSizeGB", "autoGrow"),
    "backup": ("backupRetentionDays",),
    "highAvailability": ("mode",),
    "maintenanceWindow": ("customWindow", "dayOfWeek", "startHour", "startMinute"),
    "authConfig": ("activeDirectoryAuth", "passwordAuth", "tenantId"),
}
PERFORMANCE = {False: ("tier",), True: ("iops", "throughput")}  # by whether it is of the kind v2


def patch(body: Json, observed: Json) -> Json:
    """What a PATCH carries for `observed` to become `body`; storage never shrinks."""
    wanted, there = body.get("properties") or {}, observed.get("properties") or {}
    changed: Json = {}
    for part, fields in CHANGEABLE.items():
        values, before = wanted.get(part) or {}, there.get(part) or {}
        sent = {name: values[name] for name in fields if name in values}
        if "storageSizeGB" in sent:
            sent["storageSizeGB"] = max(sent["storageSizeGB"], before.get("storageSizeGB", 0))
        if part == "storage":
            chosen = PERFORMANCE[values.get("type") == V2]
            sent |= {n: values[n] for n in chosen if n in values and values[n] != before.get(n)}
        if sent != {name: before.get(name) for name in sent}:
            changed[part] = sent
    if "version" in wanted and there.get("version", wanted["version"]) != wanted["version"]:
        changed |= {"version": wanted["version"], "createMode": "Update"}
    carried = {name: body[name] for name in ("sku", "tags") if name in body}
    differing = {name: value for name, value in carried.items() if value != observed.get(name)}
    return differing | ({"properties": changed} if changed else {})
