"""The jump box: a virtual machine without a public address, and its network interface."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.secrets import generated, secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.by_id import ResourceById
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.prices import Meter, hourly
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import HubVirtualNetwork, ManagementSubnet

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

UBUNTU = {
    "publisher": "Canonical",
    "offer": "ubuntu-24_04-lts",
    "sku": "server",
    "version": "latest",
}


class JumpBoxNic(Resource):
    """A private address in the management subnet."""

    key = "jump-box-nic"
    arm_type = "Microsoft.Network/networkInterfaces"
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    depends_on = (HubVirtualNetwork, ManagementSubnet)
    # create 2-5 s; deletion is refused for 180 s after a VM failed (NicReservedForAnotherVm)
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    # Shown in recordings; no definition takes them back.
    paths = Rules((Path(at="kind", shown=True), Path(at="properties.allowPort25Out", shown=True)))

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.jump_box.enabled

    def name(self, spec: DeploymentSpec) -> str:
        return f"nic-vm-jump-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        address = {
            "name": "default",
            "properties": {
                "privateIPAllocationMethod": "Dynamic",
                "subnet": {"id": ids[ManagementSubnet]},
            },
        }
        return {"location": spec.location, "properties": {"ipConfigurations": [address]}}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.network_interfaces


class JumpBox(ResourceById):
    """Ubuntu with a key and no password; its disk goes with it, its interface is ours to delete.

    Departs from the recipe: the test VM had a public address and SSH open to the Internet, ran an
    older release and tested nothing; here the database is probed from it.
    """

    key = "jump-box"
    arm_type = "Microsoft.Compute/virtualMachines"
    name_rule = r"[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?"  # its host name too
    api_version = "2025-04-01"
    depends_on = (JumpBoxNic,)
    generates = "ssh-key"
    # 1-3 min either way (azure-cli recordings)
    timing = Timing(create=minutes(2), delete=minutes(2), timeout=minutes(45))
    # A machine that is deallocated does not show all of its profiles (azure-powershell issues).
    paths = Rules(
        (
            Path(at="properties.osProfile", fixed=True, omitted=True),
            Path(at="properties.storageProfile", fixed=True, omitted=True),
            Path(at="properties.securityProfile", fixed=True, omitted=True),
            Path(at="properties.diagnosticsProfile", omitted=True),
            Path(at="zones", fixed=True, omitted=True),  # it runs as well without one
            # Learn: Change the size of a virtual machine
            Path(at="properties.hardwareProfile", disturbs="the machine restarts"),
            # What the generic client does not know to be Azure's.
            Path(at="managedBy", shown=True),
            Path(at="etag", shown=True),
            Path(at="resources", shown=True),
            Path(at="identity.principalId", shown=True),
            Path(at="identity.tenantId", shown=True),
            Path(at="properties.instanceView", shown=True),
            Path(at="properties.storageProfile.imageReference.exactVersion", shown=True),
            Path(at="properties.vmId", shown=True),
            Path(at="properties.timeCreated", shown=True),
        )
    )

    @property
    def actions(self) -> list[str]:
        """Its disk is written and deleted with it, by the same rights (VM contributor's role)."""
        return [*super().actions, "Microsoft.Compute/disks/write", "Microsoft.Compute/disks/delete"]

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.jump_box.enabled

    def name(self, spec: DeploymentSpec) -> str:
        return f"vm-jump-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        interface = {"id": ids[JumpBoxNic], "properties": {"deleteOption": "Detach"}}
        disk = {
            "createOption": "FromImage",
            "deleteOption": "Delete",  # or it would stay behind
            "managedDisk": {"storageAccountType": "StandardSSD_LRS"},
        }
        properties = {
            "hardwareProfile": {"vmSize": spec.jump_box.size},
            "storageProfile": {"imageReference": dict(UBUNTU), "osDisk": disk},
            "osProfile": _login(spec, self.named(spec)),
            "networkProfile": {"networkInterfaces": [interface]},
            "securityProfile": {
                "securityType": "TrustedLaunch",
                "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
            },
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},  # in managed storage
        }
        body: Json = {"location": spec.location, "properties": properties}
        return body | ({"zones": spec.zones[:1]} if spec.zones else {})

    def meters(self, body: Json) -> Iterable[Meter]:
        """The machine, and the disk of its image: 30 GB, which the size E4 holds."""
        yield hourly(f"{body['properties']['hardwareProfile']['vmSize']} machine")
        yield Meter("E4 disk", 1)

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "validation",
            "JumpBoxIsPrivate",
            "`az vm create` adds a public address and opens SSH to the Internet; the jump box has "
            "neither, is reached through Bastion, and has no way out to the Internet of its own",
        )


def _login(spec: DeploymentSpec, computer: str) -> Json:
    """The only account: a key from the spec, or one generated into the vault (its public half)."""
    user = spec.jump_box.admin_username
    made = secret(generated(spec.name, "ssh-key"), generate="ssh-key")
    key: Any = spec.jump_box.ssh_public_key or made
    authorized = {"path": f"/home/{user}/.ssh/authorized_keys", "keyData": key}
    return {
        "computerName": computer,
        "adminUsername": user,
        "linuxConfiguration": {
            "disablePasswordAuthentication": True,
            "ssh": {"publicKeys": [authorized]},
        },
    }
