"""Which version of each secret a plan is about: told by its id, while no value is read.

Only what is referred to by name alone has a version to tell: a URL may name one itself. A key for
signing in is left out, since no machine takes another one once it is made.
"""

from collections.abc import Iterator, Mapping

from azure.core.exceptions import AzureError

from shared.azure.generated_secrets import is_ours
from shared.azure.secrets import Vaults
from shared.deployment.errors import ExpectedError
from shared.deployment.specs.secrets import Versions, references
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.catalogue import catalogue

BEFORE_US = "unknown"  # stands for the version of ours that a person has replaced since


def versions_of(spec: DeploymentSpec, deployed: Mapping[str, str], of_app: Vaults) -> Versions:
    """The versions that are deployed and those that are newest, of all that a spec refers to.

    What a vault does not tell now is left out: nothing is said of it, and the walk will ask again.

    Args:
        spec: what is asked for.
        deployed: the versions that are on record.
        of_app: the vaults to ask.
    """
    before, newest = dict(deployed), {}
    for name, generated in _named(spec):
        found = _newest(of_app, name)
        if found is None:
            continue
        version, ours = found
        newest[name] = version
        before.setdefault(name, version if ours or not generated else BEFORE_US)
    return Versions(before, newest)


def _named(spec: DeploymentSpec) -> Iterator[tuple[str, bool]]:
    """The names of the secrets, and whether the app generates them."""
    for resource in catalogue().wanted(spec):
        for reference in references(resource.tagged_body(spec)):
            if reference.get("generate") != "ssh-key":
                yield reference["name"], "generate" in reference


def _newest(of_app: Vaults, name: str) -> tuple[str, bool] | None:
    """The newest version of a secret and whether we made it; None where nothing can be said."""
    try:
        address = of_app.address(name)
        if address.version:
            return None
        client = of_app.client(address.vault_url)
        found = list(client.list_properties_of_secret_versions(address.name))
    except (AzureError, ExpectedError):
        return None
    if not found:
        return None
    last = max(enumerate(found), key=lambda each: (str(each[1].created_on), each[0]))[1]
    return last.version or "", is_ours(last.tags)
