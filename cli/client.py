"""The HTTP API as a Python object; every answer is plain JSON."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from cli.errors import Json, Refused, Unreachable, Unusable

PASSING = {429, 502, 503, 504}
SCHEMES = {"http", "https"}
TRIES = 5  # looks in a row that may fail before watching gives up


class Client:
    """Talks to one installation of the app.

    Args:
        url: of the function app, such as http://localhost:7071.
        auth: how requests say who sends them; nothing unless given.
        patience: seconds between two looks at an operation.
    """

    def __init__(self, url: str, *, auth: httpx.Auth | None = None, patience: float = 2.0) -> None:
        self._url = usable(url)
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
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise Unreachable(self._url, error) from error
        except UnicodeEncodeError as error:
            raise Unusable(f"{error.object!r} cannot be sent: it is not ASCII") from error
        if answer.is_error or answer.is_redirect:
            raise Refused(answer.status_code, _error(answer))
        return answer

    def request(self, method: str, path: str, **options: Any) -> Json:
        """One request; the body of its answer. Raises as `send` does."""
        answer = self.send(method, path, **options)
        try:
            body = answer.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            message = f"{answer.url} is answered by something else: is --url right?"
            raise Refused(answer.status_code, {"code": "NotTheApp", "message": message})
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
        return self.request("GET", operation(identity))

    def last_warnings(self, name: str) -> list[Json]:
        """What the last operation of a deployment warned of; nothing where there is none."""
        try:
            warnings: list[Json] = self.operation(last_operation(self.deployment(name))["id"])[
                "warnings"
            ]
        except (Refused, KeyError):
            return []
        return warnings

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


def usable(url: str) -> str:
    """The URL of an app, without a slash at its end.

    Raises:
        Unusable: it is none.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Unusable(f"{url!r} is no URL: {error}") from error
    if parsed.scheme not in SCHEMES or not parsed.host or parsed.query or parsed.fragment:
        raise Unusable(f"{url!r} is no URL of an app: say one such as http://localhost:7071")
    return url.rstrip("/")


def deployment(name: str) -> str:
    """The path of a deployment, whatever its name holds."""
    return f"deployments/{_segment(name)}"


def operation(identity: str) -> str:
    """The path of an operation, whatever its id holds."""
    return f"operations/{_segment(identity)}"


def _segment(name: str) -> str:
    """A name as one part of a path.

    Raises:
        Unusable: a path would lead elsewhere with it.
    """
    if name in {"", ".", ".."}:
        raise Unusable(f"{name!r} is no name")
    return quote(name, safe="")


def last_operation(record: Json) -> Json:
    """The last operation of a deployment, in short."""
    last: Json = record.get("lastOperation") or record.get("operation") or {}
    return last


def _error(answer: httpx.Response) -> Json:
    """The envelope of an error; one of our own where the platform answered in its own way."""
    if answer.status_code == 401:
        message = "the app asks who you are: give --key, or --audience after az login"
        return {"code": "Unauthorized", "message": message}
    if answer.is_redirect:
        message = f"{answer.url} leads to {answer.headers.get('location')}: is --url right?"
        return {"code": "Redirected", "message": message}
    try:
        error: Json = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        text = answer.reason_phrase or "an error"
        return {"code": f"HTTP {answer.status_code}", "message": f"{text} from {answer.url}"}
    return error
