"""Microsoft.Security: plans of Defender for Cloud.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.security import pricings
from local.arm_emulator.providers.security.pricings import Pricings
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (Pricings,)
ROUTES: tuple[Route, ...] = pricings.ROUTES
