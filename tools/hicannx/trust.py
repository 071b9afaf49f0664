"""How faithfully a register is modelled: by container, by name or by address."""

from typing import Any

from hicannx.errors import UnknownRegisterError
from hicannx_sim.chip.regions import Accuracy
from hicannx_sim.trust.accuracy import Trust, leaves, register_at
from hicannx_sim.trust.accuracy import accuracy as _accuracy

ADDRESSES = range(1 << 32)
__all__ = ["Accuracy", "Trust", "accuracy", "leaves", "place"]


def accuracy(register: Any) -> Trust:
    """Accuracy class and note of a container (class, instance or name), or of a 32-bit omnibus word address (bit 31 set: FPGA).

    A composed container is as faithful as the worst of its registers, and the note names those. Raises UnknownRegisterError.

    >>> accuracy("TCA9554Inputs").accuracy.name
    'UNMODELLED'
    >>> accuracy(0x88000009).accuracy.name
    'EXACT'
    """
    try:
        return _accuracy(register)
    except KeyError as error:
        raise UnknownRegisterError(error.args[0]) from None


def place(address: int) -> str:
    """Which register stands at an address. Raises UnknownRegisterError."""
    found = register_at(address) if address in ADDRESSES else None
    if found is None:
        raise UnknownRegisterError(f"there is no register at address {address:#010x}")
    return found
