from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

from hicannx_sim.chip.processor_bus cimport ProcessorBus
from hicannx_sim.ppu.core cimport Core

cdef enum:
    PROCESSORS = 2


cdef struct Turn:
    # where a processor stands in the chip's time
    int64_t start           # tick at which its cycle 0 was
    int64_t age             # ticks that had passed for it when its clock stopped
    int64_t effect          # tick at which the access it waits for happens; NEVER: it waits for none
    int64_t converted       # ticks that the converters took for the access it waits for
    int32_t running         # STOPPED, RUNNING or STUCK
    int32_t converting      # the access it waits for: CONVERTS + hemisphere, CONVERTED, or 0 for one without converters


cdef struct Context:
    # what the port of a core needs to find its way back
    void* owner
    int32_t number


cdef class Processors(ProcessorBus):
    cdef readonly tuple ppus            # of hicannx_sim.ppu.Core: top, bottom
    cdef void* core[PROCESSORS]
    cdef Context context[PROCESSORS]
    cdef Turn turn[PROCESSORS]
    cdef int pause, pauses              # attempts to run ahead that are left out before the next one; how many after the next failure
    cdef int32_t switched               # bit per processor: its control register was written by the access being served

    cdef void restart_processors(self, int64_t tick) noexcept nogil
    cdef void _switch(self, int number, int64_t tick) noexcept nogil
    cdef int64_t _horizon(self, int number) noexcept nogil
    cdef int64_t _run_processors(self, int64_t tick) noexcept nogil
    cdef bint _run_ahead(self, int64_t tick) noexcept nogil
    cdef bint _is_behind(self, int number, int64_t tick) noexcept nogil
    cdef bint _may_run_ahead(self) noexcept nogil
    cdef void _hesitate(self, bint failed) noexcept nogil
    cdef int64_t _waits_until(self, int number) noexcept nogil
    cdef int64_t _tick_of(self, int number) noexcept nogil
    cdef int64_t _cycles_until(self, int number, int64_t tick) noexcept nogil
    cdef bint _run(self, int number, int64_t limit) noexcept nogil
    cdef void _came_back(self, int number, int reason) noexcept nogil
    cdef void _halted(self, int number) noexcept nogil
    cdef int64_t _effect_of(self, int number) noexcept nogil
    cdef void _serve(self, int number) noexcept nogil
    cdef bint has_converted(self, int number) noexcept nogil
    cdef int _waited(self, int number, int64_t cycle, int64_t back) noexcept nogil
