"""Alerts on metrics and on the Activity Log, and whom they tell: action groups.

Shapes and defaults are recorded: azure-service-operator, Test_Insights_*; azure-cli, monitor.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.insights.base import InsightsType, bad_request
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.resource_ids import parse_id

METRIC_ALERTS = f"{LEARN}rest/api/monitor/metric-alerts/create-or-update"
MINUTES = {"PT1M": 1, "PT5M": 5, "PT15M": 15, "PT30M": 30, "PT1H": 60}
WINDOWS = MINUTES | {"PT6H": 360, "PT12H": 720, "P1D": 1440}
REGIONS = ("global", "swedencentral", "germanywestcentral", "northcentralus", "southcentralus")
ONE = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
RECEIVERS = (
    *("email", "sms", "webhook", "eventHub", "itsm", "azureAppPush", "automationRunbook"),
    *("voice", "logicApp", "azureFunction", "armRole"),
)


class ActionGroups(InsightsType):
    """Groups of receivers."""

    type = "Microsoft.Insights/actionGroups"
    shown_type = "Microsoft.Insights/ActionGroups"
    api_versions = ("2024-10-01-preview", "2023-01-01", "2022-06-01", "2021-09-01")
    defaults: ClassVar[Mapping[str, Any]] = {
        "kind": None,
        "properties": {f"{each}Receivers": [] for each in RECEIVERS},
    }
    actions_not_emulated = ("subscribe", "createNotifications")

    def check_location(self, change: Change) -> None:
        """Global, or one of the regions that keep to themselves what they are told.

        https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups
        """
        if canonical(str(change.body.get("location"))) not in REGIONS:
            super().check_location(change)

    def check(self, change: Change) -> None:
        """No two receivers have one name; the short name has up to twelve characters."""
        names = [
            str(receiver.get("name", "")).lower()
            for each in RECEIVERS
            for receiver in change.properties.get(f"{each}Receivers") or []
        ]
        if len(set(names)) < len(names):
            raise bad_request("The names of the receivers of an action group are unique.")
        for each in change.properties.get("emailReceivers") or []:
            if "@" not in each["emailAddress"]:
                raise bad_request(f"The email address '{each['emailAddress']}' is not valid.")

    def fill(self, change: Change) -> None:
        """Receivers of mail are on; global comes back as it is displayed."""
        if canonical(change.body["location"]) == "global":
            change.body["location"] = "Global"
        for each in change.properties.get("emailReceivers") or []:
            each.setdefault("status", "Enabled")
            each.setdefault("useCommonAlertSchema", False)


class Alert(InsightsType):
    """What alerts share: resources that they watch, groups that they tell."""

    def check_told(self, change: Change, groups: list[str]) -> None:
        """The groups are there."""
        for group in groups:
            if self.world.store.get(group) is None:
                raise bad_request(f"The action group '{group}' was not found.")

    def check_scopes(self, change: Change) -> None:
        """What is watched is there: resources, groups, subscriptions."""
        scopes = change.properties.get("scopes") or []
        if not scopes:
            raise bad_request("Scopes property is invalid. At least one scope is required.")
        for scope in scopes:
            target = parse_id(scope)
            if target is not None and self.world.store.get(target.key) is None:
                raise bad_request(f"The resource '{scope}' in the scopes was not found.")


class MetricAlerts(Alert):
    """Alerts on metrics; they answer 200 from their first write on (recorded)."""

    type = "Microsoft.Insights/metricAlerts"
    api_versions = ("2026-01-01", "2024-03-01-preview", "2018-03-01")
    done_statuses = (200, 200)
    defaults: ClassVar[Mapping[str, Any]] = {"properties": {"actions": []}}
    bounds = (
        Bound("properties.severity", METRIC_ALERTS, 0, 4),
        Bound("properties.evaluationFrequency", METRIC_ALERTS, choices=tuple(MINUTES)),
        Bound("properties.windowSize", METRIC_ALERTS, choices=tuple(WINDOWS)),
    )
    bound_code = "BadRequest"

    def out_of_bounds(self, bound: Bound, at: str, value: Any) -> ArmError:
        """Without an envelope, as all that Azure Monitor refuses."""
        refusal = super().out_of_bounds(bound, at, value)
        refusal.flat = True
        return refusal

    def check(self, change: Change) -> None:
        """One resource for criteria of one (recorded); never looked at longer than looked back."""
        properties, criteria = change.properties, change.properties["criteria"]
        if criteria["odata.type"] == ONE and len(properties.get("scopes") or []) > 1:
            raise bad_request(
                "Scopes property is invalid. Only single resource is allowed for criteria type "
                "SingleResourceMultipleMetricCriteria. If you want to create an alert on multiple "
                "resources, use MultipleResourceMultipleMetricCriteria odata.type."
            )
        self.check_scopes(change)
        window = WINDOWS[str(properties.get("windowSize", "PT5M")).upper()]
        if MINUTES[properties["evaluationFrequency"].upper()] > window:
            # https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-metric-alert-rule
            raise bad_request("The evaluation frequency cannot be longer than the window size.")
        names = [each["name"].lower() for each in criteria.get("allOf") or [] if "name" in each]
        if not names or len(set(names)) < len(names):
            raise bad_request("Criteria have names, each of its own, and there is at least one.")
        told = [str(e.get("actionGroupId")) for e in properties.get("actions") or []]
        self.check_told(change, told)


class ActivityLogAlerts(Alert):
    """Alerts on what the Activity Log tells."""

    type = "Microsoft.Insights/activityLogAlerts"
    shown_type = "Microsoft.Insights/ActivityLogAlerts"
    api_versions = ("2026-01-01", "2023-01-01-preview", "2020-10-01", "2017-04-01")
    defaults: ClassVar[Mapping[str, Any]] = {"properties": {"enabled": True}}

    def check(self, change: Change) -> None:
        """A category is asked for; what is watched and who is told are there.

        https://learn.microsoft.com/rest/api/monitor/activity-log-alerts/create-or-update
        """
        self.check_scopes(change)
        conditions: list[Json] = change.properties["condition"]["allOf"]
        if not any(str(each.get("field", "")).lower() == "category" for each in conditions):
            raise bad_request("The condition has to name the category.")
        told = (change.properties["actions"] or {}).get("actionGroups") or []
        self.check_told(change, [str(each["actionGroupId"]) for each in told])
