"""What the name of a size says of a PostgreSQL server."""

import re


def tier(sku: str) -> str:
    """The tier that a size belongs to: its first letter says so (Learn: compute options)."""
    family = sku.removeprefix("Standard_")[:1].upper()
    return {"B": "Burstable", "E": "MemoryOptimized"}.get(family, "GeneralPurpose")


def memory_gib(sku: str) -> float:
    """Memory of a size in GiB: four for each vCore, eight where that is what one pays for.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-compute
    """
    vcores = vcores_of(sku)
    if tier(sku) == "Burstable" and vcores <= 2:
        return 4 if sku.casefold().endswith("b2s") else 2 if vcores == 1 else 8
    return vcores * (8 if tier(sku) == "MemoryOptimized" else 4)


def vcores_of(sku: str) -> int:
    """The first number in a size."""
    found = re.search(r"\d+", sku.removeprefix("Standard_"))
    return int(found[0]) if found else 2
