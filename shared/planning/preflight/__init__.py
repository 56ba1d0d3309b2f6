"""Asks Azure, before anything is written, whether it would accept a deployment.

Every check is one small function in the table below; it reads what it needs and hands plain data
to a pure judge. All of them run at once and all their findings come in one answer. A read that is
forbidden, or that Azure does not offer here, is a warning: the deployment may still succeed.
"""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from shared.azure.clients import AzureClients
from shared.azure.correlation import carried
from shared.azure.errors import failure_of
from shared.deployment.messages import Advice
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.certificates import check_certificates
from shared.planning.preflight.circuit import check_circuit
from shared.planning.preflight.compute import check_virtual_machine
from shared.planning.preflight.database import (
    check_database_capability,
    check_database_name,
    check_database_quota,
)
from shared.planning.preflight.defender import check_defender
from shared.planning.preflight.existing import check_existing
from shared.planning.preflight.findings import Finding, Subject, warned
from shared.planning.preflight.locks import check_locks
from shared.planning.preflight.network import (
    check_existing_gateway,
    check_gateway_options,
    check_network_quota,
    check_private_zones,
)
from shared.planning.preflight.networks import check_networks
from shared.planning.preflight.permissions import check_permissions
from shared.planning.preflight.subscription import (
    check_policies,
    check_providers,
    check_subscription,
)
from shared.planning.preflight.vault import check_secrets

READERS = 8  # checks at once; together they read some forty times, well below ARM's burst of 250
# https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling

Check = Callable[[Subject], Iterable[Finding]]

CHECKS: dict[str, Check] = {
    "the state of the subscription": check_subscription,
    "regions, and the registration of resource providers": check_providers,
    "the permissions of the app": check_permissions,
    "locks": check_locks,
    "policies": check_policies,
    "network quotas": check_network_quota,
    "what is there already": check_existing,
    "the ExpressRoute circuit": check_circuit,
    "existing gateways": check_existing_gateway,
    "existing virtual networks": check_networks,
    "existing private DNS zones": check_private_zones,
    "TLS policies and WAF rule sets": check_gateway_options,
    "the capabilities of PostgreSQL": check_database_capability,
    "the name of the server": check_database_name,
    "the quota of PostgreSQL": check_database_quota,
    "the size of the jump box": check_virtual_machine,
    "Defender for Cloud": check_defender,
    "secrets": check_secrets,
    "certificates": check_certificates,
}


def preflight(
    clients: AzureClients,
    spec: DeploymentSpec,
    there: Collection[str],
    *,
    now: datetime,
) -> tuple[list[Advice], list[Advice]]:
    """What Azure says about a deployment beforehand: warnings, and refusals.

    Args:
        clients: of the subscription of the deployment.
        spec: what is wanted.
        there: keys of what it has already.
        now: when certificates must be valid.
    """
    subject = Subject(clients, spec, there, now)
    with ThreadPoolExecutor(READERS) as pool:
        look = carried(lambda check: _findings(check[0], check[1], subject))
        answers = pool.map(look, CHECKS.items())
        findings = [finding for answer in answers for finding in answer]
    warnings = [finding.advice for finding in findings if not finding.refused]
    return warnings, [finding.advice for finding in findings if finding.refused]


def _findings(what: str, check: Check, subject: Subject) -> list[Finding]:
    """What a check finds, up to where it can look."""
    findings = []
    try:
        for finding in check(subject):
            findings.append(finding)
    except Exception as error:  # a check must never be the reason that nothing can be deployed
        failure = failure_of(error)
        reason = f"{failure['code']}: {failure['message']}"
        findings.append(warned("NotChecked", "preflight", f"could not check {what} ({reason})"))
    return findings
