"""The plasticity processing units, one per hemisphere: memory of 4096 words, control and status."""

from halco.conversions import at, to
from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Interval, Mixin
from halco.value import Linear

__all__ = [
    "PPUControlRegisterOnDLS", "PPUMemoryBlockOnDLS", "PPUMemoryBlockOnPPU", "PPUMemoryBlockSize", "PPUMemoryOnDLS", "PPUMemoryWordOnDLS",
    "PPUMemoryWordOnPPU", "PPUOnDLS", "PPUStatusRegisterOnDLS",
]  # fmt: skip


class PPUOnDLS(PerHemisphere):
    """Processor of one hemisphere."""


class PPUControlRegisterOnDLS(PerHemisphere, Coordinate):
    """Reset and start of a processor."""


class PPUStatusRegisterOnDLS(PerHemisphere, Coordinate):
    """Whether a processor sleeps."""


class PPUMemoryOnDLS(PerHemisphere, Coordinate):
    """The whole memory of a processor."""


class PPUMemoryWordOnPPU(Linear, size=4096):
    """32-bit word of a processor's memory."""

    return_code = at(3071)


class PPUMemoryWordOnDLS(Mixin, Coordinate, local=PPUMemoryWordOnPPU, mixed_in=PPUOnDLS, names="word ppu"):
    """Memory word of any of the two processors."""


class PPUMemoryBlockSize(Linear, min=1, max=4096):
    """Number of words in a block."""


class PPUMemoryBlockOnPPU(Interval, bound=PPUMemoryWordOnPPU):
    """Block of words in a processor's memory, both bounds included."""

    mailbox = at(3072, 4095)
    toPPUMemoryBlockSize = to(lambda e: e % 4096 - e // 4096 + 1)


class PPUMemoryBlockOnDLS(Mixin, Coordinate, local=PPUMemoryBlockOnPPU, mixed_in=PPUOnDLS, names="reg ppu"):
    """Block of words in the memory of any of the two processors."""
