"""What the functions of the C interface do. Runs inside the library, where `ffi` is that of the interface."""

from collections.abc import Callable
from typing import Any

import numpy as np

from hicannx_sim import System, VirtualChip

VERSION = 1


class Handle:
    """One chip, and what its last call has to give."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.words = np.zeros(0, np.uint64)
        self.bytes = b""

    def answer(self, words: Any) -> int:
        """Keeps words for whoever fetches them; their number."""
        self.words = np.ascontiguousarray(words, np.uint64)
        return len(self.words)


class Calls:
    """The functions by their names without `hicannx_`."""

    def __init__(self, ffi: Any) -> None:
        self._ffi = ffi
        self._handles: dict[int, Handle] = {}
        self._opened = 0
        self._error = ffi.new("char[]", b"")

    def install(self) -> None:
        """Makes them what the library calls."""
        for name, failed in {
            "version": 0, "open": -1, "close": None, "execute": -1, "begin": -1, "feed": -1, "finish": -1, "words": -1, "snapshot": -1,
            "bytes": -1, "restore": -1, "now": -1,
        }.items():  # fmt: skip
            self._ffi.def_extern(f"hicannx_{name}")(self._guarded(getattr(self, name), failed))
        self._ffi.def_extern("hicannx_error")(lambda: self._error)

    def _guarded(self, call: Callable[..., Any], failed: int | None) -> Callable[..., Any]:
        def guarded(*arguments: Any) -> Any:
            try:
                found = call(*arguments)
            except Exception as error:
                self._error = self._ffi.new("char[]", f"{type(error).__name__}: {error}".encode())
                return failed
            self._error = self._ffi.new("char[]", b"")
            return found

        return guarded

    def _of(self, handle: int) -> Handle:
        if handle not in self._handles:
            raise ValueError(f"handle {handle}: no chip of that number is open")
        return self._handles[handle]

    def _taken(self, words: Any, count: int) -> Any:
        return np.frombuffer(self._ffi.buffer(words, 8 * count), np.uint64).copy() if count else np.zeros(0, np.uint64)

    def version(self) -> int:
        return VERSION

    def open(self, serial: int, ideal: int, seed: int, strict: int) -> int:
        system = System(VirtualChip(serial, "ideal" if ideal else "typical"), seed, bool(strict))  # type: ignore[arg-type]
        self._opened += 1
        self._handles[self._opened - 1] = Handle(system)
        return self._opened - 1

    def close(self, handle: int) -> None:
        self._handles.pop(handle, None)

    def execute(self, handle: int, words: Any, count: int) -> int:
        chip = self._of(handle)
        return chip.answer(chip.system.execute(self._taken(words, count)))

    def begin(self, handle: int) -> int:
        self._of(handle).system.begin()
        return 0

    def feed(self, handle: int, words: Any, count: int) -> int:
        chip = self._of(handle)
        return chip.answer(chip.system.feed(self._taken(words, count)))

    def finish(self, handle: int) -> int:
        chip = self._of(handle)
        return chip.answer(chip.system.finish())

    def words(self, handle: int, words: Any) -> int:
        found = self._of(handle).words
        self._ffi.memmove(words, found.tobytes(), found.nbytes)
        return 0

    def snapshot(self, handle: int) -> int:
        chip = self._of(handle)
        chip.bytes = chip.system.snapshot()
        return len(chip.bytes)

    def bytes(self, handle: int, data: Any) -> int:
        found = self._of(handle).bytes
        self._ffi.memmove(data, found, len(found))
        return 0

    def restore(self, handle: int, data: Any, count: int) -> int:
        self._of(handle).system.restore(bytes_of(self._ffi, data, count))
        return 0

    def now(self, handle: int) -> int:
        return int(self._of(handle).system.chip.now)


def bytes_of(ffi: Any, data: Any, count: int) -> bytes:
    """Memory of the caller's as bytes."""
    return bytes(ffi.buffer(data, count))
