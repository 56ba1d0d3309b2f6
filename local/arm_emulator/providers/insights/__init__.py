"""Microsoft.Insights: the Activity Log.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.insights import activity_log
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = ()
ROUTES: tuple[Route, ...] = (*activity_log.ROUTES,)
