"""The resource providers: a folder per namespace, one file per concern, each with TYPES and ROUTES.

A new type is a class in one of these files (or in a new one, added to the list below).
"""

from types import ModuleType

from local.arm_emulator.engine import polling
from local.arm_emulator.providers import quotas
from local.arm_emulator.providers.authorization import authorization, policies
from local.arm_emulator.providers.compute import images, machines, views
from local.arm_emulator.providers.dbforpostgresql import capabilities, children, servers
from local.arm_emulator.providers.insights import activity_log
from local.arm_emulator.providers.network import basic, bastion, private_dns
from local.arm_emulator.providers.network import routes as network_reads
from local.arm_emulator.providers.network.application_gateways import application_gateways
from local.arm_emulator.providers.network.gateways import connections, express_route, gateways
from local.arm_emulator.providers.network.virtual_networks import (
    route_tables,
    security_groups,
    virtual_networks,
)
from local.arm_emulator.providers.network.watcher import watchers
from local.arm_emulator.providers.resource_graph import resource_graph
from local.arm_emulator.providers.resources import groups, registrations, subscriptions
from local.arm_emulator.providers.resources.deployments import deployments
from local.arm_emulator.providers.resources.deployments import routes as deployment_reads
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

MODULES: tuple[ModuleType, ...] = (
    polling,
    subscriptions,
    groups,
    virtual_networks,
    security_groups,
    route_tables,
    basic,
    gateways,
    connections,
    express_route,
    application_gateways,
    bastion,
    private_dns,
    servers,
    machines,
    images,
    views,
    deployments,
    deployment_reads,
    watchers,
    activity_log,
    authorization,
    network_reads,
    policies,
    capabilities,
    children,
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
