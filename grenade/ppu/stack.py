"""How much stack a program takes: the frames that its compiler has counted, along the longest chain of calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = "main"
INDIRECT = "__indirect_call"
UNKNOWN = 64
"""Bytes for functions of the compiler's own library and in assembler."""

_SIZE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*\\n(\d+) bytes')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')


@dataclass
class Calls:
    """Frames of functions in bytes, and which functions each one calls."""

    frames: dict[str, int] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, files: Iterable[Path]) -> Calls:
        """From what `-fcallgraph-info=su` writes beside each object."""
        found = cls()
        for text in (file.read_text(encoding="utf-8", errors="replace") for file in files):
            found.frames.update((name, int(size)) for name, size in _SIZE.findall(text))
            for source, target in _EDGE.findall(text):
                found.calls.setdefault(source, set()).add(target)
        return found

    def needed(self, services: str) -> int:
        """Bytes of the longest chain from `main` or from a constructor; functions in whose name `services` stands are called indirectly."""
        known: dict[str, int] = {}
        indirect = max((self._depth(name, known, ()) for name in self.frames if services in name), default=0)
        known = {INDIRECT: indirect}
        return max(self._depth(name, known, ()) for name in self._roots())

    def _roots(self) -> Iterator[str]:
        yield ROOT
        yield from (name for name in self.frames if "_GLOBAL__sub_I" in name)

    def _depth(self, name: str, known: dict[str, int], above: tuple[str, ...]) -> int:
        """Of a function with everything it calls. One that calls itself counts once: how often it does cannot be known."""
        if name not in known:
            path = (*above, name)
            below = [self._depth(called, known, path) for called in self.calls.get(name, ()) if called not in path]
            known[name] = self.frames.get(name, 0 if name == INDIRECT else UNKNOWN) + max(below, default=0)
        return known[name]
