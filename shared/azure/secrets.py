"""Puts the values of secrets into a body, at the last moment before the PUT.

The values live in Key Vault and in the one call that needs them: nothing here logs or raises one.
What a body may ask the vault to generate is made where the vault has none, and kept there.
"""

import secrets
import string
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.secrets import SecretClient
from shared.azure.clients import PATIENCE, credential
from shared.azure.errors import SecretUnavailable, VaultNotAllowed
from shared.azure.generated_secrets import Agree, brought_back, kept
from shared.azure.redaction import note
from shared.deployment.messages import Json
from shared.deployment.specs.secrets import MARK, is_secret, references
from shared.settings import Settings, settings

PASSWORD_LENGTH = 32  # Azure allows 8 to 128 of PostgreSQL's administrator
# Three of four kinds of characters are asked for; these signs need no escape in a connection URL.
# https://learn.microsoft.com/rest/api/postgresql/servers/create-or-update
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.~")
PASSING = frozenset({408, 429, 500, 502, 503, 504})


class Address(NamedTuple):
    """Where a secret lies; no version means the latest."""

    vault_url: str
    name: str
    version: str | None = None


class Vaults:
    """The Key Vault clients, one a vault, made when first used and then kept."""

    def __init__(self, credential: TokenCredential, settings: Settings) -> None:
        self._credential = credential
        self._settings = settings
        self._clients: dict[str, SecretClient] = {}

    def address(self, name_or_url: str) -> Address:
        """Where a reference leads: a secret's URL, or a bare name in the vault of the app.

        Raises:
            VaultNotAllowed: to a vault that is neither the app's own nor one of its settings. A
                spec would otherwise make the app knock at any door and tell what it heard.
        """
        if "://" not in name_or_url:
            return Address(self._settings.key_vault_url, name_or_url)
        url = urlsplit(name_or_url)
        _, _, name, *version = url.path.split("/")  # /secrets/<name>[/<version>]
        own = urlsplit(self._settings.key_vault_url).netloc.casefold()
        if url.netloc.casefold() not in {own, *self._settings.key_vault_hosts}:
            raise VaultNotAllowed(name, url.netloc)
        return Address(f"{url.scheme}://{url.netloc}", name, version[0] if version else None)

    def client(self, vault_url: str) -> SecretClient:
        """The client of one vault.

        The check of the challenge's domain keeps a token for Key Vault from a host that only
        pretends to be one.
        """
        if vault_url not in self._clients:
            self._clients[vault_url] = SecretClient(
                vault_url,
                self._credential,
                verify_challenge_resource=self._settings.verify_key_vault_challenge,
                **PATIENCE,
            )
        return self._clients[vault_url]

    def value(self, name: str) -> str:
        """A secret of the app's own vault.

        Raises:
            SecretUnavailable: the vault does not give it out.
        """
        try:
            value = self.client(self._settings.key_vault_url).get_secret(name).value or ""
        except AzureError as error:
            raise _unavailable(name, error) from None
        note(value)
        return value


@cache
def vaults() -> Vaults:
    """The vaults as the identity of this app sees them."""
    return Vaults(credential(), settings())


def resolve(body: Json, agree: Agree, of_app: Vaults | None = None) -> Json:
    """`body` with every reference replaced by its value; keep it no longer than the call.

    Args:
        body: what is to be sent.
        agree: settles which of several generated values counts.
        of_app: the vaults to ask; those of this process where none are given.

    Raises:
        SecretUnavailable: a vault does not give one out.
    """
    if not any(references(body)):
        return body
    resolved: Json = _resolved(body, of_app or vaults(), agree)
    return resolved


def recall(body: Json, of_app: Vaults | None = None) -> None:
    """Note the values that the references of a body lead to; what does not exist has none.

    Raises:
        SecretUnavailable: a vault does not give one out.
    """
    for reference in references(body):
        vaults_of = of_app or vaults()
        address = vaults_of.address(reference["name"])
        try:
            note(
                vaults_of.client(address.vault_url)
                .get_secret(address.name, address.version or reference.get("version"))
                .value
                or ""
            )
        except ResourceNotFoundError:
            continue
        except AzureError as error:
            raise _unavailable(address.name, error) from None


def _resolved(value: Any, of_app: Vaults, agree: Agree) -> Any:
    if is_secret(value):
        return _value(value[MARK], of_app, agree)
    if isinstance(value, Mapping):
        return {key: _resolved(inner, of_app, agree) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, of_app, agree) for inner in value]
    return value


def _value(reference: Mapping[str, Any], of_app: Vaults, agree: Agree) -> str:
    address = of_app.address(reference["name"])
    kind = reference.get("generate")
    try:
        client = of_app.client(address.vault_url)
        if version := reference.get("again"):
            stored = brought_back(client, address.name, version)
        elif kind and not address.version:
            rotation = reference.get("rotation")
            stored = kept(client, address.name, GENERATORS[kind], agree, rotation=rotation)
        else:
            version = address.version or reference.get("version")
            stored = client.get_secret(address.name, version)
    except AzureError as error:
        # Not chained: the request inside the error may hold the value that was to be stored.
        raise _unavailable(address.name, error) from None
    except ValueError:  # from the check of the challenge
        why = "its vault asks for a token that is not one for Key Vault"
        raise SecretUnavailable(address.name, why) from None
    value = stored.value or ""
    note(value)
    return _public_half(address.name, value) if kind == "ssh-key" else value


def generate_password() -> str:
    """A random password that satisfies Azure's rules."""
    letters = [secrets.choice(kind) for kind in KINDS]
    letters += [secrets.choice("".join(KINDS)) for _ in range(PASSWORD_LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def generate_ssh_key() -> str:
    """A private key in OpenSSH's form; virtual machines of Azure take ed25519 and RSA.

    https://learn.microsoft.com/azure/virtual-machines/linux/mac-create-ssh-keys
    """
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


GENERATORS = {"password": generate_password, "ssh-key": generate_ssh_key}


def _public_half(name: str, private: str) -> str:
    try:
        key = load_ssh_private_key(private.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = "it holds no private SSH key without a passphrase"
        raise SecretUnavailable(name, why) from None
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _unavailable(name: str, error: AzureError) -> SecretUnavailable:
    """What the vault said, by code alone; an unreachable vault is worth another try."""
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        return SecretUnavailable(
            name, "the vault, or the identity of the app, does not answer", retryable=True
        )
    status = error.status_code
    code = getattr(error.error, "code", None) or f"HTTP {status}"
    advice = {
        401: "the app's identity is not accepted by the vault",
        403: "grant the app's identity 'Key Vault Secrets User' on the vault "
        "('Key Vault Secrets Officer' where it is to generate one)",
        404: "store it in the vault, or correct the reference",
        409: "a deleted secret of that name can still be recovered: recover or purge it",
    }.get(status, "the vault refused")
    return SecretUnavailable(name, f"{code}: {advice}", retryable=status in PASSING)
