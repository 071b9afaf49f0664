from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.ppu.observed cimport Observed, ppu_observer

# Of the structures only what is used outside of C.
cdef extern from "sim/ppu/kernel/core.h":
    enum:
        PPU_SRAM_WORDS
        PPU_SRAM_BYTES
        PPU_LANES
        PPU_LOG
        PPU_TABLES
        PPU_MSR_MASK
        PPU_LIMIT
        PPU_SLEEPING
        PPU_OUTSIDE
        PPU_BREAKPOINT
        PPU_ACCESS_FETCH
        PPU_ACCESS_LOAD
        PPU_ACCESS_STORE
        PPU_ACCESS_READ
        PPU_ACCESS_WRITE
    int64_t PPU_NEVER
    ctypedef union ppu_vector:
        uint8_t b[128]
    ctypedef union ppu_accumulator:
        uint32_t h[64]
    ctypedef struct ppu_port:
        void* context
        int (*fetch)(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil
        int (*load)(void* context, uint32_t address, uint32_t* word, int64_t cycle) noexcept nogil
        int (*store)(void* context, uint32_t address, uint32_t word, int enables, int64_t cycle) noexcept nogil
        int (*read)(void* context, uint32_t location, uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil
        int (*write)(void* context, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t cycle) noexcept nogil
        int (*look)(void* context, uint32_t address, uint32_t* word, int64_t cycle, int64_t* same_until) noexcept nogil
    ctypedef struct ppu_state:
        uint32_t gpr[32]
        uint32_t cr, msr, pc, sleeping, external
        ppu_vector vr[32]
        ppu_accumulator acc
        ppu_vector flags[4]
        int64_t now, slept, instructions, vectors
    ctypedef struct ppu_undecoded:
        uint32_t address, word
        int64_t cycle
    ctypedef struct ppu_faults:
        int64_t n_undecoded, n_unaligned
        uint32_t unaligned_pc
    ctypedef struct ppu_core:
        ppu_state s
        uint32_t sram[4096]
        ppu_port port
        int32_t hold_outside, granted, shared_sram, lha_zero_extends
        int64_t wanted, alone_until
        ppu_undecoded log[64]
        ppu_faults faults
        int64_t n_fills, n_skipped
    ctypedef struct ppu_kept:
        pass
    void ppu_keep(const ppu_core* core, ppu_kept* kept) noexcept nogil
    const char* ppu_out_of_range(const ppu_state* s) noexcept nogil
    void ppu_take_back(ppu_core* core, const ppu_kept* kept) noexcept nogil
    void ppu_reset(ppu_core* core) noexcept nogil
    void ppu_forget(ppu_core* core) noexcept nogil
    void ppu_poke(ppu_core* core, uint32_t index, uint32_t word) noexcept nogil
    void ppu_breakpoint(ppu_core* core, uint32_t index, int on) noexcept nogil
    int ppu_run(ppu_core* core, int64_t until, int64_t count) noexcept nogil
    int ppu_next_access(const ppu_core* core, uint32_t* address) noexcept nogil
    int64_t ppu_idle_until(const ppu_core* core) noexcept nogil
    uint32_t ppu_get_spr(ppu_core* core, int spr) noexcept nogil
    void ppu_set_spr(ppu_core* core, int spr, uint32_t value) noexcept nogil
    void ppu_vector_get(const ppu_vector* v, uint8_t* lanes) noexcept nogil
    void ppu_vector_set(ppu_vector* v, const uint8_t* lanes) noexcept nogil

cdef extern from "sim/ppu/kernel/idle.h":
    int ppu_run_idle(ppu_core* core, int64_t until) noexcept nogil

cdef extern from "sim/ppu/kernel/observe.h":
    int ppu_run_observed(ppu_core* core, ppu_observer* o, int64_t until) noexcept nogil
    void ppu_observer_pass(ppu_observer* o, const ppu_core* core) noexcept nogil


cdef struct Rows:
    uint8_t* rows
    uint32_t count


cdef class Core(Observed):
    cdef ppu_core* c
    cdef ppu_kept* kept
    cdef object port     # the object behind the port, if it is one of Python
    cdef object failure  # what it raised
    cdef Rows bus
    cdef void failed(self, object error) noexcept
    cdef int advance(self, int64_t until, bint grant) noexcept nogil
    cdef int stopped(self) except -1 with gil
    cdef int next_access(self, uint32_t* address) noexcept nogil
    cdef int64_t idle_until(self) noexcept nogil
    cdef void keep(self) noexcept nogil
    cdef void take_back(self) noexcept nogil
    cdef void clear(self) noexcept nogil
    cdef void restart(self) noexcept nogil
    cdef void put(self, uint32_t index, uint32_t word) noexcept nogil
    cdef int _advance_past_stops(self, int64_t until, bint grant) except -1
