"""Who is told when something is about to fail, and of what: an action group and metric alerts.

Each alert watches one metric of one resource. What is only used (a circuit, a hub's gateway) is
watched too: an alert lies beside us and writes nothing there.
https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index
"""

from collections.abc import Iterable
from typing import ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.monitoring import Alerts
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.application_gateway import ApplicationGateway
from shared.resources.base import Resource
from shared.resources.by_id import ResourceById
from shared.resources.express_route import ExpressRouteConnection, ExpressRouteGateway
from shared.resources.ids import Ids
from shared.resources.postgres_parameters import most_connections
from shared.resources.postgres_server import PostgresServer
from shared.resources.prices import Meter, Price
from shared.resources.timing import Timing, minutes, seconds

SYNCHRONOUS = Timing(create=seconds(2), delete=seconds(2), timeout=minutes(15))
ONE = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
SERIES = Price(0.10, "serviceName eq 'Azure Monitor' and meterName eq 'Alerts Metric Monitored'")


class ActionGroup(ResourceById):
    """Writes to people; a thousand mails a month cost nothing."""

    key = "action-group"
    arm_type = "Microsoft.Insights/actionGroups"
    api_version = "2023-01-01"
    free = "https://azure.microsoft.com/pricing/details/monitor"
    timing: ClassVar[Timing] = SYNCHRONOUS
    paths = Rules(
        Path(at=f"properties.{receivers}.status", shown=True)
        for receivers in ("emailReceivers", "smsReceivers")
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.monitoring is not None and spec.monitoring.alerts is not None

    def name(self, spec: DeploymentSpec) -> str:
        return f"ag-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        receivers = [
            {"name": email, "emailAddress": email, "useCommonAlertSchema": True}
            for email in alerts_of(spec).emails
        ]
        properties = {"groupShortName": "hybriddb", "enabled": True, "emailReceivers": receivers}
        return {"location": "Global", "properties": properties}


class MetricAlert(ResourceById):
    """Base of the alerts; a subclass names what is watched, and which metric of it."""

    arm_type = "Microsoft.Insights/metricAlerts"
    api_version = "2026-01-01"
    timing: ClassVar[Timing] = SYNCHRONOUS
    paths = Rules(
        Path(at=f"properties.{name}", shown=True) for name in ("lastUpdatedTime", "isMigrated")
    )
    of: ClassVar[type[Resource]]
    metric: ClassVar[str]
    operator: ClassVar[str] = "GreaterThan"
    window: ClassVar[str] = "PT15M"
    severity: ClassVar[int] = 2  # 0 critical ... 4 verbose
    why: ClassVar[str]

    def wanted(self, spec: DeploymentSpec) -> bool:
        alerts = spec.monitoring and spec.monitoring.alerts
        return alerts is not None and self.of().wanted(spec)

    def name(self, spec: DeploymentSpec) -> str:
        return f"{self.key}-{spec.name}"

    def scope(self, spec: DeploymentSpec, ids: Ids) -> str:
        """The id of what is watched."""
        return ids[self.of]

    def threshold(self, spec: DeploymentSpec) -> float:
        """From where on it is told."""
        raise NotImplementedError

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        criterion = {
            "criterionType": "StaticThresholdCriterion",
            "name": self.metric,
            "metricName": self.metric,
            "operator": self.operator,
            "threshold": self.threshold(spec),
            "timeAggregation": "Average",
            "skipMetricValidation": True,  # a metric that was never sent is refused otherwise
        }
        properties = {
            "description": self.why,
            "severity": self.severity,
            "enabled": True,
            "scopes": [self.scope(spec, ids)],
            "evaluationFrequency": "PT5M",
            "windowSize": self.window,
            "criteria": {"odata.type": ONE, "allOf": [criterion]},
            "autoMitigate": True,
            "actions": [{"actionGroupId": ids[ActionGroup]}],
        }
        return {"location": "global", "properties": properties}

    def meters(self, body: Json) -> Iterable[Meter]:
        yield Meter("alert on a metric", 1, SERIES)


class DatabaseCpu(MetricAlert):
    """The server's processors are busy."""

    key = "alert-database-cpu"
    of = PostgresServer
    depends_on = (PostgresServer, ActionGroup)
    metric = "cpu_percent"
    why = "the server's processors are busy: look at its queries, or take a larger size"

    def threshold(self, spec: DeploymentSpec) -> float:
        return alerts_of(spec).cpu_percent


class DatabaseStorage(MetricAlert):
    """The server's storage fills up."""

    key = "alert-database-storage"
    of = PostgresServer
    depends_on = (PostgresServer, ActionGroup)
    metric = "storage_percent"
    severity = 1
    why = "the server's storage fills up: it grows by itself, and a full server takes no writes"

    def threshold(self, spec: DeploymentSpec) -> float:
        return alerts_of(spec).storage_percent


class DatabaseConnections(MetricAlert):
    """The server has few connections left."""

    key = "alert-database-connections"
    of = PostgresServer
    depends_on = (PostgresServer, ActionGroup)
    metric = "active_connections"
    why = "the server has few connections left: pool them, or look for sessions that idle"

    def threshold(self, spec: DeploymentSpec) -> float:
        return most_connections(spec) * alerts_of(spec).connections_percent // 100


class DatabaseDown(MetricAlert):
    """The server answers nobody."""

    key = "alert-database-down"
    of = PostgresServer
    depends_on = (PostgresServer, ActionGroup)
    metric = "is_db_alive"
    operator = "LessThan"
    window = "PT5M"
    severity = 0
    why = "the server answers nobody"

    def threshold(self, spec: DeploymentSpec) -> float:
        return 1


class GatewayUnhealthy(MetricAlert):
    """The Application Gateway finds no server behind it."""

    key = "alert-gateway-unhealthy"
    of = ApplicationGateway
    depends_on = (ApplicationGateway, ActionGroup)
    metric = "UnhealthyHostCount"
    window = "PT5M"
    severity = 1
    why = "the Application Gateway does not reach what is behind it"

    def threshold(self, spec: DeploymentSpec) -> float:
        return 0


class ExpressRouteGatewayCpu(MetricAlert):
    """The ExpressRoute gateway is busy."""

    key = "alert-express-route-gateway"
    of = ExpressRouteGateway
    depends_on = (ExpressRouteGateway, ActionGroup)
    metric = "ExpressRouteGatewayCpuUtilization"
    why = "the ExpressRoute gateway is busy: take a larger SKU"

    def threshold(self, spec: DeploymentSpec) -> float:
        return alerts_of(spec).cpu_percent


class CircuitAlert(MetricAlert):
    """Base of those on the circuit, which lies elsewhere and is there already."""

    of = ExpressRouteConnection
    operator = "LessThan"
    window = "PT5M"
    severity = 0

    def wanted(self, spec: DeploymentSpec) -> bool:
        return super().wanted(spec) and spec.circuit_id is not None

    def scope(self, spec: DeploymentSpec, ids: Ids) -> str:
        return str(spec.circuit_id)

    def threshold(self, spec: DeploymentSpec) -> float:
        return 100


class CircuitBgp(CircuitAlert):
    """A BGP session of the circuit is down."""

    key = "alert-circuit-bgp"
    depends_on = (ExpressRouteConnection, ActionGroup)
    metric = "BgpAvailability"
    why = "a BGP session between the provider and Microsoft is down: routes may be lost"


class CircuitArp(CircuitAlert):
    """A link of the circuit is down."""

    key = "alert-circuit-arp"
    depends_on = (ExpressRouteConnection, ActionGroup)
    metric = "ArpAvailability"
    why = "a link between the provider and Microsoft is down"


def alerts_of(spec: DeploymentSpec) -> Alerts:
    """What a spec says of alerts."""
    if spec.monitoring is None or spec.monitoring.alerts is None:
        raise ValueError(f"{spec.name} asks for no alerts: check wanted() first")
    return spec.monitoring.alerts
