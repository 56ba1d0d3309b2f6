"""Whether the secrets that the bodies refer to are there; their values are not read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from shared.cloud.preflight.findings import Finding, Subject, refused
from shared.cloud.secrets import Vaults
from shared.deployment.secrets import references


def check_secrets(subject: Subject) -> Iterator[Finding]:
    """Every reference whose secret must be there beforehand."""
    of_app = Vaults(subject.clients.credential, subject.clients.settings)
    for resource in subject.wanted:
        needed = [
            reference
            for reference in references(resource.tagged_body(subject.spec))
            if "generate" not in reference
        ]
        yield from judge_secrets(resource.key, {r["name"]: stored(of_app, r) for r in needed})


def stored(of_app: Vaults, reference: Mapping[str, Any]) -> bool:
    """Whether the vault has such a secret."""
    address = of_app.address(reference["name"])
    client = of_app.client(address.vault_url)
    try:
        versions = list(client.list_properties_of_secret_versions(address.name))
    except ResourceNotFoundError:
        return False
    return any(address.version in {None, version.version} for version in versions)


def judge_secrets(key: str, there: Mapping[str, bool]) -> Iterable[Finding]:
    """References that lead nowhere."""
    for name, found in there.items():
        if not found:
            yield refused(
                "SecretNotFound",
                key,
                f"there is no secret {name}: store it in the vault, or correct the reference",
            )
