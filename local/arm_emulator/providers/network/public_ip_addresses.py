"""Public addresses."""

from typing import Any

from local.arm_emulator.providers.network.base import NetworkType, check_zones
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_type import BackReference, Quota, Timing
from local.arm_emulator.wire.messages import ArmError


class PublicIPAddresses(NetworkType):
    """Public addresses."""

    type = "Microsoft.Network/publicIPAddresses"
    model = "PublicIPAddress"
    timing = Timing(3, 2, 6)
    retry_after = (1,)
    back_references = (BackReference("ipConfiguration", "publicIPAddress", single=True),)
    in_use = "PublicIPAddressCannotBeDeleted"
    lag = "public_ip_lag_seconds"
    zonal = True
    joined = True
    # Seen: https://github.com/giantswarm/azure-operator/issues/163 (static ones),
    # https://github.com/evgenyb/aks-workshops/issues/22; Standard ones in many reports.
    quotas = (
        Quota("PublicIPAddresses", 1000, "PublicIPCountLimitReached"),
        Quota("StandardSkuPublicIpAddresses", 1000, "IPv4StandardSkuPublicIpCountLimitReached"),
        Quota("StaticPublicIPAddresses", 1000, "StaticPublicIPCountLimitReached"),
    )

    def check(self, change: Change) -> None:
        """Standard and static; zones only where there are any; most of it never changes."""
        check_zones(change)
        properties = change.properties
        sku = str((change.body.get("sku") or {}).get("name", "Standard"))
        if sku == "Basic" and change.creates:
            message = "Basic public IP addresses cannot be created any more; use Standard."
            raise ArmError(400, "IPv4BasicSkuPublicIpCountLimitReached", message)
        if str(properties.get("publicIPAllocationMethod", "Static")).lower() != "static":
            message = f"Standard sku publicIp {change.id} must have AllocationMethod set to Static."
            raise ArmError(400, self.world.settings.public_address_method_code, message)
        minutes = properties.get("idleTimeoutInMinutes", 4)
        if not 4 <= minutes <= 30:
            message = f"The idle timeout {minutes} is not between 4 and 30 minutes."
            raise ArmError(400, self.world.settings.idle_timeout_code, message)
        self._check_immutable(change)

    def _check_immutable(self, change: Change) -> None:
        if change.prior is None:
            return
        had, wants = change.prior.body, change.body
        pairs: list[tuple[str, Any, Any]] = [
            ("sku", had["sku"]["name"], (wants.get("sku") or {}).get("name", "Standard")),
            ("zones", sorted(had.get("zones") or []), sorted(wants.get("zones") or [])),
        ]
        for name in ("publicIPAllocationMethod", "publicIPAddressVersion"):
            before = had["properties"][name]
            pairs.append((name, before, wants["properties"].get(name, before)))
        for name, before, after in pairs:
            if str(before).lower() != str(after).lower():
                message = f"The {name} of public IP address {change.id} cannot be changed."
                raise ArmError(400, self.world.settings.public_address_fixed_code, message)

    def fill(self, change: Change) -> None:
        """An address out of the documentation ranges, chosen by the seed."""
        super().fill(change)
        properties = change.properties
        sku = change.body.setdefault("sku", {"name": "Standard"})
        sku.setdefault("tier", "Regional")
        properties.setdefault("publicIPAllocationMethod", "Static")
        properties.setdefault("publicIPAddressVersion", "IPv4")
        properties.setdefault("idleTimeoutInMinutes", 4)
        properties.setdefault("ddosSettings", {"protectionMode": "VirtualNetworkInherited"})
        tags = [{"ipTagType": "FirstPartyUsage", "tag": "/Unprivileged"}]
        properties["ipTags"] = tags if self.world.settings.injected_ip_tags else []
        properties["ipAddress"] = change.before("properties", "ipAddress") or (
            f"203.0.113.{1 + int(self.guid(change.id.key)[:4], 16) % 254}"
        )
