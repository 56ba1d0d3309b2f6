"""How grave a difference is, and why."""

import json
from typing import Any

import pytest

from shared.deployment.changes.drift import bounded, drift_report

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


def test_a_long_value_is_told_by_its_beginning_and_its_length() -> None:
    plan: Any = {"steps": [], "warnings": []}
    long = [{"name": f"rule-{n}", "why": "x" * 50} for n in range(100)]
    report = drift_report(plan, at="2026-01-01T00:00:00+00:00")
    report["changes"] = [
        {"severity": "high", "path": "p" * 5_000, "before": long, "after": {"short": 1}}
    ]
    (told,) = bounded(report)["changes"]
    assert len(json.dumps(told)) < 2_000
    assert told["before"].startswith('[{"name": "rule-0"')
    assert told["before"].endswith("characters)")
    assert told["after"] == {"short": 1}


def test_of_many_changes_the_gravest_are_told_and_the_rest_counted() -> None:
    plan: Any = {"steps": [], "warnings": []}
    report = drift_report(plan, at="2026-01-01T00:00:00+00:00")
    low: list[Json] = [{"severity": "low", "path": str(n)} for n in range(3_000)]
    report["changes"] = [*low, {"severity": "high", "path": "grave"}]
    told = bounded(report)
    assert (told["changes"][0]["path"], len(told["changes"])) == ("grave", 100)
    assert told["leftOut"] == 2_901


def test_a_report_of_few_short_changes_is_told_whole() -> None:
    plan: Any = {"steps": [], "warnings": []}
    report = drift_report(plan, at="2026-01-01T00:00:00+00:00")
    report["changes"] = [{"severity": "low", "path": "p", "before": [1], "after": None}]
    assert bounded(report) == report


@pytest.mark.parametrize("text", ["\x00" * 100_000, "\N{GRINNING FACE}" * 100_000, "a" * 100_000])
def test_a_report_fits_a_record_whatever_somebody_has_written_into_azure(text: str) -> None:
    plan: Any = {"steps": [], "warnings": []}
    report = drift_report(plan, at="2026-01-01T00:00:00+00:00")
    change = {"severity": "high", "path": text, "message": text, "before": text, "after": [text]}
    report["changes"] = [change] * 2_000
    assert len(json.dumps(bounded(report))) < 500_000, "half of an entity, in characters of UTF-16"
