"""Virtual machines, as the generic resources client sends them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.compute.base import ComputeType
from local.arm_emulator.providers.compute.disks import Disks
from local.arm_emulator.providers.compute.sizes import (
    SIZES,
    check_compute_quota,
    has_premium_storage,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json, fill_in
from local.arm_emulator.wire.names import NameRule
from local.arm_emulator.wire.preconditions import unmet
from local.arm_emulator.wire.resource_ids import ResourceId

RESERVED_NAMES = (
    "1 123 a actuser adm admin admin1 admin2 administrator aspnet backup console david guest "
    "john owner root server sql support support_388945a0 sys test test1 test2 test3 user user1 "
    "user2 user3 user4 user5 video"
)
# Recorded in azure-service-operator, for Linux.
OS_PROFILE = {
    "secrets": [],
    "allowExtensionOperations": True,
    "requireGuestProvisionSignal": True,
    "linuxConfiguration": {
        "disablePasswordAuthentication": False,
        "provisionVMAgent": True,
        "patchSettings": {"patchMode": "ImageDefault", "assessmentMode": "ImageDefault"},
    },
}


FIXED = (
    ("osProfile", "computerName"),
    ("osProfile", "adminUsername"),
    ("storageProfile", "imageReference", "sku"),
    ("storageProfile", "imageReference", "offer"),
    ("storageProfile", "osDisk", "createOption"),
    ("storageProfile", "osDisk", "name"),
)


class VirtualMachines(ComputeType):
    """Virtual machines, each with the disk that it is made on."""

    etag_header = True

    type = "Microsoft.Compute/virtualMachines"
    timing = Timing(120, 60, 90)
    synchronous_patch = False  # recorded in azure-cli, test_resource_patch
    zonal = True
    secrets = ("osProfile.adminPassword", "osProfile.customData")
    tolerated = ("managedBy",)
    actions_not_emulated = (
        "generalize",
        "capture",
        "reapply",
        "redeploy",
        "reimage",
        "runCommand",
        "retrieveBootDiagnosticsData",
        "assessPatches",
        "installPatches",
        "performMaintenance",
        "simulateEviction",
        "convertToManagedDisks",
    )
    actions: ClassVar[Mapping[str, float]] = {
        "start": 30.0,
        "deallocate": 60.0,
        "powerOff": 30.0,
        "restart": 30.0,
    }
    name_rule = NameRule(
        r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?",
        "The name of a Linux machine is 1-64 letters, digits, '.', '_' and '-'.",
        code="InvalidParameter",
    )

    def check_preconditions(self, call: Call, view: Json | None) -> None:
        """If-Match and If-None-Match, but for DELETE (SDK source: @azure/arm-compute)."""
        etag = str(view["etag"]) if view else None
        if call.method != "DELETE" and unmet(call.request.headers, etag):
            message = f"The condition in the header of the request is not met: etag {etag}."
            raise ArmError(412, "PreconditionFailed", message)

    def check(self, change: Change) -> None:
        """A size that there is, and an interface that no other machine has."""
        size = str((change.properties.get("hardwareProfile") or {}).get("vmSize", ""))
        if size not in SIZES:
            message = f"The value {size} provided for the VM size is not valid."
            raise ArmError(400, "InvalidParameter", message, target="vmSize")
        if size in self.world.settings.restricted_sizes:
            message = (
                f"The requested VM size {size} is not available in location "
                f"'{change.body['location']}'. Please try another size or deploy elsewhere."
            )
            raise ArmError(409, "SkuNotAvailable", message)
        _check_fixed(change)
        self._check_administrator(change)
        for interface in _interfaces(change.properties):
            self._check_free(change, str(interface.get("id", "")))

    def check_quota(self, change: Change) -> None:
        """So many vCPUs per region, and per family."""
        check_compute_quota(change)

    def fill(self, change: Change) -> None:
        """An id for life, and a disk of its own."""
        change.body["etag"] = str(change.prior.version + 1 if change.prior else 1)
        change.properties["vmId"] = change.before("properties", "vmId") or self.guid(change.id.key)
        change.properties["timeCreated"] = (
            change.before("properties", "timeCreated") or change.now.isoformat()
        )
        if change.properties.get("osProfile"):
            fill_in(change.properties["osProfile"], OS_PROFILE)
        change.properties.setdefault("storageProfile", {}).setdefault("dataDisks", [])
        disk = _os_disk(change.properties)
        if disk is not None:
            disk.setdefault("osType", "Linux")
            disk.setdefault("caching", "ReadWrite")
            disk.setdefault("name", f"{change.id.name}_OsDisk_1")
            disk.setdefault("deleteOption", "Detach")  # the default of the API
            disk.setdefault("diskSizeGB", 30)
            if not has_premium_storage(str(change.properties["hardwareProfile"]["vmSize"])):
                disk.setdefault("managedDisk", {}).setdefault("storageAccountType", "Standard_LRS")

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The disk has come into being with the machine."""
        disk = _os_disk(resource.properties)
        if disk is None:
            return
        id_ = _disk_id(resource, disk)
        if self.world.store.get(id_.key) is None:
            kind = (disk.get("managedDisk") or {}).get("storageAccountType", "Standard_LRS")
            origin = {"createOption": disk.get("createOption", "FromImage")}
            properties = {"creationData": origin, "diskSizeGB": disk["diskSizeGB"]}
            properties |= {"osType": disk["osType"], "diskState": "Attached"}
            body: Json = {"location": resource.body["location"], "sku": {"name": kind}}
            made = Resource(id_, body | {"properties": properties}, now, now)
            type_ = self.peers.get(Disks.type.lower())
            assert type_ is not None  # noqa: S101 - it is in TYPES
            type_.dress(made)
            made.body["managedBy"] = str(resource.id)
            type_.stamp(made, "Succeeded")
            self.world.store.put(made)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Its extensions stand in its body too (recorded in azure-cli, test_vm_extension)."""
        if there := self.world.store.in_collection(f"{resource.id}/extensions"):
            body["resources"] = [self.world.show(each) for each in there]

    def act(self, resource: Resource, action: str, sent: Any, call: Any) -> Any:
        """Power is no part of the model."""
        return None

    def deleted(self, resource: Resource, now: datetime) -> None:
        """Whatever has the option Delete goes with it; the rest stays behind, detached."""
        disk = _os_disk(resource.properties)
        if disk is not None:
            stored = self.world.store.get(_disk_id(resource, disk).key)
            if stored is not None and disk.get("deleteOption") == "Delete":
                self.world.remove(stored, now)
            elif stored is not None:
                stored.body.pop("managedBy", None)
                stored.properties["diskState"] = "Unattached"
                self.world.store.put(stored)
        for interface in _interfaces(resource.properties):
            option = (interface.get("properties") or {}).get("deleteOption", "Detach")
            found = self.world.store.get(str(interface.get("id", "")))
            if found is not None and option == "Delete":
                self.world.remove(found, now)

    def _check_administrator(self, change: Change) -> None:
        """A new machine has somebody who can log in, under a name that is nobody's.

        Recorded in azure-libraries-for-java (a missing name); names that may not be:
        https://learn.microsoft.com/azure/virtual-machines/linux/faq
        """
        profile = change.properties.get("osProfile")
        if not change.creates or profile is None:
            return
        name = str(profile.get("adminUsername") or "")
        if not name:
            message = "Required parameter 'adminUsername' is missing (null)."
            raise ArmError(400, "InvalidParameter", message, target="adminUsername")
        if name.lower() in RESERVED_NAMES.split():
            message = f"The Admin Username specified is not allowed: {name}."
            raise ArmError(400, "InvalidParameter", message, target="adminUsername")

    def _check_free(self, change: Change, interface: str) -> None:
        for reference in self.world.store.blocking(interface, change.now):
            if reference.via == "networkInterfaces" and reference.owner != change.id.key:
                lingers = reference not in self.world.store.references_to(interface)
                message = f"Network interface {interface} is used by {reference.owner}."
                if lingers:
                    message = (
                        f"Nic(s) in request is reserved for another Virtual Machine for 180 "
                        f"seconds. Please provide another nic(s) or retry after: {interface}."
                    )
                # NicInUse is recorded in azure-cli, test_delete_dependent_resources.
                code = "NicReservedForAnotherVm" if lingers else "NicInUse"
                raise ArmError(400, code, message)


def _check_fixed(change: Change) -> None:
    """What is chosen at creation, in Azure's words: Azure/azure-powershell, issue 7621."""
    for path in FIXED:
        had, wants = change.before("properties", *path), change.properties
        for name in path:
            wants = wants.get(name) or {}
        if had is not None and wants not in ({}, had):
            shown = ".".join(path[-2:])
            message = f"Changing property '{shown}' is not allowed."
            raise ArmError(409, "PropertyChangeNotAllowed", message, target=shown)


def _interfaces(properties: Json) -> list[Json]:
    found: list[Json] = (properties.get("networkProfile") or {}).get("networkInterfaces") or []
    return found


def _os_disk(properties: Json) -> Json | None:
    found: Json | None = (properties.get("storageProfile") or {}).get("osDisk")
    return found


def _disk_id(machine: Resource, disk: Json) -> ResourceId:
    return ResourceId(machine.id.scope, "Microsoft.Compute", ("disks",), (str(disk["name"]),))
