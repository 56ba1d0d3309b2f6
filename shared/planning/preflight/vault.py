"""Whether the secrets that the app resolves are there, for it to read, and fit for their use.

Only the password of the administrator is looked at, as Azure refuses one that is too simple after
everything before the server has been written; it is neither kept nor told. Certificates are read by
the gateway itself and have their own check.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from azure.core.exceptions import (
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.azure.errors import SecretUnavailable, VaultNotAllowed
from shared.azure.generated_secrets import is_ours
from shared.azure.secrets import KINDS, Vaults
from shared.deployment.specs.secrets import references
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, refused, warned

Stored = Literal["there", "missing", "disabled", "forbidden"]
Deleted = Literal["no", "ours", "foreign"]

PASSWORD = "postgres.adminPassword"  # noqa: S105 - the name of the field
KEY = "expressRoute.authorizationKey"
GENERATED = {"password": PASSWORD, "ssh-key": "jumpBox.sshPublicKey"}  # what to give instead
# https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update
SHORTEST, LONGEST, LEAST_KINDS = 8, 128, 3
SIGNS = r"[^a-zA-Z0-9]"


def check_secrets(subject: Subject) -> Iterator[Finding]:
    """Every secret that is referred to, and whether those that are missing can be generated."""
    of_app = Vaults(subject.clients.credential, subject.clients.settings)
    for field, name in given(subject.spec).items():
        try:
            of_app.address(name)
        except VaultNotAllowed as foreign:
            yield refused("VaultNotAllowed", field, foreign.why)
            continue
        state = stored(of_app, name)
        yield from judge_secret(field, name, state)
        if field == PASSWORD and state == "there":
            address = of_app.address(name)
            secret = of_app.client(address.vault_url).get_secret(address.name, address.version)
            yield from judge_password(subject.spec, secret.value or "")
    for field, name in generated(subject).items():
        state = stored(of_app, name)
        yield from judge_generated(field, name, state)
        if state == "missing":
            yield from judge_deleted(field, name, deleted(of_app, name))


def given(spec: DeploymentSpec) -> dict[str, str]:
    """What the spec refers to: field -> URL."""
    fields = {PASSWORD: spec.postgres.admin_password, KEY: spec.express_route.authorization_key}
    return {field: secret.key_vault_secret for field, secret in fields.items() if secret}


def generated(subject: Subject) -> dict[str, str]:
    """What the app makes and keeps in its own vault: the field that would replace it -> name."""
    bodies = [resource.tagged_body(subject.spec) for resource in subject.wanted]
    found = [reference for body in bodies for reference in references(body)]
    names = {r["generate"]: r["name"] for r in found if "generate" in r}
    return {field: names[kind] for kind, field in GENERATED.items() if kind in names}


def stored(of_app: Vaults, name: str) -> Stored:
    """How the vault keeps a secret; the newest version counts where none is named.

    Raises:
        HttpResponseError: the vault refused for another reason than the rights of the app, or by
            an access policy, under which a secret may be read though no version may be listed.
        SecretUnavailable: it does not answer, for whatever reason.
    """
    address = of_app.address(name)
    client = of_app.client(address.vault_url)
    try:
        versions = list(client.list_properties_of_secret_versions(address.name))
    except ResourceNotFoundError:
        return "missing"
    except HttpResponseError as error:
        inner: Mapping[str, Any] = getattr(error.error, "innererror", None) or {}
        if error.status_code != 403 or inner.get("code") == "AccessDenied":
            raise
        return "forbidden"
    except (ServiceRequestError, ServiceResponseError):
        raise SecretUnavailable(address.name, "the vault does not answer") from None
    meant = [v for v in versions if address.version in {None, v.version}]
    if not meant:
        return "missing"
    newest = sorted(meant, key=lambda version: str(version.created_on))[-1]
    return "there" if newest.enabled else "disabled"


def deleted(of_app: Vaults, name: str) -> Deleted:
    """Whether a secret was deleted and still keeps its name, and whose it was."""
    address = of_app.address(name)
    try:
        there = of_app.client(address.vault_url).get_deleted_secret(address.name)
    except ResourceNotFoundError:
        return "no"
    return "ours" if is_ours(there.properties.tags) else "foreign"


def judge_secret(field: str, name: str, state: Stored) -> Iterator[Finding]:
    """A reference that leads nowhere, or where the app may not go."""
    if state == "missing":
        text = f"there is no secret {name}: store it in the vault, or correct the reference"
        yield refused("SecretNotFound", field, text)
    elif state == "disabled":
        yield refused("SecretDisabled", field, f"the secret {name} is disabled: enable it")
    elif state == "forbidden":
        text = (
            f"the app may not read the secret {name}: grant its identity 'Key Vault Secrets User' "
            "on the vault, and let it through the vault's firewall"
        )
        yield refused("SecretForbidden", field, text)


def judge_generated(field: str, name: str, state: Stored) -> Iterator[Finding]:
    """A vault in which the app cannot keep what it generates."""
    if state == "forbidden":
        yield refused(
            "SecretForbidden",
            field,
            f"the app may not keep the secret {name} that it generates: grant its identity 'Key "
            "Vault Secrets Officer' on its vault, or give your own here",
        )
    elif state == "disabled":
        text = f"the secret {name}, generated earlier, is disabled: enable it, or give your own"
        yield refused("SecretDisabled", field, text)


def judge_deleted(field: str, name: str, state: Deleted) -> Iterator[Finding]:
    """A name in whose place nothing can be stored, since what bore it can still be recovered."""
    if state == "foreign":
        text = (
            f"the secret {name}, which is to be generated, was deleted and is not ours: recover or "
            "purge it (az keyvault secret recover, az keyvault secret purge), or give your own here"
        )
        yield refused("SecretDeleted", field, text)
    elif state == "ours":
        text = f"the secret {name} was deleted with an earlier deployment: it is recovered"
        yield warned("SecretRecovered", field, text)


def judge_password(spec: DeploymentSpec, password: str) -> Iterator[Finding]:
    """A password that PostgreSQL's service refuses; the message never repeats it."""
    kinds = sum(bool(set(password) & set(kind)) for kind in KINDS[:3])
    kinds += bool(re.search(SIGNS, password))
    login = spec.postgres.admin_login.casefold()
    if not SHORTEST <= len(password) <= LONGEST or kinds < LEAST_KINDS:
        yield refused(
            "PasswordNotComplex",
            PASSWORD,
            f"the password needs {SHORTEST} to {LONGEST} characters of {LEAST_KINDS} of these "
            "kinds: small letters, capitals, digits, others: store another one",
        )
    if login in password.casefold():
        text = "the password contains the login name: store another one"
        yield refused("PasswordContainsLogin", PASSWORD, text)
