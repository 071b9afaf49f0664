"""How far everything that a program can access is modelled, in one place.

Registers of the chip's omnibus are rated in `chip.regions`, those of the FPGA in `fpga.table`; here stands what is reached another
way (JTAG, SPI, I2C, playback instructions) and what this FPGA does not have.

>>> of_register("NeuronConfig").accuracy.name, of_register("TMP112Status").accuracy.name
('BEHAVIOURAL', 'BEHAVIOURAL')
>>> of_address(0x88000009)
Trust(accuracy=<Accuracy.EXACT: 0>, note='instruction timeout: cycles an instruction may block')
"""

import difflib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import haldls
from haldls import lola
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.chip.regions import REGIONS, Accuracy
from hicannx_sim.fpga.table import REGISTERS, Register, find

_FPGA: Final = 1 << 31


class Trust(NamedTuple):
    """An accuracy class and what one should know besides."""

    accuracy: Accuracy
    note: str


_E, _B, _S, _U = Accuracy.EXACT, Accuracy.BEHAVIOURAL, Accuracy.STORED, Accuracy.UNMODELLED
_JBOA = Trust(_U, "device of the jBOA board, behavioural there (System(setup='jboa')); nobody answers at this address of a cube's board")
_VECTOR = Trust(_U, "this FPGA has memory for the PPUs at these addresses instead of vector generators")
_MULTICHIP = Trust(
    _U, "exact on the FPGA of a jBOA setup (System(setup='jboa')), for its own spikes: no other FPGAs; that of a cube has no register there"
)
_SPIKES = Trust(_B, "order and 16 bits exact, latency of the link assumed")

ELSEWHERE: Final[dict[str, Trust]] = {
    "Timer": Trust(_E, "cycles of 8 ns"),
    "Barrier": Trust(_E, "multi_fpga waits for the other FPGAs of a setup; alone, and with systime_correction, it returns at once"),
    "PollingOmnibusBlock": Trust(_B, "interval between two reads assumed"),
    "SystimeSync": Trust(_B, "fails while the link is down, after its retries; its duration is assumed"),
    "SpikePack1ToChip": _SPIKES,
    "SpikePack2ToChip": _SPIKES,
    "SpikePack3ToChip": _SPIKES,
    "NullPayloadReadable": Trust(_E, ""),
    "ResetChip": Trust(_B, "state of the memories after a reset assumed: 0"),
    "ResetJTAGTap": Trust(_E, ""),
    "JTAGIdCode": Trust(_E, "third revision"),
    "JTAGClockScaler": Trust(_B, "sets how long JTAG accesses take"),
    "PhyConfigChip": Trust(_B, "links come up when both ends agree; delays, biases and bit errors are not modelled"),
    "ShiftRegister": Trust(_E, "power-on value assumed 0, with the supplies on until it is first written"),
    "DACChannel": Trust(_B, "settling of 1 ms is not modelled; the reference current is nominal at half of i_ref_board's range (assumed)"),
    "DACControl": Trust(_B, "settling of 1 ms is not modelled"),
    "TMP112Status": Trust(_B, "constant temperature; carriers with serial numbers below 75 have no thermometer"),
    "INA219Config": Trust(_B, "range and resolution act; conversion time, noise and power-down are not modelled"),
    "INA219Status": Trust(_B, "voltages follow switches, DACs or potentiometers of the board, currents follow the voltages"),
    **dict.fromkeys(
        ("DAC6573ChannelConfig", "AD5252ChannelConfig", "AD5252ChannelConfigPersistent", "TCA9546ChannelConfig", "TCA9554Config"), _JBOA
    ),
    "TCA9554Inputs": _JBOA,
    **{f"VectorGenerator{part}": _VECTOR for part in ("Control", "LUTEntry", "FIFOWord", "Trigger", "NotificationAddress")},
    "OutputRoutingTableEntry": _MULTICHIP,
    "InputRoutingTableEntry": _MULTICHIP,
}
"""What stands neither on the chip's omnibus nor among this FPGA's registers."""

ALIASES: Final[dict[str, str]] = {"CapMemBlock": "CapMemCell", "PPUMemory": "PPUMemoryWord", "PPUMemoryBlock": "PPUMemoryWord"}
"""Containers that are many of another one."""

_CHIP: Final = {region.container: Trust(region.accuracy, region.note) for region in REGIONS}


def accuracy(register: Any) -> Trust:
    """Rating of a container (class, instance or name), or of a 32-bit omnibus word address (bit 31 set: FPGA).

    A composed container is as faithful as the worst of its registers, and the note names those. KeyError for what is no register.
    """
    if isinstance(register, int) and not hasattr(register, "toEnum"):
        found = of_address(register) if 0 <= register < 1 << 32 else None
        if found is None:
            raise KeyError(f"there is no register at address {register:#010x}")
        return found
    name = register if isinstance(register, str) else (register if isinstance(register, type) else type(register)).__name__
    if any(container.__name__ == name for container in lola.containers):
        return _worst_of(leaves(getattr(lola, name)), name)
    try:
        return of_register(name)
    except (KeyError, AttributeError):
        raise KeyError(f"there is no register container called {name!r}{_suggestion(name)}") from None


def leaves(container: Any) -> list[type]:
    """The single registers that a container consists of, each once, in the order of writing."""
    found: dict[type, None] = {}
    for part in getattr(container, "parts", ()):
        found.update(dict.fromkeys(leaves(part.container)))
    return list(found) or [container]


def _worst_of(containers: list[type], name: str) -> Trust:
    ratings = {container.__name__: of_register(container.__name__) for container in containers if hasattr(haldls, container.__name__)}
    if not ratings:
        raise KeyError(f"{name} describes no registers of its own")
    worst = max(rating.accuracy for rating in ratings.values())
    named = ", ".join(part for part, rating in ratings.items() if rating.accuracy == worst)
    return Trust(worst, f"worst of {len(ratings)} kinds of registers: {named}" if len(ratings) > 1 else ratings[named].note)


def _suggestion(name: str) -> str:
    """The containers whose names look most like it."""
    names = {container.__name__.lower(): container.__name__ for container in [*haldls.containers, *lola.containers]}
    near = [names[found] for found in difflib.get_close_matches(name.lower(), names, 3)]
    return f"; is {' or '.join(near)} meant?" if near else ""


def of_register(name: str) -> Trust:
    """Rating of the register container called `name`. Raises KeyError if there is none.

    A container over several FPGA registers is as good as the worst of them.
    """
    name = ALIASES.get(name, name)
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    return _CHIP[name] if name in _CHIP else _worst(rows_of(getattr(haldls, name)))


def of_address(address: int) -> Trust | None:
    """Rating of the register at a 32-bit omnibus word address (bit 31 set: FPGA); None if there is none."""
    if address & _FPGA:
        row = find(address)
        return None if row is None else _of_row(row)
    found = register_map().lookup(address)
    return None if found is None else _CHIP[found[0]]


def register_at(address: int) -> str | None:
    """Name of the register at a 32-bit omnibus word address: on the chip container, number of its coordinate and word."""
    if address & _FPGA:
        row = find(address)
        return None if row is None else row.name
    found = register_map().lookup(address)
    return None if found is None else f"{found[0]} at {_coordinate(found[0])}({found[1]}), word {found[2]}"


def rows_of(container: Any) -> list[Register]:
    """The rows of the FPGA's table that a container covers."""
    addresses = {int(one) for write in (True, False) for one in container.layout("Omnibus").addresses([0], write).ravel()}
    return [row for row in REGISTERS if any(address in row.addresses() for address in addresses)]


def _coordinate(container: str) -> str:
    return str(getattr(haldls, container).coordinate.__name__)


def _of_row(row: Register) -> Trust:
    return Trust(row.accuracy, f"{row.name}: {row.meaning}")


def _worst(rows: Iterable[Register]) -> Trust:
    trusts = [_of_row(row) for row in rows]
    if not trusts:
        raise KeyError("no register of the model")
    return Trust(max(trust.accuracy for trust in trusts), "; ".join(trust.note for trust in trusts))
