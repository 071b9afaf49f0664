# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The JSON format: objects of named members, indented by four blanks per level. (facts: serialization 2)"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy, memset

from haldls.serialization.nodes cimport (
    ARRAY, CHOICE, FLAG, GRID, INTERVAL, LIST, MAP, NUMBER, ROW, STRUCT, VARIANT, Node, alternative, stored_for, version_of
)

cdef extern from "Python.h":
    object PyUnicode_DecodeASCII(const char* text, Py_ssize_t size, const char* errors)

cdef int STEP = 4
cdef bytes ENTRY = b"entry", VALUE = b"value", VALUE0 = b"value0", INDEX = b"index", DATA = b"data", KEY = b"key"
cdef bytes X = b"x", Y = b"y", E = b"e", MIN = b"min", MAX = b"max", VERSION = b"cereal_class_version"


cdef class JSONWriter:
    """Puts one object after the other into a text; `done` gives it."""

    cdef char* data
    cdef Py_ssize_t size, capacity
    cdef int depth
    cdef bint empty                    # nothing was written since the object or list began
    cdef list closing                  # per level: the bracket that ends it
    cdef unsigned char seen[1024]

    def __cinit__(self):
        self.closing = []
        self._open(b"{")

    def __dealloc__(self):
        free(self.data)

    cdef int _room(self, Py_ssize_t more) except -1:
        if self.size + more <= self.capacity:
            return 0
        cdef Py_ssize_t wanted = max(self.size + more, 2 * self.capacity, 256)
        cdef char* larger = <char*>realloc(self.data, wanted)
        if larger == NULL:
            raise MemoryError()
        self.data, self.capacity = larger, wanted
        return 0

    cdef int _put(self, const char* text, Py_ssize_t size) except -1:
        self._room(size)
        memcpy(self.data + self.size, text, size)
        self.size += size
        return 0

    cdef int _line(self) except -1:
        """Begins a line at the present level."""
        self._room(1 + STEP * self.depth)
        self.data[self.size] = b"\n"
        memset(self.data + self.size + 1, b" ", STEP * self.depth)
        self.size += 1 + STEP * self.depth
        return 0

    cdef int _member(self, bytes name) except -1:
        """Begins a member, or an element if there is no name."""
        if not self.empty:
            self._put(b",", 1)
        self.empty = False
        self._line()
        if name is not None:
            self._put(b'"', 1)
            self._put(PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name))
            self._put(b'": ', 3)
        return 0

    cdef int _open(self, bytes bracket) except -1:
        self._put(PyBytes_AS_STRING(bracket), 1)
        self.closing.append(b"}" if bracket == b"{" else b"]")
        self.depth += 1
        self.empty = True
        return 0

    cdef int _close(self) except -1:
        self.depth -= 1
        if not self.empty:
            self._line()
        self.empty = False
        return self._put(PyBytes_AS_STRING(self.closing.pop()), 1)

    cdef int _integer(self, int64_t number) except -1:
        """The decimal digits of a number."""
        cdef char digits[24]
        cdef int start = 24
        cdef uint64_t rest = <uint64_t>number if number >= 0 else -<uint64_t>number
        while True:
            start -= 1
            digits[start] = 48 + rest % 10
            rest //= 10
            if not rest:
                break
        if number < 0:
            start -= 1
            digits[start] = b"-"
        return self._put(digits + start, 24 - start)

    cdef int _boxed(self, bytes name, int64_t number) except -1:
        """A member that is an object with one number."""
        self._member(name)
        self._open(b"{")
        self._member(VALUE)
        self._integer(number)
        return self._close()

    cdef int _number(self, Node node, int64_t value) except -1:
        """The content of a member that is a number."""
        cdef int level
        if node.kind == FLAG:
            return self._put(b"true", 4) if stored_for(node, value) else self._put(b"false", 5)
        for level in range(node.levels):
            self._open(b"{")
            self._member(VALUE if level == node.levels - 1 else VALUE0)
        self._integer(stored_for(node, value))
        for level in range(node.levels):
            self._close()
        return 0

    cdef int _write(self, Node node, const int64_t** values) except -1:
        """The content of a member."""
        cdef int64_t i
        if node.kind == FLAG or node.kind == NUMBER:
            self._number(node, values[0][0])
            values[0] += 1
        elif node.kind == CHOICE:
            i = alternative(node, values[0][0])
            self._alternative(i, <Node>node.parts[i], values)
        elif node.kind == VARIANT:
            i = values[0][0]
            values[0] += 1
            self._alternative(i, <Node>node.parts[i], values)
        elif node.kind == LIST or node.kind == MAP:
            self._list(node, values)
        else:
            self._open(b"{")
            self._members(node, values)
            self._close()
        return 0

    cdef int _alternative(self, int64_t index, Node node, const int64_t** values) except -1:
        self._open(b"{")
        self._member(INDEX)
        self._integer(index)
        self._member(DATA)
        self._write(node, values)
        return self._close()

    cdef int _list(self, Node node, const int64_t** values) except -1:
        cdef int64_t i, count = values[0][0]
        values[0] += 1
        self._open(b"[")
        for i in range(count):
            self._member(None)
            if node.kind == MAP:
                self._open(b"{")
                self._member(KEY)
                self._write(<Node>node.parts[0], values)
                self._member(VALUE)
                self._write(<Node>node.parts[1], values)
                self._close()
            else:
                self._write(<Node>node.parts[0], values)
        return self._close()

    cdef int _members(self, Node node, const int64_t** values) except -1:
        """The members of what is an object."""
        cdef int64_t i, value = values[0][0] if node.kind == GRID or node.kind == INTERVAL else 0
        if node.kind == GRID:
            self._boxed(X, node.stored[value])
            self._boxed(Y, node.meant[value])
            self._boxed(E, value)
            values[0] += 1
        elif node.kind == INTERVAL:
            self._boxed(MIN, value // node.count)
            self._boxed(MAX, value % node.count)
            values[0] += 1
        elif node.kind == ARRAY:
            self._entries(<Node>node.parts[0], values, node.count)
        else:
            if node.kind == STRUCT:
                self._version(node.version, 0)
            for i in range(len(node.names)):
                self._member(<bytes>node.names[i])
                self._write(<Node>node.parts[0 if node.kind == ROW else i], values)
        return 0

    cdef int _entries(self, Node element, const int64_t** values, int64_t count) except -1:
        """The elements of an array. What surrounds a number is the same for all of them: the first one's is copied."""
        cdef int64_t i
        cdef Py_ssize_t start, before, after
        cdef int64_t value
        cdef bint alike = element.kind == NUMBER and element.levels == 1 and element.stored == NULL
        for i in range(count):
            if i < 2 or not alike:
                start = self.size
                self._member(ENTRY)
                value = values[0][0] if alike else 0
                self._write(element, values)
                if alike and i == 1:
                    after = 2 + STEP * self.depth  # line break, indentation and bracket
                    before = self.size - start - after - _digits(value)
                continue
            self._room(before + after + 24)
            memcpy(self.data + self.size, self.data + start, before)
            self.size += before
            self._integer(values[0][0])
            values[0] += 1
            self._room(after)
            memset(self.data + self.size + 1, b" ", after - 2)
            self.data[self.size], self.data[self.size + after - 1] = b"\n", b"}"
            self.size += after
        return 0

    cdef int _version(self, int place, int version) except -1:
        if place >= 0 and not self.seen[place]:
            self.seen[place] = 1
            self._member(VERSION)
            self._integer(version)
        return 0

    def open(self, str name=None):
        """Begins an object: a member of that name, or an element."""
        self._member(None if name is None else name.encode())
        self._open(b"{")

    def close(self):
        """Ends the object or list begun last."""
        self._close()

    def version(self, str name, int version=0):
        """The version of a class, if this is its first occurrence."""
        self._version(version_of(name), version)

    def number(self, str name, number, int width):
        """A member that is a number without a class of its own; `width` is for the other format."""
        cdef bytes digits = str(number).encode()
        self._member(None if name is None else name.encode())
        self._put(PyBytes_AS_STRING(digits), PyBytes_GET_SIZE(digits))

    def text(self, str name, str text):
        """A member that is a text of ASCII characters without quotation marks."""
        cdef bytes quoted = b'"%s"' % text.encode("ascii")
        self._member(name.encode())
        self._put(PyBytes_AS_STRING(quoted), PyBytes_GET_SIZE(quoted))

    def sequence(self, str name, int64_t size):
        """Begins a list; `size` is for the other format."""
        self._member(name.encode())
        self._open(b"[")

    def value(self, str name, Node node, const int64_t[::1] values):
        """A member that is an object, as its values."""
        cdef const int64_t* position = &values[0] if values.shape[0] else NULL
        self._member(None if name is None else name.encode())
        self._write(node, &position)

    def done(self):
        """The text."""
        self._close()
        return PyUnicode_DecodeASCII(self.data, self.size, NULL)


cdef int _digits(int64_t number) noexcept:
    """Length of a number as text."""
    cdef int count = 1 + (number < 0)
    while number >= 10 or number <= -10:
        number //= 10
        count += 1
    return count
