"""`hxtorch.core` is found whichever `hxtorch` is imported: a checkout, which has none of its own, or the one beside this package."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

NAME = "hxtorch.core"
FOLDER = Path(__file__).parents[1] / "hxtorch"


class _Finder(MetaPathFinder):
    """Asked last, so a package that has one of its own keeps it."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(FOLDER)], target) if name == NAME else None


def install() -> None:
    """From now on it is found."""
    if not any(isinstance(one, _Finder) for one in sys.meta_path):
        sys.meta_path.append(_Finder())
