"""The plan that an operation asks for, made now from its record and from Azure."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from shared.azure.clients import clients_for
from shared.azure.secrets import vaults
from shared.deployment.allowance import Allowance
from shared.deployment.approval import gated, same_steps
from shared.deployment.changes.choosing import NothingChosen, chosen
from shared.deployment.drift_check import Acceptance
from shared.deployment.errors import ExpectedError
from shared.deployment.inventory import Inventory
from shared.deployment.messages import Json, Plan
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.secrets import NO_VERSIONS, Versions
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.accepting import accept
from shared.planning.decisions.deciding import plan_deploy
from shared.planning.decisions.keeping import Keeping, keeping, refused_deletions
from shared.planning.decisions.letting_go import plan_letting_go
from shared.planning.decisions.owning import Owner, forgotten
from shared.planning.decisions.removing import plan_destroy
from shared.planning.decisions.rotating import plan_rotation
from shared.planning.observing import Reach, inside, marked, observe, seen, targets
from shared.planning.origins import with_origins
from shared.planning.repairing import Wish, repairing
from shared.planning.validation.checks import plan_validate, required
from shared.planning.validation.levels import has_agent, out_of_reach, settled, with_agent
from shared.planning.versions import versions_of
from shared.records.entities import Operation, Record
from shared.resources.base import RESOURCE_GROUP
from shared.settings import settings


class SpecOutdated(ExpectedError):
    """A spec on record that this release does not accept any more."""

    def __init__(self, invalid: ValidationError) -> None:
        wrong = invalid.errors(include_url=False, include_input=False, include_context=False)
        fields = ", ".join(".".join(map(str, error["loc"])) for error in wrong[:10])
        super().__init__(f"the recorded spec is not valid any more ({fields}): send it anew by PUT")


class PlanStale(ExpectedError):
    """A plan that is not what would be decided now."""

    def __init__(self) -> None:
        super().__init__(
            "what is in Azure has changed since the plan was made; nothing was written: plan anew"
        )


def recorded_spec(spec: Json) -> DeploymentSpec:
    """A spec as it was recorded, by this release or by an older one.

    Raises:
        SpecOutdated: this release does not accept it.
    """
    try:
        return DeploymentSpec.model_validate(spec)
    except ValidationError as invalid:
        raise SpecOutdated(invalid) from None


def deploy_plan(
    reach: Reach,
    spec: DeploymentSpec,
    inventory: Inventory,
    owner: Owner,
    *,
    previous: DeploymentSpec | None = None,
    versions: Versions = NO_VERSIONS,
    delete_data: bool = False,
) -> Plan:
    """What has to change for Azure to hold what `spec` asks for, as things stand now."""
    if not inventory:  # a deployment of that name may have been here, and its record been lost
        found = marked(reach, {spec.subscription_id}, owner.deployment)
        inventory = forgotten(found, targets(spec, {}), owner)
    observed = observe(reach, targets(spec, inventory), seen(inventory))
    return plan_deploy(
        spec,
        observed,
        inventory,
        owner,
        previous=previous,
        versions=versions,
        delete_data=delete_data,
    )


def rotation_plan(reach: Reach, spec: DeploymentSpec, record: Record, rotation: str) -> Plan:
    """What sets another password, as things stand now."""
    observed = observe(reach, targets(spec, record.inventory), seen(record.inventory))
    known = versions_of(spec, record.secretVersions, vaults())
    return plan_rotation(spec, observed, record.inventory, known, rotation=rotation)


def letting_go_plan(reach: Reach, record: Record, operation: Operation) -> Plan:
    """What takes our marks off what is to be forgotten."""
    observed = observe(reach, targets(None, record.inventory), seen(record.inventory))
    named, by = operation.forgets or [], (operation.actor or {}).get("name", "")
    return plan_letting_go(record.name, observed, record.inventory, named, by=by)


def destroy_plan(
    reach: Reach, inventory: Inventory, owner: Owner, keeping: Keeping, *, delete_data: bool
) -> Plan:
    """What has to be deleted, by the record and by a look for our marks."""
    subscriptions = {ResourceId.of(i).subscription.casefold() for i in inventory}
    bearing = marked(reach, subscriptions, owner.deployment)
    inventory = {**inventory, **forgotten(bearing, inventory, owner)}
    observed = observe(reach, targets(None, inventory), {i.casefold() for i in inventory})
    groups = [
        i
        for i, item in inventory.items()
        if item["key"] == RESOURCE_GROUP
        and item["provenance"] == "created"
        and observed[i.casefold()] is not None
    ]
    strangers = [stranger for group in groups for stranger in inside(reach, group)]
    return plan_destroy(
        observed, inventory, strangers, owner, delete_data=delete_data, keeping=keeping
    )


def repair_plan(
    reach: Reach,
    spec: DeploymentSpec,
    inventory: Inventory,
    owner: Owner,
    baselines: Mapping[str, Json],
    wish: Wish,
) -> Plan:
    """What puts right what drifted, or what is wanted of that."""
    observed = observe(reach, targets(spec, inventory), seen(inventory))
    plan = plan_deploy(spec, observed, inventory, owner, previous=spec, repair=True)
    return repairing(plan, spec, observed, baselines, owner, wish)


def plan_for(
    operation: Operation, record: Record, installation: str, baselines: Mapping[str, Json]
) -> Plan:
    """What has to be done for an operation, as things stand now.

    Args:
        operation: what is asked for.
        record: of its deployment.
        installation: whose marks are ours.
        baselines: by id, what the spec leaves open, as it was.
    """
    owner = Owner(record.name, installation)
    kept = keeping(record.spec, deployed=bool(record.outputs))
    if operation.kind == "destroy":
        data = operation.deleteData
        plan = destroy_plan(clients_for, record.inventory, owner, kept, delete_data=data)
        return gated(plan, record.spec, record.proposed)
    spec = recorded_spec(operation.spec or record.proposed or record.spec)
    if operation.kind in {"validate", "deploy", "plan"}:
        spec, level = settled(spec, record.inventory)
    else:
        spec = with_agent(spec, there=has_agent(record.inventory))
    if operation.kind == "validate":
        return plan_validate(spec, operation.startedAt, level)
    if operation.kind == "forget":
        plan = letting_go_plan(clients_for, record, operation)
        return gated(plan, record.spec)
    if operation.kind == "rotate":
        plan = rotation_plan(clients_for, spec, record, operation.id)
        return gated(plan, record.spec)
    if operation.kind == "repair":
        at = datetime.fromisoformat(operation.startedAt)
        wish = Wish(operation.paths, operation.byScan, at)
        plan = repair_plan(clients_for, spec, record.inventory, owner, baselines, wish)
        if all(step["action"] == "no-op" for step in plan["steps"]):
            _reported(record, operation.paths)  # or it was put right since the last report
    else:
        previous = _acceptable(record.spec)
        plan = deploy_plan(
            clients_for,
            spec,
            record.inventory,
            owner,
            previous=previous,
            versions=versions_of(spec, record.secretVersions, vaults()),
            delete_data=operation.deleteData,
        )
        plan = with_origins(plan, spec, previous, record)
    of_app = settings()  # they may have been narrowed since the spec was recorded
    allowance = Allowance(of_app.allowed_subscriptions, of_app.allowed_resource_groups)
    refused = [
        *allowance.refusals(spec),
        *(refused_deletions(plan["steps"]) if kept.protected else ()),
        *out_of_reach(spec),
    ]
    plan = {**plan, "refusals": [*plan["refusals"], *refused]}
    if operation.kind != "repair":
        plan["validation"] = level
    if operation.kind == "deploy":
        checks = required(spec, plan["steps"], operation.startedAt, level, record.lastQuery)
        plan["steps"] = [*plan["steps"], *checks]
    return gated(plan, record.spec, record.proposed)


def acceptance(operation: Operation, record: Record, at: str) -> Acceptance:
    """What becomes of the spec of a deployment by accepting what an operation names.

    Raises:
        NothingChosen: the last report has none of it.
        NotAcceptable: a difference cannot become part of a spec.
    """
    wanted = _reported(record, operation.paths)
    if not wanted:
        raise NothingChosen([])
    by = (operation.actor or {}).get("name", "")
    spec = recorded_spec(record.spec)
    return accept(spec, wanted, by=by, at=at, comment=operation.comment)


def _reported(record: Record, paths: list[str] | None) -> list[Json]:
    """What the last report has at these paths; all of it where none are given.

    Raises:
        NothingChosen: paths are given, and it has none of them.
    """
    found = (record.drift or {}).get("changes", [])
    wanted = [change for change in found if chosen(change, paths)]
    if paths is not None and not wanted:
        raise NothingChosen(paths)
    return wanted


def check_same(kept: Plan, fresh: Plan) -> None:
    """Make sure that a plan made now is the one that was kept.

    Raises:
        PlanStale: it is not.
    """
    if not same_steps(kept, fresh):
        raise PlanStale


def _acceptable(spec: Json) -> DeploymentSpec | None:
    """A spec that an older release has deployed, where this one can read it."""
    try:
        return recorded_spec(spec)
    except SpecOutdated:
        return None
