"""The command line: python -m checks build | grade | regrade | report | explain."""

import argparse
import sys
from collections.abc import Sequence

from checks.build import add_build_command
from checks.grader.command import add_grade_commands

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m checks", description="Build the course's notebooks and grade submissions."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_build_command(commands)
    add_grade_commands(commands)
    options = parser.parse_args(arguments)
    result: int = options.run(options)
    return result


if __name__ == "__main__":
    sys.exit(main())
