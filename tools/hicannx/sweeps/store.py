"""Finished points on disk: a sweep that was interrupted goes on where it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import CodeType
from typing import Any

import msgspec
import numpy as np

from hicannx.sweeps.points import SweepError, Task
from hicannx.sweeps.results import Result

ARRAY = 1
"""Kind of a numpy array among the values."""


class Store:
    """A SQLite file with the results of finished points; a point counts as the same if function, values, chip, seed and version are."""

    def __init__(self, path: Path, function: Callable[..., Any]) -> None:
        self._base = sha256(f"{version('hicannx')} {function.__module__} {function.__qualname__} ".encode())
        self._base.update(fingerprint(getattr(function, "__code__", None)))
        self._path = path
        with self._told():
            self._file = sqlite3.connect(path)
            self._file.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value BLOB, seconds REAL)")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What is wrong with the file is a SweepError that names it."""
        try:
            yield
        except (sqlite3.Error, msgspec.DecodeError, ValueError, EOFError) as error:
            raise SweepError(f"store {self._path}: {error}") from error

    def get(self, task: Task) -> Result | None:
        """The result of a point that was finished before."""
        key = self._key(task)
        with self._told():
            row = self._file.execute("SELECT value, seconds FROM results WHERE key = ?", (key,)).fetchone()
            return None if row is None else Result(task.index, task.point, decode(row[0]), None, float(row[1]), task.chip, task.seed)

    def put(self, result: Result) -> None:
        """Keeps a result; errors are not kept, so their points are tried again."""
        if result.error is None:
            task = Task(result.index, result.point, result.chip, result.seed)
            row = (self._key(task), encode(result.value), result.seconds)
            with self._told(), self._file:
                self._file.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?)", row)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _key(self, task: Task) -> str:
        key = self._base.copy()
        key.update(encode([sorted(task.point.items()), task.chip, task.seed]))
        return key.hexdigest()


def fingerprint(code: CodeType | None) -> bytes:
    """What a function does, as far as its own code says."""
    if code is None:
        return b""
    inner = b"".join(fingerprint(one) if isinstance(one, CodeType) else repr(one).encode() for one in code.co_consts)
    return code.co_code + repr(code.co_names).encode() + inner


def encode(value: Any) -> bytes:
    """Numbers, texts, truth values, None, arrays, and lists and mappings of them. Raises SweepError for anything else."""
    try:
        return msgspec.msgpack.encode(value, enc_hook=_array_to_bytes)
    except (TypeError, NotImplementedError, OverflowError) as error:
        raise SweepError(f"a store keeps numbers, texts, arrays, lists and mappings of them: {error}") from error


def decode(data: bytes) -> Any:
    """What `encode` encoded."""
    return msgspec.msgpack.decode(data, ext_hook=lambda kind, content: np.load(BytesIO(content), allow_pickle=False))


def _array_to_bytes(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        file = BytesIO()
        np.save(file, value, allow_pickle=False)
        return msgspec.msgpack.Ext(ARRAY, file.getvalue())
    raise NotImplementedError(f"{type(value).__qualname__} is none of these")
