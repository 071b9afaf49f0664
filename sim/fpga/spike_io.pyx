"""Spikes to and from the outside world over a serial line in each direction.

A spike from the chip whose label has an output route is sent as a frame with that serial address; a frame that arrives gets the label of its
input route and goes to the chip. With the internal loopback the receiver listens to the own sender instead of the line.
(facts: transport 3.1; registers/behaviour, SpikeIO)

Accuracy: behavioural. Routes and switches are exact; the frame (start bit, 8 bits of address, stop bit) and the depth of the sender's
queue are assumptions. The bit rate is the FPGA's clock divided by the rate scaler.
"""

cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport Due, DueQueue
from hicannx_sim.fpga.registers cimport RegisterFile

import numpy as np

from haldls import SpikeIOConfig, SpikeIOInputRoute, SpikeIOOutputRoute
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields


@cython.final
cdef class SpikeIO(RegisterBlock):
    """Sender and receiver with their routes and settings. Time in FPGA cycles."""

    def __init__(self, RegisterFile registers not None):
        self.output_row = self.attach(registers, "spike I/O output route")
        self.attach(registers, "spike I/O config")
        self.output_route, self.input_route = registers.words("spike I/O output route"), registers.words("spike I/O input route")
        self.config = registers.words("spike I/O config")
        self.received, self.transmitted = DueQueue(), DueQueue()
        self.frame_bits, self.depth, self.kept = number("spike_io_frame"), number("spike_io_queue"), number("spike_io_taken")
        self.scaler, self.loopback = bits_of(SpikeIOConfig, "data_rate_scaler").mask, bits_of(SpikeIOConfig, "enable_internal_loopback").mask
        self.enable_tx, self.enable_rx = bits_of(SpikeIOConfig, "enable_tx").mask, bits_of(SpikeIOConfig, "enable_rx").mask
        self.silent_address, self.silent_label = int(SpikeIOOutputRoute.SILENT), int(SpikeIOInputRoute.SILENT)

    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil:
        """Routes matter while something is sent."""
        return data != before and (row != self.output_row or self.sends())

    cdef int64_t frame(self) noexcept nogil:
        """Cycles a frame takes."""
        return self.frame_bits * max(self.config[0] & self.scaler, 1)

    cdef bint sends(self) noexcept nogil:
        return bool(self.config[0] & self.enable_tx)

    cdef bint loops(self) noexcept nogil:
        """What is sent comes back to the chip."""
        cdef uint32_t loop = self.enable_tx | self.enable_rx | self.loopback
        return self.config[0] & loop == loop

    cdef void transmit(self, uint16_t label, int64_t cycle) noexcept nogil:
        """A spike from the chip reaches the FPGA at `cycle`."""
        cdef uint32_t address = self.output_route[label]
        cdef int64_t begin = max(cycle, self.s.line_free)
        if not self.sends():
            return
        if address == self.silent_address:
            self.s.silent += 1
            return
        if begin - cycle > self.depth * self.frame():
            self.s.overflow += 1
            return
        self.s.line_free = begin + self.frame()
        self.s.sent += 1
        if self.config[0] & self.loopback:
            self.received.push(self.s.line_free, 0, address)
        else:
            self.transmitted.push(self.s.line_free, 0, address)
            self.s.forgotten += self.transmitted.keep_latest(self.kept)

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which the next frame has arrived."""
        return self.received.next()

    cdef int receive(self) noexcept nogil:
        """Takes the next frame; the label that goes to the chip, or -1."""
        cdef Due frame = self.received.pop()
        cdef uint32_t label = self.input_route[frame.value & 0xff]
        if not self.config[0] & self.enable_rx:
            self.s.ignored += 1
            return -1
        if label == self.silent_label:
            self.s.unrouted += 1
            return -1
        self.s.received += 1
        return <int> label

    def listen(self, cycles, addresses):
        """Frames with `addresses` (0..255) end on the receiving line at `cycles` (FPGA cycles since power-on, in any order).

        With the internal loopback the line is not connected: ConfigurationError.
        """
        if self.config[0] & self.loopback:
            raise ConfigurationError("the receiving line of the serial spike interface is not connected while its internal loopback is on")
        for cycle, address in zip(np.ravel(cycles).tolist(), np.ravel(addresses).tolist(), strict=True):
            if not 0 <= address <= 0xff:
                raise ConfigurationError(f"serial spike address {address} is outside 0..255")
            self.received.push(cycle, 0, address)

    def take_transmitted(self):
        """What was sent over the line since the last call (of many frames the latest): structured array (cycle at which the frame ended, address)."""
        found = np.zeros(len(self.transmitted), dtype=[("cycle", np.int64), ("address", np.uint8)])
        for row in found:
            row["cycle"] = self.transmitted.next()
            row["address"] = self.transmitted.pop().value
        return found

    @property
    def counters(self):
        """Frames and what got lost, since power-on."""
        return {
            "sent": self.s.sent, "without output route": self.s.silent, "dropped: line busy": self.s.overflow, "received": self.s.received,
            "without input route": self.s.unrouted, "ignored: receiver off": self.s.ignored,
            "forgotten: nobody took them": self.s.forgotten,
        }

    def arrays(self):
        """When the line is free, and counters; the frames on the lines are blocks of their own."""
        return fields(<SpikeIOState[:1]> &self.s)
