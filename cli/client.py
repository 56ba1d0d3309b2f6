"""The HTTP API as a Python object; every answer is plain JSON."""

import time
from collections.abc import Iterator
from typing import Any

import httpx

Json = dict[str, Any]


class Refused(Exception):
    """The API answered with an error; `error` is its envelope."""

    def __init__(self, status: int, error: Json) -> None:
        self.status = status
        self.error = error
        details = "".join(f"\n  {d['target']}: {d['message']}" for d in error.get("details", []))
        super().__init__(f"{error.get('code')}: {error.get('message')}{details}")


class Client:
    """Talks to one installation of the app.

    Args:
        url: of the function app, such as http://localhost:7071.
        key: the function key, where the app asks for one.
        patience: seconds between two looks at an operation.
    """

    def __init__(self, url: str, *, key: str | None = None, patience: float = 2.0) -> None:
        headers = {"x-functions-key": key} if key else {}
        self._http = httpx.Client(base_url=f"{url}/api/", headers=headers, timeout=60)
        self._patience = patience

    def request(self, method: str, path: str, **options: Any) -> Json:
        """One request.

        Raises:
            Refused: the API answered with an error.
        """
        answer = self._http.request(method, path, **options)
        body: Json = answer.json() if answer.content else {}
        if answer.is_error:
            raise Refused(answer.status_code, body.get("error", {}))
        return body

    def operation(self, identity: str) -> Json:
        """How an operation stands."""
        return self.request("GET", f"operations/{identity}")

    def watch(self, identity: str) -> Iterator[Json]:
        """How an operation stands, again and again until it has ended."""
        while True:
            told = self.operation(identity)
            yield told
            if told["status"] != "Running":
                return
            time.sleep(self._patience)

    def drift(self, deployment: str) -> Json:
        """Check for drift and wait for the report."""
        before = (self.request("GET", f"deployments/{deployment}/drift")["drift"] or {}).get(
            "checkedAt"
        )
        self.request("POST", f"deployments/{deployment}/drift")
        while True:
            report: Json | None = self.request("GET", f"deployments/{deployment}/drift")["drift"]
            if report and report["checkedAt"] != before:
                return report
            time.sleep(self._patience)
