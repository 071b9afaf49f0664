"""A program in C runs a chip, and gets what Python gets."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hicannx.c_interface import build, declarations
from hicannx.words import make, scan
from hicannx_sim import System, VirtualChip

COMPILER = shutil.which("gcc") or shutil.which("cc")
PROGRAM = """
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "hicannx.h"

static int run(int chip, const uint64_t *words, size_t count) {
    const int64_t got = hicannx_execute(chip, words, count);
    if (got < 0) return printf("error %s\\n", hicannx_error()), 0;
    uint64_t *found = malloc(8 * (size_t)got);
    hicannx_words(chip, found);
    for (int64_t k = 0; k < got; k++) printf("%" PRIx64 " ", found[k]);
    printf("\\n");
    free(found);
    return 1;
}

int main(void) {
    const uint64_t words[] = {WORDS};
    const size_t count = sizeof words / sizeof *words;
    const int chip = hicannx_open(7, 0, 5, 0);
    run(chip, words, count);
    const int64_t size = hicannx_snapshot(chip);
    uint8_t *state = malloc((size_t)size);
    hicannx_bytes(chip, state);
    run(chip, words, count);
    hicannx_restore(chip, state, (size_t)size);
    run(chip, words, count);
    hicannx_begin(chip);
    const int64_t first = hicannx_feed(chip, words, count / 2), second = hicannx_feed(chip, words + count / 2, count - count / 2);
    printf("%d\\n", first >= 0 && second >= 0 && hicannx_finish(chip) >= 0);
    const uint64_t wrong = UINT64_C(0x7f) << 56;
    run(chip, &wrong, 1);
    run(99, words, count);
    hicannx_close(chip);
    run(chip, words, count);
    printf("%d %d\\n", hicannx_version(), hicannx_now(chip) == -1);
    free(state);
    return 0;
}
"""
WORDS = [
    make("Reset", asserted=1), make("Setup"), make("WaitUntil", time=10), make("Reset"), make("Init"), make("Scaler", divider=3),
    *scan("IDCODE", 0, 32, keep_response=True), make("Barrier", jtag=1), make("Loopback"),
]  # fmt: skip


def test_the_header_declares_what_there_is() -> None:
    assert {"hicannx_open", "hicannx_execute", "hicannx_feed", "hicannx_snapshot"} <= set(
        declarations().replace("(", " ").replace("*", " ").split()
    )


@pytest.mark.skipif(COMPILER is None, reason="no C compiler here")
@pytest.mark.filterwarnings("ignore")  # of setuptools within cffi
def test_a_program_in_c(tmp_path: Path) -> None:
    pytest.importorskip("cffi")
    built, header = build(tmp_path / "built")
    source = tmp_path / "program.c"
    source.write_text(PROGRAM.replace("WORDS", ", ".join(f"UINT64_C({word:#x})" for word in WORDS)))
    options = ["-Wall", "-Werror", f"-I{header.parent}", str(source), str(built), f"-Wl,-rpath,{built.parent}"]
    subprocess.run([str(COMPILER), *options, "-o", tmp_path / "program"], check=True)
    lines = subprocess.run([tmp_path / "program"], check=True, capture_output=True, text=True, cwd=tmp_path).stdout.splitlines()
    system, words = System(VirtualChip(7), seed=5), np.array(WORDS, np.uint64)
    once, again = ([f"{int(word):x}" for word in system.execute(words)] for _ in range(2))
    assert lines[0].split() == once and lines[1].split() == again
    assert lines[2] == lines[1], "the restored chip goes on as it did"
    assert lines[3] == "1" and lines[4].startswith("error ProtocolError: no such message")
    assert lines[5] == "error ValueError: handle 99: no chip of that number is open" and lines[6].startswith("error ValueError: handle 0")
    assert lines[7] == "1 1"
