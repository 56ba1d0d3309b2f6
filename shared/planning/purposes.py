"""The plan that an operation asks for, made now from its record and from Azure."""

from pydantic import ValidationError

from shared.azure.clients import azure_clients
from shared.deployment.approval import gated
from shared.deployment.drift import drift_report
from shared.deployment.errors import ExpectedError
from shared.deployment.messages import Failure, Json, Plan
from shared.deployment.operation import DriftReport
from shared.deployment.spec import DeploymentSpec
from shared.planning.authors import with_authors
from shared.planning.planning import plan_deploy, plan_destroy, plan_drift
from shared.planning.validation import plan_validate
from shared.records.claims import RUNNING
from shared.records.entities import Operation, Record


class SpecOutdated(ExpectedError):
    """A spec on record that this release does not accept any more."""

    def __init__(self, invalid: ValidationError) -> None:
        wrong = invalid.errors(include_url=False, include_input=False, include_context=False)
        fields = ", ".join(".".join(map(str, error["loc"])) for error in wrong[:10])
        super().__init__(f"the recorded spec is not valid any more ({fields}): send it anew by PUT")


def recorded_spec(spec: Json) -> DeploymentSpec:
    """A spec as it was recorded, by this release or by an older one.

    Raises:
        SpecOutdated: this release does not accept it.
    """
    try:
        return DeploymentSpec.model_validate(spec)
    except ValidationError as invalid:
        raise SpecOutdated(invalid) from None


def plan_for(operation: Operation, record: Record) -> Plan:
    """What has to be done for an operation, as things stand now."""
    spec = recorded_spec(record.proposed or record.spec)
    clients = azure_clients(spec.subscription_id)
    match operation.kind:
        case "destroy":
            plan = plan_destroy(clients, spec, record.inventory, delete_data=operation.deleteData)
        case "validate":
            plan = plan_validate(spec)
        case "deploy":
            plan = plan_deploy(clients, spec, record.inventory, _deployed(record))
    return gated(plan, record.spec, record.proposed)


def _deployed(record: Record) -> DeploymentSpec | None:
    """The spec that this one takes the place of; one that is not valid any more says nothing."""
    try:
        return recorded_spec(record.spec)
    except SpecOutdated:
        return None


def drift_of(record: Record, *, at: str, failure: Failure | None = None) -> DriftReport:
    """What has drifted; busy while an operation runs, failed where `failure` says that it did."""
    if record.status == RUNNING:
        return DriftReport(checkedAt=at, status="busy", changes=[])
    if failure:
        return DriftReport(checkedAt=at, status="failed", changes=[], failure=failure)
    spec = recorded_spec(record.spec)
    plan = plan_drift(azure_clients(spec.subscription_id), spec, record.inventory)
    return with_authors(drift_report(plan, at=at), record.drift, created=record.createdAt)
