"""Installations of the app that are named once, so that no command has to repeat their URL.

A profile holds no secret: where an app asks for a key, that comes from the environment.
"""

import json
from pathlib import Path
from typing import TypedDict

import click

from cli.errors import Unusable

DEFAULT = "default"


class Profile(TypedDict, total=False):
    """Where an installation is, and for whom a token is asked."""

    url: str
    audience: str


def file() -> Path:
    """Where the profiles of this person are kept."""
    return Path(click.get_app_dir("hybriddb")) / "profiles.json"


def profiles() -> dict[str, Profile]:
    """Every profile by its name.

    Raises:
        Unusable: the file holds something else.
    """
    try:
        kept: dict[str, Profile] = json.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Unusable(f"{file()} is no JSON: mend or remove it ({error})") from error
    return kept


def profile(name: str) -> Profile:
    """One profile; that called default may be missing.

    Raises:
        Unusable: there is none of that name.
    """
    kept = profiles()
    if name not in kept and name != DEFAULT:
        known = ", ".join(sorted(kept)) or "none yet"
        raise Unusable(f"there is no profile {name}; known: {known}")
    return kept.get(name, {})


def keep(kept: dict[str, Profile]) -> None:
    """Write all profiles."""
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
