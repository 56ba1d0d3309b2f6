"""Whether the subscription would take the deployment: state, regions, providers, policies."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from shared.deployment.messages import Json
from shared.deployment.specs.secrets import is_secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, folded, refused, warned
from shared.resources.base import RESOURCE_GROUP, Resource
from shared.resources.by_id import ResourceById

SUBSCRIPTIONS_VERSION = "2022-12-01"
# Nobody registers it, and where it has groups the list of regions says.
# https://learn.microsoft.com/azure/azure-resource-manager/management/azure-services-resource-providers
ALWAYS_REGISTERED = {"Microsoft.Resources"}
POLICY_VERSION = "2022-03-01"
# Those at a scope and above it, management groups included, not those below it.
# https://learn.microsoft.com/rest/api/policy/policy-assignments/list
ASSIGNMENTS = (
    "/providers/Microsoft.Authorization/policyAssignments?api-version=2024-05-01&$filter=atScope()"
)


def check_subscription(subject: Subject) -> Iterable[Finding]:
    """Its state."""
    version = f"?api-version={SUBSCRIPTIONS_VERSION}"
    return judge_subscription(subject.read(f"{subject.subscription}{version}"))


def judge_subscription(subscription: Json) -> Iterator[Finding]:
    """A subscription that takes no writes."""
    state = subscription.get("state", "Enabled")
    if state != "Enabled":
        yield refused(
            "SubscriptionNotEnabled",
            "subscriptionId",
            f"the subscription is {state} and takes no writes: enable it, or choose another",
        )


def check_providers(subject: Subject) -> Iterable[Finding]:
    """Registration, and where the types are offered, which tells the regions there are."""
    namespaces = sorted({r.arm_type.split("/")[0] for r in subject.wanted} - ALWAYS_REGISTERED)
    regions: set[str] = set()
    for namespace in namespaces:
        provider = subject.clients.resources.providers.get(namespace).as_dict()
        offered = provider.get("resourceTypes") or []
        regions |= {folded(place) for kind in offered for place in kind.get("locations") or []}
        yield from judge_provider(subject.spec, namespace, provider, subject.new)
        yield from judge_versions(spoken_versions(subject, namespace), namespace, provider)
    yield from judge_location(subject.spec, regions)


def judge_location(spec: DeploymentSpec, regions: Collection[str]) -> Iterator[Finding]:
    """A region that is none."""
    regions = set(regions) - {"global"}
    if regions and folded(spec.location) not in regions:
        near = ", ".join(get_close_matches(folded(spec.location), sorted(regions)))
        yield refused(
            "LocationNotAvailable",
            "location",
            f"the subscription has no region {spec.location}; near: "
            f"{near or 'see az account list-locations'}",
        )


def judge_provider(
    spec: DeploymentSpec, namespace: str, provider: Json, new: Iterable[Resource]
) -> Iterator[Finding]:
    """A provider that is not registered; a type that is not offered in the region."""
    state = provider.get("registrationState", "Registered")
    if state != "Registered":
        yield refused(
            "ProviderNotRegistered",
            "subscriptionId",
            f"{namespace} is {state}: run `az provider register --namespace {namespace} --wait`",
        )
    offered = {t["resourceType"].casefold(): t for t in provider.get("resourceTypes") or []}
    ours = {r.arm_type: r for r in reversed(list(new)) if r.arm_type.startswith(f"{namespace}/")}
    for arm_type, resource in sorted(ours.items()):
        kind = offered.get(arm_type.partition("/")[2].casefold(), {})
        locations = [folded(location) for location in kind.get("locations") or []]
        if locations and "global" not in locations and folded(spec.location) not in locations:
            yield refused(
                "TypeNotAvailableInLocation",
                "location",
                f"{arm_type} is not offered in {spec.location}: choose another region",
            )
        yield from _judge_zones(spec, resource, kind)


def _judge_zones(spec: DeploymentSpec, resource: Resource, kind: Json) -> Iterator[Finding]:
    mapped = {
        folded(mapping["location"]): set(mapping.get("zones") or [])
        for mapping in kind.get("zoneMappings") or []
    }
    zones = resource.tagged_body(spec).get("zones") or []
    missing = sorted(set(zones) - mapped.get(folded(spec.location), set()))
    if mapped and missing:
        yield refused(
            "ZoneNotAvailable",
            "zones",
            f"{resource.arm_type} has no zone {', '.join(missing)} in {spec.location}: leave "
            "them out, or choose another region",
        )


def spoken_versions(subject: Subject, namespace: str) -> dict[str, str]:
    """The API version in which each type of a provider is spoken of, where that can be told.

    The client of Microsoft.Network chooses one for each operation, and does not tell.
    """
    clients = subject.clients
    speakers: dict[str, Any] = {
        "Microsoft.Network/privateDnsZones": clients.private_dns,
        "Microsoft.DBforPostgreSQL": clients.postgres,
    }
    spoken = {}
    for resource in subject.wanted:
        speaker = next((s for prefix, s in speakers.items() if _in(prefix, resource)), None)
        if isinstance(resource, ResourceById):
            spoken[resource.arm_type] = resource.api_version
        elif speaker:
            spoken[resource.arm_type] = speaker._config.api_version
    return {kind: version for kind, version in spoken.items() if kind.startswith(f"{namespace}/")}


def _in(prefix: str, resource: Resource) -> bool:
    return f"{resource.arm_type}/".startswith(f"{prefix}/")


def judge_versions(spoken: Mapping[str, str], namespace: str, provider: Json) -> Iterator[Finding]:
    """Versions that the provider does not list; sovereign clouds get new ones later."""
    for kind in provider.get("resourceTypes") or []:
        arm_type = f"{namespace}/{kind['resourceType']}".casefold()
        listed = kind.get("apiVersions") or []
        for wanted, version in spoken.items():
            if wanted.casefold() == arm_type and listed and version not in listed:
                text = f"{wanted} is not listed in version {version}; newest there is {listed[0]}"
                yield warned("ApiVersionNotListed", "location", text)


def check_policies(subject: Subject) -> Iterable[Finding]:
    """Whether a policy denies one of the resources: names, tags and sizes are all its business.

    Where nothing that may deny is assigned, there is nothing to ask.
    """
    scope = subject.group_id if subject.has(RESOURCE_GROUP) else subject.subscription
    if not _enforced(subject.read(f"{scope}{ASSIGNMENTS}")["value"]):
        return
    path = (
        f"/providers/Microsoft.PolicyInsights/checkPolicyRestrictions?api-version={POLICY_VERSION}"
    )
    denied: dict[str, list[str]] = {}
    for resource in subject.new:
        if resource.key == RESOURCE_GROUP or resource.named_by == "postgres.parameters":
            continue
        answer = subject.ask(f"{scope}{path}", policy_question(resource, subject.spec))
        for finding in judge_policies(resource, answer):
            denied.setdefault(finding.advice["message"], []).append(resource.key)
    for message, (first, *others) in denied.items():
        more = f"; it denies {', '.join(others)} too" if others else ""
        yield refused("RequestDisallowedByPolicy", first, message + more)


def _enforced(assignments: list[Json]) -> bool:
    return any(
        (each.get("properties") or {}).get("enforcementMode", "Default") == "Default"
        for each in assignments
    )


def policy_question(resource: Resource, spec: DeploymentSpec) -> Json:
    """The resource as policies see it, less its secrets."""
    content = {"type": resource.arm_type, "name": resource.named(spec)}
    body = _without_secrets(resource.tagged_body(spec))
    return {"resourceDetails": {"resourceContent": content | body}}


def judge_policies(resource: Resource, answer: Json) -> Iterator[Finding]:
    """Assignments with which the resource does not comply; only denying ones are evaluated."""
    evaluated = (answer.get("contentEvaluationResult") or {}).get("policyEvaluations") or []
    for evaluation in evaluated:
        if evaluation.get("evaluationResult") == "NonCompliant":
            assignment = evaluation["policyInfo"]["policyAssignmentId"]
            yield refused(
                "RequestDisallowedByPolicy",
                resource.key,
                f"the policy assignment {assignment} denies it: change the spec to comply, or "
                "ask for an exemption",
            )


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_secrets(v) for k, v in value.items() if not is_secret(v)}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value
