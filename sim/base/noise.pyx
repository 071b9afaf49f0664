"""Counter-based random numbers: a value is a pure function of a key and a counter.

There is no state, so nothing depends on the order in which values are drawn or on who draws them. A key names a source
of randomness (`stream`), a counter the draw: a time, a coordinate, an index.

The bits are two rounds of the 64-bit finaliser known from SplitMix64 (invertible xor-shifts and multiplications), the
first over the key, the second over its result plus the counter times the golden ratio. Normal values come from the
inverse of the normal distribution function (rational approximations of algorithm AS 241, relative error below 1e-15).
Only IEEE additions, multiplications, divisions and square roots are used, and an own logarithm in the tails: the bits of
every value are the same on every machine.
"""

from libc.math cimport sqrt
from libc.stdint cimport int64_t
from libc.string cimport memcpy

import numpy as np

cdef uint64_t GOLDEN = 0x9E3779B97F4A7C15
cdef uint64_t KEY_OFFSET = 0xD1B54A32D192ED03

# AS 241: numerators and denominators of the centre, the middle and the far tail, highest power first
cdef double[8] CENTRE_P = [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608]
cdef double[8] CENTRE_Q = [
    5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0]
cdef double[8] MIDDLE_P = [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734]
cdef double[8] MIDDLE_Q = [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0]
cdef double[8] TAIL_P = [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772]
cdef double[8] TAIL_Q = [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0]


cdef inline uint64_t finalise(uint64_t z) noexcept nogil:
    z = (z ^ (z >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * <uint64_t> 0x94D049BB133111EB
    return z ^ (z >> 31)


cdef uint64_t mix(uint64_t key, uint64_t counter) noexcept nogil:
    """64 random bits."""
    return finalise(finalise(key + KEY_OFFSET) + GOLDEN * (counter + 1))


cdef double uniform(uint64_t key, uint64_t counter) noexcept nogil:
    """In the open interval 0 .. 1, 52 bits: centres of equal cells."""
    return (<double> <int64_t> (mix(key, counter) >> 12) + 0.5) * 2.220446049250313e-16


cdef double logarithm(double x) noexcept nogil:
    """Natural logarithm of a normal positive number (relative error below 1e-15), by exponent and atanh series."""
    cdef int64_t bits, exponent
    cdef double m, s, s2, series = 0.0
    cdef int k
    memcpy(&bits, &x, 8)
    exponent = (bits - <int64_t> 0x3FE6A09E667F3BCD) >> 52
    bits -= exponent * (<int64_t> 1 << 52)
    memcpy(&m, &bits, 8)
    s = (m - 1.0) / (m + 1.0)
    s2 = s * s
    for k in range(23, 0, -2):
        series = series * s2 + 1.0 / k
    return <double> exponent * 0.6931471805599453 + 2.0 * s * series


cdef inline double ratio(const double* p, const double* q, double r) noexcept nogil:
    cdef double a = p[0], b = q[0]
    cdef int k
    for k in range(1, 8):
        a = a * r + p[k]
        b = b * r + q[k]
    return a / b


cdef double normal(uint64_t key, uint64_t counter) noexcept nogil:
    """Standard normal value."""
    return quantile(uniform(key, counter))


cdef double quantile(double p) noexcept nogil:
    """Inverse of the normal distribution function for p in 0 .. 1 (open)."""
    cdef double q = p - 0.5, r, value
    if -0.425 <= q <= 0.425:
        return q * ratio(CENTRE_P, CENTRE_Q, 0.180625 - q * q)
    r = sqrt(-logarithm(p if q < 0.0 else 1.0 - p))
    value = ratio(MIDDLE_P, MIDDLE_Q, r - 1.6) if r <= 5.0 else ratio(TAIL_P, TAIL_Q, r - 5.0)
    return -value if q < 0.0 else value


def stream(seed: int, *names: int | str) -> int:
    """Key of a named source of randomness: a 64-bit number from a seed and any names or numbers.

    >>> stream(1, "comparator") != stream(2, "comparator")
    True
    """
    cdef uint64_t key = mix(<uint64_t> (seed & 0xFFFFFFFFFFFFFFFF), 0)
    for name in names:
        for part in name.encode() if isinstance(name, str) else (name & 0xFFFFFFFFFFFFFFFF,):
            key = mix(key, <uint64_t> part)
        key = mix(key, 0x100)
    return key


def uniforms(key: int, counters) -> np.ndarray:
    """Uniform values (float64, open interval 0 .. 1) of a key for an array of counters."""
    return _draw(key, counters, 0)


def normals(key: int, counters) -> np.ndarray:
    """Standard normal values (float64) of a key for an array of counters.

    >>> bool((normals(7, [3, 1])[::-1] == normals(7, [1, 3])).all())
    True
    """
    return _draw(key, counters, 1)


def quantiles(p) -> np.ndarray:
    """The inverse normal distribution function behind `normals`, for an array of probabilities in 0 .. 1 (open)."""
    values = np.array(p, np.float64)
    cdef double[::1] flat = values.reshape(-1)
    cdef Py_ssize_t i
    for i in range(flat.shape[0]):
        flat[i] = quantile(flat[i])
    return values


cdef _draw(uint64_t key, counters, int kind):
    index = np.array(counters, np.uint64)
    values = np.empty(index.shape, np.float64)
    cdef uint64_t[::1] source = index.reshape(-1)
    cdef double[::1] target = values.reshape(-1)
    cdef Py_ssize_t i
    with nogil:
        for i in range(source.shape[0]):
            target[i] = normal(key, source[i]) if kind else uniform(key, source[i])
    return values
