"""What Azure does not know yet when the first writes come is waited out."""

from typing import Any

import pytest

Json = dict[str, Any]
GROUP, DENIED = "ResourceGroupNotFound", "AuthorizationFailed"


@pytest.mark.parametrize(
    ("kind", "status", "code", "times"),
    [
        ("Microsoft.Network/networkSecurityGroups", 404, GROUP, 2),
        ("Microsoft.Network/privateDnsZones", 404, GROUP, 1),
        ("Microsoft.Network/routeTables", 403, DENIED, 2),
        ("Microsoft.DBforPostgreSQL/flexibleServers", 403, DENIED, 5),
        ("Microsoft.Network/virtualNetworks", 404, "ResourceNotFound", 1),
    ],
)
def test_what_azure_has_not_seen_yet_is_tried_again(
    simulation: Any, lean: Json, kind: str, status: int, code: str, times: int
) -> None:
    simulation.azure.fail(method="PUT", type=kind, nth=1, times=times, status=status, code=code)
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]


def test_a_right_that_is_never_granted_is_told_after_ten_minutes(
    simulation: Any, lean: Json
) -> None:
    kind = "Microsoft.Network/routeTables"
    simulation.azure.fail(method="PUT", type=kind, nth=1, times=0, status=403, code=DENIED)
    told = simulation.deploy(lean)
    assert (told["status"], told["failure"]["code"]) == ("Failed", DENIED)
    assert told["residue"] == []
