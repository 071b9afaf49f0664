from libc.stdint cimport int64_t, uint8_t, uint32_t


cdef struct Move:
    # the `mask`-wide bits of slot `slot` from bit `source` on stand in word `word` from bit `target` on
    int slot
    int word
    int source
    int target
    uint32_t mask
    const int64_t* code       # register value of each value (NULL: the value itself), looked up at value & code_mask
    int64_t code_mask


cdef enum FixKind:
    CONSTANT, CODE, SIGN, FLAG, OFFSET


cdef struct Fix:
    # what has to be done to the gathered bits of a slot to make them its value
    int slot
    FixKind kind
    int64_t amount
    const int64_t* code



cdef class Layout:
    """Where the fields of a container class stand on the wire over one backend: addresses and bits."""
    cdef readonly int n_slots, n_write, n_read
    cdef readonly str backend
    cdef readonly object container
    cdef Move* write_moves
    cdef Move* read_moves
    cdef int n_write_moves, n_read_moves
    cdef uint32_t* write_flip     # per word: stored inverted, and constant ones
    cdef uint32_t* read_flip
    cdef int64_t* offset          # per slot: stored = value + offset
    cdef bint gray_words, byte_lane
    cdef object write_address, read_address
    cdef object write_table, read_table
    cdef const uint32_t* write_rows
    cdef const uint32_t* read_rows
    cdef dict slots
    cdef readonly int repeat          # equal elements of a composed container; the moves describe the first one
    cdef int element_slots, element_write, element_read
    cdef Move* enable_moves           # byte enables that are fields
    cdef int n_enable_moves
    cdef Fix* fixes
    cdef int n_fixes
    cdef list tables
    cdef void _encode_element(self, const int64_t* slots, uint32_t* words) noexcept nogil
    cdef void _decode_element(self, const uint32_t* words, int64_t* slots) noexcept nogil
    cdef int _lookup(self, int64_t enum, uint32_t* addresses, bint write) except -1
    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept nogil
    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept nogil
    cdef int write_addresses_at(self, int64_t enum, uint32_t* addresses) except -1
    cdef int read_addresses_at(self, int64_t enum, uint32_t* addresses) except -1
    cdef int encode_at(self, Container container, int64_t enum, uint32_t* words, uint8_t* enables) except -1
    cdef int decode_at(self, Container container, int64_t enum, const uint32_t* words) except -1


cdef class Schema:
    """What a container class is made of: slots with names, defaults and types, and one layout per backend."""
    cdef readonly object container
    cdef readonly int n_slots
    cdef int64_t* defaults            # of all slots; NULL until they are first needed
    cdef readonly tuple fields
    cdef readonly tuple backends      # names, the default one first
    cdef readonly dict layouts        # those compiled so far, by name of the backend
    cdef readonly str default_backend
    cdef readonly bint encode_hook, decode_hook
    cdef list checks                  # fields that a register can leave outside their range
    cdef Layout layout(self, str backend)
    cdef const int64_t* default_slots(self) except NULL
    cdef int fill_defaults(self) except -1


cdef class Container:
    cdef Schema schema
    cdef int64_t* slots
    cdef Container owner   # of the slots, if this is a view of a part of a bigger container
    cdef bint borrowed


cdef Schema schema_of(object cls)

cdef Container part_of(Container owner, type cls, int64_t* slots)
