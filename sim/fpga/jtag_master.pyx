"""The FPGA's JTAG engine: a queue of operations that are shifted to the chip one after the other.

TCK is 125 MHz / (scaler + 1), an assumption (facts: transport 2.9). Queue depth and the number of TAP states: base.numbers.
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint64_t

from fisch.ut cimport TO_JTAG_DATA, TO_JTAG_INIT, TO_JTAG_INS, TO_JTAG_SCALER
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.chip.jtag cimport INSTRUCTION_BITS, MAX_BITS, TAP

import logging

from hicannx_sim.base.errors import UnmodelledScan
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

_log = logging.getLogger("hicannx_sim.fpga")


cdef inline int scan_length(uint64_t payload) noexcept nogil:
    return <int> (payload >> 40 & 0xff)


@cython.final
cdef class JTAGMaster:
    """Times the operations and performs each on the TAP when it is finished. Time in FPGA cycles.

    strict: a scan of a JTAG instruction without a modelled register raises UnmodelledScan; else it is logged once per instruction.
    """

    def __init__(self, TAP tap not None, bint strict=False):
        self.tap, self.strict, self.warned_scans = tap, strict, set()
        self.depth = min(number("jtag_queue"), JTAG_QUEUE_MAX)
        self.to_chip = number("chip_request")
        self.select_states = number("jtag_select_states")
        self.scan_states = number("jtag_scan_states")
        self.reset_states = number("jtag_reset_states")

    cdef void clear(self) noexcept nogil:
        """Forgets what is queued."""
        self.s.count = self.s.n_responses = 0
        self.s.idle_from = 0

    cdef int64_t room_from(self, int64_t cycle) noexcept nogil:
        """Cycle at which one more operation fits into the queue."""
        return cycle if self.s.count < self.depth else max(cycle, self.s.done[self.s.head])

    cdef void push(self, uint8_t header, uint64_t payload, int64_t cycle) noexcept nogil:
        """Queues one message; the caller has made sure that there is room."""
        cdef int place = (self.s.head + self.s.count) % JTAG_QUEUE_MAX, states = 0
        if header == TO_JTAG_SCALER:
            self.s.scaler = <int> (payload & 0xff)
        elif header == TO_JTAG_INIT:
            states = self.reset_states
        elif header == TO_JTAG_INS:
            states = INSTRUCTION_BITS + self.select_states
        else:
            states = scan_length(payload) + self.scan_states
            self.s.n_responses += <int> (payload >> 48 & 1)
        self.s.idle_from = max(self.s.idle_from, cycle) + states * (self.s.scaler + 1)
        self.s.done[place], self.s.header[place], self.s.payload[place] = self.s.idle_from, header, payload
        self.s.count += 1

    cdef int64_t next_done(self) noexcept nogil:
        return self.s.done[self.s.head] if self.s.count else <int64_t> NEVER

    cdef bint step(self, uint64_t* response) noexcept nogil:
        """Performs the oldest operation; True if it answers with `response`."""
        cdef int64_t done = self.s.done[self.s.head]
        cdef uint64_t payload = self.s.payload[self.s.head]
        cdef uint8_t header = self.s.header[self.s.head]
        self.s.head = (self.s.head + 1) % JTAG_QUEUE_MAX
        self.s.count -= 1
        if header == TO_JTAG_INIT:
            self.tap.reset()
        elif header == TO_JTAG_INS:
            self.tap.select(<int> (payload & ((1 << INSTRUCTION_BITS) - 1)))
        elif header == TO_JTAG_DATA:
            response[0] = self.tap.scan(
                payload & ((<uint64_t> 1 << MAX_BITS) - 1), scan_length(payload), done * TICKS_PER_FPGA_CYCLE + self.to_chip
            )
            if payload >> 48 & 1:
                self.s.n_responses -= 1
                return True
        return False

    cdef int check_scans(self, int64_t instruction) except -1 nogil:
        """Reports scans of JTAG instructions without a modelled register. instruction: of the program, which is executed meanwhile."""
        if self.tap.s.n_unknown == self.s.known_scans:
            return 0
        self.s.known_scans = self.tap.s.n_unknown
        with gil:
            if self.strict:
                raise UnmodelledScan(self.tap.s.instruction, instruction)
            if self.tap.s.instruction not in self.warned_scans:
                self.warned_scans.add(self.tap.s.instruction)
                _log.warning("JTAG instruction 0x%02x: its data register is not modelled, it acts as BYPASS", self.tap.s.instruction)
        return 0

    def arrays(self):
        """The queue and its clock."""
        return fields(<JTAGMasterState[:1]> &self.s)
