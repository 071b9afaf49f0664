"""What was accessed on a chip and not served: counted, logged once per address, and an error in strict mode.

Accesses of the host go to the log `hicannx.chip`, those of the plasticity processors to `hicannx.ppu`.
"""

import logging

from hicannx_sim.base.state cimport view
from hicannx_sim.chip.omnibus cimport UNDEFINED

from hicannx_sim.base.errors import ProcessorAccess, UndefinedAccess, UnmodelledAccess, UnmodelledSetting
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.chip.settings import refused

_log = logging.getLogger("hicannx.chip")
_processor_log = logging.getLogger("hicannx.ppu")

ACCESSES = ("fetch", "load", "store", "vector read", "vector write", "conditional vector read")
"""Of a processor, as its core numbers them."""

cdef enum:
    KEPT = 1024         # latest ones
    COUNTED = 65536     # different ones


cdef class Faults:
    def __init__(self):
        self.accesses, self.of_processors, self.recent = {}, {}, []

    cdef void access(self, uint32_t address, bint is_read, int problem) noexcept nogil:
        """An access of the host at a chip address."""
        with gil:
            key = (address, bool(is_read), problem == UNDEFINED)
            known = key in self.accesses
            if not known and (address, not is_read, key[2]) not in self.accesses and len(self.accesses) < COUNTED:
                _log.warning("%s %s at chip address %#010x", "undefined" if key[2] else "unmodelled", "read" if is_read else "write", address)
            if known or len(self.accesses) < COUNTED:
                self.accesses[key] = self.accesses.get(key, 0) + 1
            self._note(key)

    cdef void processor(self, int number, uint32_t pc, uint32_t address, int access, int problem) noexcept nogil:
        """An access of processor 0 top or 1 bottom, by the instruction at `pc`."""
        with gil:
            fault = ProcessorFault(number, pc, address, ACCESSES[access], problem == UNDEFINED)
            if fault not in self.of_processors and len(self.of_processors) < COUNTED:
                self.of_processors[fault] = 0
                _processor_log.warning("%s", fault)
            if fault in self.of_processors:
                self.of_processors[fault] += 1
            self._note(fault)

    cdef void setting(self, Omnibus bus, uint32_t address, uint32_t cell, bint by_processor) noexcept nogil:
        """A register with settings that may be without effect was written."""
        with gil:
            name, enum, word = bus.map.lookup(address)
            found = refused(name, enum, word, bus.contents(name, enum))
            if found is not None:
                self._note((address, found))
                self.by_processor = by_processor

    cdef _note(self, fault):
        self.n += 1
        self.recent.append(fault)
        if len(self.recent) > KEPT:
            del self.recent[0]

    def arrays(self):
        """Their number. What they were is a log, no state."""
        return {"n": view(&self.n, sizeof(self.n), "i8")}

    @property
    def counts(self):
        """{(address, is_read, is_undefined): count} of accesses of the host, for the first 65536 different ones."""
        return dict(self.accesses)

    @property
    def processor_counts(self):
        """{`ProcessorFault`: count} of accesses of the processors, for the first 65536 different ones."""
        return dict(self.of_processors)

    @property
    def latest(self):
        """The latest one: (address, is_read, is_undefined), a refused setting as (address, `Unmodelled`), a `ProcessorFault`, or None."""
        return self.recent[len(self.recent) - 1] if self.recent else None

    def error(self, instruction):
        """The error of strict mode for the latest one."""
        if isinstance(self.latest, ProcessorFault):
            return ProcessorAccess(self.latest, instruction)
        address, *what = self.latest
        if len(what) == 1:
            return UnmodelledSetting(what[0].place, what[0].feature, what[0].why, address, -1 if self.by_processor else instruction)
        is_read, undefined = what
        return (UndefinedAccess if undefined else UnmodelledAccess)(address, instruction, is_read)
