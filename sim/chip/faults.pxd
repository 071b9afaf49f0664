from libc.stdint cimport uint32_t

from hicannx_sim.chip.omnibus cimport Omnibus


cdef class Faults:
    """Accesses to a chip that nobody served, and settings that have no effect."""
    cdef readonly Py_ssize_t n          # all of them so far
    cdef public bint strict             # a setting that has no effect counts, too
    cdef dict accesses                  # (address, is_read, is_undefined) -> count
    cdef dict of_processors             # ProcessorFault -> count
    cdef list recent                    # what they were, the latest last
    cdef bint by_processor              # the latest refused setting was written by a processor

    cdef void access(self, uint32_t address, bint is_read, int problem) noexcept nogil
    cdef void processor(self, int number, uint32_t pc, uint32_t address, int access, int problem) noexcept nogil
    cdef void setting(self, Omnibus bus, uint32_t address, uint32_t cell, bint by_processor) noexcept nogil
    cdef _note(self, fault)
