"""The resource providers: a folder per namespace, each with its TYPES and its ROUTES."""

from local.arm_emulator.providers import (
    authorization,
    compute,
    dbforpostgresql,
    insights,
    network,
    operational_insights,
    resource_graph,
    resources,
)
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

PROVIDERS = (
    resources,
    network,
    dbforpostgresql,
    compute,
    authorization,
    insights,
    operational_insights,
    resource_graph,
)
TYPES: tuple[type[ResourceType], ...] = tuple(each for p in PROVIDERS for each in p.TYPES)
ROUTES: tuple[Route, ...] = tuple(each for p in PROVIDERS for each in p.ROUTES)
