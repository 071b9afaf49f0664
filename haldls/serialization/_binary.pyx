# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The portable binary format: plain numbers of fixed width, one after the other. (facts: serialization 1)"""

import sys

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint8_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from haldls.serialization.nodes cimport (
    ARRAY, CHOICE, FLAG, GRID, INTERVAL, LIST, MAP, NUMBER, ROW, STRUCT, VARIANT, Node, alternative, stored_for, version_of
)
from haldls.serialization._reader cimport Reader

from haldls.errors import SerializationError

if sys.byteorder != "little":
    raise ImportError("the portable binary format is implemented for little-endian machines only")


cdef class BinaryWriter:
    """Puts one object after the other into bytes; `done` gives them. Names are for the other format."""

    cdef uint8_t* data
    cdef Py_ssize_t size, capacity
    cdef unsigned char seen[1024]

    def __cinit__(self):
        self._room(64)
        self.data[0] = 1  # little-endian
        self.size = 1

    def __dealloc__(self):
        free(self.data)

    cdef int _room(self, Py_ssize_t more) except -1:
        if self.size + more <= self.capacity:
            return 0
        cdef Py_ssize_t wanted = max(self.size + more, 2 * self.capacity)
        cdef uint8_t* larger = <uint8_t*>realloc(self.data, wanted)
        if larger == NULL:
            raise MemoryError()
        self.data, self.capacity = larger, wanted
        return 0

    cdef int _integer(self, int64_t number, int width) except -1:
        self._room(width)
        memcpy(self.data + self.size, &number, width)
        self.size += width
        return 0

    cdef int _write(self, Node node, const int64_t** values) except -1:
        cdef int64_t i
        cdef Node part
        if node.kind == FLAG or node.kind == NUMBER:
            self._numbers(node, values, 1)
        elif node.kind == CHOICE:
            i = alternative(node, values[0][0])
            self._integer(i, 4)
            self._numbers(<Node>node.parts[i], values, 1)
        elif node.kind == GRID:
            self._integer(node.stored[values[0][0]], (<Node>node.parts[0]).width)
            self._integer(node.meant[values[0][0]], (<Node>node.parts[1]).width)
            self._numbers(<Node>node.parts[2], values, 1)
        elif node.kind == INTERVAL:
            part = <Node>node.parts[0]
            self._integer(values[0][0] // node.count, part.width)
            self._integer(values[0][0] % node.count, part.width)
            values[0] += 1
        elif node.kind == STRUCT:
            self._version(node.version, 0)
            for part in node.parts:
                self._write(part, values)
        elif node.kind == VARIANT:
            i = self._count(values, 4)
            self._write(<Node>node.parts[i], values)
        elif node.kind == MAP:
            for i in range(self._count(values, 8)):
                self._write(<Node>node.parts[0], values)
                self._write(<Node>node.parts[1], values)
        else:
            i = self._count(values, 8) if node.kind == LIST else node.count
            self._elements(<Node>node.parts[0], values, i)
        return 0

    cdef int64_t _count(self, const int64_t** values, int width) except -1:
        cdef int64_t count = values[0][0]
        values[0] += 1
        self._integer(count, width)
        return count

    cdef int _elements(self, Node element, const int64_t** values, int64_t count) except -1:
        cdef int64_t i
        if element.kind == FLAG or element.kind == NUMBER:
            return self._numbers(element, values, count)
        for i in range(count):
            self._write(element, values)
        return 0

    cdef int _numbers(self, Node node, const int64_t** values, int64_t count) except -1:
        """So many numbers of a kind."""
        cdef int64_t i, number
        cdef int width = node.width
        self._room(count * width)
        cdef uint8_t* target = self.data + self.size
        for i in range(count):
            number = values[0][i] if node.stored == NULL else stored_for(node, values[0][i])
            memcpy(target, &number, width)
            target += width
        values[0] += count
        self.size += count * width
        return 0

    cdef int _version(self, int place, int version) except -1:
        if place >= 0 and not self.seen[place]:
            self.seen[place] = 1
            self._integer(version, 4)
        return 0

    def open(self, str name=None):
        """Begins an object."""

    def close(self):
        """Ends the object or list begun last."""

    def version(self, str name, int version=0):
        """The version of a class, if this is its first occurrence."""
        self._version(version_of(name), version)

    def number(self, str name, number, int width):
        """A number of so many bytes without a class of its own."""
        self._integer(number if number < 1 << 63 else number - (1 << 64), width)

    def text(self, str name, str text):
        """A text of ASCII characters."""
        cdef bytes data = text.encode("ascii")
        self._integer(len(data), 8)
        self._room(len(data))
        memcpy(self.data + self.size, PyBytes_AS_STRING(data), len(data))
        self.size += len(data)

    def sequence(self, str name, int64_t size):
        """Begins a list of so many elements."""
        self._integer(size, 8)

    def value(self, str name, Node node, const int64_t[::1] values):
        """An object, as its values."""
        cdef const int64_t* position = &values[0] if values.shape[0] else NULL
        self._write(node, &position)

    def done(self):
        """The bytes."""
        return PyBytes_FromStringAndSize(<char*>self.data, self.size)


cdef class BinaryReader(Reader):
    """Takes one object after the other out of bytes. Raises SerializationError with the byte at fault."""

    cdef bytes owner
    cdef const uint8_t* data
    cdef Py_ssize_t size, position
    cdef bint swapped                  # big-endian
    cdef int64_t waiting[64]           # per level: elements of the list that are still to come

    def __init__(self, bytes data):
        self.owner, self.size = data, len(data)
        self.data = <const uint8_t*>PyBytes_AS_STRING(data)
        self.labels[0] = b"value0"
        cdef int64_t order = self._integer(1, False)
        if order not in (0, 1):
            self.position = 0
            self.fail(f"it begins with {order}, neither with 1 (little-endian) nor with 0 (big-endian): this is not a portable binary")
        self.swapped = order == 0

    def fail(self, str text):
        raise SerializationError(f"{text} (byte {self.position} of {self.size}, {self.path()})", self.path(), offset=self.position)

    cdef int _need(self, int64_t size) except -1:
        if size > self.size - self.position:
            self.fail(f"it ends too early: {size} more bytes are needed, {self.size - self.position} are left")
        return 0

    cdef int64_t _integer(self, int width, bint is_signed) except? -9223372036854775807:
        """The next number. One of 64 bits that is unsigned and larger than 2**63 - 1 is refused."""
        self._need(width)
        cdef int64_t number = 0
        cdef const uint8_t* source = self.data + self.position
        cdef int i
        if self.swapped:
            for i in range(width):
                number = number << 8 | source[i]
        else:
            memcpy(&number, source, width)
        if is_signed and width < 8 and number >> (8 * width - 1):
            number -= <int64_t>1 << 8 * width
        if number < 0 and not is_signed:
            self.fail(f"range overflow: {number + (1 << 64)} > max({(1 << 63) - 1})")
        self.position += width
        return number

    cdef int _number(self, Node node) except -1:
        cdef int64_t number = self._integer(node.width, node.is_signed)
        self.position -= node.width  # errors name the byte where the number begins
        number = self.decoded(node, number)
        self.position += node.width
        return self.keep(number)

    cdef int64_t _bounded(self, Node node) except? -9223372036854775807:
        """A number that is a part of something, inside its range."""
        self._number(node)
        self.n_values -= 1
        return self.values[self.n_values]

    cdef int _read(self, Node node) except -1:
        cdef int64_t i, low, high
        if node.kind == FLAG:
            self._flag(node)
        elif node.kind == NUMBER:
            self._number(node)
        elif node.kind == CHOICE:
            self._number(<Node>node.parts[self._index(node)])
        elif node.kind == GRID:
            low, high = self._bounded(<Node>node.parts[0]), self._bounded(<Node>node.parts[1])
            self.keep(self.on_grid(node, low, high, self._bounded(<Node>node.parts[2])))
        elif node.kind == INTERVAL:
            low, high = self._bounded(<Node>node.parts[0]), self._bounded(<Node>node.parts[1])
            self.keep(self.ordered(node, low, high))
        elif node.kind == STRUCT:
            self._version(node.version, 0, node.name)
            self.push()
            for i in range(len(node.parts)):
                self.labels[self.depth] = node.names[i]
                self._read(<Node>node.parts[i])
            self.depth -= 1
        elif node.kind == VARIANT:
            i = self._index(node)
            self.keep(i)
            self._read(<Node>node.parts[i])
        elif node.kind == LIST or node.kind == MAP:
            i = self._count(node)
            self.keep(i)
            self._elements(node, i)
        else:
            self._elements(node, node.count)
        return 0

    cdef int64_t _index(self, Node node) except -1:
        cdef int64_t index = self._integer(4, True)
        if not 0 <= index < len(node.parts):
            self.position -= 4
            self.fail(f"there are {len(node.parts)} alternatives, {index} is none of them")
        return index

    cdef int64_t _count(self, Node node) except -1:
        """The number of elements of a list. Refuses one that cannot be in what is left."""
        cdef int64_t least = 0
        for part in node.parts:
            least += (<Node>part).least
        return self._size(least)

    cdef int64_t _size(self, int64_t least) except -1:
        cdef int64_t count = self._integer(8, False)
        if count > (self.size - self.position) // max(1, least):
            self.position -= 8
            self.fail(f"a list of {count} elements does not fit into the {self.size - self.position - 8} bytes that follow")
        return count

    cdef int _elements(self, Node node, int64_t count) except -1:
        cdef Node element = <Node>node.parts[0]
        cdef int64_t i
        self._need(count * element.least)
        self.reserve(count * max(1, element.length))
        self.push()
        for i in range(count):
            self.numbers[self.depth] = i
            if element.kind == NUMBER:
                self._number(element)
            elif element.kind == FLAG:
                self._flag(element)
            else:
                self._read(element)
            if node.kind == MAP:
                self._read(<Node>node.parts[1])
        self.depth -= 1
        return 0

    cdef int _flag(self, Node node) except -1:
        self._need(1)
        if self.data[self.position] > 1:
            self.fail(f"a truth value is 0 or 1, not {self.data[self.position]}")
        self.keep(self.decoded(node, self.data[self.position]))
        self.position += 1
        return 0

    cdef int _version(self, int place, int version, str name) except -1:
        cdef int64_t found
        if place < 0 or self.seen[place]:
            return 0
        self.seen[place] = 1
        found = self._integer(4, False)
        if found != version:
            self.position -= 4
            self.refuse_version(found, version, name)
        return 0

    def open(self, str name=None):
        """Enters an object."""
        self.labels[self.depth] = None if name is None else name.encode()
        self.push()

    def close(self):
        """Leaves the object entered last."""
        self.depth -= 1

    def version(self, str name, int version=0):
        """Refuses another version of a class, if this is its first occurrence."""
        self._version(version_of(name), version, name)

    def number(self, str name, int width):
        """A number of so many bytes without a class of its own: a member of that name, or an element."""
        self.labels[self.depth] = None if name is None else name.encode()
        return self._integer(width, False)

    def text(self, str name):
        """A text."""
        self.labels[self.depth] = name.encode()
        cdef int64_t size = self._size(1)
        self.position += size
        return self.owner[self.position - size : self.position].decode("ascii", "replace")

    def sequence(self, str name, int64_t least=1):
        """Enters a list whose elements take at least so many bytes each; `more` tells whether there is another one."""
        self.labels[self.depth] = name.encode()
        cdef int64_t count = self._size(least)
        self.push()
        self.waiting[self.depth] = count

    def more(self):
        """Whether the list has another element, which then comes next; otherwise the list is left."""
        if self.waiting[self.depth] == 0:
            self.depth -= 1
            return False
        self.waiting[self.depth] -= 1
        self.numbers[self.depth] += 1
        return True

    def value(self, str name, Node node):
        """The values of an object, int64[n]."""
        if name is not None:
            self.labels[self.depth] = name.encode()
        self.n_values = 0
        self._read(node)
        return self.taken()

    def done(self):
        """Refuses bytes that follow."""
        if self.position != self.size:
            self.depth = 0
            self.fail(f"{self.size - self.position} bytes follow after the end")
