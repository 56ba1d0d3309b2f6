"""The files of an export, in the form that is asked for."""

import json
from typing import Literal

from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.exporting.bicep import bicep
from shared.planning.exporting.items import exported
from shared.planning.exporting.template import template
from shared.planning.exporting.terraform import terraform

TEMPLATE = "azuredeploy.json"


def files(spec: DeploymentSpec, form: Literal["arm", "bicep", "terraform"]) -> dict[str, str]:
    """A deployment as it is declared; by name of the file. Azure is not asked."""
    export = exported(spec)
    match form:
        case "arm":
            return {TEMPLATE: json.dumps(template(export), indent=2) + "\n"}
        case "bicep":
            return bicep(export)
        case "terraform":
            return terraform(export)
