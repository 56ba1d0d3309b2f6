"""The HTTP API as a Python object; every answer is plain JSON."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from cli.errors import Json, Refused, Unreachable

PASSING = {429, 502, 503, 504}
TRIES = 5  # looks in a row that may fail before watching gives up


class Client:
    """Talks to one installation of the app.

    Args:
        url: of the function app, such as http://localhost:7071.
        auth: how requests say who sends them; nothing unless given.
        patience: seconds between two looks at an operation.
    """

    def __init__(self, url: str, *, auth: httpx.Auth | None = None, patience: float = 2.0) -> None:
        self._url = url.rstrip("/")
        self._http = httpx.Client(base_url=f"{self._url}/api/", auth=auth, timeout=60)
        self._patience = patience

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; `path` lies below the API, or is a whole URL that the API gave.

        Raises:
            Refused: the API answered with an error.
            Unreachable: it did not answer.
        """
        try:
            answer = self._http.request(method, path, **options)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Unreachable(self._url, error) from error
        if answer.is_error:
            raise Refused(answer.status_code, _error(answer))
        return answer

    def request(self, method: str, path: str, **options: Any) -> Json:
        """One request; the body of its answer. Raises as `send` does."""
        answer = self.send(method, path, **options)
        body: Json = answer.json() if answer.content else {}
        return body

    def pages(self, path: str, **options: Any) -> Iterator[Json]:
        """Every item of a list that is answered by pages."""
        page = self.request("GET", path, **options)
        yield from page["value"]
        while page.get("nextLink"):
            page = self.request("GET", page["nextLink"])
            yield from page["value"]

    def deployment(self, name: str) -> Json:
        """One deployment."""
        return self.request("GET", deployment(name))

    def operation(self, identity: str) -> Json:
        """How an operation stands."""
        return self.request("GET", f"operations/{quote(identity, safe='')}")

    def operation_id(self, given: str) -> str:
        """The id of an operation, given as that, or as the name of the deployment it is last of."""
        try:
            return str(self.operation(given)["id"])
        except Refused as refused:
            if refused.status != 404:
                raise
        return str(last_operation(self.deployment(given))["id"])

    def watch(self, identity: str) -> Iterator[Json]:
        """How an operation stands, again and again until it has ended.

        The operation goes on whatever happens to a look, so a few that fail in a row are borne.
        """
        failed = 0
        while True:
            try:
                operation = self.operation(identity)
            except (Unreachable, Refused) as error:
                failed += 1
                passing = isinstance(error, Unreachable) or error.status in PASSING
                if failed == TRIES or not passing:
                    raise
            else:
                failed = 0
                yield operation
                if operation["status"] != "Running":
                    return
            time.sleep(self._patience)

    def drift(self, name: str) -> Json:
        """Check for drift and wait for the report.

        Raises:
            Refused: the check cannot be made now, or has ended without a report.
        """
        started = self.request("POST", f"{deployment(name)}/drift")
        monitor = started["statusQueryGetUri"]
        while True:
            status = self.request("GET", monitor)
            if status["runtimeStatus"] == "Completed" and status["output"]["status"] != "busy":
                report: Json = self.request("GET", f"{deployment(name)}/drift")["drift"]
                return report
            if status["runtimeStatus"] not in {"Pending", "Running"}:
                message = f"the check of {name} ended without a report: an operation runs"
                raise Refused(409, {"code": "DriftNotChecked", "message": message})
            time.sleep(self._patience)


def deployment(name: str) -> str:
    """The path of a deployment, whatever its name holds."""
    return f"deployments/{quote(name, safe='')}"


def last_operation(record: Json) -> Json:
    """The last operation of a deployment, in short."""
    last: Json = record.get("lastOperation") or record.get("operation") or {}
    return last


def _error(answer: httpx.Response) -> Json:
    """The envelope of an error; one of our own where the platform answered in its own way."""
    if answer.status_code == 401:
        message = "the app asks who you are: give --key, or --audience after az login"
        return {"code": "Unauthorized", "message": message}
    try:
        error: Json = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        text = answer.reason_phrase or "an error"
        return {"code": f"HTTP {answer.status_code}", "message": f"{text} from {answer.url}"}
    return error
