"""Microsoft.Compute: machines, disks, images.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.compute import images, run_commands, sizes, views
from local.arm_emulator.providers.compute.disks import Disks
from local.arm_emulator.providers.compute.extensions import Extensions
from local.arm_emulator.providers.compute.machines import VirtualMachines
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    VirtualMachines,
    Extensions,
    Disks,
    run_commands.RunCommands,
)
ROUTES: tuple[Route, ...] = (
    *images.ROUTES,
    *run_commands.ROUTES,
    *sizes.ROUTES,
    *views.ROUTES,
)
