"""The memory that the FPGA lends to the PPUs, as a whole."""

from __future__ import annotations

from halco import ExternalPPUMemoryByteOnFPGA, ExternalPPUMemoryOnFPGA, ExternalPPUMemoryQuadOnFPGA
from haldls.container import FPGA
from haldls.fpga import ExternalPPUMemoryByte, ExternalPPUMemoryQuad
from haldls.lola.table import Composed, Members, Part


class ExternalPPUMemory(Composed):
    """128 KiB of bytes, written in words of four."""

    coordinate = ExternalPPUMemoryOnFPGA
    backends = FPGA
    bytes = Members(ExternalPPUMemoryByteOnFPGA, ExternalPPUMemoryByte)
    parts = (Part(ExternalPPUMemoryQuad, range(ExternalPPUMemoryQuadOnFPGA.size), {"quad": "bytes"}),)
