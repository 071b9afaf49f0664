"""The registers of a PPU as GDB sees them: order, description for the debugger, reading and writing.

GDB knows the scalar core's registers as those of a 32-bit PowerPC without floating point; the special registers and the vector unit are
features of our own. All values are big-endian, as the core is; a vector is its element 0 first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from haldls.ppu_toolchain.isa import SPECIAL_REGISTERS
from hicannx_sim.ppu.core import Core

GENERAL, SYSTEM, VECTOR = "org.gnu.gdb.power.core", "org.hicannx.ppu.system", "org.hicannx.ppu.vector"
WORD = 4  # bytes
SHOWN = (
    "dec", "decar", "srr0", "srr1", "csrr0", "csrr1", "mcsrr0", "mcsrr1", "dear", "esr", "tbl", "tbu", "tsr", "tcr", "gin", "gout", "goe",
)  # fmt: skip
"""The special registers of the feature SYSTEM, in GDB's order."""
CONDITIONS = ("always", "greater", "less", "equal")


@dataclass(frozen=True)
class Register:
    """One register: its `size` in bytes, where GDB finds it, and how its bytes are read and written (None: never)."""

    name: str
    size: int
    feature: str
    type: str
    read: Callable[[Core], bytes]
    write: Callable[[Core, bytes], None] | None = None


def _word(value: int) -> bytes:
    return value.to_bytes(WORD, "big")


def _gpr(number: int) -> Register:
    def write(core: Core, data: bytes) -> None:
        core.gpr[number] = int.from_bytes(data, "big")

    return Register(f"r{number}", WORD, GENERAL, "uint32", lambda core: _word(int(core.gpr[number])), write)


def _set_pc(core: Core, data: bytes) -> None:
    """A core that is sent elsewhere sleeps no more."""
    core.pc = int.from_bytes(data, "big")
    core.wake()


def _attribute(name: str, type_: str = "uint32") -> Register:
    def write(core: Core, data: bytes) -> None:
        setattr(core, name, int.from_bytes(data, "big"))

    return Register(name, WORD, GENERAL, type_, lambda core: _word(getattr(core, name)), _set_pc if name == "pc" else write)


def _spr(name: str, feature: str = SYSTEM, type_: str = "uint32") -> Register:
    number = SPECIAL_REGISTERS[name]

    def write(core: Core, data: bytes) -> None:
        core.set_spr(number, int.from_bytes(data, "big"))

    return Register(name, WORD, feature, type_, lambda core: _word(core.spr(number)), None if name == "gin" else write)


def _vector(number: int) -> Register:
    return Register(
        f"v{number}", 128, VECTOR, "ppu_vector", lambda core: core.vector(number), lambda core, data: core.set_vector(number, data)
    )


def _set_accumulator(core: Core, data: bytes) -> None:
    for lane in range(64):
        core.accumulator[lane] = int.from_bytes(data[WORD * lane : WORD * lane + WORD], "big")


def _flags(condition: int, name: str) -> Register:
    return Register(f"flags_{name}", 128, VECTOR, "ppu_lanes", lambda core: core.flags(condition))


REGISTERS = (
    *(_gpr(number) for number in range(32)),
    _attribute("pc", "code_ptr"),
    _attribute("msr"),
    _attribute("cr"),
    _spr("lr", GENERAL, "code_ptr"),
    _spr("ctr", GENERAL),
    _spr("xer", GENERAL),
    *map(_spr, SHOWN),
    *(_vector(number) for number in range(32)),
    Register("acc", 256, VECTOR, "ppu_accumulator", lambda core: core.accumulator.astype(">u4").tobytes(), _set_accumulator),
    *(_flags(condition, name) for condition, name in enumerate(CONDITIONS)),
)
"""All registers; GDB's number of one is its place."""

PC = next(number for number, register in enumerate(REGISTERS) if register.name == "pc")

_TYPES = {
    VECTOR: (
        '<vector id="ppu_lanes" type="uint8" count="128"/><vector id="ppu_halves" type="uint16" count="64"/>'
        '<vector id="ppu_accumulator" type="uint32" count="64"/>'
        '<union id="ppu_vector"><field name="u8" type="ppu_lanes"/><field name="u16" type="ppu_halves"/></union>'
    )
}


def _described(feature: str) -> Iterator[str]:
    yield f'<feature name="{feature}">{_TYPES.get(feature, "")}'
    for number, register in enumerate(REGISTERS):
        if register.feature == feature:
            group = {GENERAL: "general", SYSTEM: "system", VECTOR: "vector"}[feature]
            yield f'<reg name="{register.name}" bitsize="{8 * register.size}" type="{register.type}" regnum="{number}" group="{group}"/>'
    yield "</feature>"


@cache
def description() -> str:
    """The target description (XML) that GDB asks for."""
    features = "\n".join(line for feature in (GENERAL, SYSTEM, VECTOR) for line in _described(feature))
    head = '<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">'
    return f"{head}<architecture>powerpc:common</architecture>\n{features}\n</target>\n"


def read_all(core: Core) -> bytes:
    """All registers, one behind the other."""
    return b"".join(register.read(core) for register in REGISTERS)


def write_all(core: Core, data: bytes) -> None:
    """Sets the registers that can be set and differ, as far as `data` reaches."""
    at = 0
    for register in REGISTERS:
        part = data[at : at + register.size]
        at += register.size
        if len(part) == register.size and register.write is not None and part != register.read(core):
            register.write(core, part)
