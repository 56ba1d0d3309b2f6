"""Whether a plan has to be approved by a person, and whether it is still the one that was."""

from datetime import timedelta

from shared.deployment.messages import Json, Plan

WRITING = {"deploy", "repair", "destroy"}


def gated(plan: Plan, *specs: Json | None) -> Plan:
    """The plan, with the time there is to approve it where one of these specs asks for that.

    The spec that is deployed is asked as well as the one that is to be, or an update that drops the
    gate would pass it unseen.
    """
    hours = [spec["approval"]["withinHours"] for spec in specs if spec and spec.get("approval")]
    changing = any(step["action"] not in {"no-op", "check"} for step in plan["steps"])
    if not hours or not changing or plan["purpose"] not in WRITING:
        return plan
    return {**plan, "approvalSeconds": timedelta(hours=min(hours)).total_seconds()}


def same_steps(approved: Plan, fresh: Plan) -> bool:
    """Whether a plan made now does what the approved one does, by way of the same changes."""
    return _steps(approved) == _steps(fresh)


def _steps(plan: Plan) -> list[Json]:
    return [
        {
            "id": step["id"],
            "action": step["action"],
            "body": step["body"],
            "changes": [(c["path"], c["before"], c["after"]) for c in step["changes"]],
        }
        for step in plan["steps"]
        if step["action"] != "check"  # a plan alone has none
    ]
