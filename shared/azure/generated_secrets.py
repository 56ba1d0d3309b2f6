"""Secrets that the app makes and keeps in its vault: of several makers one counts.

Key Vault has no conditional write: activities that find nothing at the same moment each store a
version. The records agree on one of these; whoever finds another one to be the latest makes the
agreed value the latest again. A version without our tag is a person's, and counts as it is.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Protocol

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.keyvault.secrets import KeyVaultSecret, SecretClient
from shared.azure.errors import SecretUnavailable

GENERATED = {"generated-by": "hybriddb"}  # tag of the versions that are ours
ROTATION = "rotated-by"  # tag: the operation that made this version in place of the one before


class Agree(Protocol):
    """`Records.agree`: of several proposals, everybody gets the first."""

    def __call__(self, topic: str, proposal: str, *, instead_of: str | None = None) -> str:
        """What is agreed on."""


def is_ours(tags: Mapping[str, str] | None) -> bool:
    """Whether a version of a secret was made by the app."""
    return GENERATED.items() <= dict(tags or {}).items()


def kept(
    client: SecretClient,
    name: str,
    generate: Callable[[], str],
    agree: Agree,
    *,
    rotation: str | None = None,
) -> KeyVaultSecret:
    """The secret that the vault keeps, generated where it keeps none.

    Args:
        client: of the vault.
        name: of the secret.
        generate: makes a value.
        agree: settles which of several versions counts.
        rotation: an operation that wants a version of its own; it gets the same one each time.
    """
    tags = GENERATED | ({ROTATION: rotation} if rotation else {})
    try:
        latest = client.get_secret(name)
        if rotation and (latest.properties.tags or {}).get(ROTATION) != rotation:
            latest = client.set_secret(name, generate(), tags=tags)
    except ResourceNotFoundError:
        latest = _stored(client, name, generate(), tags)
    version, tags = latest.properties.version or "", latest.properties.tags or {}
    if not is_ours(tags):
        return latest
    place = [client.vault_url, name, *([tags[ROTATION]] if ROTATION in tags else [])]
    topic = hashlib.sha256("/".join(place).casefold().encode()).hexdigest()
    chosen = agree(topic, version)
    while chosen != version:
        try:
            agreed = client.get_secret(name, chosen)
        except ResourceNotFoundError:  # agreed on for a secret that has been purged since
            chosen = agree(topic, version, instead_of=chosen)
            continue
        _make_latest(client, agreed, latest)
        return agreed
    return latest


def brought_back(client: SecretClient, name: str, version: str) -> KeyVaultSecret:
    """An earlier version, whose value is the latest again from now on."""
    earlier = client.get_secret(name, version)
    _make_latest(client, earlier, client.get_secret(name))
    return earlier


def removed(client: SecretClient, name: str) -> bool:
    """Delete a secret if it is ours; False where it is a person's, and stays.

    Deleted, it can be recovered for as long as its vault says.
    """
    try:
        if not is_ours(client.get_secret(name).properties.tags):
            return False
        client.begin_delete_secret(name)
    except ResourceNotFoundError:
        pass
    return True


def _make_latest(client: SecretClient, wanted: KeyVaultSecret, latest: KeyVaultSecret) -> None:
    if wanted.value != latest.value:
        client.set_secret(wanted.name or "", wanted.value or "", tags=wanted.properties.tags)


def _stored(client: SecretClient, name: str, value: str, tags: dict[str, str]) -> KeyVaultSecret:
    """A new secret; one of ours that was deleted with an earlier deployment is recovered first.

    Raises:
        SecretUnavailable: it is being recovered.
    """
    try:
        return client.set_secret(name, value, tags=tags)
    except ResourceExistsError:
        if not is_ours(client.get_deleted_secret(name).properties.tags):
            raise
        client.begin_recover_deleted_secret(name)
        why = "it was deleted with an earlier deployment, and is being recovered"
        raise SecretUnavailable(name, why, retryable=True) from None
