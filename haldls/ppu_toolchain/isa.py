"""The instruction set of the plasticity processor as data (facts: ppu/isa_scalar, ppu/isa_vector): one row an instruction.

Decoding, what an instruction accesses, its latency, the disassembler and the checker follow from these rows;
`sim/ppu/kernel/header.py` makes of them what the core's C files include. A row is

    name   opcode   operands   latency   properties

opcode      primary opcode, and behind a slash the extended one (10 bits; 9 for vector instructions)
operands    in the order of the assembler, a letter each: `d a b` registers at bits 6, 11 and 16 from the left;
            `s u` signed and unsigned immediate, `S U` those of the upper half of a word, `z` one that is written with a
            sign and taken without; `i` displacement and base; `f g` condition fields; `n k` shift, signed shift; `m` mask;
            `J B` targets of jumps; `p` special register; `t` condition of traps and branches; `c` condition bit;
            `x` mask of condition fields, `X` the same or, without a bit of its own, all of them; `v w y` vector registers;
            `C` condition, `N` size of packed elements, `I` the same bits without effect; `-` none
latency     core cycles of 4 ns from the issue to a result that can be read; of stores to the end of the access; of vector
            instructions from the start in their unit. Divisions hold back all others so long.
properties  of accesses `load`, `store`, `read`, `write` (the last two on the parallel bus) with the bytes; `signed`,
            `update` (the base register gets the address), `multiple` (of all registers from d on); `record` and
            `overflow` forms exist; the unit of vector instructions
"""

from dataclasses import dataclass
from typing import NamedTuple

SCALAR_ROWS = """
twi           3       taz    1
mulli         7       das    4
subfic        8       das    1
cmplwi        10      fau    1
cmpwi         11      fas    1
addic         12      das    1
addic.        13      das    1
addi          14      das    1
addis         15      daS    1
bc            16      tcB    1
b             18      J      1
rlwimi        20      adnm   1  record
rlwinm        21      adnm   1  record
rlwnm         23      adbm   1  record
ori           24      adu    1
oris          25      adU    1
xori          26      adu    1
xoris         27      adU    1
andi.         28      adu    1
andis.        29      adU    1
lwz           32      di     5  load 4
lwzu          33      di     5  load 4 update
lbz           34      di     5  load 1
lbzu          35      di     5  load 1 update
stw           36      di     5  store 4
stwu          37      di     5  store 4 update
stb           38      di     5  store 1
stbu          39      di     5  store 1 update
lhz           40      di     5  load 2
lhzu          41      di     5  load 2 update
lha           42      di     5  load 2 signed
lhau          43      di     5  load 2 signed update
sth           44      di     5  store 2
sthu          45      di     5  store 2 update
lmw           46      di     5  load 4 multiple
stmw          47      di     5  store 4 multiple
cmpw          31/0    fab    1
cmplw         31/32   fab    1
tw            31/4    tab    1
lwzx          31/23   dab    5  load 4
lwzux         31/55   dab    5  load 4 update
lbzx          31/87   dab    5  load 1
lbzux         31/119  dab    5  load 1 update
lhzx          31/279  dab    5  load 2
lhzux         31/311  dab    5  load 2 update
lhax          31/343  dab    5  load 2 signed
lhaux         31/375  dab    5  load 2 signed update
stwx          31/151  dab    5  store 4
stwux         31/183  dab    5  store 4 update
stbx          31/215  dab    5  store 1
stbux         31/247  dab    5  store 1 update
sthx          31/407  dab    5  store 2
sthux         31/439  dab    5  store 2 update
mfmsr         31/83   d      1
mtmsr         31/146  d      1
mfcr          31/19   dX     1
mtcrf         31/144  xd     1
mfspr         31/339  dp     1
mtspr         31/467  pd     1
sync          31/598  -      1
wait          31/62   -      1
popcntb       31/122  ad     1
prtyw         31/154  ad     1
slw           31/24   adb    1  record
srw           31/536  adb    1  record
sraw          31/792  adb    1  record
srawi         31/824  adn    1  record
cntlzw        31/26   ad     1  record
and           31/28   adb    1  record
andc          31/60   adb    1  record
or            31/444  adb    1  record
orc           31/412  adb    1  record
xor           31/316  adb    1  record
nand          31/476  adb    1  record
nor           31/124  adb    1  record
eqv           31/284  adb    1  record
extsb         31/954  ad     1  record
extsh         31/922  ad     1  record
mulhw         31/75   dab    4  record
mulhwu        31/11   dab    4  record
add           31/266  dab    1  record overflow
addc          31/10   dab    1  record overflow
adde          31/138  dab    1  record overflow
addme         31/234  da     1  record overflow
addze         31/202  da     1  record overflow
subf          31/40   dab    1  record overflow
subfc         31/8    dab    1  record overflow
subfe         31/136  dab    1  record overflow
subfme        31/232  da     1  record overflow
subfze        31/200  da     1  record overflow
neg           31/104  da     1  record overflow
mullw         31/235  dab    4  record overflow
divw          31/491  dab   32  record overflow
divwu         31/459  dab   32  record overflow
mcrf          19/0    fg     1
bclr          19/16   tc     1
bcctr         19/528  tc     1
rfi           19/50   -      1
rfci          19/51   -      1
rfmci         19/38   -      1
crand         19/257  dab    1
crandc        19/129  dab    1
creqv         19/289  dab    1
crnand        19/225  dab    1
crnor         19/33   dab    1
cror          19/449  dab    1
crorc         19/417  dab    1
crxor         19/193  dab    1
"""
VECTOR_ROWS = """
fxvmahm       4/12    vwyC   6  multiply
fxvmabm       4/13    vwyC   6  multiply
fxvmahfs      4/28    vwyC   6  multiply
fxvmabfs      4/29    vwyC   6  multiply
fxvmtach      4/15    wC     6  multiply
fxvmtacb      4/14    wC     6  multiply
fxvmtachf     4/31    wC     6  multiply
fxvmtacbf     4/30    wC     6  multiply
fxvmatachm    4/44    wyC    6  multiply
fxvmatacbm    4/45    wyC    6  multiply
fxvmatachfs   4/60    wyC    6  multiply
fxvmatacbfs   4/61    wyC    6  multiply
fxvmulhm      4/76    vwyC   6  multiply
fxvmulbm      4/77    vwyC   6  multiply
fxvmulhfs     4/92    vwyC   6  multiply
fxvmulbfs     4/93    vwyC   6  multiply
fxvmultachm   4/108   wyC    6  multiply
fxvmultacbm   4/109   wyC    6  multiply
fxvmultachfs  4/124   wyC    6  multiply
fxvmultacbfs  4/125   wyC    6  multiply
fxvsubhm      4/332   vwyC   6  multiply
fxvsubbm      4/333   vwyC   6  multiply
fxvsubhfs     4/348   vwyC   6  multiply
fxvsubbfs     4/349   vwyC   6  multiply
fxvaddactachm 4/364   wC     6  multiply
fxvaddactacbm 4/365   wC     6  multiply
fxvaddactachf 4/380   wC     6  multiply
fxvaddactacbf 4/381   wC     6  multiply
fxvaddachm    4/396   vwC    6  multiply
fxvaddacbm    4/397   vwC    6  multiply
fxvaddachfs   4/412   vwC    6  multiply
fxvaddacbfs   4/413   vwC    6  multiply
fxvaddtach    4/428   wyC    6  multiply
fxvaddtacb    4/429   wyC    6  multiply
fxvaddhm      4/460   vwyC   6  multiply
fxvaddbm      4/461   vwyC   6  multiply
fxvaddhfs     4/476   vwyC   6  multiply
fxvaddbfs     4/477   vwyC   6  multiply
fxvcmph       4/300   w      1  compare
fxvcmpb       4/301   w      1  compare
fxvsplath     4/268   va     2  permute
fxvsplatb     4/269   va     2  permute
fxvshh        4/316   vwk    2  permute
fxvshb        4/317   vwk    2  permute
fxvsel        4/319   vwyC   2  permute
fxvpckbu      4/239   vwyN   2  permute
fxvpckbl      4/255   vwyN   2  permute
fxvupckbl     4/287   vwyN   2  permute
fxvupckbr     4/271   vwyN   2  permute
fxvlax        4/492   vabI  35  memory load 128
fxvstax       4/508   vabI  34  memory store 128
fxvinx        4/236   vabC   3  bus read
fxvoutx       4/252   vabC   3  bus write
"""
ACCESSES = ("fetch", "load", "store", "read", "write")
"""What an instruction wants from a memory; `fetch`: nothing but to be fetched."""

UNITS = {"multiply": 4, "compare": 2, "memory": 2, "bus": 16, "permute": 2}
"""Units of the vector part, and the operations that wait in front of each. (facts: ppu/isa_vector)"""

SPECIAL_REGISTERS = {
    "xer": 1, "lr": 8, "ctr": 9, "dec": 22, "srr0": 26, "srr1": 27, "decar": 54, "csrr0": 58, "csrr1": 59, "dear": 61, "esr": 62, "gin": 65,
    "gout": 66, "goe": 67, "iccr": 68, "tbl": 284, "tbu": 285, "tsr": 336, "tcr": 340, "mcsrr0": 570, "mcsrr1": 571,
}  # fmt: skip
"""Numbers of the special registers that exist. (facts: ppu/isa_scalar 4)"""

INTERRUPTS = {"external": 0x14, "alignment": 0x18, "trap": 0x1C, "doorbell": 0x24, "fixed interval": 0x2C, "decrementer": 0x30}
"""Interrupts that are ever raised, and the address each one leads to. (facts: ppu/isa_scalar 5)"""


@dataclass(frozen=True)
class Instruction:
    """One row. extended: None where the primary opcode alone decides. access: of ACCESSES. unit: of UNITS, empty for scalar ones."""

    name: str
    primary: int
    extended: int | None
    operands: str
    latency: int
    access: str = "fetch"
    size: int = 0
    signed: bool = False
    update: bool = False
    multiple: bool = False
    record: bool = False
    overflow: bool = False
    unit: str = ""

    @property
    def indexed(self) -> bool:
        """It accesses the sum of two registers."""
        return self.access != "fetch" and self.operands[1:3] == "ab"


class Undecoded(NamedTuple):
    """A word that ran and is no instruction: its byte address, and the cycle at which it ran first."""

    address: int
    word: int
    cycle: int

    def __str__(self) -> str:
        return f"{self.word:#010x} at {self.address:#x} is no instruction of the PPU and did nothing (first at cycle {self.cycle})"


def _instruction(row: str) -> Instruction:
    name, opcode, operands, latency, *properties = row.split()
    primary, _, extended = opcode.partition("/")
    flags = dict.fromkeys({"signed", "update", "multiple", "record", "overflow"}.intersection(properties), True)
    return Instruction(
        name,
        int(primary),
        int(extended) if extended else None,
        operands.strip("-"),
        int(latency),
        next((access for access in ACCESSES if access in properties), "fetch"),
        next((int(text) for text in properties if text.isdigit()), 0),
        unit=next((unit for unit in UNITS if unit in properties), ""),
        **flags,
    )


SCALAR = [_instruction(row) for row in SCALAR_ROWS.splitlines() if row]
VECTOR = [_instruction(row) for row in VECTOR_ROWS.splitlines() if row]
INSTRUCTIONS = [*SCALAR, *VECTOR]


def encode_vector(name: str, operands: list[int]) -> int:
    """The word of a vector instruction from its operands in the order of the assembler; the last two bits may be left out.

    >>> hex(encode_vector("fxvaddbm", [1, 2, 3, 2]))
    '0x10221f36'
    """
    row = next(row for row in VECTOR if row.name == name)
    assert row.extended is not None
    needed = len(row.operands.rstrip("CNI"))
    if not needed <= len(operands) <= len(row.operands):
        raise ValueError(f"{name} takes {len(row.operands)} operands, not {len(operands)}")
    place = {"v": (21, 31), "w": (16, 31), "y": (11, 31), "a": (16, 31), "b": (11, 31), "k": (11, 31)} | dict.fromkeys("CNI", (0, 3))
    word = 4 << 26 | row.extended << 2
    for letter, value in zip(row.operands, operands, strict=False):
        shift, mask = place[letter]
        word |= (value & mask) << shift
    return word


_BY_OPCODE = {(row.primary, row.extended): row for row in INSTRUCTIONS}


def find(word: int) -> Instruction | None:
    """The instruction a word is, or None if the core does not decode it."""
    primary, extended = word >> 26, word >> 1 & 1023
    if primary == 4:
        return _BY_OPCODE.get((4, word >> 2 & 511))
    row = _BY_OPCODE.get((primary, None)) or _BY_OPCODE.get((primary, extended))
    if row is None and primary == 31:
        row = _BY_OPCODE.get((31, extended & 511))
        return row if row and row.overflow else None
    return row


def special_register(word: int) -> int:
    """The number of the special register that `mfspr` or `mtspr` names; its halves have changed places."""
    return word >> 16 & 31 | word >> 6 & 0x3E0


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _operand(letter: str, word: int, address: int) -> str:
    d, a, b, low = word >> 21 & 31, word >> 16 & 31, word >> 11 & 31, word & 0xFFFF
    jump = 0 if word & 2 else address
    texts = {"d": d, "a": a, "b": b, "t": d, "c": a, "n": b, "v": d, "w": a, "y": b, "f": d >> 2, "g": a >> 2}
    texts |= dict.fromkeys("uU", low) | dict.fromkeys("sSz", _signed(low, 16)) | dict.fromkeys("CNI", word & 3)
    texts |= {"k": _signed(b, 5), "p": special_register(word)} | dict.fromkeys("xX", word >> 12 & 255)
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
    name += "." if row.record and word & 1 else ""
    name += "l" if row.name in ("b", "bc", "bclr", "bcctr") and word & 1 else ""
    name += "a" if row.name in ("b", "bc") and word & 2 else ""
    letters = row.operands if word & 3 else row.operands.rstrip("CNI")
    if row.name == "mfcr":
        name, letters = ("mfocrf", "dX") if word >> 20 & 1 else ("mfcr", "d")
    return " ".join([name, ",".join(_operand(letter, word, address) for letter in letters)]).strip()
