"""A deployment as Azure would show it at rest, made from what was declared."""

import json
from pathlib import Path
from typing import Any

from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import Owner, with_marks
from shared.resources.catalogue import catalogue

Json = dict[str, Any]
OWNER = Owner("shared", "here")


def recipe(**more: Any) -> DeploymentSpec:
    """The recipe, with other fields."""
    sample: Json = json.loads(Path("samples/recipe.json").read_text(encoding="utf-8"))
    subscription = "00000000-0000-0000-0000-000000000001"
    return DeploymentSpec.model_validate(sample | {"subscriptionId": subscription} | more)


def as_shown(spec: DeploymentSpec) -> dict[str, Json]:
    """The body of each resource, by key."""
    found = {r.key: with_marks(r, spec, OWNER) for r in catalogue().wanted(spec)}
    found["postgres-server"]["properties"]["state"] = "Ready"
    parameters = found["postgres-parameters"]["properties"]
    for name, value in parameters.items():
        parameters[name] = ",".join(value) if isinstance(value, list) else value
    return found


def by_id(spec: DeploymentSpec, bodies: Json) -> Json:
    """What a plan is made from."""
    return {catalogue()[key].id(spec).casefold(): body for key, body in bodies.items()}


def inventory(spec: DeploymentSpec) -> Json:
    """The inventory of a deployment that we have created."""
    return {
        r.id(spec): {"key": r.key, "provenance": "created", "state": "seen"}
        for r in catalogue().wanted(spec)
    }
