"""The command `hicannx`: one subcommand per module below, each of which knows its own arguments."""

import argparse
import sys
from collections.abc import Sequence

from hicannx import commands
from hicannx.errors import HicannxError


def parser() -> argparse.ArgumentParser:
    """The parser of the command line with all subcommands."""
    made = argparse.ArgumentParser(prog="hicannx", description="Emulator of the BrainScaleS-2 chip HICANN-X.")
    subcommands = made.add_subparsers(metavar="COMMAND", required=True)
    for command in commands.ALL:
        sub = subcommands.add_parser(command.name, help=command.summary, description=command.summary)
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; returns its exit status. Errors of the user's are told in one line."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _run(given)
    except BrokenPipeError:  # whoever reads the output has seen enough
        sys.stdout = None
        return 1
    except (HicannxError, OSError) as error:
        print(f"hicannx: {error}", file=sys.stderr)
        return 1


def _run(given: Sequence[str]) -> int:
    for command in commands.ALL:
        if command.foreign and given[:1] == [command.name]:
            return command.run(given[1:])
    chosen = parser().parse_args(given)
    status: int = chosen.run(chosen)
    return status
