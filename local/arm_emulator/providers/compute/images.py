"""Images of the marketplace, as far as a machine of the architecture may be made of one.

One version each; `az vm create` asks for the latest and looks at its features and plan.
"""

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.router import Route

# Publisher, offer, sku: version. The aliases of `az vm create --image` lead to these.
IMAGES = {
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"): "22.04.202604010",
    ("Canonical", "ubuntu-24_04-lts", "server"): "24.04.202604010",
    ("Debian", "debian-12", "12-gen2"): "0.20260401.2440",
}
_IMAGES = (
    "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}"
    "/publishers/{publisher}/artifacttypes/vmimage/offers/{offer}/skus/{sku}/versions"
)


def list_versions(world: World, call: Call, **path: str) -> Response:
    """The versions of an image: a bare list, as Compute answers."""
    version = _find(path)
    return Response(200, [_entry(path, version)])


def get_version(world: World, call: Call, version: str, **path: str) -> Response:
    """One version with what machines of it can do."""
    found = _find(path)
    if version != found:
        raise _not_found()
    features = [
        {"name": "SecurityType", "value": "TrustedLaunchSupported"},
        {"name": "IsAcceleratedNetworkSupported", "value": "True"},
    ]
    properties = {
        "hyperVGeneration": "V2",
        "architecture": "x64",
        "osDiskImage": {"operatingSystem": "Linux", "sizeInGb": 30},
        "dataDiskImages": [],
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": True},
        "features": features,
    }
    return Response(200, _entry(path, found) | {"properties": properties})


def _find(path: dict[str, str]) -> str:
    wanted = tuple(path[each].lower() for each in ("publisher", "offer", "sku"))
    for image, version in IMAGES.items():
        there = canonical(path["location"]) in LOCATIONS
        if there and tuple(each.lower() for each in image) == wanted:
            return version
    raise _not_found()


def _not_found() -> ArmError:
    return ArmError(404, "NotFound", "Artifact: VMImage was not found.")


def _entry(path: dict[str, str], version: str) -> Json:
    id_ = _IMAGES.format(**path) + f"/{version}"
    return {"location": path["location"], "name": version, "id": id_}


ROUTES = (
    Route("GET", _IMAGES, list_versions),
    Route("GET", _IMAGES + "/{version}", get_version),
)
