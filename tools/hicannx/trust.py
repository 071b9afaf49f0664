"""How faithfully a register is modelled: by container, by name or by address."""

import difflib
from typing import Any

import haldls
from haldls import lola
from hicannx.errors import UnknownRegisterError
from hicannx_sim.chip.regions import Accuracy
from hicannx_sim.trust.accuracy import Trust, of_address, of_register, register_at

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
    if isinstance(register, int):
        found = of_address(register) if register in ADDRESSES else None
        if found is None:
            raise UnknownRegisterError(f"there is no register at address {register:#010x}")
        return found
    return _of_container(register if isinstance(register, str) else (register if isinstance(register, type) else type(register)).__name__)


def place(address: int) -> str:
    """Which register stands at an address. Raises UnknownRegisterError."""
    found = register_at(address) if address in ADDRESSES else None
    if found is None:
        raise UnknownRegisterError(f"there is no register at address {address:#010x}")
    return found


def leaves(container: Any) -> list[type]:
    """The single registers that a container consists of, each once, in the order of writing."""
    found: dict[type, None] = {}
    for part in getattr(container, "parts", ()):
        found.update(dict.fromkeys(leaves(part.container)))
    return list(found) or [container]


def _of_container(name: str) -> Trust:
    if any(container.__name__ == name for container in lola.containers):
        return _worst(leaves(getattr(lola, name)), name)
    try:
        return of_register(name)
    except (KeyError, AttributeError):
        raise UnknownRegisterError(f"there is no register container called {name!r}{_suggestion(name)}") from None


def _suggestion(name: str) -> str:
    """The containers whose names look most like it."""
    names = {container.__name__.lower(): container.__name__ for container in [*haldls.containers, *lola.containers]}
    near = [names[found] for found in difflib.get_close_matches(name.lower(), names, 3)]
    return f"; is {' or '.join(near)} meant?" if near else ""


def _worst(containers: list[type], name: str) -> Trust:
    ratings = {container.__name__: of_register(container.__name__) for container in containers if hasattr(haldls, container.__name__)}
    if not ratings:
        raise UnknownRegisterError(f"{name} describes no registers of its own")
    worst = max(rating.accuracy for rating in ratings.values())
    named = ", ".join(part for part, rating in ratings.items() if rating.accuracy == worst)
    return Trust(worst, f"worst of {len(ratings)} kinds of registers: {named}" if len(ratings) > 1 else ratings[named].note)
