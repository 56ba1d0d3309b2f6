"""Microsoft.Storage: accounts that logs and backups go to.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.storage.accounts import StorageAccounts
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (StorageAccounts,)
ROUTES: tuple[Route, ...] = ()
