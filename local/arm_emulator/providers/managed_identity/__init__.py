"""Microsoft.ManagedIdentity: identities that users assign.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.managed_identity.identities import UserAssignedIdentities
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (UserAssignedIdentities,)
ROUTES: tuple[Route, ...] = ()
