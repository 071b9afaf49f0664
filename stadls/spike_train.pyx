"""Whole spike trains from arrays: sorted, packed and timed at the speed of arrays."""

from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memset

from fisch.words cimport WordBuffer
from fisch.ut cimport TO_SPIKE_PACK_1, TO_WAIT_UNTIL

import logging

import numpy as np

from halco import RangeError, SpikeLabel
from halco.record import taken
from halco.typed_array import ArrayElementError, unmasked
from haldls import ChipTime, FPGATime, Timer

from stadls.errors import SpikeTrainError

LATE = 10 * int(Timer.Value.fpga_clock_cycles_per_us)
"""FPGA cycles that something may be late without a warning."""

cdef enum:
    DIGIT = 11         # bits sorted by in one pass
    PASSES = 3
    LABEL_BITS = 16
    PACK = 3           # spikes that one instruction sends

_log = logging.getLogger("stadls.spike_train")


def _checked(values, str what, number):
    """The integers of an array or sequence, int64[n]. Raises SpikeTrainError naming the first one out of the range of `number`."""
    try:
        found = unmasked(values)
    except ArrayElementError as error:
        raise SpikeTrainError(f"{what} of a spike train: {error}") from None
    if found.dtype == object or found.size == 0:
        found = np.array([_number(value, what, number) for value in values], dtype=np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise SpikeTrainError(f"{what} of a spike train are a row of integers, not {found.dtype} of shape {found.shape}")
    if found.size and not (0 <= found.min() and found.max() <= number.max):
        bad = int(np.flatnonzero((found < 0) | (found > number.max))[0])
        raise SpikeTrainError(f"{what}[{bad}] of a spike train is {found[bad]}, which is outside 0..{number.max}")
    return found


cdef int64_t _number(value, str what, number) except? -1:
    """The integer of an element that is no plain one: a number of the right kind, of times also recorded ones."""
    if number is Timer.Value and isinstance(value, (FPGATime, ChipTime)):
        return value.value()
    try:
        return int(taken(number, value, what))
    except (TypeError, RangeError) as error:
        raise SpikeTrainError(f"spike train: {error}") from None


cdef bint _is_sorted(const uint64_t[::1] spikes) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(1, spikes.shape[0]):
        if spikes[i - 1] >> LABEL_BITS > spikes[i] >> LABEL_BITS:
            return False
    return True


cdef void _sort_pass(const uint64_t[::1] source, uint64_t[::1] target, int shift) noexcept nogil:
    """Sorts by one digit; equal ones keep their order."""
    cdef Py_ssize_t count[1 << DIGIT]
    cdef Py_ssize_t i, start = 0, number
    cdef uint64_t mask = (1 << DIGIT) - 1
    memset(count, 0, sizeof(count))
    for i in range(source.shape[0]):
        count[source[i] >> shift & mask] += 1
    for i in range(1 << DIGIT):
        number, count[i] = count[i], start
        start += number
    for i in range(source.shape[0]):
        target[count[source[i] >> shift & mask]] = source[i]
        count[source[i] >> shift & mask] += 1


cdef _sorted(spikes):
    other = np.empty_like(spikes)
    for number in range(PASSES):
        _sort_pass(spikes, other, LABEL_BITS + number * DIGIT)
        spikes, other = other, spikes
    return spikes


cdef uint64_t _append(WordBuffer out, const uint64_t[::1] spikes, uint64_t* now) except? 0xffffffff:
    """Appends waits and packs; returns by how many cycles the latest spike is late.

    now   cycle in which the next instruction is executed
    """
    cdef Py_ssize_t i = 0, n = spikes.shape[0]
    cdef uint64_t worst = 0, time, pack
    cdef int count
    while i < n:
        time = spikes[i] >> LABEL_BITS
        if time > now[0]:
            now[0] = time
            out.push(<uint64_t>TO_WAIT_UNTIL << 56 | time - 1)
        elif now[0] - time > worst:
            worst = now[0] - time
        pack, count = spikes[i] & 0xffff, 1
        while count < PACK and i + count < n and spikes[i + count] >> LABEL_BITS <= now[0]:
            pack = pack << LABEL_BITS | (spikes[i + count] & 0xffff)
            count += 1
        out.push(<uint64_t>(TO_SPIKE_PACK_1 + count - 1) << 56 | pack)
        i += count
        now[0] += 1
    return worst


def packed_spikes(times, labels):
    """Time << 16 | label of each spike, uint64[n], in the order of their times. Raises SpikeTrainError."""
    cycles, numbers = _checked(times, "times", Timer.Value), _checked(labels, "labels", SpikeLabel)
    if len(cycles) != len(numbers):
        raise SpikeTrainError(f"{len(cycles)} times and {len(numbers)} labels do not make a spike train")
    return sorted_spikes(cycles.astype(np.uint64) << np.uint64(LABEL_BITS) | numbers.astype(np.uint64))


def sorted_spikes(spikes):
    """Packed spikes uint64[n] in the order of their times; those of equal times stay in their order."""
    return spikes if _is_sorted(spikes) else _sorted(spikes)


def append_packed(WordBuffer out not None, spikes, uint64_t now=0):
    """Appends the instructions of sorted packed spikes. Returns the cycle after the last one.

    now   cycle in which the first instruction is executed
    """
    out.reserve(2 * len(spikes))
    worst = _append(out, spikes, &now)
    if worst > LATE:
        _log.warning("spikes are delayed by more than %d FPGA cycles, the latest by %d: too many are due at the same time", LATE, worst)
    return now


def append_spike_train(WordBuffer out not None, times, labels):
    """Appends the instructions of `PlaybackProgramBuilder.write_spikes`."""
    append_packed(out, packed_spikes(times, labels))
