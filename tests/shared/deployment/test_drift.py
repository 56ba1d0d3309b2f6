"""How grave a difference is, and why."""

from typing import Any

import pytest

from shared.deployment.drift import drift_report

Json = dict[str, Any]


def found(path: str) -> Json:
    """What a report says of one changed path."""
    change = {"path": path, "before": "is", "after": "should be"}
    step = {"key": "some-resource", "id": "/its/id", "action": "update", "changes": [change]}
    plan: Any = {"steps": [step], "warnings": []}
    [told] = drift_report(plan, at="2026-01-01T00:00:00+00:00")["changes"]
    return told


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("properties.securityRules[Allow].properties.access", "reaches the subnet"),
        ("properties.subnets[DatabaseSubnet].properties.networkSecurityGroup.id", "lets the whole"),
        ("properties.disableBgpRoutePropagation", "another way"),
        ("properties.backendAddressPools[pool].properties.backendAddresses", "led elsewhere"),
        ("properties.ipConfigurations[a].properties.publicIPAddress.id", "from the Internet"),
        ("properties.enableIPForwarding", "not meant for it"),
        ("require_secure_transport", "read along"),
        ("properties.authConfig.passwordAuth", "sign in"),
        ("properties.aRecords", "names may lead"),
        ("properties.firewallPolicy.id", "unwatched"),
    ],
)
def test_what_exposes_something_is_grave_and_says_what(path: str, why: str) -> None:
    told = found(path)
    assert told["severity"] == "high"
    assert why in told["why"]


@pytest.mark.parametrize("path", ["tags.owner", "properties.scaleUnits", "sku.name"])
def test_what_exposes_nothing_is_not(path: str) -> None:
    told = found(path)
    assert (told["severity"], "why" in told) == ("low", False)


def test_a_resource_that_is_unwell_is_grave() -> None:
    warning = {"code": "Degraded", "target": "postgres-server", "message": "it is Stopped"}
    step = {"key": "postgres-server", "id": "/its/id", "action": "no-op", "changes": []}
    plan: Any = {"steps": [step], "warnings": [warning]}
    [told] = drift_report(plan, at="2026-01-01T00:00:00+00:00")["changes"]
    assert (told["class"], told["severity"], told["id"]) == ("degraded", "high", "/its/id")
