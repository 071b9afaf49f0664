"""Builds the compiled modules: every .pyx becomes an extension, with the C files that stand beside it as `_<name>*.c`."""

import os
import sys
from pathlib import Path

import numpy
from Cython.Build import cythonize
from setuptools import Extension, find_packages, setup

ROOMS = ["halco", "haldls", "fisch", "stadls", "sim"]
POSIX = sys.platform != "win32"
FLAGS = ["-O2", "-g0"] if POSIX else ["/O2"]
# kernels: bit-identical results on every instruction set, so no contraction and no fast-math (the two -fno switches keep the results
# and allow vector code)
KERNEL_FLAGS = ["-O3", "-g0", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off"] if POSIX else ["/O2"]


def extensions() -> list[Extension]:
    wanted = [part for part in os.environ.get("HICANNX_BUILD", "").split(",") if part] or ROOMS  # "none": only the Python files
    found = []
    for source in sorted(path for room in ROOMS for path in Path(room).rglob("*.pyx")):
        if any(source.as_posix().startswith(part) for part in wanted):
            kernels = sorted(kernel.as_posix() for kernel in source.parent.glob(f"{source.stem}_*.c"))
            name = ".".join(source.with_suffix("").parts)
            flags = KERNEL_FLAGS if kernels or source.parts[0] == "sim" else FLAGS
            headers = [header.as_posix() for header in source.parent.glob("*.h")] if kernels else []
            macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")]
            settings = {"include_dirs": [numpy.get_include()], "define_macros": macros, "extra_compile_args": flags, "depends": headers}
            found.append(Extension(name, [source.as_posix(), *kernels], **settings))
    return found


rooms = [package for room in ROOMS for package in [room, *(f"{room}.{inner}" for inner in find_packages(room))]]
elsewhere = {package: f"{folder}/{package.replace('.', '/')}" for folder in ("compat", "tools") for package in find_packages(folder)}
setup(
    packages=[*rooms, *elsewhere],
    package_dir={"": ".", **elsewhere},
    package_data={"": ["*.pxd", "*.pyi", "*.h", "py.typed", "*.yaml"], "hicannx.ppu": ["on-ppu/*", "on-ppu/include/**/*.h"]},
    ext_modules=cythonize(extensions(), language_level=3, quiet=True, nthreads=os.cpu_count() or 1),
    options={"build_ext": {"parallel": os.cpu_count()}},
)
