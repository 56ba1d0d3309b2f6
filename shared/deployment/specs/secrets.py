"""References that stand where a secret belongs, from the spec to the moment of the PUT.

A body, plan, history or record holds only ``{"$secret": {...}}``. The activity that submits the
body resolves the reference just before it calls ARM, and drops the value with the call.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

MARK = "$secret"
KEY_VAULT_ID = "keyVaultSecretId"  # of a certificate that Azure reads by itself

Generated = Literal["password", "ssh-key"]
GENERATED: dict[Generated, str] = {"password": "postgres-admin", "ssh-key": "jump-box-ssh"}
"""What is generated, and how the secret is called after the name of its deployment."""


class Versions(NamedTuple):
    """Versions of secrets, by name: those that are deployed, and those that are the newest now."""

    deployed: Mapping[str, str]
    newest: Mapping[str, str]


NO_VERSIONS = Versions({}, {})


def secret(
    name_or_url: str,
    *,
    generate: Generated | None = None,
    rotation: str | None = None,
    again: str | None = None,
) -> dict[str, Any]:
    """A reference to a Key Vault secret: its URL, or a name in the vault of the app itself.

    Args:
        name_or_url: ``https://<vault>/secrets/<name>`` or a bare name.
        generate: make one where the vault has none; an ``ssh-key`` resolves to its public half.
        rotation: the operation that wants a new version of what is generated.
        again: the version of it that is to be the latest again.
    """
    reference: dict[str, Any] = {"name": name_or_url}
    told = {"generate": generate, "rotation": rotation, "again": again}
    return {MARK: reference | {name: value for name, value in told.items() if value}}


def generated(deployment: str, kind: Generated) -> str:
    """The name of the secret that is made for a deployment."""
    return f"{deployment}-{GENERATED[kind]}"


def pinned(body: Any, versions: Mapping[str, str]) -> Any:
    """`body` with each reference led to the version that is known of its name."""
    if is_secret(body):
        reference = body[MARK]
        version = versions.get(reference["name"])
        return {MARK: {**reference, "version": version}} if version else body
    if isinstance(body, Mapping):
        return {name: pinned(value, versions) for name, value in body.items()}
    if isinstance(body, list):
        return [pinned(item, versions) for item in body]
    return body


def is_secret(value: Any) -> bool:
    """Whether a value of a body is a reference made by `secret`."""
    return isinstance(value, Mapping) and MARK in value


def leads_to_secret(change: Any) -> bool:
    """Whether a change holds a reference of ours or one that ARM itself follows into a vault."""
    return any(name in str(change) for name in (MARK, KEY_VAULT_ID))


def references(body: Any) -> Iterator[Mapping[str, Any]]:
    """Every reference in a body, at any depth."""
    if is_secret(body):
        yield body[MARK]
    elif isinstance(body, Mapping):
        for value in body.values():
            yield from references(value)
    elif isinstance(body, list):
        for item in body:
            yield from references(item)
