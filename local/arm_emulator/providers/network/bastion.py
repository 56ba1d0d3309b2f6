"""Bastion hosts."""

from local.arm_emulator.providers.network.base import (
    NetworkType,
    check_public_address,
    check_zones,
)
from local.arm_emulator.providers.network.virtual_networks.required_rules import check_entering
from local.arm_emulator.providers.network.virtual_networks.subnets import (
    BASTIONS,
    check_entry,
    users_of,
)
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json

# https://learn.microsoft.com/azure/bastion/configuration-settings#skus, from the least to the most
SKUS = ("Developer", "Basic", "Standard", "Premium")
STANDARD_FLAGS = (
    "enableFileCopy",
    "enableIpConnect",
    "enableShareableLink",
    "enableTunneling",
    "disableCopyPaste",
)
FLAGS = (
    *STANDARD_FLAGS,
    "enableKerberos",
    "enableSessionRecording",
    "enablePrivateOnlyBastion",
)


class BastionHosts(NetworkType):
    """Bastion hosts, in a subnet of their own."""

    type = BASTIONS
    model = "BastionHost"
    has_guid = False
    timing = Timing(7 * 60, 3 * 60, 5 * 60)
    zonal = True

    def dress(self, resource: Resource) -> None:
        """Its place has a name of its own (recorded in azure-service-operator)."""
        super().dress(resource)
        for item in resource.properties.get("ipConfigurations") or []:
            item["type"] = f"{self.type}/bastionHostIpConfigurations"

    def check(self, change: Change) -> None:
        """Scale and features go with the SKU; the subnet has its name, its size and its rules."""
        check_zones(change)
        sku = str((change.body.get("sku") or {}).get("name", "Standard"))
        self._check_sku(change, sku)
        configurations = change.properties.get("ipConfigurations") or []
        if sku == "Developer":  # it shares a service and needs no subnet
            if not change.properties.get("virtualNetwork"):
                # https://github.com/Azure/bicep-types-az/issues/1979
                message = f"Bastion host {change.id} of SKU Developer names no virtual network."
                raise ArmError(400, "BastionHostVnetIdNotProvided", message)
            return
        if len(configurations) != 1:
            # https://github.com/Azure/ResourceModules/issues/1716; none: az network bastion update
            limit = "Maximum" if configurations else "Atleast"
            message = f"A Bastion host has one IP configuration, not {len(configurations)}."
            raise ArmError(400, f"BastionHostMustHave{limit}OneHostIpConfiguration", message)
        self._check_place(change, configurations[0].get("properties") or {}, sku)

    def fill(self, change: Change) -> None:
        """A DNS name, and every feature flag."""
        super().fill(change)
        properties = change.properties
        change.body.setdefault("sku", {"name": "Standard"})
        properties.setdefault("scaleUnits", 2)
        properties["dnsName"] = f"bst-{self.guid(change.id.key)}.bastion.azure.com"
        for flag in FLAGS:
            properties.setdefault(flag, False)
        for configuration in properties.get("ipConfigurations") or []:
            configuration["properties"].setdefault("privateIPAllocationMethod", "Dynamic")

    def _check_sku(self, change: Change, sku: str) -> None:
        before = change.before("sku", "name")
        if before in SKUS and sku in SKUS and SKUS.index(sku) < SKUS.index(before):
            message = f"The SKU of a Bastion host cannot go down from {before} to {sku}."
            raise ArmError(400, self.world.settings.bastion_downgrade_code, message)
        units = change.properties.get("scaleUnits", 2)
        if not 2 <= units <= 50 or (sku == "Basic" and units != 2):
            message = f"{units} scale units are not possible: 2-50, and 2 with Basic."
            raise ArmError(400, self.world.settings.bastion_scale_code, message)
        wanted = [flag for flag in STANDARD_FLAGS if change.properties.get(flag)]
        if sku in ("Developer", "Basic") and wanted:
            message = f"{', '.join(wanted)} need SKU Standard or more, not {sku}."
            raise ArmError(400, self.world.settings.bastion_feature_code, message)

    def _check_place(self, change: Change, inner: Json, sku: str) -> None:
        subnet = str((inner.get("subnet") or {}).get("id", ""))
        if subnet.rpartition("/")[2].lower() != "azurebastionsubnet":
            message = f"Subnet {subnet} must be named AzureBastionSubnet."
            # https://github.com/hashicorp/terraform-provider-azurerm/pull/15365
            raise ArmError(400, "SubnetNameMustBeAzureBastionSubnet", message)
        check_entry(change, subnet, smallest=26)
        others = users_of(self.world, subnet, but=change.id.key)
        if others:
            message = f"{others[0].id} is in {subnet} already; a network has one Bastion host."
            raise ArmError(400, self.world.settings.bastion_exists_code, message)
        private = sku == "Premium" and change.properties.get("enablePrivateOnlyBastion")
        if not inner.get("publicIPAddress") and not private:
            message = f"Bastion host {change.id} needs a public IP address."
            raise ArmError(400, self.world.settings.bastion_public_address_code, message)
        check_public_address(change, inner)
        check_entering(self.world, subnet, BASTIONS)
