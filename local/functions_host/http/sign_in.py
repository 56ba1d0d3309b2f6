"""App Service authentication, as far as an app can tell: who is signed in is said in a header.

While it is on (``WEBSITE_AUTH_ENABLED=true``), what a caller says of itself is taken away, a bearer
token is turned into the principal that it stands for, and whoever has none gets 401, but on the
paths that are left out. While it is off, nothing is touched: a header arrives as it was sent.

Here a token is any word that ``LOCAL_PRINCIPALS`` names, a JSON object of claims by token:
``{"ann": {"name": "ann@corp.example", "oid": "...", "roles": ["Reader"], "groups": []}}``.
https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

HEADER = "x-ms-client-principal"
# The platform names some claims anew, and its name and role types need not be those of any claim.
NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
MAPPED = {"oid": "http://schemas.microsoft.com/identity/claims/objectidentifier"}
LEFT_OUT = ("/api/ui", "/api/health", "/api/openapi.json")


class SignIn:
    """What the platform does to requests before the app sees them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.on = environment.get("WEBSITE_AUTH_ENABLED", "").casefold() == "true"
        self._principals: dict[str, Any] = json.loads(environment.get("LOCAL_PRINCIPALS") or "{}")

    def headers(self, sent: Mapping[str, str], path: str) -> dict[str, str] | None:
        """The headers that reach the app; None where nobody is signed in."""
        if not self.on:
            return dict(sent)
        kept = {k: v for k, v in sent.items() if not k.casefold().startswith(HEADER)}
        token = kept.get("Authorization", "").removeprefix("Bearer ").strip()
        if token in self._principals:
            kept[HEADER] = _principal(self._principals[token])
        elif not any(path == left or path.startswith(f"{left}/") for left in LEFT_OUT):
            return None
        return kept


def _principal(claims: Mapping[str, Any]) -> str:
    listed = [{"typ": typ, "val": val} for typ, val in _flat(claims)]
    principal = {"auth_typ": "aad", "claims": listed, "name_typ": NAME, "role_typ": ROLE}
    return base64.b64encode(json.dumps(principal).encode()).decode()


def _flat(claims: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for typ, value in claims.items():
        for each in value if isinstance(value, list) else [value]:
            yield MAPPED.get(typ, typ), str(each)
