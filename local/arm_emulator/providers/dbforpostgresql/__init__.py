"""Microsoft.DBforPostgreSQL: flexible servers and what belongs to them.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.dbforpostgresql import backups, capabilities, children, databases
from local.arm_emulator.providers.dbforpostgresql.children import (
    Administrators,
    Configurations,
    FirewallRules,
    ThreatProtection,
)
from local.arm_emulator.providers.dbforpostgresql.databases import Databases
from local.arm_emulator.providers.dbforpostgresql.servers import FlexibleServers
from local.arm_emulator.providers.dbforpostgresql.virtual_endpoints import VirtualEndpoints
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    FlexibleServers,
    Configurations,
    Administrators,
    backups.Backups,
    Databases,
    FirewallRules,
    VirtualEndpoints,
    ThreatProtection,
)
ROUTES: tuple[Route, ...] = (
    *backups.ROUTES,
    *capabilities.ROUTES,
    *children.ROUTES,
    *databases.ROUTES,
)
