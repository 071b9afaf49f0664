"""What there is to know about the clients, from clients.yaml."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from hicannx.errors import HicannxError

__all__ = ["Client", "ClientError", "client", "clients"]


class ClientError(HicannxError, ValueError):
    """There is no such client, or the folder given is no checkout of it."""


class Client(msgspec.Struct, forbid_unknown_fields=True):
    """One client.

    title          as the document calls it
    tests          files and folders of tests in its checkout
    path           folders of the checkout that Python has to find modules in
    environment    variables that its tests need
    arguments      for pytest
    reasons        {pattern of tests' identities: why they do not pass}
    remarks        a paragraph for the document
    """

    title: str
    tests: list[str]
    path: list[str] = []
    environment: dict[str, str] = {}
    arguments: list[str] = []
    reasons: dict[str, str] = {}
    remarks: str = ""

    def reason(self, test: str) -> str:
        """Why a test does not pass, or nothing if nobody has said so; the first pattern that fits counts."""
        return next((text for pattern, text in self.reasons.items() if fnmatchcase(test, pattern)), "")

    def files(self, checkout: Path) -> list[Path]:
        """Files with tests in a checkout, in the order of their names. Raises ClientError if it lacks what it should have."""
        missing = [one for one in (*self.tests, *self.path) if not (checkout / one).exists()]
        if missing:
            raise ClientError(f"{checkout} is no checkout of {self.title}: there is no {', '.join(missing)} in it")
        found = [checkout / one for one in self.tests]
        return [file for one in found for file in (sorted(one.rglob("test_*.py")) if one.is_dir() else [one])]


def clients() -> dict[str, Client]:
    """All clients by name."""
    return msgspec.yaml.decode(Path(__file__).with_name("clients.yaml").read_bytes(), type=dict[str, Client])


def client(name: str) -> Client:
    """One of them. Raises ClientError for a name that is not known."""
    known = clients()
    if name not in known:
        raise ClientError(f"{name!r} is no client; there are: {', '.join(known)}")
    return known[name]
