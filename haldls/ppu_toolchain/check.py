"""Looks for instructions that the PPU does not have: the core passes over them in silence, so a program that has any goes wrong quietly.

Words of zero count as padding. (facts: ppu/isa_scalar 1 to 4)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from haldls.ppu_toolchain.code import Code
from haldls.ppu_toolchain.isa import SPECIAL_REGISTERS, find, special_register
from haldls.ppu_toolchain.listing import instruction


class Kind(Enum):
    """What is wrong with an instruction."""

    missing = "the core does not have it and passes over it"
    register = "there is no special register of that number"
    differs = "the core may do it in another way than the manuals say"


@dataclass(frozen=True)
class Finding:
    """An instruction to look at: where it is, what it is, and what to do about it."""

    address: int
    word: int
    place: str
    text: str
    kind: Kind
    advice: str

    @property
    def harmful(self) -> bool:
        """False for what differs only in cases that compiled programs need not come into."""
        return self.kind is not Kind.differs

    def __str__(self) -> str:
        return f"{self.place}: {self.text}: {self.kind.value}; {self.advice}"


_INTEGER = "compile with -msoft-float, and use integers"
_INTERRUPTS = "use ppu_interrupts_enable() and ppu_interrupts_disable()"
_ORDER = "use ppu_sync()"
_FOREIGN = {  # advice -> extended opcode below primary opcode 31 and name
    "compose the word of bytes or of shifts; __builtin_bswap32 on memory gives this": "534:lwbrx 790:lhbrx 662:stwbrx 918:sthbrx",
    "there are no atomic accesses: disable interrupts around it": "20:lwarx 150:stwcx.",
    "there is no data cache: leave it out": "54:dcbst 86:dcbf 246:dcbtst 278:dcbt 470:dcbi 758:dcba 982:icbi 1014:dcbz",
    "compile with -mno-string": "597:lswi 533:lswx 725:stswi 661:stswx",
    "compile with -mno-isel": " ".join(f"{15 + 32 * field}:isel" for field in range(32)),
    "read the time base with ppu_time()": "371:mftb",
    "use mfcr and mtcrf": "512:mcrxr",
    _INTEGER: "535:lfsx 567:lfsux 599:lfdx 631:lfdux 663:stfsx 695:stfsux 727:stfdx 759:stfdux 983:stfiwx",
    _INTERRUPTS: "131:wrtee 163:wrteei",
    _ORDER: "854:eieio",
}
_ROWS = [(advice, *row.split(":")) for advice, rows in _FOREIGN.items() for row in rows.split()]
_FLOATING = dict(zip(range(48, 56), ["lfs", "lfsu", "lfd", "lfdu", "stfs", "stfsu", "stfd", "stfdu"], strict=True)) | {59: "", 63: ""}
KNOWN: dict[tuple[int, int | None], tuple[str, str]] = {
    **{(31, int(extended)): (name, advice) for advice, extended, name in _ROWS},
    **{(primary, None): (name, _INTEGER) for primary, name in _FLOATING.items()},
    (19, 150): ("isync", _ORDER),
    (17, None): ("sc", "there are no system calls"),
    (4, None): ("", "ppu/vector.h has all vector instructions of the PPU; other ones come from -maltivec or -mcpu"),
}
"""Instructions of other cores that compilers bring along: name, what to do instead; by primary and extended opcode."""


def check(program: str | Path | Code) -> list[Finding]:
    """All doubtful instructions of a program, by address. Raises PPUProgramError if the file is no program for the PPU."""
    code = program if isinstance(program, Code) else Code(program)
    return sorted(_findings(code), key=lambda finding: finding.address)


def _findings(code: Code) -> Iterator[Finding]:
    for address, word in code.words():
        problem = _problem(word) if word else None
        if problem is not None:
            name, kind, advice = problem
            text = f"{name} ({word:#010x})" if name else instruction(code, address, word)
            yield Finding(address, word, code.place(address), text, kind, advice)


def _problem(word: int) -> tuple[str, Kind, str] | None:
    """Name if the listing does not know it, kind and advice."""
    row, primary = find(word), word >> 26
    if row is None:
        name, advice = KNOWN.get((primary, word >> 1 & 1023)) or KNOWN.get((primary, None)) or ("", "write it with other instructions")
        return name, Kind.missing, advice
    if row.name in ("mfspr", "mtspr") and special_register(word) not in SPECIAL_REGISTERS.values():
        return "", Kind.register, "ppu/registers.h lists those that exist"
    if row.name == "wait" and word >> 21 & 3:
        return "", Kind.differs, "it does not wait: use ppu_wait()"
    if row.name in ("lha", "lhau", "twi") and word & 0x8000:
        return "", Kind.differs, "the public hardware description takes the constant without its sign; what the chip does is not known"
    return None
