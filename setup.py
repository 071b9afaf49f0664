"""Builds the compiled modules: every .pyx becomes an extension, with the C files that its `distutils: sources` line names.

Generated C and everything else that a build makes lies in build/; the source tree gets the extensions only.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

ROOMS = {"halco": "halco", "haldls": "haldls", "fisch": "fisch", "stadls": "stadls", "sim": "hicannx_sim"}
"""Folders with compiled modules, and the names they are installed under."""
DIRECTIVES = {"language_level": 3, "boundscheck": False, "wraparound": False, "cdivision": True, "initializedcheck": False}
POSIX = sys.platform != "win32"
# words from a network and files from anywhere come to these modules: what goes wrong in them is to end the process
HARDENED = ["-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"] if POSIX else []
LINK_FLAGS = ["-Wl,-z,relro,-z,now"] if sys.platform == "linux" else []
FLAGS = ["-O2", "-g0", *HARDENED] if POSIX else ["/O2"]
# the model: bit-identical results on every instruction set, so no contraction and no fast-math (the two -fno switches keep the results
# and allow vector code)
MODEL_FLAGS = ["-O3", "-g0", *HARDENED, "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"] if POSIX else ["/O2"]
SANITIZERS = os.environ.get("HICANNX_SANITIZE", "")
"""What GCC shall watch at run time, such as "address,undefined": for fuzzing (tests/soak)."""
if SANITIZERS:
    FLAGS = ["-O1", "-g1", f"-fsanitize={SANITIZERS}", "-fno-sanitize-recover=undefined"]
    MODEL_FLAGS = [*FLAGS, "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"]
GENERATED = Path("build/generated")
"""What C shares with Python, written by the scripts below before anything is compiled."""
HEADERS = ("sim/ppu/kernel/header.py",)
LINKS = Path("build/rooms")
"""The rooms under their installed names, for Cython, which looks for declarations by package."""


def extensions() -> list[Extension]:
    """One for each .pyx of the rooms, or of those that HICANNX_BUILD names (a comma-separated list of paths; "none": no room)."""
    wanted = [part for part in os.environ.get("HICANNX_BUILD", "").split(",") if part] or list(ROOMS)
    sources = sorted(path for room in ROOMS for path in Path(room).rglob("*.pyx"))
    if len({source.parts[0] for source in sources}) < len(ROOMS):
        sys.exit("the sources of compiled modules (*.pyx) are missing: this is no complete source distribution")
    return [_extension(source) for source in sources if any(source.as_posix().startswith(part) for part in wanted)]


def _extension(source: Path) -> Extension:
    room, *inner = source.with_suffix("").parts
    return Extension(
        ".".join([ROOMS[room], *inner]),
        [source.as_posix()],
        include_dirs=[".", GENERATED.as_posix()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=MODEL_FLAGS if room == "sim" else FLAGS,
        extra_link_args=[f"-fsanitize={SANITIZERS}"] if SANITIZERS else LINK_FLAGS,
        depends=[header.as_posix() for header in (*source.parent.glob("kernel/*.h"), *(GENERATED.glob("*.h") if room == "sim" else ()))],
    )


class Build(build_ext):
    """Makes C of the .pyx files, then extensions of the C files, then the stubs that show the tables to type checkers."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self) -> None:
        import numpy
        from Cython.Build import cythonize

        for script in HEADERS:
            subprocess.run([sys.executable, script, GENERATED], check=True)
        LINKS.mkdir(parents=True, exist_ok=True)
        for room, name in ROOMS.items():
            if (LINKS / name).resolve() != Path(room).resolve():  # also if this tree is a copy of another one
                (LINKS / name).unlink(missing_ok=True)
                (LINKS / name).symlink_to(Path(room).resolve(), target_is_directory=True)
        options: Any = {"build_dir": "build/c", "include_path": [LINKS.as_posix()], "compiler_directives": DIRECTIVES, "quiet": True}
        self.extensions = cythonize(self.extensions, nthreads=os.cpu_count() or 1, **options)
        for extension in self.extensions:
            extension.include_dirs.append(numpy.get_include())
            extension._needs_stub = False  # setuptools asks every extension, and these are new ones
        super().build_extensions()

    def run(self) -> None:
        super().run()
        if not os.environ.get("HICANNX_BUILD"):  # every room is there, so the tables can be imported
            subprocess.run([sys.executable, "tools/stubs", "." if self.inplace else self.build_lib], check=True)


def _packages(folder: str, name: str = "") -> dict[str, str]:
    """{package: its folder} of the packages in a folder, with the one that the folder itself is installed as, if any."""
    inner = {f"{name}.{package}" if name else package: f"{folder}/{package.replace('.', '/')}" for package in find_packages(folder)}
    return {name: folder, **inner} if name else inner


packages = {package: path for room, name in ROOMS.items() for package, path in _packages(room, name).items()}
packages |= _packages("grenade", "grenade") | _packages("compat") | _packages("tools")
setup(
    packages=list(packages),
    package_dir=packages,
    package_data={
        "": ["*.pxd", "*.pyi", "*.h", "py.typed", "*.yaml", "*.txt"],
        "hicannx": ["facts/*.md", "facts/*/*.md", "page/files/*", "c_interface/*.h"],
        "haldls.ppu_toolchain": ["on-ppu/*", "on-ppu/include/**/*.h"],
        "grenade.ppu": ["on-ppu/*", "on-ppu/include/**/*.h"],
    },
    ext_modules=extensions(),
    cmdclass={"build_ext": Build},
)
