"""Containers made of containers: one flat array of slots, of which every nested structure is a view.

A composed container owns the slots of all its members, so copying, comparing and pickling it is one move of memory, and
`neuron.leak` is a container object whose fields are the parent's slots. A `CompositeLayout` knows for every part which of
the parent's slots the part's own layout encodes, and lets that layout do the work: no register bit is described twice.
The rows of the tables are written with `haldls.lola.table`.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

import numpy as np

from haldls.layout cimport Container, Layout, Schema, part_of, schema_of
from haldls.fields cimport Field
from haldls.lola.members cimport Member, Members, Numbers, check_slots

from haldls.errors import ContainerError

cdef enum:
    SCRATCH = 1024  # slots of a part that are gathered on the stack; bigger ones on the heap


cdef bint _has_hook(object container):
    cdef Schema schema = schema_of(container)
    return schema.encode_hook or schema.decode_hook


cdef class Step:
    """One part of a composed container, or several in a row: whose layout encodes which of the parent's slots.

    index     int32[count, slots of the part]: slot of the parent, -1 where the part keeps its default
    shift     int[slots of the part], mask int64[...]: the bits of the parent's slot that are meant, None if all are
    at        numbers of the part's coordinates [n, count] from the numbers of the parent's coordinates [n]
    """

    def __cinit__(self, Layout layout, at, index, shift=None, mask=None):
        self.layout, self.at, self.count = layout, at, len(index)
        self.n_slots = layout.n_slots
        self.defaults = schema_of(layout.container).default_slots()
        self.hooked = isinstance(layout, CompositeLayout) and (<CompositeLayout>layout).hooked or _has_hook(layout.container)
        if layout.byte_lane:
            raise ContainerError(f"{layout.container.__name__} is written byte by byte, it cannot be part of a composed container")
        self._fold(np.ascontiguousarray(index, dtype=np.int32).reshape(self.count, self.n_slots))
        self._keep_bits(shift, mask)

    def __dealloc__(self):
        free(self.index)
        free(self.mask)
        free(self.shift)

    def _fold(self, index):
        """Keeps one row of the table and a stride where the rows differ by a constant only."""
        held = index[0] >= 0 if len(index) else np.zeros(self.n_slots, dtype=bool)
        steps = np.diff(index[:, held], axis=0)
        uniform = bool((index[:, ~held] < 0).all()) and (steps.size == 0 or bool((steps == steps[0, 0]).all()))
        self.stride = int(steps[0, 0]) if uniform and steps.size else 0
        self.rows = 1 if uniform else self.count
        self.first = int(index[0, 0]) if index.size else 0
        self.contiguous = uniform and bool(held.all()) and index.size > 0 and bool((index[0] == self.first + np.arange(self.n_slots)).all())
        cdef const int32_t[::1] flat = np.ascontiguousarray(index[:self.rows]).ravel()
        self.index = <int32_t*>malloc(max(1, flat.shape[0]) * sizeof(int32_t))
        if flat.shape[0]:
            memcpy(self.index, &flat[0], flat.shape[0] * sizeof(int32_t))

    def _keep_bits(self, shift, mask):
        self.masked = shift is not None
        if not self.masked:
            return
        self.contiguous = False
        self.shift = <int*>calloc(max(1, self.n_slots), sizeof(int))
        self.mask = <int64_t*>calloc(max(1, self.n_slots), sizeof(int64_t))
        for j in range(self.n_slots):
            self.shift[<int>j], self.mask[<int>j] = shift[j], mask[j]

    cdef void gather(self, int repetition, const int64_t* slots, int64_t* part) noexcept:
        cdef const int32_t* index = self.index + (repetition * self.n_slots if self.rows > 1 else 0)
        cdef const int64_t* base = slots + (repetition * self.stride if self.rows == 1 else 0)
        cdef int j
        for j in range(self.n_slots):
            part[j] = base[index[j]] if index[j] >= 0 else self.defaults[j]
        if self.masked:
            for j in range(self.n_slots):
                part[j] = (part[j] >> self.shift[j]) & self.mask[j] if index[j] >= 0 else part[j]

    cdef void scatter(self, int repetition, const int64_t* part, int64_t* slots) noexcept:
        cdef const int32_t* index = self.index + (repetition * self.n_slots if self.rows > 1 else 0)
        cdef int64_t* base = slots + (repetition * self.stride if self.rows == 1 else 0)
        cdef int64_t mask
        cdef int j
        for j in range(self.n_slots):
            if index[j] < 0:
                continue
            if self.masked:
                mask = self.mask[j] << self.shift[j]
                base[index[j]] = (base[index[j]] & ~mask) | ((part[j] << self.shift[j]) & mask)
            else:
                base[index[j]] = part[j]

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept:
        cdef int64_t small[SCRATCH]
        cdef int64_t* part = small
        cdef int i
        if self.contiguous:
            for i in range(self.count):
                self.layout.encode(slots + self.first + i * self.stride, words + i * self.layout.n_write)
            return
        if self.n_slots > SCRATCH:
            part = <int64_t*>malloc(self.n_slots * sizeof(int64_t))
        for i in range(self.count):
            self.gather(i, slots, part)
            self.layout.encode(part, words + i * self.layout.n_write)
        if self.n_slots > SCRATCH:
            free(part)

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept:
        cdef int64_t small[SCRATCH]
        cdef int64_t* part = small
        cdef int i
        if self.contiguous:
            for i in range(self.count):
                self.layout.decode(words + i * self.layout.n_read, slots + self.first + i * self.stride)
            return
        if self.n_slots > SCRATCH:
            part = <int64_t*>malloc(self.n_slots * sizeof(int64_t))
        for i in range(self.count):
            self.gather(i, slots, part)
            self.layout.decode(words + i * self.layout.n_read, part)
            self.scatter(i, part, slots)
        if self.n_slots > SCRATCH:
            free(part)

    cdef Container part(self, Container container, int repetition):
        """The repetition-th part: a view of the composed container where possible, otherwise a copy."""
        if self.contiguous:
            return part_of(container, <type>self.layout.container, container.slots + self.first + repetition * self.stride)
        return self.made_from(container, repetition)

    cdef int encode_parts(self, Container container, uint32_t* words, uint8_t* enables) except -1:
        """Encodes part by part as objects, for registers that no bit map describes."""
        cdef int i
        for i in range(self.count):
            self.layout.encode_at(self.part(container, i), 0, words + i * self.layout.n_write, enables + i * self.layout.n_write)
        return 0

    cdef int decode_parts(self, Container container, const uint32_t* words) except -1:
        """Decodes part by part as objects, for registers that no bit map describes."""
        cdef int i
        cdef Container part
        for i in range(self.count):
            part = self.part(container, i)
            self.layout.decode_at(part, 0, words + i * self.layout.n_read)
            self.scatter(i, part.slots, container.slots)
        return 0

    def read_into(self, Container container, Container part, int repetition=0):
        """Takes the fields of `part`, the repetition-th of this step, over into the composed container."""
        self.scatter(repetition, part.slots, container.slots)
        check_slots(container.schema, container.slots)

    def made_from(self, Container container, int repetition=0):
        """The part of the composed container that this step writes, as a container of its own."""
        cdef Container part = self.layout.container()
        self.gather(repetition, container.slots, part.slots)
        return part


cdef class CompositeLayout(Layout):
    """Layout of a composed container over one backend: the layouts of its parts in write order."""

    def build(self, int n_slots, steps):
        """Takes the steps in write order; `n_slots` is the number of slots of the composed container."""
        self.n_slots, self.steps = n_slots, list(steps)
        self.hooked = [step for step in self.steps if (<Step>step).hooked]
        for step in self.steps:
            (<Step>step).write_word, (<Step>step).read_word = self.n_write, self.n_read
            self.n_write += (<Step>step).count * (<Step>step).layout.n_write
            self.n_read += (<Step>step).count * (<Step>step).layout.n_read
        return self

    def slot(self, str name):
        """Index of the first slot of the field called `name`."""
        return getattr(self.container, name).slot

    def step(self, container):
        """The step that writes the part of class `container`."""
        for step in self.steps:
            if (<Step>step).layout.container is container:
                return step
        raise ContainerError(f"{self.container.__name__} has no part {container.__name__}")

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept nogil:
        with gil:
            for step in self.steps:
                (<Step>step).encode(slots, words + (<Step>step).write_word)

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept nogil:
        with gil:
            for step in self.steps:
                (<Step>step).decode(words + (<Step>step).read_word, slots)

    cdef int encode_at(self, Container container, int64_t enum, uint32_t* words, uint8_t* enables) except -1:
        self.encode(container.slots, words)
        memset(enables, 0xf, self.n_write)
        for step in self.hooked:
            (<Step>step).encode_parts(container, words + (<Step>step).write_word, enables + (<Step>step).write_word)
        return self.n_write

    cdef int decode_at(self, Container container, int64_t enum, const uint32_t* words) except -1:
        self.decode(words, container.slots)
        for step in self.hooked:
            (<Step>step).decode_parts(container, words + (<Step>step).read_word)
        return check_slots(container.schema, container.slots)

    def addresses(self, enums=None, bint write=True):
        """Addresses uint32[n, words] of the given coordinate enums (None: all)."""
        if enums is None:
            enums = np.arange(self.container.coordinate.size)
        enums = np.atleast_1d(np.asarray(enums, dtype=np.int64))
        columns = [np.zeros((len(enums), 0), dtype=np.uint32)]
        for step in self.steps:
            places = step.at(enums)
            columns.append(step.layout.addresses(places.ravel(), write).reshape(len(enums), -1))
        return np.ascontiguousarray(np.concatenate(columns, axis=1), dtype=np.uint32)


cdef class Composition(Schema):
    """What a composed container is made of: its fields and the table of its parts."""

    def build(self, list fields, parts):
        """Lays out the slots of the fields."""
        self.fields, self.parts, self.n_slots = tuple(fields), tuple(parts), 0
        for field in fields:
            (<Field>field).slot = self.n_slots
            self.n_slots += (<Field>field).count
        return self

    cdef int fill_defaults(self) except -1:
        for field in self.fields:
            self.fill(<Field>field)
        return 0

    cdef int fill(self, Field field) except -1:
        """Writes the defaults of a field into the defaults of the whole."""
        cdef Schema inner
        cdef int i
        cdef int64_t value
        cdef const int64_t* defaults
        cdef int64_t* target = self.defaults + field.slot
        if isinstance(field, (Member, Members)):
            inner = schema_of(field.type)
            defaults = inner.default_slots()
            for i in range(field.count // inner.n_slots if inner.n_slots else 0):
                memcpy(target + i * inner.n_slots, defaults, inner.n_slots * sizeof(int64_t))
        elif isinstance(field, Numbers):
            value = field.defaults[0]
            for i in range(field.count):
                target[i] = value
        else:
            for i in range(field.count):
                target[i] = field.defaults[i]
        return 0


def slots_of(container):
    """Number of slots of any container class."""
    return schema_of(container).n_slots
