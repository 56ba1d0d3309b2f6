"""Whether the certificates of the gateway will do; the gateway itself reads their private keys.

What is read here is the public half, which Key Vault shows as a certificate. The judges are given
the time: nothing here looks at a clock.
"""

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.rest import HttpRequest
from cryptography import x509

from shared.azure.errors import SecretUnavailable, VaultNotAllowed
from shared.azure.secrets import Vaults
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.findings import Finding, Subject, refused, warned
from shared.planning.preflight.vault import stored

SOON = timedelta(days=30)
# The only format that Application Gateway takes; and it cannot use what an HSM never gives out.
# https://learn.microsoft.com/azure/application-gateway/key-vault-certs
PFX = "application/x-pkcs12"


class Use(NamedTuple):
    """Where a certificate is used: by whom it is shown under which name."""

    field: str
    url: str
    host: str | None  # None where the name that clients use is not known
    exact: bool  # whether they can use no other


def check_certificates(subject: Subject) -> Iterator[Finding]:
    """The certificates of the listeners."""
    of_app = Vaults(subject.clients.credential, subject.clients.settings)
    for use in uses(subject.spec):
        try:
            address = of_app.address(use.url)
        except VaultNotAllowed as foreign:
            yield warned("CertificateNotChecked", use.field, foreign.why)
            continue
        client = of_app.client(address.vault_url)
        path = "/".join(("certificates", address.name, address.version or "")).rstrip("/")
        request = HttpRequest("GET", f"{address.vault_url}/{path}")
        try:
            response = client.send_request(request)  # at the API version of the client
        except (ServiceRequestError, ServiceResponseError):
            raise SecretUnavailable(address.name, "the vault does not answer") from None
        if response.status_code == 404:
            yield from judge_absent(use, plain_secret=stored(of_app, use.url) == "there")
        elif response.status_code == 403:
            yield _hidden(use)
        elif response.status_code >= 400:
            raise HttpResponseError(response=response)
        else:
            yield from judge_certificate(use, response.json(), subject.now)


def uses(spec: DeploymentSpec) -> Iterator[Use]:
    """The certificates that this deployment's gateway shows."""
    gateway = spec.gateway
    if not spec.proxied:
        return
    if https := gateway.https:
        url, host = https.certificate.key_vault_secret, https.host_name
        yield Use("gateway.https.certificate", url, host, exact=True)


def judge_absent(use: Use, *, plain_secret: bool) -> Iterator[Finding]:
    """The vault has no such certificate; a secret that holds a PFX file does as well."""
    if plain_secret:
        text = f"{use.url} is a secret and no certificate: make sure that it is a current PFX file"
        yield warned("CertificateNotChecked", use.field, text)
    else:
        text = f"there is no certificate {use.url}: import it, or correct the reference"
        yield refused("CertificateNotFound", use.field, text)


def _hidden(use: Use) -> Finding:
    text = (
        f"the app may not look at the certificate {use.url}: grant its identity 'Key Vault "
        "Certificate User' on the vault to have it checked"
    )
    return warned("CertificateNotChecked", use.field, text)


def judge_certificate(use: Use, bundle: Json, now: datetime) -> Iterator[Finding]:
    """What keeps the gateway or its clients from using a certificate.

    Args:
        use: where it is used.
        bundle: as Key Vault shows a certificate.
        now: the time at which it must be valid.
    """
    if not bundle.get("cer"):
        text = f"{use.url} has not been issued yet: complete its operation in the vault"
        yield refused("CertificateNotIssued", use.field, text)
        return
    certificate = x509.load_der_x509_certificate(b64decode(bundle["cer"]))
    yield from _key(use, bundle)
    yield from _times(use, certificate, now)
    yield from _names(use, certificate)


def _key(use: Use, bundle: Json) -> Iterator[Finding]:
    policy = bundle.get("policy") or {}
    key = policy.get("key_props") or {}
    if not (bundle.get("attributes") or {}).get("enabled", True):
        yield refused("CertificateDisabled", use.field, f"{use.url} is disabled: enable it")
    if not key.get("exportable", True) or str(key.get("kty")).endswith("-HSM"):
        text = f"the private key of {use.url} cannot be exported: import one whose key can"
        yield refused("CertificateNotExportable", use.field, text)
    content = (policy.get("secret_props") or {}).get("contentType", PFX)
    if content != PFX:
        text = f"{use.url} is stored as {content}: import it as PFX ({PFX})"
        yield refused("CertificateNotPfx", use.field, text)


def _times(use: Use, certificate: x509.Certificate, now: datetime) -> Iterator[Finding]:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if end <= now:
        text = f"{use.url} has expired on {end:%Y-%m-%d}: renew it"
        yield refused("CertificateExpired", use.field, text)
    elif end - now < SOON:
        text = f"{use.url} expires on {end:%Y-%m-%d}: renew it before that"
        yield warned("CertificateExpiresSoon", use.field, text)
    if begin > now:
        text = f"{use.url} is not valid before {begin:%Y-%m-%d}: wait, or take another"
        yield refused("CertificateNotYetValid", use.field, text)


def _names(use: Use, certificate: x509.Certificate) -> Iterator[Finding]:
    if use.host is None:
        return
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    if any(_matches(name, use.host) for name in names):
        return
    text = f"{use.url} is for {', '.join(names) or 'no host name'}, not for {use.host}: "
    if use.exact:
        text += "take one that names it"
        yield refused("CertificateOfAnotherName", use.field, text)
    else:
        text += "clients that verify names must use one of those"
        yield warned("CertificateOfAnotherName", use.field, text)


def _matches(name: str, host: str) -> bool:
    """Whether a name of a certificate is the host's; a wildcard stands for one label (RFC 9525)."""
    own = host.casefold()
    return name.casefold() in {own, f"*.{own.partition('.')[2]}"}
