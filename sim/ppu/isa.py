"""The instruction set of the plasticity processor as data: mnemonic, encoding, operands. (facts: ppu/isa_scalar 2, ppu/isa_vector)

The core's decode tables are filled from these rows, and `disassemble` prints with them. Operands are named by the fields of a word:
`d a b` registers at bits 6, 11 and 16 from the left; `s i u` signed, displacement and unsigned immediates; `f g` condition fields;
`n k` shift, signed shift; `m` mask; `J B` targets of jumps; `p` special register; `t` trap or branch condition; `c` condition bit;
`x` field mask; `v w y` vector registers; `C` condition or size.
"""

from typing import NamedTuple


class Instruction(NamedTuple):
    """`extended` is the extended opcode (10 bits; 9 for vector instructions), None where the primary opcode alone decides."""

    name: str
    primary: int
    extended: int | None
    operands: str
    record: bool = False
    overflow: bool = False


class Undecoded(NamedTuple):
    """A word that ran and is no instruction: its byte address, and the cycle at which it ran first."""

    address: int
    word: int
    cycle: int

    def __str__(self) -> str:
        return f"{self.word:#010x} at {self.address:#x} is no instruction of the PPU and did nothing (first at cycle {self.cycle})"


def _rows(primary: int, text: str, record: bool = False, overflow: bool = False) -> list[Instruction]:
    """One row per `name:number:operands`, where the number is the extended opcode."""
    parts = [entry.split(":") for entry in text.split()]
    return [Instruction(name, primary, int(number), operands, record, overflow) for name, number, operands in parts]


def _plain(text: str) -> list[Instruction]:
    """One row per `name:primary opcode:operands`."""
    return [Instruction(name, int(number), None, operands) for name, number, operands in (entry.split(":") for entry in text.split())]


SCALAR = [
    *_plain("twi:3:tas mulli:7:das subfic:8:das cmplwi:10:fau cmpwi:11:fas addic:12:das addic.:13:das addi:14:das addis:15:das"),
    *_plain("bc:16:tcB b:18:J"),
    *_plain("rlwimi:20:adnm rlwinm:21:adnm rlwnm:23:adbm ori:24:adu oris:25:adu xori:26:adu xoris:27:adu andi.:28:adu andis.:29:adu"),
    *_plain("lwz:32:di lwzu:33:di lbz:34:di lbzu:35:di stw:36:di stwu:37:di stb:38:di stbu:39:di lhz:40:di lhzu:41:di lha:42:di"),
    *_plain("lhau:43:di sth:44:di sthu:45:di lmw:46:di stmw:47:di"),
    *_rows(31, "cmpw:0:fab cmplw:32:fab tw:4:tab lwzx:23:dab lwzux:55:dab lbzx:87:dab lbzux:119:dab lhzx:279:dab lhzux:311:dab"),
    *_rows(
        31,
        "lhax:343:dab lhaux:375:dab stwx:151:dab stwux:183:dab stbx:215:dab stbux:247:dab sthx:407:dab sthux:439:dab",
    ),
    *_rows(31, "mfmsr:83:d mtmsr:146:d mfcr:19:dx mtcrf:144:xd mfspr:339:dp mtspr:467:pd sync:598: wait:62: popcntb:122:ad prtyw:154:ad"),
    *_rows(31, "slw:24:adb srw:536:adb sraw:792:adb srawi:824:adn cntlzw:26:ad and:28:adb andc:60:adb or:444:adb orc:412:adb", record=True),
    *_rows(31, "xor:316:adb nand:476:adb nor:124:adb eqv:284:adb extsb:954:ad extsh:922:ad mulhw:75:dab mulhwu:11:dab", record=True),
    *_rows(31, "add:266:dab addc:10:dab adde:138:dab addme:234:da addze:202:da subf:40:dab subfc:8:dab", record=True, overflow=True),
    *_rows(31, "subfe:136:dab subfme:232:da subfze:200:da neg:104:da mullw:235:dab divw:491:dab divwu:459:dab", record=True, overflow=True),
    *_rows(19, "mcrf:0:fg bclr:16:tc bcctr:528:tc rfi:50: rfci:51: rfmci:38: crand:257:dab crandc:129:dab creqv:289:dab crnand:225:dab"),
    *_rows(19, "crnor:33:dab cror:449:dab crorc:417:dab crxor:193:dab"),
]
VECTOR = [
    *_rows(4, "fxvmahm:12:vwyC fxvmabm:13:vwyC fxvmahfs:28:vwyC fxvmabfs:29:vwyC fxvmtach:15:wC fxvmtacb:14:wC fxvmtachf:31:wC"),
    *_rows(
        4, "fxvmtacbf:30:wC fxvmatachm:44:wyC fxvmatacbm:45:wyC fxvmatachfs:60:wyC fxvmatacbfs:61:wyC fxvmulhm:76:vwyC fxvmulbm:77:vwyC"
    ),
    *_rows(
        4,
        "fxvmulhfs:92:vwyC fxvmulbfs:93:vwyC fxvmultachm:108:wyC fxvmultacbm:109:wyC fxvmultachfs:124:wyC fxvmultacbfs:125:wyC",
    ),
    *_rows(
        4,
        "fxvsubhm:332:vwyC fxvsubbm:333:vwyC fxvsubhfs:348:vwyC fxvsubbfs:349:vwyC fxvaddactachm:364:wC "
        "fxvaddactacbm:365:wC fxvaddactachf:380:wC",
    ),
    *_rows(4, "fxvaddactacbf:381:wC fxvaddachm:396:vwC fxvaddacbm:397:vwC fxvaddachfs:412:vwC fxvaddacbfs:413:vwC fxvaddtach:428:wyC"),
    *_rows(4, "fxvaddtacb:429:wyC fxvaddhm:460:vwyC fxvaddbm:461:vwyC fxvaddhfs:476:vwyC fxvaddbfs:477:vwyC fxvcmph:300:w fxvcmpb:301:w"),
    *_rows(4, "fxvsplath:268:va fxvsplatb:269:va fxvshh:316:vwk fxvshb:317:vwk fxvsel:319:vwyC fxvpckbu:239:vwyC fxvpckbl:255:vwyC"),
    *_rows(4, "fxvupckbl:287:vwyC fxvupckbr:271:vwyC fxvlax:492:vabC fxvstax:508:vabC fxvinx:236:vabC fxvoutx:252:vabC"),
]
INSTRUCTIONS = [*SCALAR, *VECTOR]


def encode_vector(name: str, operands: list[int]) -> int:
    """The word of a vector instruction from its operands in the order of the assembler; the condition may be left out.

    >>> hex(encode_vector("fxvaddbm", [1, 2, 3, 2]))
    '0x10221f36'
    """
    row = next(row for row in VECTOR if row.name == name)
    assert row.extended is not None
    if not len(row.operands) - ("C" in row.operands) <= len(operands) <= len(row.operands):
        raise ValueError(f"{name} takes {len(row.operands)} operands, not {len(operands)}")
    place = {"v": (21, 31), "w": (16, 31), "y": (11, 31), "a": (16, 31), "b": (11, 31), "k": (11, 31), "C": (0, 3)}
    word = 4 << 26 | row.extended << 2
    for letter, value in zip(row.operands, operands, strict=False):
        shift, mask = place[letter]
        word |= (value & mask) << shift
    return word


_EXTENDED = {(row.primary, row.extended): row for row in INSTRUCTIONS}


def find(word: int) -> Instruction | None:
    """The instruction a word is, or None if the core does not decode it."""
    primary, extended = word >> 26, word >> 1 & 1023
    if primary == 4:
        return _EXTENDED.get((4, word >> 2 & 511))
    row = _EXTENDED.get((primary, None)) or _EXTENDED.get((primary, extended))
    if row is None and primary == 31:
        row = _EXTENDED.get((31, extended & 511))
        return row if row and row.overflow else None
    return row


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _operand(letter: str, word: int, address: int) -> str:
    d, a, b, low = word >> 21 & 31, word >> 16 & 31, word >> 11 & 31, word & 0xFFFF
    jump = 0 if word & 2 else address
    texts = {"d": d, "a": a, "b": b, "t": d, "c": a, "n": b, "v": d, "w": a, "y": b, "u": low, "f": d >> 2, "g": a >> 2, "C": word & 3}
    texts |= {"s": _signed(low, 16), "k": _signed(b, 5), "p": a | b << 5, "x": word >> 12 & 255}
    if letter in texts:
        return str(texts[letter])
    if letter == "i":
        return f"{_signed(low, 16)}({a})"
    if letter == "m":
        return f"{word >> 6 & 31},{word >> 1 & 31}"
    return hex((jump + _signed(word & (0xFFFC if letter == "B" else 0x3FFFFFC), 16 if letter == "B" else 26)) & 0xFFFFFFFF)


def disassemble(word: int, address: int = 0) -> str:
    """One word as text, in the operand order of the GNU assembler; `address` is where it stands, for the targets of branches.

    >>> disassemble(0x10221F36), disassemble(0x38600005), disassemble(0)
    ('fxvaddbm 1,2,3,2', 'addi 3,0,5', '.long 0x00000000')
    """
    row = find(word)
    if row is None:
        return f".long {word:#010x}"
    name = row.name + ("o" if row.overflow and word & 0x400 else "")
    name += "." if (row.record or row.name.startswith("rlw")) and word & 1 else ""
    name += "l" if row.name in ("b", "bc", "bclr", "bcctr") and word & 1 else ""
    name += "a" if row.name in ("b", "bc") and word & 2 else ""
    letters = row.operands.removesuffix("C") if not word & 3 else row.operands
    if row.name == "mfcr":
        name, letters = ("mfocrf", "dx") if word >> 20 & 1 else ("mfcr", "d")
    return " ".join([name, ",".join(_operand(letter, word, address) for letter in letters)]).strip()
