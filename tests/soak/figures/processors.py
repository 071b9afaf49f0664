"""The scalar core of the PPUs beside an independent emulator of the architecture."""

import test_ppu_differential as differential

from figures.row import Row

INSTRUCTIONS = 100_000_000


def processors(scale: float, seed: int) -> list[Row]:
    """Random programs on both; 10^8 instructions at scale 1."""
    done, programs, faults, found = 0, 0, 0, ""
    while done < INSTRUCTIONS * scale:
        count, difference = differential.compared(1_000_000 * seed + programs)
        done, programs, faults, found = done + count, programs + 1, faults + bool(difference), found or difference or ""
    return [Row("PPU programs leave the same registers and memory as on QEMU's PowerPC (Unicorn)", done, "instructions", faults, found)]
