"""NAT gateways: the way out for subnets that have no other."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType, check_zones
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Timing


class NatGateways(NetworkType):
    """NAT gateways with their public addresses."""

    type = "Microsoft.Network/natGateways"
    model = "NatGateway"
    bounds = (
        Bound(
            "properties.idleTimeoutInMinutes",
            f"{LEARN}azure/nat-gateway/nat-gateway-resource",
            4,
            120,
        ),
    )
    timing = Timing(10, 8, 10)
    zonal = True
    joined = True
    defaults: ClassVar[Mapping[str, Any]] = {  # recorded in azure-service-operator
        "sku": {"name": "Standard", "tier": "Regional"},
        "properties": {"idleTimeoutInMinutes": 4, "type": "Public", "scope": "Public"},
    }
    back_references = (BackReference("subnets", "natGateway", "/subnets/"),)

    def check(self, change: Change) -> None:
        """Zones only where there are any."""
        check_zones(change)
