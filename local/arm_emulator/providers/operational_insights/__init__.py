"""Microsoft.OperationalInsights: Log Analytics.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.operational_insights.workspaces import Workspaces
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (Workspaces,)
ROUTES: tuple[Route, ...] = ()
