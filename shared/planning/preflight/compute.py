"""Whether the region can hold the jump box: its size, what the size must be able to do, vCPUs."""

from collections.abc import Iterator

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, folded, refused

SKUS_VERSION = "2021-07-01"
USAGES_VERSION = "2024-07-01"
TARGET = "jumpBox.size"
# What the image and the security type of the jump box ask of a size, where it tells of that.
# https://learn.microsoft.com/azure/virtual-machines/trusted-launch
NEEDED = {
    "CpuArchitectureType": ("x64", "the image is for x64"),
    "HyperVGenerations": ("V2", "Trusted Launch needs a machine of generation 2"),
    "TrustedLaunchDisabled": ("False", "it has no Trusted Launch"),
}


def check_virtual_machine(subject: Subject) -> Iterator[Finding]:
    """The size of the jump box, and room for it."""
    if not subject.spec.jump_box.enabled or subject.has("jump-box"):
        return
    location = subject.spec.location
    compute = f"{subject.subscription}/providers/Microsoft.Compute"
    skus = subject.read(
        f"{compute}/skus?api-version={SKUS_VERSION}&$filter=location%20eq%20'{location}'"
    )["value"]
    yield from judge_virtual_machine_size(subject.spec, skus)
    usages = subject.read(f"{compute}/locations/{location}/usages?api-version={USAGES_VERSION}")
    yield from judge_virtual_machine_quota(subject.spec, skus, usages["value"])


def judge_virtual_machine_size(spec: DeploymentSpec, skus: list[Json]) -> Iterator[Finding]:
    """A size that the region lacks, that the subscription may not use there, or that cannot do it.

    A restriction of type Zone is harmless, as the jump box names no zone.
    https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-sku-not-available
    """
    offered = _offered(spec, skus)
    usable = {
        name: sku
        for name, sku in offered.items()
        if "Location" not in {r.get("type") for r in sku.get("restrictions") or []}
    }
    wanted = usable.get(spec.jump_box.size.casefold())
    able = sorted(s["name"] for s in usable.values() if not any(_lacks(s)))
    small = [name for name in able if name.startswith("Standard_B")]
    instead = f"take one of {', '.join(small[:5]) or 'the sizes that az vm list-skus shows'}"
    if wanted is None:
        text = f"{spec.jump_box.size} cannot be had in {spec.location}: {instead}"
        yield refused("SkuNotAvailable", TARGET, text)
    else:
        for reason in _lacks(wanted):
            text = f"{spec.jump_box.size} will not do, since {reason}: {instead}"
            yield refused("SkuNotSuitable", TARGET, text)


def judge_virtual_machine_quota(
    spec: DeploymentSpec, skus: list[Json], usages: list[Json]
) -> Iterator[Finding]:
    """A quota that one more machine of this size would exceed: of its family, or of the region.

    https://learn.microsoft.com/azure/virtual-machines/quotas
    """
    size = _offered(spec, skus).get(spec.jump_box.size.casefold())
    if size is None:
        return
    cores = int(_capabilities(size).get("vCPUs", 0))
    family = str(size.get("family")).casefold()
    needed = {family: cores, "cores": cores, "virtualmachines": 1}
    for usage in usages:
        name, used, limit = usage["name"]["value"], usage["currentValue"], usage["limit"]
        more = needed.get(name.casefold(), 0)
        if more and used + more > limit:
            yield refused(
                "QuotaExceeded",
                TARGET,
                f"{name}: {used} of {limit} are used in {spec.location} and {more} more needed: "
                "ask for a higher quota, or choose a size of another family",
            )


def _offered(spec: DeploymentSpec, skus: list[Json]) -> dict[str, Json]:
    here = folded(spec.location)
    return {
        sku["name"].casefold(): sku
        for sku in skus
        if sku.get("resourceType") == "virtualMachines"
        and here in map(folded, sku.get("locations") or [spec.location])
    }


def _lacks(size: Json) -> Iterator[str]:
    """Why a size cannot be the jump box's."""
    able = _capabilities(size)
    for name, (good, reason) in NEEDED.items():
        if good not in able.get(name, good).split(","):
            yield reason


def _capabilities(size: Json) -> dict[str, str]:
    return {c["name"]: str(c["value"]) for c in size.get("capabilities") or []}
