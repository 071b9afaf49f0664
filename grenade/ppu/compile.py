"""Objects and programs, each made once: what comes out is kept in a folder under the hash of what went in.

The folder is `hicannx/ppu` below $XDG_CACHE_HOME or ~/.cache, or the one that HICANNX_PPU_CACHE names.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from haldls.ppu_toolchain import Compiler, find_compiler
from haldls.ppu_toolchain.building import SUPPORT

ON_PPU = Path(__file__).parent / "on-ppu"
VARIABLE = "HICANNX_PPU_CACHE"
INCLUDE = ("-I", str(ON_PPU), "-I", str(ON_PPU / "include"))
COUNTED = ("-fcallgraph-info=su",)  # frames of functions, into a file .ci beside the object
C = ("-std=gnu17", "-Os", "-g", "-Wall", "-Wextra")
CPP = ("-std=gnu++17", "-O2", "-g", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fno-use-cxa-atexit", "-fno-common")
KERNELS = ("-fno-strict-aliasing", "-fno-trapping-math", "-fno-math-errno")  # they look at floats as bytes; nothing traps
SAMPLES = {"sram": ("ext.samples", 100), "dram": ("ext.dram.samples", 204800)}
"""Memory of the periodic recording: section, and samples of each processor. (facts: clients/grenade 3.7)"""


def cache_folder() -> Path:
    """Where compiled programs are kept; a folder of this user below the temporary ones if that cannot be written."""
    named = os.environ.get(VARIABLE)
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(named) if named else base / "hicannx" / "ppu"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = Path(tempfile.gettempdir()) / f"hicannx-ppu-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@lru_cache
def _own_sources() -> bytes:
    """Of everything that programs are made of besides kernels."""
    digest = hashlib.sha256()
    for folder in (SUPPORT, ON_PPU):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _key(*parts: str) -> str:
    """A name for what these parts make."""
    digest = hashlib.sha256(_own_sources())
    for part in parts:
        digest.update(len(data := part.encode()).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def kept(kind: str, suffixes: Sequence[str], parts: Sequence[str], make: Callable[[Path], None]) -> Path:
    """The file in the cache that `make` makes of the parts, with those of other suffixes beside it; the first suffix is the file's own.

    They appear when all are there, also if several processes make the same.
    """
    target = cache_folder() / f"{kind}-{_key(kind, *parts)}{suffixes[0]}"
    if not target.is_file():
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as folder:
            made = Path(folder) / target.name
            make(made)
            for suffix in (*suffixes[1:], suffixes[0]):
                os.replace(made.with_suffix(suffix), target.with_suffix(suffix))
    return target


class Compilers:
    """The compilers for C and C++. Raises CompilerNotFoundError if one of them is missing."""

    def __init__(self) -> None:
        self.c = find_compiler()
        self.cpp = self.c.for_cpp()

    def own(self, name: str, options: Sequence[str] = ()) -> Path:
        """Object of one of the sources in `on-ppu`; it is called like the source."""
        return self._source(ON_PPU / name, options)

    def start(self, source: Path) -> Path:
        """Object of one of the sources that every program begins with."""
        return self._source(source, ())

    def generated(self, kind: str, text: str) -> Path:
        """Object of C++ text. Raises BuildError with what the compiler said."""
        return self._object(self.cpp, kind, [*CPP, *KERNELS], text, None)

    def _source(self, source: Path, options: Sequence[str]) -> Path:
        plus = source.suffix == ".cpp"
        return self._object(self.cpp if plus else self.c, source.stem, [*(CPP if plus else C), *options], source.name, source)

    def _object(self, compiler: Compiler, kind: str, options: Sequence[str], text: str, source: Path | None) -> Path:
        flags = [*compiler.options(), *INCLUDE, *COUNTED, *options]

        def make(target: Path) -> None:
            file = source or target.with_suffix(".cpp")
            if source is None:
                file.write_text(text)
            compiler.run([*flags, "-c", file, "-o", target])
            target.with_suffix(".ci").touch()  # there is none for assembler

        return kept(kind, (".o", ".ci"), [text, repr(compiler.command), compiler.version(), *flags], make)
