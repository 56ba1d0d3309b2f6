"""What the service adds to a server: the defaults, and what only it knows."""

from local.arm_emulator.providers.dbforpostgresql.capabilities import EDITIONS
from local.arm_emulator.providers.dbforpostgresql.rules import promotion
from local.arm_emulator.providers.dbforpostgresql.storage import fill_storage
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import display_name
from local.arm_emulator.wire.messages import Json, fill_in

DEFAULTS: Json = {
    "version": "17",
    "dataEncryption": {"type": "SystemManaged"},
    "authConfig": {"activeDirectoryAuth": "Disabled", "passwordAuth": "Enabled"},
    "backup": {"backupRetentionDays": 7, "geoRedundantBackup": "Disabled"},
    "highAvailability": {"mode": "Disabled"},
    "maintenanceWindow": {
        "customWindow": "Disabled",
        "dayOfWeek": 0,
        "startHour": 0,
        "startMinute": 0,
    },
    "network": {"publicNetworkAccess": "Enabled"},
    "availabilityZone": "1",
}


def fill_server(change: Change) -> None:
    """Defaults as recorded in November 2024 and 2025 (azure-cli, azure-service-operator)."""
    body, properties = change.body, change.properties
    before: Json = (change.prior.body if change.prior else {}).get("properties", {})
    replica = properties.pop("createMode", None) == "Replica" or (
        before.get("replicationRole") == "AsyncReplica" and promotion(change) is None
    )
    body["location"] = display_name(body["location"])
    _name_size(body)
    fill_storage(change)
    fill_in(properties, DEFAULTS)
    properties["backup"]["earliestRestoreDate"] = change.now.isoformat()
    _show_standby(properties)
    for use in ("primary", "geoBackup"):
        if properties["dataEncryption"].get(f"{use}KeyURI"):
            properties["dataEncryption"][f"{use}EncryptionKeyStatus"] = "Valid"
    role, followers = ("AsyncReplica", 0) if replica else ("Primary", 5)
    properties |= {
        "fullyQualifiedDomainName": f"{change.id.name}.postgres.database.azure.com",
        "minorVersion": "6",
        "state": before.get("state", "Provisioning"),
        "replicationRole": role,
        "replicaCapacity": followers,
        "replica": (promotion(change) or {}) | {"role": role, "capacity": followers},
        "privateEndpointConnections": [],
    }
    if properties["network"].get("delegatedSubnetResourceId"):
        properties["network"]["publicNetworkAccess"] = "Disabled"
    created = {"createdAt": change.now.isoformat()}
    body["systemData"] = change.before("systemData") or created


def _name_size(body: Json) -> None:
    """A size is shown as it is listed, however it was written."""
    sku = body.get("sku") or {}
    for edition, sizes in EDITIONS.items():
        for size in sizes:
            if size.lower() == str(sku.get("name", "")).lower():
                sku |= {"name": size, "tier": edition}


def _show_standby(properties: Json) -> None:
    """A standby in another zone is shown with its zone; one that is gone has none."""
    availability = properties["highAvailability"]
    mode = str(availability["mode"]).lower()
    availability["state"] = "NotEnabled" if mode == "disabled" else "Healthy"
    if mode == "zoneredundant":
        if not availability.get("standbyAvailabilityZone"):
            own = properties["availabilityZone"]
            availability["standbyAvailabilityZone"] = "2" if own == "1" else "1"
    else:
        availability.pop("standbyAvailabilityZone", None)
