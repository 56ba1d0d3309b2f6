"""Application gateways and their web application firewall policies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.backend_health import backend_health
from local.arm_emulator.calls import Call
from local.arm_emulator.messages import ArmError
from local.arm_emulator.operations import Operation
from local.arm_emulator.providers.network_basic import NetworkType
from local.arm_emulator.references import Reference
from local.arm_emulator.resource_type import BackReference, Change, Timing
from local.arm_emulator.store import Resource

INBOUND_PORTS = range(65200, 65536)  # GatewayManager must reach these on the gateway's subnet


class ApplicationGateways(NetworkType):
    """Version 2 gateways: one document, written whole each time."""

    type = "Microsoft.Network/applicationGateways"
    model = "ApplicationGateway"
    timing = Timing(8 * 60, 2.5 * 60, 5 * 60)
    secrets = ("sslCertificates[].properties.data", "sslCertificates[].properties.password")
    actions: ClassVar[Mapping[str, float]] = {"backendhealth": 40.0, "start": 90.0, "stop": 90.0}

    def busy(self, change: Change, running: Operation) -> None:
        """A later PUT supersedes the one that runs; that one ends Canceled."""
        if running.kind == "delete" or not self.cloud.settings.application_gateway_supersedes:
            raise self.busy_error(running)
        error = {
            "code": "CanceledAndSupersededDueToAnotherOperation",
            "message": f"Operation {running.id} was canceled and superseded by a later one.",
            "details": [],
        }
        self.cloud.operations.end(running, change.now, "Canceled", error=error)

    def check(self, change: Change) -> None:
        """Version 2, a firewall policy where the SKU demands one, one document without gaps."""
        properties = change.properties
        sku = properties.get("sku") or {}
        tier = str(sku.get("tier", ""))
        if tier not in ("Standard_v2", "WAF_v2", "Basic"):
            message = f"Application Gateway SKU {tier or sku} is not supported for new gateways."
            raise ArmError(400, "ApplicationGatewaySkuNotSupported", message)
        if tier == "WAF_v2" and not (properties.get("firewallPolicy") or {}).get("id"):
            message = (
                f"Application Gateway {change.id} with the selected SKU tier WAF_v2 must have a "
                "valid WAF policy associated with it."
            )
            code = "ApplicationGatewayFirewallNotConfiguredForSelectedSku"
            raise ArmError(400, code, message)

    def fill(self, change: Change) -> None:
        """Defaults of the document and of its children."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("enableHttp2", False)
        properties["defaultPredefinedSslPolicy"] = "AppGwSslPolicy20220101"
        properties["operationalState"] = "Running"
        for collection in COLLECTIONS:
            properties.setdefault(collection, [])
        for listener in properties["backendSettingsCollection"]:
            listener["properties"].setdefault("timeout", 30)
        for certificate in properties["sslCertificates"]:
            certificate["properties"]["publicCertData"] = "MIIC"  # never the data that was sent

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """The health of every backend."""
        return backend_health(self.cloud, resource) if action == "backendhealth" else None


COLLECTIONS = (
    "sslCertificates",
    "trustedRootCertificates",
    "trustedClientCertificates",
    "sslProfiles",
    "frontendIPConfigurations",
    "frontendPorts",
    "backendAddressPools",
    "backendHttpSettingsCollection",
    "backendSettingsCollection",
    "httpListeners",
    "listeners",
    "urlPathMaps",
    "requestRoutingRules",
    "routingRules",
    "probes",
    "rewriteRuleSets",
    "redirectConfigurations",
    "privateLinkConfigurations",
    "loadDistributionPolicies",
)


class FirewallPolicies(NetworkType):
    """Firewall policies: written at once, deleted by an operation."""

    type = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
    model = "WebApplicationFirewallPolicy"
    timing = Timing(2, 2, 5)
    synchronous_put = True
    back_references = (
        BackReference("applicationGateways", "firewallPolicy", "/applicationGateways/"),
    )

    def fill(self, change: Change) -> None:
        """Settings and rate limits by default."""
        super().fill(change)
        properties = change.properties
        properties["resourceState"] = "Enabled"
        properties.setdefault("customRules", [])
        settings = properties.setdefault("policySettings", {})
        for key, value in (
            ("state", "Disabled"),
            ("mode", "Detection"),
            ("requestBodyCheck", True),
            ("maxRequestBodySizeInKb", 128),
            ("fileUploadLimitInMb", 100),
            ("requestBodyEnforcement", True),
            ("requestBodyInspectLimitInKB", 128),
            ("fileUploadEnforcement", True),
            ("jsChallengeCookieExpirationInMins", 30),
            ("captchaCookieExpirationInMins", 30),
        ):
            settings.setdefault(key, value)
        rules = properties.setdefault("managedRules", {})
        rules.setdefault("exclusions", [])
        for rule_set in rules.get("managedRuleSets") or []:
            rule_set.setdefault("ruleGroupOverrides", [])
            rule_set["computedDisabledRules"] = []

    def in_use_error(self, target: str, code: str, users: list[Reference]) -> ArmError:
        """The code is an assumption, so it is a setting."""
        return super().in_use_error(target, self.cloud.settings.waf_policy_in_use_code, users)

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """No gateway may use it."""
        super().check_delete(resource, now)


TYPES = (ApplicationGateways, FirewallPolicies)
