"""The regions that are emulated, with what clients ask of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """One Azure region."""

    name: str
    display_name: str
    geography: str
    pair: str
    zones: bool = True


LOCATIONS = {
    each.name: each
    for each in (
        Location("eastus", "East US", "US", "westus"),
        Location("eastus2", "East US 2", "US", "centralus"),
        Location("centralus", "Central US", "US", "eastus2"),
        Location("southcentralus", "South Central US", "US", "northcentralus"),
        Location("northcentralus", "North Central US", "US", "southcentralus", zones=False),
        Location("westus", "West US", "US", "eastus", zones=False),
        Location("westus2", "West US 2", "US", "westcentralus"),
        Location("westcentralus", "West Central US", "US", "westus2", zones=False),
        Location("westus3", "West US 3", "US", "eastus"),
        Location("canadacentral", "Canada Central", "Canada", "canadaeast"),
        Location("canadaeast", "Canada East", "Canada", "canadacentral", zones=False),
        Location("northeurope", "North Europe", "Europe", "westeurope"),
        Location("westeurope", "West Europe", "Europe", "northeurope"),
        Location("uksouth", "UK South", "UK", "ukwest"),
        Location("ukwest", "UK West", "UK", "uksouth", zones=False),
        Location("germanywestcentral", "Germany West Central", "Europe", "germanynorth"),
        Location("swedencentral", "Sweden Central", "Europe", "swedensouth"),
        Location("switzerlandnorth", "Switzerland North", "Europe", "switzerlandwest"),
        Location("southeastasia", "Southeast Asia", "Asia Pacific", "eastasia"),
        Location("australiaeast", "Australia East", "Australia", "australiasoutheast"),
        Location("japaneast", "Japan East", "Japan", "japanwest"),
    )
}

# Peering locations: the geography that circuits below Premium reach, and the regions that Local
# ones do. https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers
PEERING_LOCATIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Washington DC": ("US", ("eastus", "eastus2")),
    "Washington DC2": ("US", ("eastus", "eastus2")),
    "New York": ("US", ()),
    "Dallas": ("US", ()),
    "San Antonio": ("US", ("southcentralus",)),
    "Chicago": ("US", ("northcentralus",)),
    "Silicon Valley": ("US", ("westus",)),
    "Seattle": ("US", ("westus2",)),
    "Phoenix": ("US", ("westus3",)),
    "Toronto": ("US", ("canadacentral",)),
    "London": ("Europe", ("uksouth",)),
    "Dublin": ("Europe", ("northeurope",)),
    "Amsterdam": ("Europe", ("westeurope",)),
    "Frankfurt": ("Europe", ("germanywestcentral",)),
    "Zurich": ("Europe", ("switzerlandnorth",)),
    "Stockholm": ("Europe", ("swedencentral",)),
    "Singapore": ("Asia Pacific", ("southeastasia",)),
    "Sydney": ("Australia", ("australiaeast",)),
    "Tokyo": ("Japan", ("japaneast",)),
}
JOINED_GEOGRAPHIES = {"Canada": "US", "UK": "Europe"}  # one geopolitical region of ExpressRoute


def canonical(location: str) -> str:
    """``"UK South"`` as ``uksouth``."""
    return location.replace(" ", "").lower()


def display_name(location: str) -> str:
    """``uksouth`` as ``"UK South"``; an unknown one as it is."""
    known = LOCATIONS.get(canonical(location))
    return known.display_name if known else location
