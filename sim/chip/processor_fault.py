"""What a plasticity processor wanted and did not get."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessorFault:
    """An access that nobody serves.

    ppu: 0 top, 1 bottom. pc: address of the instruction. address: what it wanted, in bytes or, of vectors, a location on the parallel bus.
    access: "fetch", "load", "store", "vector read", "vector write" or "conditional vector
    read". undefined: there is nothing; otherwise it is not modelled.
    """

    ppu: int
    pc: int
    address: int
    access: str
    undefined: bool

    def __str__(self) -> str:
        why = "there is nothing" if self.undefined else "not modelled"
        return f"PPU {self.ppu}, instruction at {self.pc:#010x}: {self.access} at {self.address:#010x}: {why}"
