"""The resource providers: a folder per namespace, each with its TYPES and its ROUTES."""

from local.arm_emulator.providers import (
    authorization,
    compute,
    dbforpostgresql,
    insights,
    managed_identity,
    network,
    operational_insights,
    resource_graph,
    resources,
    security,
    storage,
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
    managed_identity,
    security,
    storage,
    resource_graph,
)
TYPES: tuple[type[ResourceType], ...] = tuple(each for p in PROVIDERS for each in p.TYPES)
ROUTES: tuple[Route, ...] = tuple(each for p in PROVIDERS for each in p.ROUTES)
