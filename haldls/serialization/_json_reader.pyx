# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Reading the JSON format along the tree of nodes. (facts: serialization 2)

Members are expected in the order in which they are written; where they come in another one, or others stand between them, the object's members
are looked up by name, as the original does.
"""

import json

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport INT64_MAX, int64_t, uint64_t
from libc.string cimport memcmp

from haldls.serialization.nodes cimport (
    ARRAY, CHOICE, FLAG, GRID, INTERVAL, LIST, MAP, NUMBER, ROW, STRUCT, VARIANT, Node, version_of
)
from haldls.serialization._reader cimport DEEPEST, Reader

from haldls.errors import SerializationError

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef bytes ENTRY = b"entry", VALUE = b"value", VALUE0 = b"value0", INDEX = b"index", DATA = b"data", KEY = b"key"
cdef bytes X = b"x", Y = b"y", E = b"e", MIN = b"min", MAX = b"max", VERSION = b"cereal_class_version"

cdef frozenset SCALARS = frozenset((b"true", b"false", b"null"))

cdef enum:
    MOST_NESTED = 512   # brackets around something that is skipped


cdef class JSONReader(Reader):
    """Takes one object after the other out of a text. Raises SerializationError with the line at fault."""

    cdef str owner
    cdef const char* data              # ends with a zero byte
    cdef Py_ssize_t size, position
    cdef bint first[DEEPEST]           # per level: nothing of the object or list was read yet
    cdef Py_ssize_t start[DEEPEST]     # per level: where its contents begin
    cdef list members                  # per level: all members (name, place of the value) where they have to be looked up, otherwise None
    cdef Py_ssize_t next[DEEPEST]      # per level: the member after the one read last
    cdef Py_ssize_t end[DEEPEST]       # per level: where its contents end, where members are looked up

    def __init__(self, str text):
        self.owner, self.members = text, [None] * DEEPEST
        try:
            self.data = PyUnicode_AsUTF8AndSize(text, &self.size)
        except UnicodeEncodeError as error:
            raise SerializationError(f"the text holds what is no character: {error}") from error
        self._enter(b"{")
        self._space()
        if self.data[self.position] != b'"':
            self.fail("there is nothing in it")
        name = self._string()
        self._expect(b":")
        self.depth = 0
        self.labels[0] = name

    def fail(self, str text):
        line = self.data[: self.position].count(b"\n") + 1
        raise SerializationError(f"{text} (line {line}, {self.path()})", self.path(), line=line)

    # ------------------------------------------------------------------------------------------------------------------ characters
    cdef int _space(self) noexcept:
        while self.data[self.position] in b" \n\r\t":
            self.position += 1
        return 0

    cdef int _expect(self, const char* character) except -1:
        self._space()
        if self.data[self.position] != character[0]:
            self.fail(f"{character[:1].decode()!r} is needed, not {self._next_character()}")
        self.position += 1
        return 0

    cdef object _next_character(self):
        """What comes next, for errors."""
        if self.position >= self.size:
            return "the end of the text"
        return repr(self.data[self.position : min(self.position + 24, self.size)].decode("utf-8", "replace").split("\n")[0])

    cdef bytes _string(self):
        """The next string, which has to begin here."""
        cdef Py_ssize_t start = self.position + 1
        cdef bint escaped = False
        self.position = start
        while self.data[self.position] != b'"':
            if <unsigned char>self.data[self.position] < 32:
                self.fail("a string does not end")
            if self.data[self.position] == b"\\":
                escaped = True
                self.position += 1
                if self.data[self.position] == 0:
                    self.fail("a string does not end")
            self.position += 1
        self.position += 1
        cdef bytes text = self.data[start : self.position - 1]
        if not escaped:
            return text
        try:
            return json.loads(b'"%s"' % text).encode("utf-8", "replace")
        except ValueError:
            self.fail("a string is not valid")

    cdef int64_t _integer(self) except? -9223372036854775807:
        """The next number, which has to be an integer."""
        self._space()
        cdef Py_ssize_t start = self.position
        cdef uint64_t number = 0
        cdef bint negative = self.data[start] == b"-"
        cdef Py_ssize_t place = start + negative, digits = place
        while b"0" <= self.data[place] <= b"9":
            if place - digits < 19:
                number = 10 * number + (self.data[place] - 48)
            place += 1
        if place == digits or self.data[place] in b".eE" or (self.data[digits] == b"0" and place - digits > 1):
            self.fail(f"an integer is needed, not {self._next_character()}")
        if place - digits > 19 or number > <uint64_t>INT64_MAX:
            self.fail(f"range {'underflow' if negative else 'overflow'}: {self._next_character()} is too long for 64 bits")
        self.position = place
        return -<int64_t>number if negative else <int64_t>number

    cdef int _skip(self) except -1:
        """Passes over the next value, whatever it is."""
        cdef char closing[MOST_NESTED]
        cdef int nested = 0
        while True:
            self._space()
            if self.data[self.position] in b"{[":
                if nested == MOST_NESTED:
                    self.fail(f"it is nested more than {MOST_NESTED} levels deep")
                closing[nested] = b"}" if self.data[self.position] == b"{" else b"]"
                nested += 1
                self.position += 1
                self._space()
                if self.data[self.position] != closing[nested - 1]:
                    self._skip_name(closing[nested - 1])
                    continue
            elif self.data[self.position] == b'"':
                self._string()
            else:
                self._skip_scalar()
            while nested:
                self._space()
                if self.data[self.position] == b",":
                    self.position += 1
                    self._skip_name(closing[nested - 1])
                    break
                if self.data[self.position] != closing[nested - 1]:
                    self.fail(f"',' or {chr(closing[nested - 1])!r} is needed, not {self._next_character()}")
                self.position += 1
                nested -= 1
            else:
                return 0

    cdef int _skip_name(self, char closing) except -1:
        """Passes over the name of a member, if this is an object."""
        if closing == b"}":
            self._name()
        return 0

    cdef bytes _name(self):
        """The name of the next member and the colon behind it."""
        self._space()
        if self.data[self.position] != b'"':
            self.fail(f"the name of a member is needed, not {self._next_character()}")
        cdef bytes name = self._string()
        self._expect(b":")
        return name

    cdef int _skip_scalar(self) except -1:
        cdef Py_ssize_t start = self.position, digits = start
        while self.data[self.position] not in b" \n\r\t,]}\0":
            self.position += 1
        while b"0" <= self.data[digits] <= b"9":
            digits += 1
        if digits == self.position and digits > start and (digits == start + 1 or self.data[start] != b"0"):
            return 0
        text = self.data[start : self.position]
        if text in SCALARS:
            return 0
        try:
            json.loads(text, parse_constant=_refuse)
        except ValueError:
            self.position = start
            self.fail(f"a value is needed, not {self._next_character()}")
        return 0

    # --------------------------------------------------------------------------------------------------------- objects and their members
    cdef int _enter(self, const char* bracket) except -1:
        self._expect(bracket)
        self.push()
        self.first[self.depth], self.start[self.depth], self.members[self.depth] = True, self.position, None
        return 0

    cdef int _find(self, bytes name, bint around=True) except -1:
        """Goes to the value of a member: the next one, or else the next one of that name, beginning anew at the end if `around`."""
        cdef Py_ssize_t size = PyBytes_GET_SIZE(name), before = self.position
        cdef bint first = self.first[self.depth]
        self.labels[self.depth] = name
        if self.members[self.depth] is None:
            self._space()
            if not first and self.data[self.position] == b",":
                self.position += 1
                self._space()
                first = True
            if first and self.data[self.position] == b'"' and self.size - self.position > size + 2:
                if self.data[self.position + 1 + size] == b'"' and memcmp(self.data + self.position + 1, PyBytes_AS_STRING(name), size) == 0:
                    self.position += size + 2
                    self.first[self.depth] = False
                    return self._expect(b":")
            self._look_up(before)
        members = <list>self.members[self.depth]
        cdef Py_ssize_t i, at
        for i in range(len(members)):
            at = self.next[self.depth] + i
            if at >= len(members):
                if not around:
                    break
                at -= len(members)
            if members[at][0] == name:
                self.position, self.next[self.depth] = members[at][1], at + 1
                return 0
        self.labels[self.depth] = None
        self.position = self.end[self.depth]
        self.fail(f"member {name.decode()!r} is missing")
        return 0

    cdef int _look_up(self, Py_ssize_t before) except -1:
        """Lists all members of the object. Those that begin before the given place were read already."""
        members = []
        self.position, self.next[self.depth] = self.start[self.depth], 0
        self._space()
        while self.data[self.position] != b"}":
            if members:
                self._expect(b",")
            name = self._name()
            members.append((name, self.position))
            self.next[self.depth] += self.position <= before and not self.first[self.depth]
            self._skip()
            self._space()
        self.members[self.depth], self.end[self.depth] = members, self.position
        return 0

    cdef int _leave(self) except -1:
        """Leaves an object; members that nobody asked for are passed over."""
        self.labels[self.depth] = None
        if self.members[self.depth] is not None:
            self.position = self.end[self.depth]
        self._space()
        while self.data[self.position] != b"}":
            if not self.first[self.depth]:
                self._expect(b",")
            self.first[self.depth] = False
            self._name()
            self._skip()
            self._space()
        self.position += 1
        self.depth -= 1
        return 0

    cdef bint _element(self) except -1:
        """Goes to the next element of a list; False, behind the list, if there is none."""
        self._space()
        if self.data[self.position] == b"]":
            self.position += 1
            self.depth -= 1
            return False
        if not self.first[self.depth]:
            self._expect(b",")
        self.first[self.depth] = False
        self.numbers[self.depth] += 1
        return True

    # ------------------------------------------------------------------------------------------------------------------------- nodes
    cdef int _boxed(self, Node node, bytes name) except -1:
        """A member with a number."""
        self._find(name)
        return self._number(node)

    cdef int _number(self, Node node) except -1:
        """A number inside the objects around it."""
        cdef int level
        for level in range(node.levels):
            self._enter(b"{")
            self._find(VALUE if level == node.levels - 1 else VALUE0)
        self._space()
        cdef Py_ssize_t before = self.position
        cdef int64_t number = self._integer()
        if number > node.high or number < node.low or node.meant != NULL:
            self.position = before  # for the line of an error
            number = self.decoded(node, number)
            self._integer()
        for level in range(node.levels):
            self._leave()
        return self.keep(number)

    cdef int64_t _last(self) noexcept:
        """Takes the value kept last back."""
        self.n_values -= 1
        return self.values[self.n_values]

    cdef int _flag(self, Node node) except -1:
        self._space()
        if self.size - self.position >= 4 and memcmp(self.data + self.position, b"true", 4) == 0:
            self.position += 4
            return self.keep(self.decoded(node, 1))
        if self.size - self.position >= 5 and memcmp(self.data + self.position, b"false", 5) == 0:
            self.position += 5
            return self.keep(self.decoded(node, 0))
        self.fail(f"true or false is needed, not {self._next_character()}")
        return 0

    cdef int _read(self, Node node) except -1:
        cdef int64_t low, high
        if node.kind == FLAG:
            return self._flag(node)
        if node.kind == NUMBER:
            return self._number(node)
        if node.kind == LIST or node.kind == MAP:
            return self._list(node)
        self._enter(b"{")
        if node.kind == STRUCT:
            self._version(node.version, 0, node.name)
            for i in range(len(node.parts)):
                self._find(<bytes>node.names[i])
                self._read(<Node>node.parts[i])
        elif node.kind == ARRAY or node.kind == ROW:
            self._elements(node)
        elif node.kind == CHOICE or node.kind == VARIANT:
            self._alternative(node)
        elif node.kind == GRID:
            self._boxed(<Node>node.parts[0], X)
            self._boxed(<Node>node.parts[1], Y)
            self._boxed(<Node>node.parts[2], E)
            self.n_values -= 3
            self.keep(self.on_grid(node, self.values[self.n_values], self.values[self.n_values + 1], self.values[self.n_values + 2]))
        else:
            self._boxed(<Node>node.parts[0], MIN)
            low = self._last()
            self._boxed(<Node>node.parts[0], MAX)
            high = self._last()
            self.keep(self.ordered(node, low, high))
        return self._leave()

    cdef int _alternative(self, Node node) except -1:
        self._find(INDEX)
        cdef int64_t index = self._integer()
        if not 0 <= index < len(node.parts):
            self.fail(f"there are {len(node.parts)} alternatives, {index} is none of them")
        if node.kind == VARIANT:
            self.keep(index)
        self._find(DATA)
        return self._read(<Node>node.parts[index])

    cdef int _elements(self, Node node) except -1:
        """The elements of an array; there have to be exactly as many as it holds."""
        cdef Node element = <Node>node.parts[0]
        cdef int64_t i
        self.reserve(node.count * max(1, element.length))
        for i in range(node.count):
            self._find(ENTRY if node.kind == ARRAY else <bytes>node.names[i], node.kind == ROW)
            self.labels[self.depth], self.numbers[self.depth] = None, i
            self._read(element)
        if node.kind == ARRAY and self._has_more():
            self.fail(f"there are more than {node.count} elements")
        return 0

    cdef bint _has_more(self) except -1:
        """Whether the array has further elements."""
        if self.members[self.depth] is not None:
            return any(name == ENTRY for name, _ in self.members[self.depth][self.next[self.depth] :])
        self._space()
        if self.data[self.position] == b"}":
            return False
        self._look_up(self.position)
        return self._has_more()

    cdef int _list(self, Node node) except -1:
        cdef Py_ssize_t count = self.n_values
        self.keep(0)
        self._enter(b"[")
        while self._element():
            if node.kind == MAP:
                self._enter(b"{")
                self._find(KEY)
                self._read(<Node>node.parts[0])
                self._find(VALUE)
                self._read(<Node>node.parts[1])
                self._leave()
            else:
                self._read(<Node>node.parts[0])
            self.values[count] += 1
        return 0

    cdef int _version(self, int place, int version, str name) except -1:
        cdef int64_t found
        if place < 0 or self.seen[place]:
            return 0
        self.seen[place] = 1
        self._find(VERSION)
        found = self._integer()
        if found != version:
            self.refuse_version(found, version, name)
        return 0

    # ---------------------------------------------------------------------------------------------------- the same as the other reader's
    cdef int _go(self, str name) except -1:
        """Goes to a member; without a name, one stands before an element or the outermost value already."""
        if name is not None and self.depth:
            self._find(name.encode())
        return 0

    def open(self, str name=None):
        """Enters an object."""
        self._go(name)
        self._enter(b"{")

    def close(self):
        """Leaves the object entered last."""
        self._leave()

    def version(self, str name, int version=0):
        """Refuses another version of a class, if this is its first occurrence."""
        self._version(version_of(name), version, name)

    def number(self, str name, int width):
        """A number of so many bytes without a class of its own."""
        self._go(name)
        cdef int64_t number = self._integer()
        if number < 0 or width < 8 and number >> 8 * width:
            self.fail(f"a number of {width} bytes is needed, not {number}")
        return number

    def text(self, str name):
        """A text."""
        self._go(name)
        self._space()
        if self.data[self.position] != b'"':
            self.fail(f"a text is needed, not {self._next_character()}")
        return self._string().decode("utf-8", "replace")

    def sequence(self, str name, int64_t least=1):
        """Enters a list; `more` tells whether there is another element. `least` is for the other format."""
        self._go(name)
        self._enter(b"[")

    def more(self):
        """Whether the list has another element, which then comes next; otherwise the list is left."""
        return self._element()

    def value(self, str name, Node node):
        """The values of an object, int64[n]."""
        self._go(name)
        self.n_values = 0
        self._read(node)
        return self.taken()

    def done(self):
        """Refuses text that follows."""
        self._expect(b"}")
        self._space()
        if self.position != self.size:
            self.fail(f"{self._next_character()} follows after the end")


def _refuse(name):
    raise ValueError(name)
