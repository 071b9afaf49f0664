from libc.stdint cimport int64_t, uint8_t, uint32_t

from hicannx_sim.base.growing cimport Growing

cdef enum:
    N_PHYS = 8


cdef struct LinkChange:
    int64_t tick
    uint8_t phy
    uint8_t up


cdef struct LinkState:
    # -- settings; PHYs are counted as the FPGA does, chip_config as the JTAG registers (reversed)
    uint32_t fpga_mask
    uint32_t chip_mask
    uint32_t fpga_config[N_PHYS]
    uint32_t chip_config[N_PHYS]
    bint in_reset
    bint clock_good
    # -- what follows from them in time
    int64_t up_at[N_PHYS]       # tick at which the PHY is up, NEVER if it is not about to
    uint8_t told[N_PHYS]        # its rise is in `changes`
    int64_t ready               # first tick at which a PHY is up, NEVER
    int64_t steady_until        # tick up to which the last `look` holds; a change ends it


cdef class Link:
    cdef LinkState s
    cdef Growing changes        # LinkChange, since they were last taken, in time order

    cdef void set_fpga_mask(self, uint32_t mask, int64_t tick) noexcept nogil
    cdef void set_chip_mask(self, uint32_t mask, int64_t tick) noexcept nogil
    cdef void set_fpga_config(self, int phy, uint32_t word, int64_t tick) noexcept nogil
    cdef void set_chip_config(self, int jtag_register, uint32_t word, int64_t tick) noexcept nogil
    cdef void set_clock_good(self, bint good, int64_t tick) noexcept nogil
    cdef void set_reset(self, bint asserted, int64_t tick) noexcept nogil
    cdef void collect(self, int64_t tick) noexcept nogil
    cdef void clear_changes(self) noexcept nogil
    cdef int look(self, int64_t tick) noexcept nogil
    cdef int n_up(self, int64_t tick) noexcept nogil
    cdef bint is_up(self, int phy, int64_t tick) noexcept nogil
    cdef bint wanted(self, int phy) noexcept nogil
    cdef void update(self, int64_t tick) noexcept nogil
    cdef void note(self, int phy, bint up, int64_t tick) noexcept nogil
