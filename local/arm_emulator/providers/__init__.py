"""The resource providers: one file per concern, each with its TYPES and its ROUTES.

A new type is a class in one of these files (or in a new one, added to the list below).
"""

from types import ModuleType

from local.arm_emulator import polling
from local.arm_emulator.providers import (
    activity_log,
    application_gateway,
    authorization,
    bastion,
    compute,
    compute_images,
    compute_views,
    connections,
    deployment_reads,
    deployments,
    express_route,
    gateways,
    network_basic,
    network_reads,
    network_watcher,
    policies,
    postgresql,
    postgresql_capabilities,
    postgresql_children,
    private_dns,
    quotas,
    registrations,
    resource_graph,
    resources,
    route_tables,
    security_groups,
    subscriptions,
    virtual_networks,
)
from local.arm_emulator.resource_type import ResourceType
from local.arm_emulator.router import Route

MODULES: tuple[ModuleType, ...] = (
    polling,
    subscriptions,
    resources,
    virtual_networks,
    security_groups,
    route_tables,
    network_basic,
    gateways,
    connections,
    express_route,
    application_gateway,
    bastion,
    private_dns,
    postgresql,
    compute,
    compute_images,
    compute_views,
    deployments,
    deployment_reads,
    network_watcher,
    activity_log,
    authorization,
    network_reads,
    policies,
    postgresql_capabilities,
    postgresql_children,
    quotas,
    registrations,
    resource_graph,
)
TYPES: tuple[type[ResourceType], ...] = tuple(
    each for module in MODULES for each in getattr(module, "TYPES", ())
)
ROUTES: tuple[Route, ...] = tuple(
    each for module in MODULES for each in getattr(module, "ROUTES", ())
)
