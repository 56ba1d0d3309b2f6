"""Microsoft.Insights: the Activity Log, alerts, diagnostic settings.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.insights import activity_log, diagnostic_settings
from local.arm_emulator.providers.insights.alerts import (
    ActionGroups,
    ActivityLogAlerts,
    MetricAlerts,
)
from local.arm_emulator.providers.insights.diagnostic_settings import DiagnosticSettings
from local.arm_emulator.providers.insights.workbooks import Workbooks
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    DiagnosticSettings,
    ActionGroups,
    MetricAlerts,
    ActivityLogAlerts,
    Workbooks,
)
ROUTES: tuple[Route, ...] = (*activity_log.ROUTES, *diagnostic_settings.ROUTES)
