"""What Azure charges: one table of list prices with a date, since prices change together.

A resource names its meters and how much of each a month takes; what stands here is what one of it
costs. Pay-as-you-go in US dollars, of the class of East US; other regions differ.
What depends on use is left out: the circuit, traffic, logs, backups beyond the size of the storage.
What is not in the table has no price, and is told as unknown rather than guessed.

Azure's own list is https://prices.azure.com/api/retail/prices; each source below is the ``$filter``
that finds the price there, beside ``armRegionName eq 'eastus' and priceType eq 'Consumption'``.
"""

from collections.abc import Iterable
from typing import NamedTuple

from shared.deployment.messages import PriceList

PRICE_LIST: PriceList = {
    "currency": "USD",
    "region": "eastus",
    "pricesOf": "2026-11",
    "source": "https://prices.azure.com/api/retail/prices",
}

HOURS = 730  # of a month, as Azure's own calculator counts them


class Price(NamedTuple):
    """What one unit of a meter costs, and where that can be read."""

    usd: float
    source: str


def _listed(usd: float, product: str, meter: str) -> Price:
    return Price(usd, f"productName eq '{product}' and meterName eq '{meter}'")


def _server(usd: float, product: str, meter: str) -> Price:
    return _listed(usd, f"Azure Database for PostgreSQL Flexible Server {product} Compute", meter)


PRICES = {
    # An hour of a gateway, or of one scale unit of it
    "ErGw1AZ gateway": _listed(0.361, "ExpressRoute Gateway", "ErGw1AZ Gateway"),
    "ErGw2AZ gateway": _listed(0.632, "ExpressRoute Gateway", "ErGw2AZ Gateway"),
    "ErGw3AZ gateway": _listed(2.151, "ExpressRoute Gateway", "ErGw3AZ Gateway"),
    "ErGwScale unit": _listed(0.21, "ExpressRoute Gateway", "ErGwScale Unit"),
    "Standard gateway": _listed(0.19, "ExpressRoute Standard Gateway", "Standard Gateway"),
    "HighPerformance gateway": _listed(
        0.49, "ExpressRoute High Performance Gateway", "High Performance Gateway"
    ),
    # An hour of an Application Gateway, and of one of its capacity units
    "Standard_v2": _listed(0.246, "Application Gateway Standard v2", "Standard Fixed Cost"),
    "Standard_v2 capacity unit": _listed(
        0.008, "Application Gateway Standard v2", "Standard Capacity Units"
    ),
    "WAF_v2": _listed(0.443, "Application Gateway WAF v2", "Standard Fixed Cost"),
    "WAF_v2 capacity unit": _listed(
        0.0144, "Application Gateway WAF v2", "Standard Capacity Units"
    ),
    # An hour of one vCore of a server, or of a whole burstable one
    "Dsv3 vCore": _server(0.089, "General Purpose Dsv3 Series", "vCore"),
    "Ddsv4 vCore": _server(0.089, "General Purpose Ddsv4 Series", "vCore"),
    "Ddsv5 vCore": _server(0.089, "General Purpose Ddsv5 Series", "vCore"),
    "B1ms server": _server(0.017, "Burstable BS Series", "B1MS"),
    # A GiB-month
    "PostgreSQL storage": _listed(
        0.115, "Az DB for PostgreSQL Flexible Server Storage", "Storage Data Stored"
    ),
    "PostgreSQL backup": Price(0.095, "https://azure.microsoft.com/pricing/details/postgresql/"),
    # An hour of a Bastion with its two units, and of each unit beyond
    "Bastion Basic": _listed(0.19, "Azure Bastion", "Basic Gateway"),
    "Bastion Standard": _listed(0.29, "Azure Bastion", "Standard Gateway"),
    "Bastion Standard unit": _listed(0.14, "Azure Bastion", "Standard Additional Gateway"),
    # An hour
    "NAT gateway": _listed(0.045, "NAT Gateway", "Standard Gateway"),
    "DNS resolver endpoint": _listed(0.25, "Azure DNS", "Private Resolver Inbound Endpoint"),
    "public address": _listed(0.005, "IP Addresses", "Standard IPv4 Static Public IP"),
    "Standard_B1s machine": _listed(0.0104, "Virtual Machines BS Series", "B1s"),
    "Standard_B2s machine": _listed(0.0416, "Virtual Machines BS Series", "B2s"),
    "Standard_B2ms machine": _listed(0.0832, "Virtual Machines BS Series", "B2ms"),
    "Standard_D2s_v5 machine": _listed(0.096, "Virtual Machines Dsv5 Series", "D2s v5"),
    # A month
    "E4 disk": _listed(2.40, "Standard SSD Managed Disks", "E4 LRS Disk"),
    "private zone": _listed(0.50, "Azure DNS", "Private Zone"),
}

_FOLDED = {name.casefold(): price for name, price in PRICES.items()}  # ARM rewrites case


class Meter(NamedTuple):
    """One line of the bill: how much of what a month takes."""

    name: str  # a key of PRICES; any other name has no price
    quantity: float
    price: Price | None = None  # where the resource brings its own

    @property
    def monthly(self) -> float | None:
        """US dollars a month; None where there is no price."""
        price = self.price or _FOLDED.get(self.name.casefold())
        return None if price is None else self.quantity * price.usd


def hourly(name: str, count: float = 1) -> Meter:
    """What runs all month, `count` of it."""
    return Meter(name, count * HOURS)


def monthly(meters: Iterable[Meter]) -> float | None:
    """US dollars a month for all of them, to the cent; None where one has no price.

    The meters of a body that does not say enough raise KeyError, and that is no price either.
    """
    try:
        lines = [meter.monthly for meter in meters]
    except KeyError:
        return None
    return None if None in lines else round(sum(line for line in lines if line is not None), 2)
