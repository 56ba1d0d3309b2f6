"""A deployment follows its spec when options come and go."""

from typing import Any

import pytest

IDENTITY = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-identities"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateway"
)

NOTHING = {"https": None, "alias": None, "identityId": None}

CHANGES: dict[str, dict[str, Any]] = {
    "the alias goes": {"gateway": {"alias": None}},
    "Bastion and jump box go": {
        "bastion": {"enabled": False},
        "jumpBox": {"enabled": False, "networkWatcher": None},
    },
    "the gateway goes": {"gateway": {"mode": "none", "sku": "Standard_v2", **NOTHING}},
    "the database grows": {
        "postgres": {"storageGiB": 512, "sku": "Standard_D8ds_v5", "backupRetentionDays": 7}
    },
    "parameters change": {
        "postgres": {
            "parameters": {"max_connections": "300", "shared_preload_libraries": "pgaudit"}
        }
    },
    "the way out of the jump box goes": {"jumpBox": {"egress": "none"}},
    "another network may connect": {"onPremises": {"prefixes": ["10.20.0.0/16", "10.30.0.0/16"]}},
}
IN_PLACE: dict[str, dict[str, Any]] = {
    "the web application goes": {
        "gateway": {"https": None, "sku": "Standard_v2", "identityId": None}
    },
    "sessions may idle for less": {"gateway": {"idleTimeoutSeconds": 600}},
    "PgBouncer comes": {"postgres": {"parameters": {"pgbouncer.enabled": "true"}}},
    "the ExpressRoute gateway stops scaling": {
        "expressRoute": {"gatewaySku": "ErGw2AZ", "scaleUnits": None, "routingWeight": 0}
    },
    "tags change": {"tags": {"environment": "test", "owner": "dba"}},
}
"""Updates that lay desired over observed where Azure shows more than the SDK's schema declares."""


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES.keys())
def test_a_deployment_follows_when(
    simulation: Any, load_sample: Any, changes: dict[str, Any]
) -> None:
    follows(simulation, load_sample, changes)


@pytest.mark.parametrize("changes", IN_PLACE.values(), ids=IN_PLACE.keys())
def test_a_deployment_follows_in_place_when(
    simulation: Any, load_sample: Any, changes: dict[str, Any]
) -> None:
    follows(simulation, load_sample, changes)


def follows(simulation: Any, load_sample: Any, changes: dict[str, Any]) -> None:
    full = load_sample("full") | {"approval": None}  # nobody is here to approve
    spec = simulation.standing(full)
    for field, value in changes.items():
        spec[field] = {**spec[field], **value}
    changed = simulation.deploy(spec)
    assert changed["status"] == "Succeeded", changed["failure"]
    assert changed["unchanged"] < len(changed["plan"])
    again = simulation.deploy(spec)
    assert again["unchanged"] == len(again["plan"]) > 0
