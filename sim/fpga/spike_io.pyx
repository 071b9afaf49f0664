"""Spikes to and from the outside world over a serial line in each direction.

A spike from the chip whose label has an output route is sent as a frame with that serial address; a frame that arrives gets the label of its
input route and goes to the chip. With the internal loopback the receiver listens to the own sender instead of the line.
(facts: transport 3.1; registers/behaviour, SpikeIO)

Accuracy: behavioural. Routes and switches are exact; the frame (start bit, 8 bits of address, stop bit) and the depth of the sender's
queue are assumptions. The bit rate is the FPGA's clock divided by the rate scaler.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport Due, DueQueue
from hicannx_sim.fpga.registers cimport RegisterFile
from hicannx_sim.base.state cimport longs

import numpy as np

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.numbers import number

cdef enum:
    # offsets in the register file's block, as in table.py
    OUTPUT_ROUTES = 0
    INPUT_ROUTES = 0x10000
    CONFIG = 0x18000
    ENABLE_TX = 1 << 16
    ENABLE_RX = 1 << 17
    LOOPBACK = 1 << 18
    SILENT_ADDRESS = 0xff
    SILENT_LABEL = 0xffff


cdef class SpikeIO:
    """Sender and receiver; routes and settings are read from `registers`. Time in FPGA cycles."""

    def __init__(self, RegisterFile registers not None):
        self.registers = registers
        self.received, self.transmitted = DueQueue(), DueQueue()
        self.frame_bits, self.depth = number("spike_io_frame"), number("spike_io_queue")

    cdef uint32_t config(self) noexcept nogil:
        return self.registers.spike_io[CONFIG]

    cdef int64_t frame(self) noexcept nogil:
        """Cycles a frame takes."""
        return self.frame_bits * max(self.config() & 0xffff, 1)

    cdef bint sends(self) noexcept nogil:
        return bool(self.config() & ENABLE_TX)

    cdef bint loops(self) noexcept nogil:
        """What is sent comes back to the chip."""
        return self.config() & (ENABLE_TX | ENABLE_RX | LOOPBACK) == ENABLE_TX | ENABLE_RX | LOOPBACK

    cdef int transmit(self, uint16_t label, int64_t cycle) except -1 nogil:
        """A spike from the chip reaches the FPGA at `cycle`."""
        cdef uint32_t address = self.registers.spike_io[OUTPUT_ROUTES + label]
        cdef int64_t begin = max(cycle, self.line_free)
        if not self.sends():
            return 0
        if address == SILENT_ADDRESS:
            self.n_silent += 1
            return 0
        if begin - cycle > self.depth * self.frame():
            self.n_overflow += 1
            return 0
        self.line_free = begin + self.frame()
        self.n_sent += 1
        if self.config() & LOOPBACK:
            return self.received.push(self.line_free, 0, address)
        return self.transmitted.push(self.line_free, 0, address)

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which the next frame has arrived."""
        return self.received.next()

    cdef int receive(self) noexcept nogil:
        """Takes the next frame; the label that goes to the chip, or -1."""
        cdef Due frame = self.received.pop()
        cdef uint32_t label = self.registers.spike_io[INPUT_ROUTES + (frame.value & 0xff)]
        if not self.config() & ENABLE_RX:
            self.n_ignored += 1
            return -1
        if label == SILENT_LABEL:
            self.n_unrouted += 1
            return -1
        self.n_received += 1
        return <int> label

    def listen(self, cycles, addresses):
        """Frames with `addresses` (0..255) end on the receiving line at `cycles` (FPGA cycles since power-on, in any order).

        With the internal loopback the line is not connected: ConfigurationError.
        """
        if self.config() & LOOPBACK:
            raise ConfigurationError("the receiving line of the serial spike interface is not connected while its internal loopback is on")
        for cycle, address in zip(np.ravel(cycles).tolist(), np.ravel(addresses).tolist(), strict=True):
            if not 0 <= address <= 0xff:
                raise ConfigurationError(f"serial spike address {address} is outside 0..255")
            self.received.push(cycle, 0, address)

    def take_transmitted(self):
        """What was sent over the line since the last call: structured array (cycle at which the frame ended, address)."""
        found = np.zeros(self.transmitted.size(), dtype=[("cycle", np.int64), ("address", np.uint8)])
        for row in found:
            row["cycle"] = self.transmitted.next()
            row["address"] = self.transmitted.pop().value
        return found

    @property
    def counters(self):
        """Frames and what got lost, since power-on."""
        return {
            "sent": self.n_sent, "without output route": self.n_silent, "dropped: line busy": self.n_overflow, "received": self.n_received,
            "without input route": self.n_unrouted, "ignored: receiver off": self.n_ignored,
        }

    def arrays(self):
        """When the line is free, and counters; the frames on the lines are blocks of their own."""
        return {
            "line_free": longs(&self.line_free, sizeof(self.line_free)), "n_sent": longs(&self.n_sent, sizeof(self.n_sent)),
            "n_silent": longs(&self.n_silent, sizeof(self.n_silent)), "n_overflow": longs(&self.n_overflow, sizeof(self.n_overflow)),
            "n_received": longs(&self.n_received, sizeof(self.n_received)), "n_unrouted": longs(&self.n_unrouted, sizeof(self.n_unrouted)),
            "n_ignored": longs(&self.n_ignored, sizeof(self.n_ignored)),
        }
