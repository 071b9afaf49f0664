/* Numbers of the analog core and functions of its equations.
 *
 * State is in 32-bit fixed point, slopes are in single precision: a slope is computed from the state converted to float, turned into an
 * increment and added as an integer. So small increments are not swallowed by a large state, and "nothing moves" is an exact comparison. Only
 * IEEE + - *, conversions and fused multiply-adds in a written order, never contracted: the same bits on every machine. */
#ifndef SIM_ANNCORE_ARITHMETIC_H
#define SIM_ANNCORE_ARITHMETIC_H

#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NOT_INLINE __attribute__((noinline)) /* rare, and large */
#else
#define ALWAYS_INLINE static inline
#define NOT_INLINE
#endif

/* Voltages of nodes are counted from the middle between the rails in units of 2^-30 V (0.93 nV). */
#define NODE_UNIT (1.0 / 1073741824.0)
#define LINE_REST 1.4901161e-8f /* 2^-26: a line nearer to its rest than this is there */

ALWAYS_INLINE double clip(double x, double low, double high) {
    x = x < high ? x : high;
    return x > low ? x : low;
}

/* Nearest integer, ties to even, as the conversions of vectors do it. */
ALWAYS_INLINE int32_t nearest(double x) {
#if defined(__GNUC__)
    return (int32_t)__builtin_lrint(x);
#else
    const double magic = 6755399441055744.0; /* 1.5 * 2^52 */
    return (int32_t)((x + magic) - magic);
#endif
}

ALWAYS_INLINE int32_t nearest_of(float x) {
#if defined(__GNUC__)
    return (int32_t)__builtin_lrintf(x);
#else
    return nearest(x);
#endif
}

ALWAYS_INLINE int32_t bits_of(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Characteristic of a transconductance amplifier, scaled: curve(y) = y (3 - y^2) for |y| <= 1, +-2 beyond. So curve(2/3 x) / 2 has slope 1
 * at x = 0 and reaches +-1 without slope at x = +-1.5. It lies between tanh and the straight line with hard limits (at most 0.1 from
 * tanh) and costs no division. Assumed. */
#define CURVE_EDGE 1.5 /* saturation in units of the linear range */

/* 2^y for |y| < 126: nearest integer by adding and subtracting `ROUNDER`, then a polynomial in the rest (relative error 1e-4, as if the exponential potential were 3 uV off), whose
 * exponent the integer is added to. */
#define ROUNDER 12582912.0f /* 1.5 * 2^23 */
#define POWER_0 0.99992894f
#define POWER_1 0.693276242f
#define POWER_2 0.242604051f
#define POWER_3 0.0550886838f
#define NOTHING -90.0f /* an exponent that stands for no current */

#define FALL_1 0.48896905f
#define FALL_2 0.14148277f
#define FALL_3 0.022499650f
#define FALL_4 0.0014726300f

/* e^x for |x| < 80 in single precision. */
ALWAYS_INLINE float power_of_e(float x) {
    const float octaves = x * 1.44269504f, shifted = octaves + ROUNDER, r = octaves - (shifted - ROUNDER), r2 = r * r;
    float p = (1.0f + r * 0.693147242f) + r2 * ((0.240226522f + r * 0.0555028580f) + r2 * ((0.00961799175f + r * 0.00134121755f) + r2 * 0.000154649897f));
    const int32_t bits = bits_of(p) + (int32_t)((uint32_t)bits_of(shifted) << 23);
    memcpy(&p, &bits, sizeof p);
    return p;
}

/* Natural logarithm of x > 0 in single precision. */
ALWAYS_INLINE float logarithm(float x) {
    const int32_t bits = bits_of(x), octave = (bits - 0x3f3504f3) >> 23, rest = bits - (int32_t)((uint32_t)octave << 23);
    float m;
    memcpy(&m, &rest, sizeof m);
    const float t = (m - 1.0f) / (m + 1.0f), t2 = t * t;
    return 0.69314718f * (float)octave + 2.0f * t * (1.0f + t2 * ((1.0f / 3) + t2 * ((1.0f / 5) + t2 * ((1.0f / 7) + t2 * (1.0f / 9)))));
}

/* e^x for |x| < 700, for parameters: Taylor series to degree 13 after range reduction. */
static inline double exponential(double x) {
    static const double inverse_factorial[14] = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320,
        1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
    const double magic = 6755399441055744.0, shifted = x * 1.4426950408889634074 + magic, n = shifted - magic;
    const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = inverse_factorial[13];
    for (int k = 12; k >= 0; k--) p = p * r + inverse_factorial[k];
    uint64_t bits, shift;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&shift, &shifted, sizeof shift);
    bits += shift << 52;
    memcpy(&p, &bits, sizeof p);
    return p;
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
