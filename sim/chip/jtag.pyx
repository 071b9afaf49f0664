"""The chip's JTAG test access port: identification, PLL and PHY registers, and the way to the omnibus that needs no link.

Accuracy: behavioural. Exact as far as software relies on it: instruction codes, register lengths, LSB-first scans, capture of IDCODE and
BYPASS. Assumptions: PHY registers, the PLL target and the request register capture 0; SHIFT_PLL captures the selected register; an unknown
instruction selects BYPASS, and so do EXTEST and SAMPLE_PRELOAD, whose boundary scan chain is not modelled.
(facts: transport 1.2, 2.9; registers/containers)
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch.ut cimport (
    JTAG_BYPASS, JTAG_IDCODE, JTAG_OMNIBUS_ADDRESS, JTAG_OMNIBUS_DATA, JTAG_OMNIBUS_REQUEST, JTAG_PHY0, JTAG_PLL_TARGET_REG, JTAG_SHIFT_PLL,
)
from hicannx_sim.chip.port cimport Port

from fisch.backends import ACCESS, Backend
from haldls import JTAGIdCode
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields

cdef enum:
    MARKER = 1                      # lowest bit of every identity
    PHY_NUMBER = 7 << 3             # of the instructions of the PHYs: 1nnn100
    PLL_TARGET_BITS = 4
    REQUEST_BITS = 3

cdef uint64_t READ_FLAG = <uint64_t> 1 << 32
cdef uint32_t IDCODE = sum(
    value << bits_of(JTAGIdCode, name).shift for name, value in (("version", 3), ("part_number", 0x4858), ("manufacturer_id", 0x057))
) | MARKER
"""The third revision of "HX"."""
cdef int PHY_BITS = ACCESS[Backend.JTAGPhyRegister].bits


cdef inline uint64_t low_bits(int n) noexcept nogil:
    return (<uint64_t> 1 << n) - 1


cdef class TAP:
    """One test access port; `port` is where its omnibus accesses go."""

    def __init__(self, Port port not None):
        self.port = port
        self.reset()

    cdef void reset(self) noexcept nogil:
        """Test-logic-reset: selects IDCODE. The data registers keep their contents."""
        self.s.instruction = JTAG_IDCODE

    cdef void set_reset(self, bint asserted) noexcept nogil:
        """The chip's reset line: clears everything and holds the port while asserted."""
        self.s.in_reset = asserted
        self.s.pll_target = 0
        self.s.address = 0
        self.s.data = 0
        self.reset()

    cdef void select(self, int instruction) noexcept nogil:
        if not self.s.in_reset:
            self.s.instruction = instruction & ((1 << INSTRUCTION_BITS) - 1)

    cdef int length(self) noexcept nogil:
        """Bits of the selected data register."""
        if self.s.instruction == JTAG_IDCODE or self.s.instruction == JTAG_SHIFT_PLL or self.s.instruction == JTAG_OMNIBUS_DATA:
            return 32
        if self.s.instruction == JTAG_OMNIBUS_ADDRESS:
            return MAX_BITS
        if self.s.instruction == JTAG_PLL_TARGET_REG:
            return PLL_TARGET_BITS
        if self.s.instruction == JTAG_OMNIBUS_REQUEST:
            return REQUEST_BITS
        if self.s.instruction & ~PHY_NUMBER == JTAG_PHY0:
            return PHY_BITS
        if self.s.instruction != JTAG_BYPASS:
            self.s.n_unknown += 1
        return 1

    cdef uint64_t capture(self, int64_t tick) noexcept nogil:
        if self.s.instruction == JTAG_IDCODE:
            return IDCODE
        if self.s.instruction == JTAG_SHIFT_PLL:
            return self.port.pll_read(self.s.pll_target, tick)
        if self.s.instruction == JTAG_OMNIBUS_ADDRESS:
            return self.s.address
        if self.s.instruction == JTAG_OMNIBUS_DATA:
            return self.s.data
        return 0

    cdef void update(self, uint64_t value, int64_t tick) noexcept nogil:
        if self.s.instruction == JTAG_SHIFT_PLL:
            self.port.pll_write(self.s.pll_target, <uint32_t> value, tick)
        elif self.s.instruction == JTAG_OMNIBUS_ADDRESS:
            self.s.address = value
        elif self.s.instruction == JTAG_OMNIBUS_DATA:
            self.s.data = <uint32_t> value
        elif self.s.instruction == JTAG_PLL_TARGET_REG:
            self.s.pll_target = <uint32_t> value
        elif self.s.instruction == JTAG_OMNIBUS_REQUEST:
            self.request(tick)
        elif self.s.instruction & ~PHY_NUMBER == JTAG_PHY0:
            self.port.link.set_chip_config((self.s.instruction & PHY_NUMBER) >> 3, <uint32_t> value, tick)

    cdef void request(self, int64_t tick) noexcept nogil:
        """Performs the prepared omnibus access; what it reads is captured by the next scan of the data register."""
        self.port.chip.fabric.watch.by_jtag = True
        if self.s.address & READ_FLAG:
            self.s.data = self.port.read(<uint32_t> self.s.address, tick)
        else:
            self.port.write(<uint32_t> self.s.address, self.s.data, 0xf, tick)
        self.port.chip.fabric.watch.by_jtag = False

    cdef uint64_t scan(self, uint64_t bits, int n, int64_t tick) noexcept nogil:
        """Shifts n = 1..33 bits through the selected data register, lowest first; returns the n bits that came out. More count as 33."""
        cdef int length
        cdef uint64_t captured, shifted, out
        if self.s.in_reset or n < 1:
            return 0
        n = min(n, <int> MAX_BITS)
        bits &= low_bits(n)
        length = self.length()
        captured = self.capture(tick) & low_bits(length)
        if n < length:
            out = captured & low_bits(n)
            shifted = captured >> n | bits << (length - n)
        else:
            out = (captured | bits << length) & low_bits(n)
            shifted = bits >> (n - length)
        self.update(shifted, tick)
        return out

    @property
    def n_unknown(self):
        """Scans of instructions without a modelled register, since power-on."""
        return self.s.n_unknown

    def arrays(self):
        """Instruction and data registers."""
        return fields(<TAPState[:1]> &self.s)
