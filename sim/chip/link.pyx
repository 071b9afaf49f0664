"""The high-speed link between FPGA and chip: 8 PHYs that come up when both ends agree.

A PHY comes up BRING_UP_TICKS after the last of these became true, and drops at once when one becomes false: enabled in the FPGA's mask (bit
n) and in the chip's (bit 7-n), FPGA end configured as initialization master and chip end as the other side, both with automatic
initialization and without a test mode, chip out of reset, PHY reference clock at its nominal frequency. Bit errors are not modelled.
Accuracy: behavioural. (facts: transport 2.9; registers/behaviour, PHYs; the time is an assumption below the 80 us that software allows)
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t

from hicannx_sim.base.clock cimport NEVER, TICKS_PER_US
from hicannx_sim.base.growing cimport growing_append, growing_clear, growing_free
from hicannx_sim.base.state cimport items, resize

from haldls import PhyConfigFPGA
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields

cdef enum:
    BRING_UP_TICKS = 40 * TICKS_PER_US

bring_up_ticks = BRING_UP_TICKS

_TEST_MODES = (
    "enable_manual_tx_data_valid_for_init", "enable_force_start", "enable_manual_training_mode", "enable_ber_loopback", "enable_loopback_en",
)
cdef uint32_t MASTER = bits_of(PhyConfigFPGA, "enable_initialization_master_mode").mask
cdef uint32_t AUTO_INIT = bits_of(PhyConfigFPGA, "enable_auto_init").mask
cdef uint32_t VBIAS = bits_of(PhyConfigFPGA, "vbias").mask
cdef uint32_t TEST_MODES = sum(bits_of(PhyConfigFPGA, mode).mask for mode in _TEST_MODES)


cdef class Link:
    """State of the 8 PHYs. The settings arrive from FPGA registers, JTAG and chip registers, each with its tick, in time order."""

    def __cinit__(self):
        cdef int phy
        self.s.in_reset = False
        self.s.ready = NEVER
        for phy in range(N_PHYS):
            self.s.up_at[phy] = NEVER

    def __dealloc__(self):
        growing_free(&self.changes)

    cdef void set_fpga_mask(self, uint32_t mask, int64_t tick) noexcept nogil:
        self.s.fpga_mask = mask & 0xff
        self.update(tick)

    cdef void set_chip_mask(self, uint32_t mask, int64_t tick) noexcept nogil:
        self.s.chip_mask = mask & 0xff
        self.update(tick)

    cdef void set_fpga_config(self, int phy, uint32_t word, int64_t tick) noexcept nogil:
        self.s.fpga_config[phy & 7] = word
        self.update(tick)

    cdef void set_chip_config(self, int jtag_register, uint32_t word, int64_t tick) noexcept nogil:
        self.s.chip_config[jtag_register & 7] = word
        self.update(tick)

    cdef void set_clock_good(self, bint good, int64_t tick) noexcept nogil:
        self.s.clock_good = good
        self.update(tick)

    cdef void set_reset(self, bint asserted, int64_t tick) noexcept nogil:
        """A chip reset clears the chip's end; the settings of the FPGA's end stay."""
        cdef int phy
        self.s.in_reset = asserted
        if asserted:
            self.s.chip_mask = 0
            self.s.clock_good = False
            for phy in range(N_PHYS):
                self.s.chip_config[phy] = 0
        self.update(tick)

    cdef bint wanted(self, int phy) noexcept nogil:
        cdef uint32_t fpga = self.s.fpga_config[phy], chip = self.s.chip_config[7 - phy]
        if self.s.in_reset or not self.s.clock_good or not self.s.fpga_mask >> phy & 1 or not self.s.chip_mask >> (7 - phy) & 1:
            return False
        if (fpga ^ chip) & MASTER != MASTER or not fpga & MASTER:
            return False
        return bool(fpga & chip & AUTO_INIT) and fpga & VBIAS and chip & VBIAS and not (fpga | chip) & TEST_MODES

    cdef void update(self, int64_t tick) noexcept nogil:
        """Follows the settings that hold from `tick` on."""
        cdef int phy
        self.collect(tick)
        self.s.ready = NEVER
        self.s.steady_until = 0
        for phy in range(N_PHYS):
            if self.wanted(phy):
                if self.s.up_at[phy] == NEVER:
                    self.s.up_at[phy] = tick + BRING_UP_TICKS
            elif self.s.up_at[phy] != NEVER:
                if self.s.told[phy]:
                    self.note(phy, False, tick)
                self.s.up_at[phy] = NEVER
            if self.s.up_at[phy] < self.s.ready:
                self.s.ready = self.s.up_at[phy]

    cdef void note(self, int phy, bint up, int64_t tick) noexcept nogil:
        cdef LinkChange* change = <LinkChange*> growing_append(&self.changes, sizeof(LinkChange))
        if change != NULL:
            change.tick, change.phy, change.up = tick, phy, up
        self.s.told[phy] = up

    cdef void collect(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` is in `changes` afterwards."""
        cdef int phy
        for phy in range(N_PHYS):
            if self.s.up_at[phy] <= tick and not self.s.told[phy]:
                self.note(phy, True, self.s.up_at[phy])

    cdef void clear_changes(self) noexcept nogil:
        growing_clear(&self.changes)

    cdef bint is_up(self, int phy, int64_t tick) noexcept nogil:
        return self.s.up_at[phy] <= tick

    cdef int n_up(self, int64_t tick) noexcept nogil:
        cdef int phy, n = 0
        for phy in range(N_PHYS):
            n += self.s.up_at[phy] <= tick
        return n

    cdef int look(self, int64_t tick) noexcept nogil:
        """How many PHYs are up at `tick`, if any; until `steady_until` it stays so."""
        cdef int phy, n = self.n_up(tick)
        self.s.steady_until = 0
        if n:
            self.s.steady_until = NEVER
            for phy in range(N_PHYS):
                if tick < self.s.up_at[phy] < self.s.steady_until:
                    self.s.steady_until = self.s.up_at[phy]
        return n

    def up(self, int64_t tick):
        """Which PHYs are up at `tick`: tuple of 8 bool, counted as the FPGA does."""
        return tuple(self.s.up_at[phy] <= tick for phy in range(N_PHYS))

    def arrays(self):
        """Settings of both ends, the PHYs, and changes that were not reported yet."""
        return fields(<LinkState[:1]> &self.s) | {"changes": items(&self.changes, sizeof(LinkChange))}

    def resize_arrays(self, sizes):
        """Room for changes of so many bytes."""
        resize(&self.changes, sizes["changes"], sizeof(LinkChange))
