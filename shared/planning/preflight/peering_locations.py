"""Which Azure regions the circuits of a peering location reach, by their tier.

The tables are Learn's of April 2026. They are no closed list: Azure opens regions and locations,
and those of ExpressRoute Direct are named after their data centres. So whatever is not in them is
unknown, which is never a reason to refuse.
https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers
"""

from typing import NamedTuple

LOCAL_TIERS = frozenset({"Local", "MultiCloud"})


class Geography(NamedTuple):
    """One geopolitical region: its Azure regions, and its cities with the regions local to each.

    A city without a region of its own has no Local circuits. A region that is local to a city lies
    in the geography of that city, though the table of geographies may not have it yet.
    """

    regions: frozenset[str]
    cities: dict[str, frozenset[str]]


def _geography(regions: str, **cities: str) -> Geography:
    local = {name.replace("_", " "): frozenset(near.split()) for name, near in cities.items()}
    return Geography(frozenset(regions.split()).union(*local.values()), local)


GEOGRAPHIES = {
    "North America": _geography(
        "eastus eastus2 centralus southcentralus northcentralus westcentralus westus westus2 "
        "westus3 canadacentral canadaeast",
        Atlanta="",
        Chicago="northcentralus",
        Dallas="",
        Denver="westcentralus",
        Las_Vegas="",
        Los_Angeles="",
        Miami="",
        Minneapolis="",
        Montreal="",
        New_York="",
        Phoenix="westus3",
        Quebec_City="canadaeast",
        Quincy="westus2",
        San_Antonio="southcentralus",
        Seattle="westus2",
        Silicon_Valley="westus",
        Toronto="canadacentral",
        Vancouver="",
        Washington_DC="eastus eastus2",
    ),
    "Europe": _geography(
        "northeurope westeurope uksouth ukwest francecentral francesouth germanynorth "
        "germanywestcentral italynorth norwayeast norwaywest polandcentral swedencentral "
        "switzerlandnorth switzerlandwest",
        Amsterdam="westeurope",
        Berlin="germanynorth",
        Copenhagen="",
        Dublin="northeurope",
        Frankfurt="germanywestcentral",
        Geneva="switzerlandwest",
        London="uksouth",
        Madrid="spaincentral",
        Marseille="francesouth",
        Milan="italynorth",
        Munich="",
        Oslo="norwayeast",
        Paris="francecentral",
        Stavanger="norwaywest",
        Stockholm="swedencentral",
        Warsaw="polandcentral",
        Zurich="switzerlandnorth",
    ),
    "Asia": _geography(
        "eastasia southeastasia",
        Bangkok="",
        Hong_Kong="eastasia",
        Jakarta="indonesiacentral",
        Kuala_Lumpur="malaysiawest",
        Singapore="southeastasia",
        Taipei="taiwannorth",
    ),
    "Australia Government": _geography(
        "australiacentral australiacentral2", Canberra="australiacentral australiacentral2"
    ),
    "India": _geography(
        "centralindia southindia westindia",
        Chennai="southindia",
        Mumbai="westindia",
        Pune="centralindia",
    ),
    "Israel": _geography("israelcentral", Tel_Aviv="israelcentral"),
    "Japan": _geography("japaneast japanwest", Osaka="japanwest", Tokyo="japaneast"),
    "Oceania": _geography(
        "australiaeast australiasoutheast",
        Auckland="newzealandnorth",
        Melbourne="australiasoutheast",
        Perth="",
        Sydney="australiaeast",
    ),
    "Qatar": _geography("qatarcentral", Doha="qatarcentral"),
    "South Africa": _geography(
        "southafricanorth southafricawest",
        Cape_Town="southafricawest",
        Johannesburg="southafricanorth",
    ),
    "South America": _geography(
        "brazilsouth",
        Campinas="brazilsouth",
        Rio_de_Janeiro="brazilsoutheast",
        Santiago="",
        Sao_Paulo="brazilsouth",
    ),
    "South Korea": _geography("koreacentral koreasouth", Busan="koreasouth", Seoul="koreacentral"),
    "UAE": _geography("uaecentral uaenorth", Abu_Dhabi="uaecentral", Dubai="uaenorth"),
}


class Reach(NamedTuple):
    """The regions that a circuit reaches, and what to call them all."""

    name: str
    regions: frozenset[str]


def reach_of(tier: str, peering_location: str) -> Reach | None:
    """What circuits below Premium reach from a peering location; None where no table says it."""
    city = peering_location.rstrip("0123456789")  # a city with several sites numbers them
    for name, geography in GEOGRAPHIES.items():
        local = geography.cities.get(city)
        if local is not None and tier not in LOCAL_TIERS:
            return Reach(name, geography.regions)
        if local:
            return Reach(" and ".join(sorted(local)), local)
    return None


def is_placed(region: str) -> bool:
    """Whether the tables have a region; one that they lack may be reached all the same."""
    return any(region in geography.regions for geography in GEOGRAPHIES.values())
