from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t

cdef extern from "sim/ppu/kernel/observe.h":
    enum:
        PPU_SRAM_WORDS
        PPU_LANES
        PPU_READS
        PPU_WRITES
        PPU_PARALLEL
        PPU_WATCHES
        PPU_FAR_BREAKS
        PPU_STOP_NONE
        PPU_STOP_ASKED
        PPU_STOP_BREAK
        PPU_STOP_STEP
        PPU_STOP_WATCH
    ctypedef struct ppu_watch:
        uint32_t first, last, kinds
    ctypedef struct ppu_trace_entry:
        int64_t cycle
    ctypedef struct ppu_profile_entry:
        uint32_t pc
        int64_t count, cycles
    ctypedef struct ppu_observer:
        int32_t asked, cause
        int64_t passed_count
        uint32_t where, kinds
        int32_t stepping
        uint32_t step_first, step_last
        int32_t n_watches, n_far_breaks
        ppu_watch watches[32]
        uint32_t far_breaks[32]
        ppu_trace_entry* trace
        uint8_t* trace_lanes
        int64_t trace_capacity, trace_count
        int32_t trace_head
        uint32_t trace_first, trace_last
        ppu_profile_entry* near
        ppu_profile_entry* far
        int64_t n_far, far_capacity, asleep
    ppu_observer* ppu_observer_new() noexcept nogil
    void ppu_observer_free(ppu_observer* o) noexcept nogil
    int ppu_observer_trace(ppu_observer* o, int64_t capacity, int lanes) noexcept nogil
    int ppu_observer_profile(ppu_observer* o, int on) noexcept nogil


cdef class Observed:
    cdef ppu_observer* o # 0 while nobody observes
    cdef int sharers # of the trace
    cdef int64_t earlier # instructions traced before the ring was made
    cdef object debugger # has `stopped(core)`, which returns when the core may go on
    cdef ppu_observer* _observer(self) except NULL
