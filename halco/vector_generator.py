"""The FPGA's generators of input events for vectors of activations."""

from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Mixin
from halco.value import Linear

__all__ = [
    "SourceOnVectorGenerator", "VectorGeneratorControlOnFPGA", "VectorGeneratorFIFOWordOnFPGA", "VectorGeneratorLUTEntryOnFPGA",
    "VectorGeneratorLUTEntryOnVectorGeneratorLUT", "VectorGeneratorLUTOnFPGA", "VectorGeneratorNotificationAddressOnFPGA",
    "VectorGeneratorOnFPGA", "VectorGeneratorTriggerOnFPGA",
]  # fmt: skip


class VectorGeneratorOnFPGA(PerHemisphere, Coordinate):
    """Generator that turns activation vectors into events for one hemisphere."""


class VectorGeneratorControlOnFPGA(PerHemisphere, Coordinate):
    """Settings of a vector generator."""


class VectorGeneratorTriggerOnFPGA(PerHemisphere, Coordinate, target=False):
    """Start of a vector generator."""


class VectorGeneratorFIFOWordOnFPGA(PerHemisphere, Coordinate):
    """Input of a vector generator."""


class VectorGeneratorNotificationAddressOnFPGA(PerHemisphere, Coordinate):
    """Where a vector generator reports that it is done."""


class VectorGeneratorLUTOnFPGA(PerHemisphere, Coordinate):
    """Table of labels of a vector generator."""


class VectorGeneratorLUTEntryOnVectorGeneratorLUT(Linear, size=256):
    """Entry of a label table."""


class VectorGeneratorLUTEntryOnFPGA(
    Mixin, Coordinate, local=VectorGeneratorLUTEntryOnVectorGeneratorLUT, mixed_in=VectorGeneratorLUTOnFPGA
):
    """Entry of any label table."""


class SourceOnVectorGenerator(Linear, size=2):
    """Where a vector generator takes its vectors from."""
