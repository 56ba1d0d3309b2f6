"""The HTTP API as a Python object; every answer is plain JSON."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

Json = dict[str, Any]

PASSING = {429, 502, 503, 504}
TRIES = 5  # looks in a row that may fail before watching gives up


class Refused(Exception):
    """The API answered with an error; `error` is its envelope."""

    def __init__(self, status: int, error: Json) -> None:
        self.status = status
        self.error = error
        details = "".join(f"\n  {d['target']}: {d['message']}" for d in error.get("details", []))
        super().__init__(f"{error.get('code')}: {error.get('message')}{details}")


class Unreachable(Exception):
    """No answer came."""

    def __init__(self, url: str, why: Exception) -> None:
        super().__init__(f"{url} does not answer: {why}; is --url right, and the app up?")


class Client:
    """Talks to one installation of the app.

    Args:
        url: of the function app, such as http://localhost:7071.
        key: the function key, where the app asks for one.
        patience: seconds between two looks at an operation.
    """

    def __init__(self, url: str, *, key: str | None = None, patience: float = 2.0) -> None:
        headers = {"x-functions-key": key} if key else {}
        self._url = url.rstrip("/")
        self._http = httpx.Client(base_url=f"{self._url}/api/", headers=headers, timeout=60)
        self._patience = patience

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> Json:
        """One request; `path` lies below the API, or is a whole URL that the API gave.

        Raises:
            Refused: the API answered with an error.
            Unreachable: it did not answer.
        """
        try:
            answer = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise Unreachable(self._url, error) from error
        if answer.is_error:
            raise Refused(answer.status_code, _error(answer))
        body: Json = answer.json() if answer.content else {}
        return body

    def operation(self, identity: str) -> Json:
        """How an operation stands."""
        return self.request("GET", f"operations/{identity}")

    def watch(self, identity: str) -> Iterator[Json]:
        """How an operation stands, again and again until it has ended.

        The operation goes on whatever happens to a look, so a few that fail in a row are borne.
        """
        failed = 0
        while True:
            try:
                told = self.operation(identity)
            except (Unreachable, Refused) as error:
                failed += 1
                passing = isinstance(error, Unreachable) or error.status in PASSING
                if failed == TRIES or not passing:
                    raise
            else:
                failed = 0
                yield told
                if told["status"] != "Running":
                    return
            time.sleep(self._patience)

    def drift(self, deployment: str) -> Json:
        """Check for drift and wait for the report.

        Raises:
            Refused: the check cannot be made now, or has ended without a report.
        """
        started = self.request("POST", f"deployments/{deployment}/drift")
        monitor = started["management"]["statusQueryGetUri"]
        while True:
            status = self.request("GET", monitor)
            if status["runtimeStatus"] == "Completed" and status["output"]["status"] != "busy":
                report: Json = status["output"]
                return report
            if status["runtimeStatus"] not in {"Pending", "Running"}:
                message = f"the check of {deployment} ended without a report: an operation runs"
                raise Refused(409, {"code": "DriftNotChecked", "message": message})
            time.sleep(self._patience)


def _error(answer: httpx.Response) -> Json:
    """The envelope of an error; one of our own where the platform answered in its own way."""
    if answer.status_code == 401:
        return {"code": "Unauthorized", "message": "the app asks for a function key: give --key"}
    try:
        error: Json = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        text = answer.reason_phrase or "an error"
        return {"code": f"HTTP {answer.status_code}", "message": f"{text} from {answer.url}"}
    return error
