"""Kinds of values on the command line. Each is a `type` for argparse, which then names the option and exits with status 2."""

from argparse import Action, ArgumentTypeError
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any


def _checked(make: Callable[[Any], Callable[[str], Any]], text: str) -> Any:
    values = make(import_module("fisch.environment"))  # loaded when there is something to check: `--help` is quick
    try:
        return values(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number of a range, decimal or with 0x."""
    return partial(_checked, lambda environment: environment.Whole(low, high))


def like(variable: str) -> Callable[[str], Any]:
    """What the environment variable may say, too."""
    return partial(_checked, lambda environment: environment.TABLE[variable].values)


def serial(text: str) -> int:
    """The serial number of a chip."""
    try:
        number: int = _checked(lambda environment: environment.SERIALS, text)
        return number
    except ArgumentTypeError as error:
        raise ArgumentTypeError(f"{error}: that is what a chip's serial number is") from None


def path(text: str) -> Path:
    """A file or folder. An empty text would be the present folder, which nobody means."""
    if not text or "\0" in text:
        raise ArgumentTypeError(f"a path is needed, not {text!r}")
    return Path(text)


def output(text: str) -> Path:
    """A file to be written, later: what cannot be one is refused before any work is done."""
    made = path(text)
    if made.is_dir() or not made.parent.is_dir():
        raise ArgumentTypeError(f"{text} is a folder" if made.is_dir() else f"there is no folder {made.parent}")
    return made


def assignment(text: str) -> str:
    """A name and something for it."""
    if not text.partition("=")[1]:
        raise ArgumentTypeError(f"{text} is not NAME=VALUES")
    return text


class Several(Action):
    """One value or more, in one place or in several: `--membrane 1 2 --membrane 3`."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        given: Sequence[Any] = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [*(() if given is self.default else given), *values])


PORT = whole(0, 65535)
"""A port of a network, 0: a free one."""
SERIAL = serial
SEED = like("HICANNX_SEED")
