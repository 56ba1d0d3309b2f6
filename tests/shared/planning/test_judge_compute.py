"""What is made of the sizes and quotas of virtual machines."""

import pytest

from shared.deployment.messages import Json
from shared.planning.preflight.compute import (
    judge_virtual_machine_quota,
    judge_virtual_machine_size,
)
from tests.shared.planning.judging import SPEC, refusals


def size(name: str, *restrictions: str, **capabilities: str) -> Json:
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": "standardBSFamily",
        "locations": ["eastus"],
        "capabilities": [{"name": n, "value": v} for n, v in capabilities.items()],
        "restrictions": [{"type": kind} for kind in restrictions],
    }


@pytest.mark.parametrize(
    ("skus", "refused"),
    [
        ([size("Standard_B2s")], False),
        ([size("Standard_B2s", "Zone")], False),
        ([size("Standard_B2s", "Location"), size("Standard_B2ms")], True),
        ([size("Standard_B2ms")], True),
    ],
)
def test_a_size_that_cannot_be_had_is_refused(skus: list[Json], refused: bool) -> None:
    findings = list(judge_virtual_machine_size(SPEC, skus))
    assert bool(refusals(findings)) is refused
    assert all("Standard_B2ms" in finding.advice["message"] for finding in findings)


@pytest.mark.parametrize(
    ("capabilities", "reason"),
    [
        ({"CpuArchitectureType": "Arm64"}, "the image is for x64"),
        ({"HyperVGenerations": "V1"}, "generation 2"),
        ({"TrustedLaunchDisabled": "True"}, "no Trusted Launch"),
    ],
)
def test_a_size_that_cannot_run_the_image_is_refused_with_one_that_can(
    capabilities: dict[str, str], reason: str
) -> None:
    skus = [size("Standard_B2s", **capabilities), size("Standard_B2ms", HyperVGenerations="V1,V2")]
    (finding,) = judge_virtual_machine_size(SPEC, skus)
    assert refusals([finding]) == [("SkuNotSuitable", "jumpBox.size")]
    assert reason in finding.advice["message"]
    assert finding.advice["message"].endswith("take one of Standard_B2ms")


def usage(name: str, used: int, limit: int) -> Json:
    return {"name": {"value": name}, "currentValue": used, "limit": limit}


@pytest.mark.parametrize(
    ("name", "used", "refused"),
    [
        ("standardBSFamily", 9, True),
        ("StandardBSFamily", 8, False),
        ("cores", 9, True),
        ("virtualMachines", 10, True),
        ("virtualMachines", 9, False),
        ("standardDSv3Family", 10, False),
    ],
)
def test_a_quota_without_room_for_the_machine_is_refused(
    name: str, used: int, refused: bool
) -> None:
    skus = [size("Standard_B2s", vCPUs="2")]
    found = list(judge_virtual_machine_quota(SPEC, skus, [usage(name, used, 10)]))
    assert refusals(found) == ([("QuotaExceeded", "jumpBox.size")] if refused else [])
