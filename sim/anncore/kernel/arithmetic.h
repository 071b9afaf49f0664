/* Functions of the neuron equations. Only IEEE + - * and comparisons on doubles, in a written order: the same bits on every machine. */
#ifndef SIM_ANNCORE_CORE_MATH_H
#define SIM_ANNCORE_CORE_MATH_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE static inline
#endif

ALWAYS_INLINE uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

ALWAYS_INLINE double double_of(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Characteristic of a transconductance amplifier, scaled: curve(y) = y (3 - y^2) for |y| <= 1, +-2 beyond. So curve(2/3 x) / 2 has slope 1
 * at x = 0 and reaches +-1 without slope at x = +-1.5. It lies between tanh and the straight line with hard limits (at most 0.1 from
 * tanh) and costs no division. Assumed. */
#define CURVE_EDGE 1.5 /* saturation in units of the linear range */

ALWAYS_INLINE double clip(double x, double low, double high) {
    x = x < high ? x : high;
    return x > low ? x : low;
}

ALWAYS_INLINE double curve(double y) {
    const double c = clip(y, -1.0, 1.0);
    return c * (3.0 - c * c);
}

/* 2^y for -1000 < y < 1000: nearest integer by the add-and-subtract trick, then a polynomial in the rest (interpolates 2^r at the
 * Chebyshev points, relative error 1e-7). */
#define ROUNDER 6755399441055744.0

#define POWER_5 0.001339086336507062
#define POWER_4 0.009676031918356027
#define POWER_3 0.055503571142187375
#define POWER_2 0.24022107485308256
#define POWER_1 0.6931471880262292
#define POWER_0 1.000000075454898

ALWAYS_INLINE double power_of_two(double y) {
    const double shifted = y + ROUNDER, r = y - (shifted - ROUNDER), r2 = r * r;
    const double p = (POWER_0 + POWER_1 * r) + r2 * ((POWER_2 + POWER_3 * r) + r2 * (POWER_4 + POWER_5 * r));
    return double_of(bits_of(p) + (bits_of(shifted) << 52));
}

/* e^x for |x| < 700, for parameters: Taylor series to degree 13 after range reduction. */
static inline double exponential(double x) {
    static const double inverse_factorial[14] = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320,
        1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
    const double shifted = x * 1.4426950408889634074 + ROUNDER, n = shifted - ROUNDER;
    const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = inverse_factorial[13];
    for (int k = 12; k >= 0; k--) p = p * r + inverse_factorial[k];
    return double_of(bits_of(p) + (bits_of(shifted) << 52));
}

/* (1 - e^-x) / x for x >= 0: how much of a step counts for something that decays by e^-x meanwhile. Series below 1/2 (error 1e-11). */
static inline double effective(double x) {
    if (x >= 0.5) return x > 600.0 ? 1.0 / x : (1.0 - exponential(-x)) / x;
    double p = 1.0 / 3628800;
    p = 1.0 / 362880 - x * p;
    p = 1.0 / 40320 - x * p;
    p = 1.0 / 5040 - x * p;
    p = 1.0 / 720 - x * p;
    p = 1.0 / 120 - x * p;
    p = 1.0 / 24 - x * p;
    p = 1.0 / 6 - x * p;
    p = 1.0 / 2 - x * p;
    return 1.0 - x * p;
}

#endif
