"""The builder of playback programs on the level of the wire: registers of backends instead of containers. (facts: transport 4)"""

from libc.stdint cimport uint8_t, uint32_t

from fisch.draft cimport Draft, Slot, other_than
from fisch.access cimport append_read, append_write, decode_read, response_class, responses_per_word
from fisch._register cimport Kind, RawRegister, kind_at, kind_of, register_of_word
from halco.value cimport Value

import numpy as np

from halco.typed_array import ArrayElementError, unmasked

from fisch.errors import AccessError, TicketError, UsageError
from fisch.events import FPGATime

__all__ = ["PlaybackProgramBuilder"]

cdef enum:
    LABELS_MAX = 3


cdef class ContainerTicket(Slot):
    """The promise of one or several containers, from `PlaybackProgramBuilder.read`. It keeps its program alive and is valid for its latest run."""

    def __init__(self):
        raise TicketError("Unexpected access to moved-from object. A ticket comes from PlaybackProgramBuilder.read.")

    def valid(self):
        """Whether all responses have arrived."""
        return self.program.n_responses(self.kind) >= self.start + self.count

    def get(self):
        """List of the containers as they were read; fresh ones each time.

        Raises TicketError before the run and InvalidDataError where an I2C device did not answer.
        """
        cdef const uint32_t[::1] words = self.to_numpy()
        cdef Py_ssize_t i
        return [register_of_word(self.what, words[i]) for i in range(words.shape[0])]

    def to_numpy(self):
        """The words of the containers, uint32[n]. Raises what `get` raises."""
        self.require_data()
        cdef const uint32_t[::1] responses = self.program.response_data(self.kind)[self.start:self.start + self.count]
        words = np.empty(self.containers, dtype=np.uint32)
        cdef uint32_t[::1] target = words
        if self.containers:
            decode_read(self.what.backend, &responses[0], self.containers, &target[0])
        return words

    def fpga_time(self):
        """FPGATime of the last response. Without a system time it only counts messages."""
        self.require_data()
        if not self.count:
            raise TicketError("a ticket for nothing has no time")
        return FPGATime(int(self.program.response_times(self.kind)[self.start + self.count - 1]))

    def require_data(self):
        """Raises TicketError while responses are missing."""
        if not self.valid():
            raise TicketError(f"Data not available. The read of {self.what.container.__name__} has not been executed.")

    def __len__(self):
        """Number of containers."""
        return self.containers

    def __repr__(self):
        state = "valid" if self.valid() else "no data yet"
        return f"ContainerTicket({self.containers} x {self.what.container.__name__}, {state})"


cdef class PlaybackProgramBuilder(Draft):
    """Collects writes and reads in the order in which the FPGA executes them; `done` hands out the program.

    >>> from fisch import Omnibus, Timer, WaitUntil
    >>> from halco import OmnibusAddress, TimerOnDLS, WaitUntilOnFPGA
    >>> builder = PlaybackProgramBuilder()
    >>> builder.write(TimerOnDLS(), Timer())
    >>> builder.write(WaitUntilOnFPGA(), WaitUntil(125))
    >>> builder.write([OmnibusAddress(0), OmnibusAddress(1)], [Omnibus(5), Omnibus(6)])
    >>> ticket = builder.read([OmnibusAddress(0), OmnibusAddress(1)])
    >>> builder
    PlaybackProgramBuilder(to FPGA size: 8, is write only: false)
    >>> print(builder.done())
    timing::Setup()
    timing::WaitUntil(time=0x7d)
    omnibus_to_fpga::Address(address=0x0, byte_enables=0xf, is_read=0x0)
    omnibus_to_fpga::Data(data=0x5)
    omnibus_to_fpga::Address(address=0x1, byte_enables=0xf, is_read=0x0)
    omnibus_to_fpga::Data(data=0x6)
    omnibus_to_fpga::Address(address=0x0, byte_enables=0xf, is_read=0x1)
    omnibus_to_fpga::Address(address=0x1, byte_enables=0xf, is_read=0x1)
    """

    # ------------------------------------------------------------------------------------------------------------------ writes
    def write(self, coordinate, config):
        """Writes one container, or as many as both lists have.

        Raises UsageError for something that is no container, for a coordinate of another one and for lists of different lengths,
        AccessError for a container that cannot be written or a value that the register cannot take.
        """
        if isinstance(config, RawRegister):
            self.write_one(coordinate, config)
        else:
            self.write_many(listed(coordinate), listed(config))

    cdef int write_one(self, object coordinate, object config) except -1:
        cdef uint32_t addresses[LABELS_MAX]
        cdef uint32_t words[LABELS_MAX]
        cdef uint8_t enables
        cdef Kind kind = kind_of(type(config))
        cdef int i
        if type(coordinate) is not kind.coordinate:
            raise wrong_coordinate(coordinate, kind)
        if not kind.writable:
            raise AccessError(f"{config} can't be written.")
        enables = kind.unpack((<RawRegister> config).raw, words)
        for i in range(kind.words()):
            addresses[i] = <uint32_t> (<Value> coordinate).v
        append_write(self.buffer, kind.backend, addresses, words, &enables, kind.words())
        return 0

    cdef int write_many(self, list coordinates, list configs) except -1:
        cdef Py_ssize_t i, n = len(configs)
        cdef int j, each
        cdef Kind kind
        cdef object place, config, cls
        if len(coordinates) != n:
            raise UsageError(f"Coordinate count does not match configuration count. ({len(coordinates)} coordinates, {n} configurations)")
        if n == 0:
            return 0
        cls = type(configs[0])
        kind, each = kind_of(cls), 0
        each = kind.words()
        if not kind.writable:
            raise AccessError(f"Containers [{', '.join(map(str, configs))}] can't be written.")
        place = kind.coordinate
        cdef uint32_t[::1] addresses = np.empty(n * each, dtype=np.uint32)
        cdef uint32_t[::1] words = np.empty(n * each, dtype=np.uint32)
        cdef uint8_t[::1] enables = np.empty(n * each, dtype=np.uint8)
        for i in range(n):
            config, coordinate = configs[i], coordinates[i]
            if type(config) is not cls:
                raise UsageError(f"all containers of one write are of one class: {config!r} is not a {cls.__name__}")
            if type(coordinate) is not place:
                raise wrong_coordinate(coordinate, kind)
            enables[i] = kind.unpack((<RawRegister> config).raw, &words[i * each])
            for j in range(each):
                addresses[i * each + j] = <uint32_t> (<Value> coordinate).v
        append_write(self.buffer, kind.backend, &addresses[0], &words[0], &enables[0], n * each)
        return 0

    def write_array(self, container, addresses, words, byte_enables=None):
        """Writes many containers of one class from arrays, at the speed of arrays: `addresses` are numbers of coordinates (uint32[n]).

        words          uint32[n]; of spike packs uint16[n, labels]
        byte_enables   uint8[n], omnibus only: bit i counts byte i in; default all
        """
        cdef Kind kind = kind_of(container)
        cdef const uint32_t[::1] places
        cdef const uint32_t[::1] values = unsigned(words)
        cdef const uint8_t[::1] lanes
        cdef const uint8_t* enables = NULL
        if not kind.writable:
            raise AccessError(f"{container.__name__} can't be written.")
        places = np.repeat(unsigned(addresses), kind.words())
        if places.shape[0] != values.shape[0]:
            raise UsageError(f"{places.shape[0] // kind.words()} addresses and {values.shape[0]} words do not fit together")
        if values.shape[0] == 0:
            return
        if byte_enables is not None:
            lanes = np.ascontiguousarray(byte_enables, dtype=np.uint8).reshape(-1)
            if lanes.shape[0] != values.shape[0]:
                raise UsageError(f"{values.shape[0]} words and {lanes.shape[0]} byte enables do not fit together")
            enables = &lanes[0]
        append_write(self.buffer, kind.backend, &places[0], &values[0], enables, values.shape[0])

    # ------------------------------------------------------------------------------------------------------------------- reads
    def read(self, coordinate):
        """Reads what stands on one coordinate, or on each of a list of them (all of one class); returns one ticket.

        Raises UsageError where no container stands, AccessError where it cannot be read.
        """
        cdef Kind kind
        cdef Py_ssize_t i, n
        cdef list coordinates
        cdef object place
        if isinstance(coordinate, Value):
            kind = kind_at(type(coordinate))
            if not kind.readable:
                raise AccessError(f"Coordinate {coordinate} can't be read.")
            coordinates = [coordinate]
        else:
            coordinates = listed(coordinate)
            if not coordinates:
                raise UsageError("an empty list does not say what is to be read")
            kind = kind_at(type(coordinates[0]))
            if not kind.readable:
                raise AccessError(f"Coordinates [{', '.join(map(str, coordinates))}] can't be read.")
        n, place = len(coordinates), kind.coordinate
        numbers = np.empty(n, dtype=np.uint32)
        cdef uint32_t[::1] addresses = numbers
        for i in range(n):
            coordinate = coordinates[i]
            if type(coordinate) is not place:
                raise wrong_coordinate(coordinate, kind)
            addresses[i] = <uint32_t> (<Value> coordinate).v
        return self.read_words(kind, numbers)

    def read_array(self, container, addresses):
        """Reads many containers of one class; `addresses` are numbers of coordinates (uint32[n]). Returns one ticket."""
        cdef Kind kind = kind_of(container)
        if not kind.readable:
            raise AccessError(f"{container.__name__} can't be read.")
        return self.read_words(kind, unsigned(addresses))

    cdef ContainerTicket read_words(self, Kind kind, object addresses):
        cdef const uint32_t[::1] places = addresses
        cdef ContainerTicket ticket = ContainerTicket.__new__(ContainerTicket)
        cdef Py_ssize_t n = places.shape[0]
        ticket.what, ticket.containers = kind, n
        if n:
            append_read(self.buffer, kind.backend, &places[0], n)
        self.claim(ticket, response_class(kind.backend), n * responses_per_word(kind.backend))
        return ticket

    # ----------------------------------------------------------------------------------------------------------------- joining
    def merge_front(self, other):
        """Moves everything from another builder in front of this one's start. Its tickets now belong to this program, it is left empty."""
        self.join(other_than(self, other, "merge_front"), True)


cdef list listed(object things):
    if isinstance(things, (Value, str)) or not hasattr(things, "__iter__"):
        raise UsageError(f"a container or a list of them is needed, not {things!r}")
    return things if type(things) is list else list(things)


cdef object unsigned(object numbers):
    """uint32[n] of integers. Raises UsageError for negative or too large ones."""
    try:
        array = unmasked(numbers)
    except ArrayElementError as error:
        raise UsageError(f"integers are needed: {error}") from None
    if array.dtype != np.uint32 and array.size:
        if array.dtype.kind not in "iub" or array.min() < 0 or array.max() > 0xffffffff:
            raise UsageError("integers from 0 to 0xffffffff are needed")
    return np.ascontiguousarray(array, dtype=np.uint32).reshape(-1)


cdef object wrong_coordinate(object coordinate, Kind kind):
    return UsageError(f"{kind.container.__name__} stands on {kind.coordinate.__name__}, not on {coordinate!r}")
