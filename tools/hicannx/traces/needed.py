"""Libraries that only some need."""

from importlib import import_module
from typing import Any

from hicannx.errors import HicannxError


class MissingLibraryError(HicannxError, ImportError):
    """A library is not installed; the text says how to get it."""


def library(name: str, extra: str = "traces") -> Any:
    """A module of a library that belongs to an extra of this package. Raises MissingLibraryError."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and not name.startswith(error.name):
            raise
        raise MissingLibraryError(f"this needs {name.split('.')[0]}: pip install 'hicannx[{extra}]'") from None
