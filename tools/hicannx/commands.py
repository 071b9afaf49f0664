"""The subcommands: name, summary, arguments and what they do. What a command needs is imported when it runs."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

DEFAULT_FOLDER = Path("docs/build")


@dataclass(frozen=True)
class Command:
    """One subcommand. `home` is the module and function that carries it out; `foreign`: it parses its arguments itself."""

    name: str
    summary: str
    home: str
    arguments: Callable[[ArgumentParser], None]
    foreign: bool = False

    def run(self, chosen: Namespace | Sequence[str]) -> int:
        """Carries it out with the parsed arguments (`foreign`: with the arguments as they are); returns the exit status."""
        module, _, function = self.home.partition(":")
        status: int = getattr(import_module(module), function)(chosen)
        return status


def _none(parser: ArgumentParser) -> None:
    """No arguments."""


def _docs(parser: ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, metavar="DIR", help=f"folder for the pages, {DEFAULT_FOLDER} by default")
    parser.add_argument("--systemrdl", type=Path, metavar="FILE", help="write SystemRDL; then pages only if --output is given too")


def _accuracy(parser: ArgumentParser) -> None:
    parser.add_argument("register", nargs="?", metavar="NAME|ADDRESS", help="container or 32-bit omnibus word address; all if left out")


ALL = (
    Command("serve", "serve virtual chips to host software over the network", "sim.serve:main", _none, foreign=True),
    Command("info", "versions, kinds of connections, and the virtual chip that the environment chooses", "hicannx.reports:info", _none),
    Command("accuracy", "how far a register can be trusted", "hicannx.reports:accuracy", _accuracy),
    Command("docs", "register documentation as Markdown, or the registers as SystemRDL", "hicannx.reports:docs", _docs),
)
"""All subcommands, in the order of the help."""
