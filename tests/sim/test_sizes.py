"""Sizes that compiled modules know are those of the coordinates."""

import re
from pathlib import Path

import halco

ROOT = Path(__file__).parents[2]


def test_sizes_are_those_of_halco() -> None:
    source = (ROOT / "sim/base/sizes.pxd").read_text()
    sizes = {name: int(value) for name, value in re.findall(r"^    (\w+) = (\d+)", source, re.M)}
    assert sizes == {"BLOCK_CELLS": halco.CapMemCellOnCapMemBlock.size, "MEMORY_BLOCKS": halco.CapMemBlockOnDLS.size}
