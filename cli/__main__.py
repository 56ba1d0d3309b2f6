"""``hybriddb``: deploy, plan, watch, approve, validate, repair and remove from a terminal.

Exit code 0: it went well. 1: it did not, and stderr says why in a sentence. 2, only where
``--detailed-exitcode`` asks for it: something changes, or has drifted. 130: interrupted; what was
started goes on.
"""

import sys
from collections.abc import Sequence

import click

from cli import __version__
from cli.commands.deployments import deployment
from cli.commands.drift import drift
from cli.commands.operations import operation
from cli.commands.profiles import profile
from cli.commands.specs import spec
from cli.errors import CommandFailed
from cli.session import FAILED, Ended
from cli.terminal.output import console
from cli.terminal.text import plain

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def hybriddb() -> None:
    """Deploys hybrid PostgreSQL connectivity on Azure, durably."""


for group in (deployment, operation, drift, spec, profile):
    hybriddb.add_command(group)


def main(given: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    errors = console(stderr=True)
    try:
        hybriddb.main(given, prog_name="hybriddb", standalone_mode=False)
    except Ended as ended:
        return ended.code
    except click.ClickException as error:
        error.show()
        return FAILED
    except CommandFailed as error:
        plain(errors, f"Error: {error}", style="red")
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        plain(errors, "interrupted; what was started goes on: hybriddb operation watch shows it")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
