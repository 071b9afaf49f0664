"""Fuzzing under address and undefined-behaviour sanitizers: nothing that comes from outside crashes the compiled modules.

The modules are compiled a second time in build/sanitized, so that those in use stay as they are; only what has changed is compiled again.
"""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from figures.row import Row

ROOT = Path(__file__).parents[3]
BUILT = ROOT / "build" / "sanitized"
COPIED = ("halco", "haldls", "fisch", "stadls", "grenade", "sim", "compat", "tools", "tests", "setup.py", "pyproject.toml", "README.md")
ROOMS = "halco,haldls,fisch,stadls,sim"

PIECES = {"words": 900_000, "datagrams": 70_000, "packets": 20_000, "binaries": 10_000, "elf": 1_000, "snapshots": 100}
"""How many of each kind at scale 1: together a million."""
MOST = {"words": 500_000, "datagrams": 500_000, "packets": 100_000, "binaries": 50_000, "elf": 10_000, "snapshots": 1000}
"""For one process; more of them take other seeds."""
WHAT = {
    "words": "words of random programs to the FPGA",
    "datagrams": "HostARQ datagrams, damaged and invented",
    "packets": "packets of a GDB, damaged and invented",
    "binaries": "damaged portable binaries of all stored classes",
    "elf": "damaged ELF files",
    "snapshots": "changed snapshots",
}


def build() -> None:
    """Copies the sources and compiles them with sanitizers."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(ROOT / name, BUILT / name, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy2(ROOT / name, BUILT / name)
    environment = os.environ | {"HICANNX_SANITIZE": "address,undefined", "HICANNX_BUILD": ROOMS}
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=BUILT, env=environment, check=True)


def environment() -> dict[str, str]:
    """In which an interpreter uses the modules of `build`."""
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True).stdout.strip()
    paths = os.pathsep.join(str(BUILT / part) for part in ("build/rooms", "compat", "tools"))
    return os.environ | {
        "LD_PRELOAD": library,
        "PYTHONPATH": paths,
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    }


USED = """
import sys, hicannx_sim.setup.system, fisch.arq, haldls, stadls
compiled = [module.__file__ for module in sys.modules.values() if str(getattr(module, "__file__", "")).endswith(".so")]
ours = [file for file in compiled if "site-packages" not in file and "lib-dynload" not in file]
assert len(ours) > 50 and all(file.startswith(sys.argv[1]) for file in ours), ours
assert "libasan" in open("/proc/self/maps").read()
"""


def require_used(settings: dict[str, str]) -> None:
    """Raises CalledProcessError unless interpreters take all compiled modules from `build`, with sanitizers."""
    subprocess.run([sys.executable, "-c", USED, BUILT], env=settings, cwd=BUILT, check=True)


def run(kind: str, count: int, seed: int, settings: dict[str, str]) -> str:
    """One process; what it said if it failed. Words are drawn by another one, without sanitizers."""
    if kind != "words":
        return outcome(["fuzz_bytes.py", kind, "--count", str(count)], seed, settings)
    with TemporaryDirectory() as folder:
        file = f"{folder}/words.npz"
        failed = outcome(["fuzz_words.py", "--words", str(count), "--write", file], seed, dict(os.environ), ROOT)
        return failed or outcome(["fuzz_words.py", "--read", file, "--limit", "600", *(["--strict"] if seed % 2 else [])], seed, settings)


def outcome(command: list[str], seed: int, settings: dict[str, str], tree: Path | None = None) -> str:
    """What a script of tests/fuzz said if it failed."""
    tree = tree or BUILT
    arguments = [sys.executable, tree / "tests" / "fuzz" / command[0], *command[1:], "--seed", str(seed)]
    done = subprocess.run(arguments, capture_output=True, text=True, env=settings, cwd=tree, check=False)
    if done.returncode == 0 and "runtime error" not in done.stderr:
        return ""
    told = next((line for line in done.stderr.splitlines() if "runtime error" in line or "AddressSanitizer" in line), "")
    return f"seed {seed}: {told}\n{done.stderr[-2000:]}"


def fuzzed(kind: str, count: int, seed: int, settings: dict[str, str]) -> Row:
    """All pieces of a kind, on as many processes as fit."""
    each = min(MOST[kind], -(-count // (os.cpu_count() or 1)))
    sizes = [min(each, count - start) for start in range(0, count, each)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda number: run(kind, sizes[number], 1000 * seed + number, settings), range(len(sizes))))
    failed = [one for one in said if one]
    what = f"No crash and no undefined behaviour under sanitizers: {WHAT[kind]}"
    return Row(what, count, kind, len(failed), failed[0] if failed else "")


def sanitized(scale: float, seed: int) -> list[Row]:
    """All kinds; together 10^7 pieces at scale 10, and 10^4 of each at scale 100."""
    build()
    settings = environment()
    require_used(settings)
    return [fuzzed(kind, max(1, round(count * scale)), seed, settings) for kind, count in PIECES.items()]
