"""How a request says who sends it: a token of Microsoft Entra, a function key, or nothing.

The token is asked of whoever is signed in already: az, a pipeline's workload identity, the managed
identity of the machine. It is asked anew for each request, and azure-identity keeps it meanwhile.
"""

import logging
from collections.abc import Generator

import httpx
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import DefaultAzureCredential

from cli.errors import Unusable


class FunctionKey(httpx.Auth):
    """The key of the function app, as a header."""

    def __init__(self, key: str) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the key on a request."""
        request.headers["x-functions-key"] = self._key
        yield request


class EntraToken(httpx.Auth):
    """A bearer token for the app's registration, such as ``api://<client id>``."""

    def __init__(self, audience: str) -> None:
        self._scope = f"{audience.removesuffix('/.default')}/.default"
        logging.getLogger("azure").setLevel(logging.CRITICAL)  # each way that it tried: 15 lines
        self._credential = DefaultAzureCredential(exclude_interactive_browser_credential=True)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put a token on a request.

        Raises:
            Unusable: nobody is signed in.
        """
        try:
            token = self._credential.get_token(self._scope)
        except ClientAuthenticationError as error:
            raise Unusable(
                f"no token for {self._scope}: sign in with az login, or run it where a managed"
                " or workload identity is"
            ) from error
        request.headers["Authorization"] = f"Bearer {token.token}"
        yield request


def sign_in(*, audience: str | None, key: str | None) -> httpx.Auth | None:
    """The way that is configured: a token goes before a key."""
    if audience:
        return EntraToken(audience)
    return FunctionKey(key) if key else None
