"""Conditions in the headers of a write: If-Match, and If-None-Match for what may not be there."""

from collections.abc import Mapping
from typing import Literal

Unmet = Literal["", "exists", "changed"]


def unmet(headers: Mapping[str, str], etag: str | None) -> Unmet:
    """Which condition does not hold, if any.

    Args:
        headers: of the request, their names in lower case.
        etag: of what is there; None where nothing is, which no If-Match fits.

    https://learn.microsoft.com/azure/dns/dns-zones-records#etags has the table of them.
    """
    if headers.get("if-none-match", "").strip() == "*" and etag is not None:
        return "exists"
    wanted = headers.get("if-match")
    if wanted is None:
        return ""
    if etag is None:
        return "changed"
    known = {_bare(each) for each in wanted.split(",")}
    return "" if known & {"*", _bare(etag)} else "changed"


def _bare(etag: str) -> str:
    return etag.strip().removeprefix("W/").strip('"')
