"""Microsoft.ResourceGraph: queries over everything that exists.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.resource_graph import resource_graph
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = ()
ROUTES: tuple[Route, ...] = (*resource_graph.ROUTES,)
