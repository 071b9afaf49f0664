"""What there is to know about the clients, from clients.yaml."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from hicannx.compatibility.pages import cells
from hicannx.errors import HicannxError

__all__ = ["Client", "ClientError", "client", "clients"]


class ClientError(HicannxError, ValueError):
    """There is no such client, or the folder given is no checkout of it."""


class Client(msgspec.Struct, forbid_unknown_fields=True):
    """One client.

    title          as the document calls it
    tests          files and folders of tests in its checkout
    pattern        names of files with tests in these folders
    programs       patterns of other files that are run: scripts (.py), and pages with the code of a notebook (.rst)
    beside         {folder that programs find where they run: files, and folders whose content is in it}
    path           folders of the checkout that Python has to find modules in
    environment    variables that its tests need, unless they are set already
    arguments      for pytest
    reasons        {pattern of tests' identities: why they do not pass}
    remarks        a paragraph for the document
    """

    title: str
    tests: list[str] = []
    pattern: str = "test_*.py"
    programs: list[str] = []
    beside: dict[str, list[str]] = {}
    path: list[str] = []
    environment: dict[str, str] = {}
    arguments: list[str] = []
    reasons: dict[str, str] = {}
    remarks: str = ""

    def reason(self, test: str) -> str:
        """Why a test does not pass, or nothing if nobody has said so; the first pattern that fits counts."""
        return next((text for pattern, text in self.reasons.items() if fnmatchcase(test, pattern)), "")

    def files(self, checkout: Path) -> list[Path]:
        """Files with tests in a checkout, then programs, in the order of their names; not pages without code.

        Raises ClientError if the checkout lacks what it should have.
        """
        programs = {one: [file for file in sorted(checkout.glob(one)) if _has_code(file)] for one in self.programs}
        needed = (*self.tests, *self.path, *(one for sources in self.beside.values() for one in sources))
        missing = [one for one in needed if not (checkout / one).exists()]
        missing += [one for one, found in programs.items() if not found]
        if missing:
            raise ClientError(f"{checkout} is no checkout of {self.title}: there is no {', '.join(missing)} in it")
        tests = [file for one in self.tests for file in self._of(checkout / one)]
        return [*tests, *(file for found in programs.values() for file in found)]

    def is_program(self, checkout: Path, file: Path) -> bool:
        """Whether a file is run by itself, and not by pytest."""
        return any(file in checkout.glob(one) for one in self.programs)

    def _of(self, tests: Path) -> list[Path]:
        return sorted(tests.rglob(self.pattern)) if tests.is_dir() else [tests]


def _has_code(program: Path) -> bool:
    return program.suffix != ".rst" or bool(cells(program))


def clients() -> dict[str, Client]:
    """All clients by name."""
    return msgspec.yaml.decode(Path(__file__).with_name("clients.yaml").read_bytes(), type=dict[str, Client])


def client(name: str) -> Client:
    """One of them. Raises ClientError for a name that is not known."""
    known = clients()
    if name not in known:
        raise ClientError(f"{name!r} is no client; there are: {', '.join(known)}")
    return known[name]
