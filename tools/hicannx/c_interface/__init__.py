"""A library by which programs in other languages have the model in their process: C, C++, Rust, Julia, simulators of hardware.

`hicannx c-library DIR` builds it: a shared library that starts a Python interpreter inside when it is first used, and its header, which
is its
manual. Whoever links it needs nothing of Python. Needs cffi and a C compiler.
"""

import re
import site
import sys
import sysconfig
from argparse import Namespace
from pathlib import Path
from typing import Final

from hicannx.errors import HicannxError
from hicannx.traces.needed import library

HEADER: Final = Path(__file__).with_name("hicannx.h")
START: Final = """
import site
for folder in {folders!r}:
    site.addsitedir(folder)
from hicannx.c_interface.calls import Calls
from _hicannx_c import ffi
Calls(ffi).install()
"""


class CInterfaceError(HicannxError):
    """The library cannot be built."""


def declarations() -> str:
    """What the header declares, without comments and what is for the preprocessor."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return "\n".join(line for line in lines if line.strip() not in ('extern "C" {', "}"))


def build(folder: Path) -> tuple[Path, Path]:
    """Builds the library into a folder; returns its path and that of its header. Raises CInterfaceError, MissingLibraryError."""
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        raise CInterfaceError(f"the library needs Python itself as a library, and {sys.executable} was built without one")
    builder = library("cffi", "c").FFI()
    builder.embedding_api(declarations())
    builder.set_source("_hicannx_c", f'#include "{HEADER}"', extra_link_args=[f"-Wl,-rpath,{sysconfig.get_config_var('LIBDIR')}"])
    builder.embedding_init_code(START.format(folders=site.getsitepackages()))
    folder.mkdir(parents=True, exist_ok=True)
    built = Path(builder.compile(tmpdir=str(folder), target="libhicannx.*"))
    header = folder / HEADER.name
    header.write_text(HEADER.read_text())
    return built, header


def main(chosen: Namespace) -> int:
    """`hicannx c-library`."""
    for path in build(chosen.folder):
        print(path)
    return 0
