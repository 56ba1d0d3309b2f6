"""Whether what a spec calls by name or id can be had: rules of Azure, keys that exist; pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic.alias_generators import to_camel

from shared.deployment.inventory import Inventory, Observed, item_of
from shared.deployment.messages import Advice
from shared.deployment.resource_id import ResourceId, same
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue


def naming_refusals(spec: DeploymentSpec, wanted: Sequence[Resource]) -> Iterator[Advice]:
    """Every name that cannot be given; a pattern is at fault as a whole.

    https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules

    Args:
        spec: what is asked for.
        wanted: what it makes.
    """
    given = [] if isinstance(spec.names, str) else list(spec.names)
    makes = {resource.key: resource for resource in wanted}
    for key in given:
        target = f"names.{key}"
        if key not in catalogue() or catalogue()[key].arm_type.endswith("/configurations"):
            text = f"{key} is no resource that has a name of its own: the plan names them"
            yield Advice(code="NameUnknown", message=text, target=target)
        elif field := catalogue()[key].named_by:
            text = f"the name of {key} is given by {field}: leave it out here"
            yield Advice(code="NameGivenElsewhere", message=text, target=target)
        elif key not in makes:
            text = f"the deployment makes no {key}: leave it out"
            yield Advice(code="NameNotUsed", message=text, target=target)
        elif makes[key].name_fixed:
            text = f"Azure knows it as {makes[key].name(spec)} only: leave it out"
            yield Advice(code="NameFixed", message=text, target=target)
    yield from _unlawful(spec, wanted)


def _unlawful(spec: DeploymentSpec, wanted: Sequence[Resource]) -> Iterator[Advice]:
    counted = Counter(resource.id(spec).casefold() for resource in wanted)
    for resource in wanted:
        name = resource.named(spec)
        if name == resource.name(spec) and counted[resource.id(spec).casefold()] == 1:
            continue
        target = "names" if isinstance(spec.names, str) else f"names.{resource.key}"
        if not re.fullmatch(resource.name_rule, name):
            text = (
                f"{name} is no name for {resource.key}: {resource.arm_type} takes what matches "
                f"{resource.name_rule}"
            )
            yield Advice(code="NameInvalid", message=text, target=target)
        if counted[resource.id(spec).casefold()] > 1:
            text = f"{name} is the name of another resource too: give {resource.key} its own"
            yield Advice(code="NameTaken", message=text, target=target)


def adoption_refusals(
    spec: DeploymentSpec, wanted: Sequence[Resource], observed: Observed, inventory: Inventory
) -> Iterator[Advice]:
    """What cannot be taken over: of another kind, elsewhere, or not there.

    Args:
        spec: what is asked for.
        wanted: what it makes.
        observed: by id, what is there.
        inventory: what the deployment consists of.
    """
    makes = {resource.key: resource for resource in wanted}
    for resource_id, key in () if isinstance(spec.adopt, bool) else spec.adopt.items():
        target = f"adopt.{resource_id}"
        if key not in makes:
            text = f"the deployment makes no {key}: leave it out, or name another key of its plan"
            yield Advice(code="AdoptUnknown", message=text, target=target)
        elif (field := makes[key].named_by) and not _so_named(makes[key], spec, resource_id):
            text = f"the name of {key} is given by {field}: set that to the name that this one has"
            yield Advice(code="NameGivenElsewhere", message=text, target=target)
        elif not same(makes[key].id(spec), resource_id):
            text = f"{key} of this deployment is {makes[key].id(spec)}, and nothing elsewhere"
            yield Advice(code="AdoptElsewhere", message=text, target=target)
        elif observed.get(resource_id.casefold()) is None and not item_of(inventory, resource_id):
            text = (
                f"there is nothing to take over: give the id of what is there, or leave {key} out"
            )
            yield Advice(code="AdoptMissing", message=text, target=target)


def _so_named(resource: Resource, spec: DeploymentSpec, resource_id: str) -> bool:
    return same(ResourceId.of(resource_id).name, resource.name(spec))


def ours_by_mistake(spec: DeploymentSpec, inventory: Inventory) -> Iterator[Advice]:
    """What is called existing and was made by this deployment: it would be lost from sight."""
    made = {i.casefold() for i, item in inventory.items() if item["provenance"] == "created"}
    for name, given in spec.existing.model_dump(exclude_none=True).items():
        if given.casefold() in made:
            text = f"{given} was made by this deployment: leave it out of existing"
            yield Advice(code="ExistingIsOurs", message=text, target=f"existing.{to_camel(name)}")
