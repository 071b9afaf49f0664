"""The FPGA's JTAG engine: a queue of operations that are shifted to the chip one after the other.

TCK is 125 MHz / (scaler + 1), an assumption (facts: transport 2.9). Queue depth and the number of TAP states: timing.py.
"""

from libc.stdint cimport int64_t, uint8_t, uint64_t

from fisch._ut cimport TO_JTAG_DATA, TO_JTAG_INIT, TO_JTAG_INS, TO_JTAG_SCALER
from hicannx_sim.chip.jtag cimport TAP
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.base.state cimport ints, longs, view

from hicannx_sim.base.numbers import number

cdef enum:
    INSTRUCTION_BITS = 7


cdef inline int scan_length(uint64_t payload) noexcept nogil:
    return <int> (payload >> 40 & 0xff)


cdef class JTAGMaster:
    """Times the operations and performs each on the TAP when it is finished. Time in FPGA cycles."""

    def __init__(self, TAP tap not None):
        self.tap = tap
        self.depth = min(number("jtag_queue"), JTAG_QUEUE_MAX)
        self.to_chip = number("chip_request")
        self.select_states = number("jtag_select_states")
        self.scan_states = number("jtag_scan_states")
        self.reset_states = number("jtag_reset_states")

    cdef void clear(self) noexcept nogil:
        """Forgets what is queued."""
        self.count = self.n_responses = 0
        self.idle_from = 0

    cdef int64_t room_from(self, int64_t cycle) noexcept nogil:
        """Cycle at which one more operation fits into the queue."""
        return cycle if self.count < self.depth else max(cycle, self.queue[self.head].done)

    cdef void push(self, uint8_t header, uint64_t payload, int64_t cycle) noexcept nogil:
        """Queues one message; the caller has made sure that there is room."""
        cdef JTAGOperation* operation = &self.queue[(self.head + self.count) % JTAG_QUEUE_MAX]
        cdef int states = 0
        if header == TO_JTAG_SCALER:
            self.scaler = <int> (payload & 0xff)
        elif header == TO_JTAG_INIT:
            states = self.reset_states
        elif header == TO_JTAG_INS:
            states = INSTRUCTION_BITS + self.select_states
        else:
            states = scan_length(payload) + self.scan_states
            self.n_responses += <int> (payload >> 48 & 1)
        self.idle_from = max(self.idle_from, cycle) + states * (self.scaler + 1)
        operation.done = self.idle_from
        operation.header = header
        operation.payload = payload
        self.count += 1

    cdef int64_t next_done(self) noexcept nogil:
        return self.queue[self.head].done if self.count else NEVER

    cdef bint step(self, uint64_t* response) noexcept nogil:
        """Performs the oldest operation; True if it answers with `response`."""
        cdef JTAGOperation operation = self.queue[self.head]
        self.head = (self.head + 1) % JTAG_QUEUE_MAX
        self.count -= 1
        if operation.header == TO_JTAG_INIT:
            self.tap.reset()
        elif operation.header == TO_JTAG_INS:
            self.tap.select(<int> (operation.payload & 0x7f))
        elif operation.header == TO_JTAG_DATA:
            response[0] = self.tap.scan(
                operation.payload & ((<uint64_t> 1 << 33) - 1), scan_length(operation.payload), operation.done * TICKS_PER_FPGA_CYCLE + self.to_chip
            )
            if operation.payload >> 48 & 1:
                self.n_responses -= 1
                return True
        return False

    def arrays(self):
        """The queue and its clock."""
        return {
            "queue": view(self.queue, sizeof(self.queue), "u1"), "head": ints(&self.head, sizeof(self.head)),
            "count": ints(&self.count, sizeof(self.count)), "n_responses": ints(&self.n_responses, sizeof(self.n_responses)),
            "scaler": ints(&self.scaler, sizeof(self.scaler)), "idle_from": longs(&self.idle_from, sizeof(self.idle_from)),
        }
