"""References that stand where a secret belongs, from the spec to the moment of the PUT.

A body, plan, history or record holds only ``{"$secret": {...}}``. The activity that submits the
body resolves the reference just before it calls ARM, and drops the value with the call.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

MARK = "$secret"
KEY_VAULT_ID = "keyVaultSecretId"  # of a certificate that Azure reads by itself

Generated = Literal["password", "ssh-key"]


def secret(name_or_url: str, *, generate: Generated | None = None) -> dict[str, Any]:
    """A reference to a Key Vault secret: its URL, or a name in the vault of the app itself.

    Args:
        name_or_url: ``https://<vault>/secrets/<name>`` or a bare name.
        generate: make one where the vault has none; an ``ssh-key`` resolves to its public half.
    """
    reference: dict[str, Any] = {"name": name_or_url}
    if generate:
        reference["generate"] = generate
    return {MARK: reference}


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
