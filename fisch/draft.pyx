"""What all builders of playback programs have in common: joining, handing out, and the bookkeeping of responses. (facts: transport 4)"""

from libc.string cimport memcpy, memmove

from fisch.words cimport WordBuffer

import logging

from fisch.dump import message_lines
from fisch.errors import MergeError, UsageError, not_portable
from fisch.program import PlaybackProgram

PLAYBACK_MEMORY_SIZE = 4194304
"""Instructions that the FPGA's playback memory holds; larger programs run, but without any guarantee of their timing."""

_log = logging.getLogger("fisch.PlaybackProgramBuilder")


cdef class Slot:
    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        not_portable(self, "pickle what get() gives, or the program")


cdef class Draft:
    def __cinit__(self):
        self.buffer = WordBuffer()
        self.slots = []

    cdef object new_program(self):
        return PlaybackProgram()

    cdef object own_program(self):
        if self.program is None:
            self.program = self.new_program()
        return self.program

    cdef int claim(self, Slot slot, int kind, Py_ssize_t count) except -1:
        """Lets a slot stand for the next `count` responses of a class."""
        slot.program, slot.kind, slot.start, slot.count = self.own_program(), kind, self.expected[kind], count
        self.expected[kind] += count
        self.slots.append(slot)
        return 0

    # ----------------------------------------------------------------------------------------------------------------- joining
    def merge_back(self, other):
        """Moves everything from another builder behind this one's end. Its tickets now belong to this program, it is left empty."""
        self.join(other_than(self, other, "merge_back"), False)

    def copy_back(self, other):
        """Appends a copy of what is in another builder, which must not contain reads and stays as it is."""
        if not draft_of(other).is_write_only():
            raise MergeError(f"PlaybackProgramBuilder to copy is not write only. (it expects {other.size_from_fpga()} responses)")
        put_words(self.buffer, (<Draft> other).buffer, False)

    cdef int join(self, Draft other, bint front) except -1:
        cdef Draft later = self if front else other      # whose responses come after those of the one before
        cdef Draft earlier = other if front else self
        cdef Slot slot
        cdef int kind
        put_words(self.buffer, other.buffer, front)
        for slot in later.slots:
            slot.start += earlier.expected[slot.kind]
        if other.slots:
            self.own_program()
        for slot in other.slots:
            slot.program = self.program
        self.slots += other.slots
        for kind in range(N_CLASSES):
            self.expected[kind] += other.expected[kind]
        return other.reset()

    # -------------------------------------------------------------------------------------------------------------------- done
    def done(self):
        """The program. The builder is empty afterwards and can be used again. Programs beyond the playback memory are announced in the log."""
        cdef int kind
        program = self.own_program()
        program.words = self.buffer.handed_over()
        program.expected = {kind: self.expected[kind] for kind in range(1, N_CLASSES)}
        self.reset()
        size = len(program.words)
        if size > PLAYBACK_MEMORY_SIZE:
            _log.warning(
                "PlaybackProgram instruction size (%d) larger than playback memory size on FPGA (%d) -> no timing guarantees possible.",
                size, PLAYBACK_MEMORY_SIZE,
            )
        return program

    cdef int reset(self) except -1:
        cdef int kind
        self.buffer.clear()
        self.slots, self.program = [], None
        for kind in range(N_CLASSES):
            self.expected[kind] = 0
        return 0

    def empty(self):
        """Whether there is not a single instruction."""
        return self.buffer.size == 0

    def is_write_only(self):
        """Whether no response is expected."""
        return self.size_from_fpga() == 0

    def size_to_fpga(self):
        """Number of instructions."""
        return self.buffer.size

    def size_from_fpga(self):
        """Number of responses that the instructions cause."""
        return self.expected[1] + self.expected[2] + self.expected[3]

    @property
    def words(self):
        """A copy of the instructions so far, uint64[n]."""
        return self.buffer.to_numpy()

    def __str__(self):
        return message_lines(self.buffer.to_numpy())

    def __repr__(self):
        return f"{type(self).__name__}(to FPGA size: {self.size_to_fpga()}, is write only: {str(self.is_write_only()).lower()})"

    def __copy__(self):
        raise UsageError(f"a {type(self).__name__} cannot be copied: use copy_back")

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        raise UsageError(f"a {type(self).__name__} cannot be pickled; a program made by done() can")


cdef Draft draft_of(object other):
    if not isinstance(other, Draft):
        raise UsageError(f"a PlaybackProgramBuilder is needed, not {other!r}")
    return <Draft> other


cdef Draft other_than(Draft own, object other, str verb):
    if draft_of(other) is own:
        raise MergeError(f"{verb} not possible from same PlaybackProgramBuilder.")
    return <Draft> other


cdef int put_words(WordBuffer target, WordBuffer source, bint front) except -1:
    """Copies the words of `source` to the end or the front of `target` (they may be the same for the end)."""
    cdef Py_ssize_t n = source.size
    target.reserve(n)
    if front:
        memmove(target.data + n, target.data, target.size * sizeof(target.data[0]))
    if n:
        memcpy(target.data if front else target.data + target.size, source.data, n * sizeof(target.data[0]))
    target.size += n
    return 0
