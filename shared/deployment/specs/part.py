"""What every part of a spec is made of: the base of its classes, and references to secrets.

The line under a field is its description in the JSON schema.
"""

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic.alias_generators import to_camel

from shared.deployment.specs.fields import SecretUrl

CLOSED: dict[str, JsonValue] = {"additionalProperties": False}  # of names beside the pattern


class Part(BaseModel):
    """Base of every part of a spec: closed, immutable, camelCase on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )


class KeyVaultSecret(Part):
    """Where a secret lies; its value never enters a spec."""

    key_vault_secret: SecretUrl
    """URL of the secret, with or without a version: https://<vault>/secrets/<name>."""
