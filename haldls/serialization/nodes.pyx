# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""What the stored form of an object consists of, as a tree of nodes.

The tree says in which order plain integers follow each other, how wide each of them is, what it may be, and what surrounds it in JSON. Writers
and readers of both formats walk along it, over an array int64[n] of the integers of one object in that order, its *values*.
"""

import numpy as np

from haldls.errors import ContainerError

MOST_CLASSES = 1024

cdef dict _versions = {}


cdef int version_of(str name) except -1:
    """The place of a class among those whose version was written already."""
    if name not in _versions and len(_versions) == MOST_CLASSES:
        raise OverflowError(f"more than {MOST_CLASSES} classes have a version")
    return _versions.setdefault(name, len(_versions))


cdef int64_t stored_for(Node node, int64_t value) except? -1:
    """What is stored for the value of a number or truth value."""
    if node.stored == NULL:
        return value
    if not 0 <= value < node.n_stored or node.stored[value] < 0:
        raise ContainerError(f"{value} has no stored form: it is none of {[i for i in range(node.n_stored) if node.stored[i] >= 0]}")
    return node.stored[value]


cdef int64_t alternative(Node node, int64_t value) except -1:
    """Which of the alternatives of a choice a value belongs to."""
    cdef int64_t i
    for i in range(len(node.parts)):
        if (<Node>node.parts[i]).low <= value <= (<Node>node.parts[i]).high:
            return i
    raise ContainerError(f"{value} is none of the alternatives")


cdef class Node:
    """One node; made by the functions below."""

    def __repr__(self):
        return f"<{self.name or self.kind}: {self.length} values, at least {self.least} bytes>"


cdef Node _node(Kind kind, parts=(), int64_t length=-1, int64_t least=0, int64_t count=0):
    cdef Node made = Node()
    made.kind, made.parts, made.length, made.least, made.count = kind, tuple(parts), length, least, count
    return made


def flag(coding=None):
    """A truth value: one byte. `coding` is as that of a number."""
    cdef Node made = _node(FLAG, (), 1, 1)
    made.width, made.high = 1, 1
    return _coded(made, coding)


def number(int width, bint is_signed, int64_t low, int64_t high, int levels=0, coding=None):
    """An integer of `width` bytes between `low` and `high`, in JSON inside so many objects with the one member `value`.

    coding   {stored number: value} where not all numbers are allowed, or they differ from the values
    """
    cdef Node made = _node(NUMBER, (), 1, width)
    made.width, made.is_signed, made.low, made.high, made.levels = width, is_signed, low, high, levels
    return _coded(made, coding)


cdef Node _coded(Node node, coding):
    if coding is not None:
        _tables(node, _inverse({value: stored for stored, value in coding.items()}), _inverse(coding))
    return node


cdef object _inverse(coding):
    """Array of what each number from 0 on stands for, -1 for nothing."""
    table = np.full(1 + max(coding), -1, dtype=np.int64)
    for number, value in coding.items():
        table[number] = value
    return table


cdef int _tables(Node node, stored, meant) except -1:
    cdef const int64_t[::1] first = np.ascontiguousarray(stored, dtype=np.int64), second = np.ascontiguousarray(meant, dtype=np.int64)
    node.tables = (first, second)
    node.stored, node.n_stored, node.meant, node.n_meant = &first[0], first.shape[0], &second[0], second.shape[0]
    return 0


def choice(alternatives):
    """One of several numbers with disjoint ranges; which one is stored before it."""
    return _node(CHOICE, alternatives, 1, 4 + min((<Node>one).least for one in alternatives))


def grid(Node x, Node y, Node e, xs, ys):
    """A position in two dimensions, by its number; `xs` and `ys` are the columns and rows of all of them."""
    cdef Node made = _node(GRID, (x, y, e), 1, x.least + y.least + e.least)
    _tables(made, xs, ys)
    return made


def interval(Node bound, int64_t bounds):
    """Two bounds as one value, `lower * bounds + upper`."""
    return _node(INTERVAL, (bound, bound), 1, 2 * bound.least, bounds)


def struct(str name, members):
    """A structure with named members, {name: node} or pairs of both (the same name may occur twice), and a version."""
    pairs = list(members.items() if isinstance(members, dict) else members)
    nodes = [node for _, node in pairs]
    cdef Node made = _node(STRUCT, nodes, _total(nodes), sum((<Node>node).least for node in nodes))
    made.name, made.version, made.names = name, version_of(name), tuple(name.encode() for name, _ in pairs)
    return made


def record(members):
    """The same as `struct` for what has no class, and so no version."""
    cdef Node made = struct("", members)
    made.version = -1
    return made


cdef int64_t _total(nodes):
    return -1 if any((<Node>node).length < 0 for node in nodes) else sum((<Node>node).length for node in nodes)


cdef Node _several(Kind kind, int64_t count, Node element):
    return _node(kind, (element,), -1 if element.length < 0 else count * element.length, count * element.least, count)


def array(int64_t count, Node element):
    """So many elements: an array indexed by a coordinate."""
    return _several(ARRAY, count, element)


def row(int64_t count, Node element):
    """So many elements that are numbered in JSON."""
    cdef Node made = _several(ROW, count, element)
    made.names = tuple(b"value%d" % i for i in range(count))
    return made


def sequence(Node element):
    """Any number of elements; their number is stored before them, and precedes them among the values."""
    return _node(LIST, (element,), -1, 8)


def mapping(Node key, Node element):
    """Any number of keys with what belongs to them; their number precedes them among the values."""
    return _node(MAP, (key, element), -1, 8)


def variant(alternatives):
    """One of several things; which one is the first of its values."""
    return _node(VARIANT, alternatives, -1, 4 + min((<Node>one).least for one in alternatives))
