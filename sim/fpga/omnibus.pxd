cimport cython
from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.link cimport Link
from hicannx_sim.chip.port cimport Port
from hicannx_sim.chip.power cimport Power
from hicannx_sim.fpga.board_buses cimport BoardBuses
from hicannx_sim.fpga.phys cimport PHYBlock
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.fpga.timeline cimport Timeline


cdef struct OmnibusMasterState:
    # -- the address message of a write
    uint32_t address
    int byte_enables
    bint has_address
    int64_t done                # cycle at which all accesses are finished
    bint poll_unanswered        # the response to a poll got lost: it blocks for good
    bint poll_overdue           # it has polled for too long
    int64_t chip_free           # tick at which the link takes the next access
    int64_t interval            # ticks between accesses over the link as it is now
    int64_t known_faults        # of the chip, already reported


@cython.final
cdef class OmnibusMaster:
    cdef OmnibusMasterState s
    cdef Timeline time
    cdef RegisterFile registers
    cdef BoardBuses board
    cdef PHYBlock phys
    cdef Link link
    cdef Port port
    cdef Chip chip
    cdef Power power
    cdef const uint32_t* poll_address
    cdef const uint32_t* poll_target
    cdef const uint32_t* poll_mask
    cdef int64_t poll_period                                            # cycles
    cdef int64_t chip_request, chip_response, chip_word_interval        # ticks
    cdef int64_t saturating_phys, reads_in_flight

    cdef void clear(self) noexcept nogil
    cdef inline void prepare(self, uint32_t address, int byte_enables) noexcept nogil:
        """Where the next data go."""
        self.s.address, self.s.byte_enables, self.s.has_address = address, byte_enables, True

    cdef int write(self, uint32_t data) except -1 nogil
    cdef int read(self, uint32_t address) except -1 nogil
    cdef int poll(self, bint expects_equality) except -1 nogil
    cdef int give_up_poll(self) except -1 nogil
    cdef int poll_for_ever(self) except -1 nogil
    cdef int64_t idle_from(self) noexcept nogil
    cdef int check_faults(self) except -1 nogil

    cdef bint follow_link(self, int64_t tick) noexcept nogil
    cdef int chip_slot(self) except -1 nogil
    cdef int trace_slot(self) except -1 nogil
    cdef int chip_write(self, uint32_t data) except -1 nogil
    cdef int local_write(self, uint32_t data) except -1 nogil
    cdef int board_written(self) except -1 nogil
    cdef int bus_slot(self, int row) except -1 nogil
    cdef int64_t local_read(self, uint32_t address, uint32_t* data) except -2 nogil
    cdef int64_t chip_read(self, uint32_t address, uint32_t* data) except -2 nogil
    cdef void tell(self, int kind, uint32_t address, uint32_t data, int byte_enables, bint served) noexcept nogil
    cdef void see_chip(self, int row) noexcept nogil
    cdef int respond(self, uint32_t data, int64_t cycle) except -1 nogil
