# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""What both readers have in common: where they are, what they have read, and what a number may be."""

from libc.stdint cimport int64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcpy

import numpy as np

from haldls.serialization.nodes cimport Node

from haldls.errors import SerializationError


cdef class Reader:
    """Base of the readers. Everything they cannot read raises SerializationError with the place."""

    def __cinit__(self):
        self.labels = [None] * DEEPEST
        self.numbers[0] = -1

    def __dealloc__(self):
        free(self.values)

    def fail(self, str text):
        """Raises SerializationError for what was read last, whatever was wrong with it."""
        raise SerializationError(text, self.path())

    def path(self):
        """Names of the members and numbers of the elements that lead to where reading stands: `value0.values[3].first`."""
        text = ""
        for level in range(self.depth + 1):
            if self.labels[level] is not None:
                text += ("." if text else "") + self.labels[level].decode("utf-8", "replace")
            elif self.numbers[level] >= 0:
                text += f"[{self.numbers[level]}]"
        return text

    cdef int push(self) except -1:
        """One level further down."""
        if self.depth + 1 == DEEPEST:
            self.fail(f"it is nested more than {DEEPEST} levels deep")
        self.depth += 1
        self.labels[self.depth], self.numbers[self.depth] = None, -1
        return 0

    cdef int reserve(self, Py_ssize_t more) except -1:
        """Makes room for so many more values."""
        cdef Py_ssize_t wanted = self.n_values + more
        if wanted <= self.capacity:
            return 0
        wanted = max(wanted, 2 * self.capacity, 64)
        cdef int64_t* larger = <int64_t*>realloc(self.values, wanted * sizeof(int64_t))
        if larger == NULL:
            self.fail(f"there is no memory for {wanted} values")
        self.values, self.capacity = larger, wanted
        return 0

    cdef int keep(self, int64_t value) except -1:
        self.reserve(1)
        self.values[self.n_values] = value
        self.n_values += 1
        return 0

    cdef object taken(self):
        """The values of the object that was read, int64[n]."""
        result = np.empty(self.n_values, dtype=np.int64)
        cdef int64_t[::1] target = result
        if self.n_values:
            memcpy(&target[0], self.values, self.n_values * sizeof(int64_t))
        self.n_values = 0
        return result

    cdef int fits(self, Node node, int64_t number) except -1:
        """Refuses a number outside its range."""
        if number > node.high:
            self.fail(f"range overflow: {number} > max({node.high})")
        if number < node.low:
            self.fail(f"range underflow: {number} < min({node.low})")
        return 0

    cdef int64_t decoded(self, Node node, int64_t number) except? -9223372036854775807:
        """The value of a stored number. Refuses one outside its range or without meaning."""
        if number > node.high or number < node.low:
            self.fits(node, number)
        if node.meant == NULL:
            return number
        if not 0 <= number < node.n_meant or node.meant[number] < 0:
            self.fail(f"{number} is none of the numbers that stand for something here: {[i for i in range(node.n_meant) if node.meant[i] >= 0]}")
        return node.meant[number]

    cdef int64_t on_grid(self, Node node, int64_t x, int64_t y, int64_t e) except -1:
        """Refuses a position whose number is another one's."""
        if node.stored[e] != x or node.meant[e] != y:
            self.fail(f"position {e} is at x {node.stored[e]}, y {node.meant[e]}, not at x {x}, y {y}")
        return e

    cdef int64_t ordered(self, Node node, int64_t low, int64_t high) except -1:
        """Refuses an interval that ends before it begins."""
        if low > high:
            self.fail(f"the interval is oriented wrongly, min {low} > max {high}")
        return low * node.count + high

    cdef int refuse_version(self, int64_t found, int known, str name) except -1:
        self.fail(f"version {found} of {name} is not known, only version {known}")
        return 0
