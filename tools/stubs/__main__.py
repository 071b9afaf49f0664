"""Writes the stubs that type checkers read in place of the modules whose classes are tables.

    python tools/stubs [folder]    writes them beside the built packages in the folder (default: here); the build does so
    python tools/stubs --check     says which of them are out of date

Type checkers cannot see what a table of fields makes of a class: its constructor, the coordinate it stands on, conversions of
coordinates. So each stub is the source with bodies left out and with that written down; and `stadls/_reading.pyi` says what reading a
coordinate gives. Nothing here is kept in the repository.
"""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("halco", "haldls", "haldls.lola")
BASES = ("haldls.container", "haldls.lola.table")
"""Modules that define what tables are, and have none."""


def main(arguments: list[str]) -> int:
    check = arguments == ["--check"]
    folder = ROOT if check or not arguments else Path(arguments[0]).resolve()
    sys.path.insert(0, str(folder))
    stale = [path for path, text in stubs() if _differs(folder / path, text, write=not check)]
    if check and stale:
        print(f"out of date (python tools/stubs writes them anew): {', '.join(stale)}")
    return int(check and bool(stale))


def _differs(target: Path, text: str, write: bool) -> bool:
    if target.exists() and target.read_text() == text:
        return False
    if write:
        target.write_text(text)
    return True


def stubs() -> Iterator[tuple[str, str]]:
    """Path and text of every stub."""
    from reads import reading  # these import the packages, which the command line says where to find
    from source import Stub
    from texts import is_table

    for package in PACKAGES:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if found.ispkg:
                continue  # no tables, and what it needs may be missing where a wheel is built
            module = importlib.import_module(f"{package}.{found.name}")
            if str(module.__file__).endswith(".py") and module.__name__ not in BASES and any(map(is_table, own_classes(module))):
                yield module.__name__.replace(".", "/") + ".pyi", Stub(module).text()
    yield "stadls/_reading.pyi", reading()


def own_classes(module: Any) -> list[type]:
    return [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
