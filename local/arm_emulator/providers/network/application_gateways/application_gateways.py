"""Application gateways and their web application firewall policies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.network.application_gateways.backend_health import backend_health
from local.arm_emulator.providers.network.application_gateways.certificates import (
    certificates_refusal,
)
from local.arm_emulator.providers.network.application_gateways.rules import check_document
from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import find_references, named_children
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Quota, Timing
from local.arm_emulator.wire.messages import ArmError, Json, clone

DOCUMENT = f"{LEARN}azure/templates/microsoft.network/applicationgateways"
PROBES = f"{LEARN}azure/application-gateway/application-gateway-probe-overview"
WAF_LIMITS = f"{LEARN}azure/web-application-firewall/ag/application-gateway-waf-request-size-limits"
WAF_MODEL = "azure-mgmt-network, PolicySettings: 5 to 1440 minutes"
WAF_RULES = f"{LEARN}azure/web-application-firewall/ag/custom-waf-rules-overview"

# https://learn.microsoft.com/azure/web-application-firewall/ag/application-gateway-crs-rulegroups-rules
RULE_SETS = (
    ("Microsoft_DefaultRuleSet", "2.2"),
    ("Microsoft_DefaultRuleSet", "2.1"),
    ("Microsoft_BotManagerRuleSet", "1.1"),
    ("Microsoft_BotManagerRuleSet", "1.0"),
    ("Microsoft_HTTPDDoSRuleSet", "1.0"),
    ("OWASP", "3.2"),
    ("OWASP", "3.1"),
    ("OWASP", "3.0"),
)


class ApplicationGateways(NetworkType):
    """Version 2 gateways: one document, written whole each time."""

    type = "Microsoft.Network/applicationGateways"
    model = "ApplicationGateway"
    bounds = (
        Bound(
            "properties.backendHttpSettingsCollection[].properties.requestTimeout",
            DOCUMENT,
            1,
            86_400,
        ),
        Bound("properties.backendSettingsCollection[].properties.timeout", DOCUMENT, 1, 86_400),
        Bound("properties.backendSettingsCollection[].properties.port", DOCUMENT, 1, 65_535),
        Bound("properties.probes[].properties.interval", PROBES, 1, 86_400),
        Bound("properties.probes[].properties.timeout", PROBES, 1, 86_400),
        Bound("properties.probes[].properties.unhealthyThreshold", PROBES, 1, 20),
        Bound("properties.probes[].properties.port", PROBES, 1, 65_535),
    )
    timing = Timing(8 * 60, 2.5 * 60, 5 * 60)
    retry_after = (5, 10)
    defaults: ClassVar[Mapping[str, Any]] = {
        "properties": {"sku": {"family": "Generation_1"}, "privateEndpointConnections": []}
    }
    zonal = True
    quotas = (Quota("ApplicationGateways", 1000, "application_gateway_quota_code"),)
    secrets = ("sslCertificates[].properties.data", "sslCertificates[].properties.password")
    actions_not_emulated = ("getBackendHealthOnDemand",)
    actions: ClassVar[Mapping[str, float]] = {"backendhealth": 40.0, "start": 90.0, "stop": 90.0}

    def accept(self, sent: Any) -> Any:
        """Back-references come back with whatever a GET has shown; the SDK does not know them."""
        if not isinstance(sent, dict) or not isinstance(sent.get("properties"), dict):
            return sent
        sent = clone(sent)
        for _, collection, child in named_children("", sent):
            if isinstance(child["properties"], dict):
                for shown in BACK_REFERENCES.get(collection, ()):
                    child["properties"].pop(shown, None)
        return sent

    def supersedes(self, change: Change, running: Operation) -> bool:
        """A later PUT supersedes the one that runs; a deletion goes on."""
        return running.kind != "delete" and self.world.settings.application_gateway_supersedes

    def check(self, change: Change) -> None:
        """The document makes sense, and its subnet lets it work."""
        check_document(change)

    def doom(self, change: Change) -> ArmError | None:
        """Certificates are read while the gateway is made."""
        return certificates_refusal(change)

    def fill(self, change: Change) -> None:
        """Defaults of the document and of its children."""
        super().fill(change)
        properties = change.properties
        properties.setdefault("enableHttp2", False)
        properties["defaultPredefinedSslPolicy"] = "AppGwSslPolicy20220101"
        properties["operationalState"] = "Running"
        for collection in COLLECTIONS:
            for item in properties.setdefault(collection, []):
                item.setdefault("properties", {})  # an empty pool may come as its name alone
        for collection, defaults in DEFAULTS.items():
            for item in properties[collection]:
                item["properties"] = {**defaults, **item["properties"]}
        for certificate in properties["sslCertificates"]:
            certificate["properties"]["publicCertData"] = "MIIC"  # never the data that was sent

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """The health of every backend."""
        return backend_health(self.world, resource) if action == "backendhealth" else None

    def acted(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """Start and stop show in the state."""
        if operation.kind in ("start", "stop"):
            stopped = operation.kind == "stop"
            resource.properties["operationalState"] = "Stopped" if stopped else "Running"
            self.world.store.put(resource)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Which children use a child, as Azure adds it to each."""
        children = {
            id_.lower(): (collection, child)
            for id_, collection, child in named_children(str(resource.id), body)
        }
        for reference in find_references(resource.key, str(resource.id), resource.body):
            collection, child = children.get(reference.target, ("", {}))
            user = reference.element.rsplit("/", 2)[1]
            shown = USERS.get(user, user)
            if shown in BACK_REFERENCES.get(collection, ()):
                child["properties"].setdefault(shown, []).append({"id": reference.element})


DEFAULTS: dict[str, Json] = {
    "backendSettingsCollection": {"timeout": 30, "enableL4ClientIpPreservation": False},
    "backendHttpSettingsCollection": {
        "cookieBasedAffinity": "Disabled",
        "requestTimeout": 30,
        "pickHostNameFromBackendAddress": False,
    },
    "probes": {
        "pickHostNameFromBackendHttpSettings": False,
        "pickHostNameFromBackendSettings": False,
        "minServers": 0,
        "interval": 30,
        "timeout": 30,
        "unhealthyThreshold": 3,
    },
    "httpListeners": {"requireServerNameIndication": False, "hostNames": []},
    "backendAddressPools": {"backendAddresses": []},
    "frontendIPConfigurations": {"privateIPAllocationMethod": "Dynamic"},
}
USERS = {
    "backendSettingsCollection": "backendSettings",
    "backendHttpSettingsCollection": "backendHttpSettings",
}
_RULES = ("requestRoutingRules", "routingRules", "urlPathMaps", "pathRules")
_LISTENERS = ("httpListeners", "listeners")
BACK_REFERENCES = {
    "frontendIPConfigurations": _LISTENERS,
    "frontendPorts": _LISTENERS,
    "sslCertificates": _LISTENERS,
    "httpListeners": _RULES,
    "listeners": _RULES,
    "backendAddressPools": _RULES,
    "backendHttpSettingsCollection": _RULES,
    "backendSettingsCollection": _RULES,
    "probes": ("backendHttpSettings", "backendSettings"),
}
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
    """Firewall policies; newer recordings have their writes run for a moment."""

    type = "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies"
    model = "WebApplicationFirewallPolicy"
    has_guid = False
    bounds = (
        Bound("properties.policySettings.maxRequestBodySizeInKb", WAF_LIMITS, 8, 2000),
        Bound("properties.policySettings.fileUploadLimitInMb", WAF_LIMITS, 1, 4000),
        Bound("properties.policySettings.requestBodyInspectLimitInKB", WAF_LIMITS, 8, 2000),
        Bound("properties.policySettings.jsChallengeCookieExpirationInMins", WAF_MODEL, 5, 1440),
        Bound("properties.policySettings.captchaExpirationInMins", WAF_MODEL, 5, 1440),
        Bound("properties.customRules[].priority", WAF_RULES, 1, 100),
    )
    timing = Timing(2, 2, 5)
    retry_after = ()
    joined = True
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
            ("captchaExpirationInMins", 30),
        ):
            settings.setdefault(key, value)
        rules = properties.setdefault("managedRules", {})
        rules.setdefault("exclusions", [])
        for rule_set in rules.get("managedRuleSets") or []:
            rule_set.setdefault("ruleGroupOverrides", [])
            rule_set["computedDisabledRules"] = []

    def check(self, change: Change) -> None:
        """Only rule sets that there are."""
        sets = (change.properties.get("managedRules") or {}).get("managedRuleSets") or []
        for rule_set in sets:
            kind, version = rule_set.get("ruleSetType"), rule_set.get("ruleSetVersion")
            versions = [v for name, v in RULE_SETS if name == kind]
            if version not in versions:
                what = "Version" if versions else "Type"
                code = f"ApplicationGatewayFirewallUnknownRuleSet{what}"
                message = f"The rule set {kind} {version} of {change.id} is not known."
                raise ArmError(400, code, message, target="properties.managedRules")

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """No gateway may use it."""
        self.refuse_in_use(str(resource.id), self.world.settings.waf_policy_in_use_code, now)
