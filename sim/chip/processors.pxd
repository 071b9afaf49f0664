from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from hicannx_sim.chip.fabric cimport Fabric
from hicannx_sim.chip.faults cimport Faults
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.processor_bus cimport ProcessorBus
from hicannx_sim.ppu.core cimport Core

cdef enum:
    PROCESSORS = 2


cdef struct Progress:
    # where a processor stands in the chip's time
    int64_t start           # tick at which its cycle 0 was
    int64_t age             # ticks that had passed for it when its clock stopped
    int64_t access          # tick at which the access it waits for happens; NEVER: it waits for none
    int64_t starts          # how often it was released
    int64_t prepared        # ticks that the converters took for the access it waits for
    int32_t running         # STOPPED, RUNNING or STUCK
    bint prepares           # the converters have to be started before the access it waits for


cdef struct Context:
    # what the port of a core needs to find its way back
    void* owner
    int32_t number


cdef class Processors:
    """The two cores, which use the chip beside the host."""
    cdef Progress progress[PROCESSORS]
    cdef uint32_t control[PROCESSORS]   # PPUControlRegister
    cdef readonly tuple cores           # of hicannx_sim.ppu.Core: top, bottom
    cdef readonly ProcessorBus bus
    cdef Fabric fabric
    cdef readonly bint active           # a processor runs, which may access whatever is on the chip
    cdef void* core[PROCESSORS]
    cdef Context context[PROCESSORS]
    cdef bint serving                   # an access of a processor happens now
    cdef int backoff, backoffs          # attempts to run ahead that are left out before the next one; how many after the next failure
    cdef int32_t switched               # bit per processor: its control register was written by the access being served

    cdef attach(self, Omnibus bus)
    cdef void reset(self) noexcept nogil
    # -- time: the chip lets cores run up to a tick, brings everything else to the access that they wait for, and lets it happen
    cdef int64_t run(self, int64_t tick) noexcept nogil
    cdef void serve(self, int64_t tick) noexcept nogil

    cdef void set_control(self, int number, int64_t tick) noexcept nogil
    cdef void _switch(self, int number, int64_t tick) noexcept nogil
    cdef int64_t _horizon(self, int number) noexcept nogil
    cdef bint _run_ahead(self, int64_t tick) noexcept nogil
    cdef bint _is_behind(self, int number, int64_t tick) noexcept nogil
    cdef bint _may_run_ahead(self) noexcept nogil
    cdef void _back_off(self, bint failed) noexcept nogil
    cdef int64_t _next_access(self, int number) noexcept nogil
    cdef int64_t _tick_of(self, int number) noexcept nogil
    cdef int64_t _cycles_until(self, int number, int64_t tick) noexcept nogil
    cdef bint _run(self, int number, int64_t limit) noexcept nogil
    cdef void _returned(self, int number, int reason) noexcept nogil
    cdef void _halted(self, int number) noexcept nogil
    cdef int64_t _tick_of_access(self, int number) noexcept nogil
    cdef void _serve(self, int number) noexcept nogil
    cdef int _cycles_since(self, int number, int64_t cycle, int64_t back) noexcept nogil
    cdef bint sleeps(self, int number) noexcept nogil
    cdef uint32_t _pc(self, int number) noexcept nogil
