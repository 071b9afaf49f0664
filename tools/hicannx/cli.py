"""The command `hicannx`: one subcommand per module below, each of which knows its own arguments."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import Any, NoReturn

from hicannx import commands
from hicannx.starting import INTERRUPTED, loaded

FAILED = 1
ROOMS = frozenset({"fisch", "halco", "haldls", "hicannx", "hicannx_sim", "stadls"})
"""Packages whose errors say what is wrong with what was asked for."""


class _Version(argparse.Action):
    """`--version`: looked up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help="show the version and end")

    def __call__(self, parser: argparse.ArgumentParser, *rest: object) -> None:
        metadata = import_module("importlib.metadata")  # costs more than all the rest of the command line
        print(f"{parser.prog.split()[0]} {metadata.version('hicannx')}")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Tells in one line what is wrong. Values of an option end where one is not of their kind: `--membrane 0 1 script.py`."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args(self._ended(sys.argv[1:] if args is None else list(args)), namespace)

    def _ended(self, args: list[str]) -> list[str]:
        """With `--` before the first argument that is none of an option, if it stands behind one that takes several values."""
        option, values = None, 0
        for at, text in enumerate(args):
            if text.startswith("-") and text != "-":
                option, values = self._option_string_actions.get(text), 0
                continue
            several, values = option is not None and option.nargs == "+", values + 1
            if several and (values == 1 or _is_of_kind(self, option, text)):
                continue
            if several:
                return [*args[:at], "--", *args[at:]]
            if option is None or option.nargs == 0 or values > 1:
                break  # what follows is not this parser's to divide
        return args


def _is_of_kind(parser: argparse.ArgumentParser, option: Any, text: str) -> bool:
    try:
        parser._get_value(option, text)
    except argparse.ArgumentError:
        return False
    return True


def parser() -> argparse.ArgumentParser:
    """The parser of the command line with all subcommands."""
    made = _Parser(prog="hicannx", description="Emulator of the BrainScaleS-2 chip HICANN-X.")
    subcommands = made.add_subparsers(metavar="COMMAND", required=True)
    for command in commands.ALL:
        sub = subcommands.add_parser(command.name, help=command.summary, description=command.summary)
        command.arguments(sub)
        sub.set_defaults(load=command.load)
    _add_version(made)
    return made


def _add_version(made: argparse.ArgumentParser) -> None:
    """To a parser and all parsers of subcommands in it."""
    made.add_argument("--version", action=_Version)
    for action in made._actions:
        for sub in action.choices.values() if isinstance(action, argparse._SubParsersAction) else ():
            _add_version(sub)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line; returns its exit status. Errors of the user's are told in one line."""
    _show_all_characters()
    try:
        chosen = parser().parse_args(arguments)
        work = chosen.load()
        loaded()
        status: int = work(chosen)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:  # whoever reads the output has seen enough
        _close_stdout()
        return FAILED
    except Exception as error:
        if not isinstance(error, OSError) and type(error).__module__.split(".")[0] not in ROOMS:
            raise
        _close_stdout()
        told = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename is not None else str(error)
        return _say(" ".join(told.split()), FAILED)


def _show_all_characters() -> None:
    """Names of files that are no text, and what the terminal's encoding lacks, are shown as escapes."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _say(text: str, status: int) -> int:
    if sys.stderr is not None:
        print(f"hicannx: {text}", file=sys.stderr)
    return status


def _close_stdout() -> None:
    """What cannot be written is not tried again when the interpreter ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
