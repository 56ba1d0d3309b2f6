"""Microsoft.Resources: subscriptions, groups, registrations, deployments.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.resources import groups, registrations, subscriptions, tags
from local.arm_emulator.providers.resources.deployments import deployments
from local.arm_emulator.providers.resources.deployments import routes as deployment_routes
from local.arm_emulator.providers.resources.deployments.deployments import Deployments
from local.arm_emulator.providers.resources.groups import ResourceGroups
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    ResourceGroups,
    Deployments,
)
ROUTES: tuple[Route, ...] = (
    *deployments.ROUTES,
    *deployment_routes.ROUTES,
    *groups.ROUTES,
    *registrations.ROUTES,
    *subscriptions.ROUTES,
    *tags.ROUTES,
)
