"""How far long work is, as a bar on the terminal where tqdm is installed."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any


def progress_bar(steps: Iterable[Any], wanted: bool | None = None, **look: Any) -> Any:
    """A tqdm bar over the steps; None without tqdm, if it is not wanted, or, where nobody said so, without a terminal."""
    shows = sys.stderr.isatty() if wanted is None else wanted
    return import_module("tqdm").tqdm(steps, **look) if shows and find_spec("tqdm") else None
