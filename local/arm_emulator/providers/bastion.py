"""Bastion hosts."""

from local.arm_emulator.messages import ArmError
from local.arm_emulator.providers.network_basic import NetworkType
from local.arm_emulator.resource_type import Change, Timing


class BastionHosts(NetworkType):
    """Bastion hosts, in a subnet of their own."""

    type = "Microsoft.Network/bastionHosts"
    model = "BastionHost"
    timing = Timing(7 * 60, 3 * 60, 5 * 60)

    def check(self, change: Change) -> None:
        """The subnet's name is given."""
        for configuration in change.properties.get("ipConfigurations") or []:
            subnet = str(((configuration.get("properties") or {}).get("subnet") or {}).get("id"))
            if subnet.rpartition("/")[2].lower() != "azurebastionsubnet":
                message = f"Subnet {subnet} must be named AzureBastionSubnet."
                raise ArmError(400, "BastionHostSubnetNameInvalid", message)

    def fill(self, change: Change) -> None:
        """A DNS name, and every feature flag."""
        super().fill(change)
        properties = change.properties
        change.body.setdefault("sku", {"name": "Standard"})
        properties.setdefault("scaleUnits", 2)
        properties.setdefault("dnsName", f"bst-{self.guid(change.id.key)}.bastion.azure.com")
        for flag in (
            "disableCopyPaste",
            "enableFileCopy",
            "enableIpConnect",
            "enableShareableLink",
            "enableTunneling",
            "enableKerberos",
            "enableSessionRecording",
            "enablePrivateOnlyBastion",
        ):
            properties.setdefault(flag, False)


TYPES = (BastionHosts,)
