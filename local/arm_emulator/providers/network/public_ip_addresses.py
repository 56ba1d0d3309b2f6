"""Public addresses."""

import re
from datetime import datetime
from typing import Any

from local.arm_emulator.providers.network.base import NetworkType, check_zones
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Quota, Timing
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json

LABEL = re.compile(r"[a-z][a-z0-9-]{1,61}[a-z0-9]")  # as the refusal of Azure says it


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
        if sku == "Basic" and (change.body.get("sku") or {}).get("tier") == "Global":
            code = "GlobalPublicIPAddressNotSupportedForBasicPublicIpAddress"
            # Recorded in azure-cli, test_network_public_ip_sku.
            raise ArmError(400, code, f"A Basic public IP {change.id} cannot be global.")
        if sku == "Basic" and change.creates:
            message = (
                "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this "
                "subscription in this region."
            )
            # https://github.com/skypilot-org/skypilot/issues/7977
            raise ArmError(400, "IPv4BasicSkuPublicIpCountLimitReached", message)
        if str(properties.get("publicIPAllocationMethod", "Static")).lower() != "static":
            message = f"Standard sku publicIp {change.id} must have AllocationMethod set to Static."
            raise ArmError(400, self.world.settings.public_address_method_code, message)
        minutes = properties.get("idleTimeoutInMinutes", 4)
        if not 4 <= minutes <= 30:
            message = f"The idle timeout {minutes} is not between 4 and 30 minutes."
            raise ArmError(400, self.world.settings.idle_timeout_code, message)
        self._check_immutable(change)
        self._check_label(change)

    def _check_label(self, change: Change) -> None:
        """A label is one address's in a region; the name that it makes is everybody's."""
        label = str((change.properties.get("dnsSettings") or {}).get("domainNameLabel") or "")
        if not label:
            return
        if not LABEL.fullmatch(label):
            message = f"The domain name label {label} is invalid. It must match {LABEL.pattern}."
            # Recorded in azure-xplat-cli, arm_network_public_ip_addresses_create_should_fail_*.
            raise ArmError(400, "InvalidDomainNameLabel", message, target="domainNameLabel")
        name = _name_of(label, change.body)
        for subscription in self.world.subscriptions:
            for other in self.world.store.of_type(subscription, self.type):
                taken = (other.properties.get("dnsSettings") or {}).get("fqdn")
                if taken == name and other.key != change.id.key:
                    # Seen: https://github.com/Azure/azure-cli/issues/4553
                    message = f"DNS record {name} is already used by another public IP."
                    raise ArmError(400, "DnsRecordInUse", message, target="domainNameLabel")

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
        names = properties.get("dnsSettings")
        if names and names.get("domainNameLabel"):
            names["fqdn"] = _name_of(names["domainNameLabel"], change.body)
        tags = [{"ipTagType": "FirstPartyUsage", "tag": "/Unprivileged"}]
        properties["ipTags"] = tags if self.world.settings.injected_ip_tags else []
        known = change.before("properties", "ipAddress")
        properties |= {"ipAddress": known} if known else {}

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The address comes with the end of the operation: the first answer has none (recorded)."""
        number = 1 + int(self.guid(resource.key)[:4], 16) % 254
        resource.properties.setdefault("ipAddress", f"203.0.113.{number}")


def _name_of(label: str, body: Json) -> str:
    return f"{label.lower()}.{canonical(str(body['location']))}.cloudapp.azure.com"
