"""The builder of playback programs: containers in, words to the FPGA out. (facts: registers/stadls 1)"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t

from fisch.draft cimport Draft
from fisch.access cimport append_read, append_write
from haldls.layout cimport Container, Layout
from halco.value cimport Value

from stadls.plan cimport AccessPlan, condition_plan, plan_at, plan_of
from stadls.ticket cimport ContainerTicket, new_ticket

import numpy as np

from fisch import AccessError as FischAccessError
from fisch import PLAYBACK_MEMORY_SIZE, Backend, Target
from haldls import Barrier, PollingOmnibusBlock, Timer
from halco import TimerOnDLS

from stadls.errors import (
    DifferentialWriteError,
    MergeError,
    NotAContainerError,
    NotReadableError,
    NotWritableError,
    wrong_coordinate,
)
from stadls.listing import Listing
from stadls.program import PlaybackProgram
from stadls.spike_train import append_spike_train

__all__ = ["PlaybackProgramBuilder"]

cdef int WAIT_UNTIL = Backend.WaitUntil
cdef object TIMER_COORDINATE = TimerOnDLS
cdef object TIMER_VALUE = Timer.Value
cdef dict CONDITIONS = {Barrier: condition_plan(Barrier), PollingOmnibusBlock: condition_plan(PollingOmnibusBlock)}

cdef object not_writable(coordinate, AccessPlan plan):
    return NotWritableError(f"Container not writeable. ({plan.container.__name__} at {coordinate!r} over backend {plan.backend})", coordinate, plan.container)


cdef object not_readable(coordinate, AccessPlan plan):
    return NotReadableError(f"Container not readable. ({plan.container.__name__} at {coordinate!r} over backend {plan.backend})", coordinate, plan.container)


cdef class PlaybackProgramBuilder(Draft):
    """Collects writes, reads and waits in the order in which the FPGA executes them; `done` hands out the program.

    A builder that has handed out its program, or was merged into another one, is empty and can be used again.

    >>> builder = PlaybackProgramBuilder()
    >>> builder.write(TimerOnDLS(), Timer())
    >>> builder.block_until(TimerOnDLS(), Timer.Value(125))
    >>> ticket = builder.read(TimerOnDLS())
    >>> builder
    PlaybackProgramBuilder(to FPGA size: 3, is write only: false)
    >>> [f"{word:016x}" for word in builder.done().words]
    ['0400000000000000', '050000000000007d', '0b00001f8800000c']
    >>> builder.empty(), ticket.valid()
    (True, False)
    """

    def __cinit__(self):
        self.refused = set()

    cdef object new_program(self):
        return PlaybackProgram()

    # ------------------------------------------------------------------------------------------------------------------ writes
    def write(self, coordinate, container, other=None, backend=None):
        """Writes a container: `write(coordinate, container)`, `write(coordinate, container, backend)`,
        `write(coordinate, container, reference)` or `write(coordinate, container, reference, backend)`.

        With a reference (a container of the same class) only words that differ from the reference's are written. A backend that the
        container does not know raises; the original silently takes the default one.
        Raises CoordinateError, NotWritableError, DifferentialWriteError, NotAContainerError or haldls' UnknownBackendError.
        """
        cdef AccessPlan plan
        reference = None
        if other is not None:
            if hasattr(type(other), "write_access"):
                reference = other
            elif backend is None:
                backend = other
            else:
                raise NotAContainerError(f"a reference container is needed before the backend, not {other!r}", coordinate, container)
        plan = plan_of(type(container), backend)
        if type(coordinate) is not plan.coordinate:
            raise wrong_coordinate(coordinate, container, plan.coordinate)
        if reference is not None:
            check_reference(coordinate, container, reference, plan)
        if plan.layout is None:
            self.write_arrays(plan, coordinate, container, reference)
        elif plan.layout.n_write == 0:
            raise not_writable(coordinate, plan)
        elif reference is None:
            self.write_layout(plan, (<Value>coordinate).v, <Container>container)
        else:
            self.write_difference(plan, (<Value>coordinate).v, <Container>container, <Container>reference)
        if plan.refuse_write:
            self.refused |= plan.refuse_write

    cdef int write_layout(self, AccessPlan plan, int64_t position, Container container) except -1:
        cdef uint32_t addresses[SCRATCH]
        cdef uint32_t words[SCRATCH]
        cdef uint8_t enables[SCRATCH]
        cdef Layout layout = plan.layout
        if layout.n_write > SCRATCH:
            return self.write_arrays(plan, plan.coordinate(position), container, None)
        layout.write_addresses_at(position, addresses)
        layout.encode_at(container, position, words, enables)
        append_write(self.buffer, plan.number, addresses, words, enables, layout.n_write)
        return 0

    cdef int write_difference(self, AccessPlan plan, int64_t position, Container container, Container reference) except -1:
        cdef uint32_t addresses[SCRATCH]
        cdef uint32_t words[SCRATCH]
        cdef uint32_t old_words[SCRATCH]
        cdef uint8_t enables[SCRATCH]
        cdef uint8_t old_enables[SCRATCH]
        cdef Layout layout = plan.layout
        cdef int i
        if layout.n_write > SCRATCH:
            return self.write_arrays(plan, plan.coordinate(position), container, reference)
        layout.write_addresses_at(position, addresses)
        layout.encode_at(container, position, words, enables)
        layout.encode_at(reference, position, old_words, old_enables)
        for i in range(layout.n_write):
            if words[i] != old_words[i] or enables[i] != old_enables[i]:
                append_write(self.buffer, plan.number, &addresses[i], &words[i], &enables[i], 1)
        return 0

    cdef int write_arrays(self, AccessPlan plan, coordinate, container, reference) except -1:
        """Composed and large containers, through their Python protocol."""
        addresses, words, enables = container.write_access(coordinate, plan.backend)
        if not len(addresses):
            raise not_writable(coordinate, plan)
        if reference is not None:
            _, old_words, old_enables = reference.write_access(coordinate, plan.backend)
            changed = (words != old_words) | (enables != old_enables)
            addresses, words, enables = addresses[changed], words[changed], enables[changed]
        cdef const uint32_t[::1] places = np.ascontiguousarray(addresses, dtype=np.uint32)
        cdef const uint32_t[::1] values = np.ascontiguousarray(words, dtype=np.uint32)
        cdef const uint8_t[::1] lanes = np.ascontiguousarray(enables, dtype=np.uint8)
        if places.shape[0]:
            append_write(self.buffer, plan.number, &places[0], &values[0], &lanes[0], places.shape[0])
        return 0

    # ------------------------------------------------------------------------------------------------------------------- reads
    def read(self, coordinate, backend=None):
        """Reads the container that stands on `coordinate`; the ticket returned has it after the run.

        Raises CoordinateError where no container stands, NotReadableError, or haldls' UnknownBackendError.
        """
        cdef AccessPlan plan = plan_at(type(coordinate), backend)
        cdef ContainerTicket ticket
        cdef Py_ssize_t n
        try:
            n = self.append_read(plan, coordinate)
        except FischAccessError as error:
            raise NotReadableError(f"{error} ({plan.container.__name__} over backend {plan.backend})", coordinate, plan.container) from None
        if plan.refuse_read:
            self.refused |= plan.refuse_read
        ticket = new_ticket(coordinate, plan)
        self.claim(ticket, plan.responses, n)
        return ticket

    cdef Py_ssize_t append_read(self, AccessPlan plan, coordinate) except -1:
        """Appends the read and returns how many responses it will cause."""
        cdef uint32_t addresses[SCRATCH]
        cdef const uint32_t[::1] places
        if plan.layout is not None and 0 < plan.layout.n_read <= SCRATCH:
            plan.layout.read_addresses_at((<Value>coordinate).v, addresses)
            return append_read(self.buffer, plan.number, addresses, plan.layout.n_read)
        places = np.ascontiguousarray(plan.container.read_access(coordinate, plan.backend), dtype=np.uint32)
        if not places.shape[0]:
            raise not_readable(coordinate, plan)
        return append_read(self.buffer, plan.number, &places[0], places.shape[0])

    # ------------------------------------------------------------------------------------------------------------------- waits
    def block_until(self, coordinate, condition):
        """Waits: `TimerOnDLS` with a Timer.Value, `BarrierOnFPGA` with a Barrier, `PollingOmnibusBlockOnFPGA` with a PollingOmnibusBlock.

        Anything else raises NotAContainerError or CoordinateError (both are TypeErrors).
        """
        cdef AccessPlan plan
        if type(condition) is TIMER_VALUE:
            require(coordinate, TIMER_COORDINATE, condition)
            self.wait_until(<uint32_t>(<Value>condition).v)
            return
        plan = CONDITIONS.get(type(condition))
        if plan is None:
            raise NotAContainerError(f"a Timer.Value, Barrier or PollingOmnibusBlock is needed to wait for, not {condition!r}", coordinate, condition)
        require(coordinate, plan.coordinate, condition)
        self.write_layout(plan, 0, <Container>condition)

    cdef int wait_until(self, uint32_t time) except -1:
        cdef uint32_t address = 0
        append_write(self.buffer, WAIT_UNTIL, &address, &time, NULL, 1)
        return 0

    # ------------------------------------------------------------------------------------------------------------- spike trains
    def write_spikes(self, times, labels):
        """Writes a whole spike train: `labels[i]` (SpikeLabel or 0..65535) leaves when the timer stands at `times[i]`.

        times   FPGA cycles of 8 ns since the timer was last set to 0, integers or Timer.Values, in any order
        Spikes due in the same cycle keep their order and go in packs of up to three, further ones in the cycles that follow. One
        that leaves more than 10 us late because of that is announced in the log.
        Raises SpikeTrainError for arrays of different lengths and values out of range.

        >>> builder = PlaybackProgramBuilder()
        >>> builder.write(TimerOnDLS(), Timer())
        >>> builder.write_spikes(times=[100, 50, 100], labels=[1, 2, 3])
        >>> [f"{word:016x}" for word in builder.words]
        ['0400000000000000', '0500000000000031', '0d00000000000002', '0500000000000063', '0e00000000010003']
        """
        append_spike_train(self.buffer, times, labels)

    # ----------------------------------------------------------------------------------------------------------- joining builders
    def merge_back(self, other):
        """Moves everything from another builder, also one of the wire's level, behind this one's end; its tickets now belong to this program.

        It is left empty.
        """
        if not isinstance(other, Draft):
            raise NotAContainerError(f"only another PlaybackProgramBuilder can be merged, not {other!r}")
        if other is self:
            raise MergeError("A PlaybackProgramBuilder cannot be merged into itself.")
        self.refused |= refused_by(other)
        self.join(<Draft>other, False)

    def copy_back(self, other):
        """Appends a copy of what is in another builder, which must not contain reads and stays as it is."""
        if not isinstance(other, Draft):
            raise NotAContainerError(f"only another PlaybackProgramBuilder can be copied, not {other!r}")
        if not other.is_write_only():
            raise MergeError(f"PlaybackProgramBuilder to copy is not write only. (it expects {other.size_from_fpga()} responses)")
        self.refused |= refused_by(other)
        Draft.copy_back(self, other)

    cdef int reset(self) except -1:
        self.refused = set()
        return Draft.reset(self)

    def done(self):
        """The program. The builder is empty afterwards and can be used again. Programs beyond the playback memory are announced in the log."""
        refused = self.refused
        program = Draft.done(self)
        program.unsupported_targets = {Target[name] for name in refused}
        return program

    def _repr_html_(self):
        """What is written, read and waited for, and when, as table for notebooks; the same as text is `stadls.Listing(builder)`."""
        return Listing(self.words)._repr_html_()

    def __copy__(self):
        raise TypeError("a PlaybackProgramBuilder cannot be copied; copy_back appends a copy of its instructions to another one")

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        raise TypeError("a PlaybackProgramBuilder cannot be pickled; a program made by done() can")


cdef set refused_by(other):
    """Targets that something in a builder refuses; nothing on the wire's level does."""
    return (<PlaybackProgramBuilder>other).refused if isinstance(other, PlaybackProgramBuilder) else set()


cdef int check_reference(coordinate, container, reference, AccessPlan plan) except -1:
    if type(reference) is not type(container):
        raise DifferentialWriteError(
            f"a {type(container).__name__} cannot be written against a {type(reference).__name__} as reference", coordinate, container
        )
    if not plan.differential:
        raise DifferentialWriteError(f"{plan.container.__name__} has no differential writes: write it without a reference", coordinate, container)
    return 0


cdef int require(coordinate, wanted, condition) except -1:
    if type(coordinate) is not wanted:
        raise wrong_coordinate(coordinate, condition, wanted)
    return 0
