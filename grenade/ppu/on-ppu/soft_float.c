/* Arithmetic of float and double on integers: the core has no unit for it, and the compiler's own library of functions needs one.

   A number is (-1)^negative * fraction / 2^62 * 2^exponent with the leading one of the fraction at bit 62; what was shifted out is kept in bit 0
   as "something". Results are rounded to the nearest, ties to even (IEEE 754). Integers out of range become the nearest integer in range. */
#include <stdint.h>

enum kind { ZERO, FINITE, INFINITE, NOT_A_NUMBER };
typedef struct {
    enum kind kind;
    uint32_t negative;
    int32_t exponent;
    uint64_t fraction;
} number;
typedef struct {
    int bits, exponent_bits; /* of the fraction without its leading one; of the exponent */
} format;
typedef union { float value; uint32_t bits; } single_bits;
typedef union { double value; uint64_t bits; } double_bits;

static const format SINGLE = {23, 8}, DOUBLE = {52, 11};
#define TOP 62
#define LEADING ((uint64_t)1 << TOP)

static int32_t bias(const format *f) { return (1 << (f->exponent_bits - 1)) - 1; }

static uint64_t shift_right(uint64_t fraction, int32_t by) {
    if (by <= 0) return fraction;
    if (by > TOP + 1) return fraction != 0;
    return fraction >> by | ((fraction & (((uint64_t)1 << by) - 1)) != 0);
}

static void normalise(number *n) {
    if (n->fraction >> (TOP + 1)) {
        n->fraction = shift_right(n->fraction, 1);
        n->exponent++;
    }
    if (!n->fraction) n->kind = ZERO;
    else
        for (; !(n->fraction & LEADING); n->exponent--) n->fraction <<= 1;
}

static number unpack(uint64_t bits, const format *f) {
    uint32_t exponent = (uint32_t)(bits >> f->bits) & ((1u << f->exponent_bits) - 1);
    uint64_t fraction = bits & (((uint64_t)1 << f->bits) - 1);
    number n = {FINITE, (uint32_t)(bits >> (f->bits + f->exponent_bits)) & 1, (int32_t)exponent - bias(f), fraction << (TOP - f->bits)};
    if (exponent == (1u << f->exponent_bits) - 1) n.kind = fraction ? NOT_A_NUMBER : INFINITE;
    else if (exponent) n.fraction |= LEADING;
    else {
        n.exponent++;
        normalise(&n);
    }
    return n;
}

static uint64_t rounded(uint64_t fraction, int dropped) {
    uint64_t half = (uint64_t)1 << (dropped - 1), rest = fraction & (2 * half - 1);
    fraction >>= dropped;
    return fraction + (rest > half || (rest == half && (fraction & 1)));
}

static uint64_t pack(number n, const format *f) {
    uint64_t sign = (uint64_t)n.negative << (f->bits + f->exponent_bits), infinite = (((uint64_t)1 << f->exponent_bits) - 1) << f->bits;
    int32_t exponent = n.exponent + bias(f);
    uint64_t bits;
    if (n.kind == NOT_A_NUMBER) return infinite | (uint64_t)1 << (f->bits - 1);
    if (n.kind == INFINITE || (n.kind == FINITE && exponent >= (1 << f->exponent_bits) - 1)) return sign | infinite;
    if (n.kind == ZERO) return sign;
    if (exponent < 1) /* below the smallest number with a leading one */
        return sign | rounded(shift_right(n.fraction, 1 - exponent), TOP - f->bits);
    bits = ((uint64_t)(exponent - 1) << f->bits) + rounded(n.fraction, TOP - f->bits); /* a carry goes on into the exponent */
    return sign | bits;
}

/* ---- arithmetic ---- */

static number not_a_number(void) { return (number){NOT_A_NUMBER, 0, 0, 0}; }

static number larger_and_smaller(number large, number small) {
    small.fraction = shift_right(small.fraction, large.exponent - small.exponent);
    if (large.negative == small.negative) large.fraction += small.fraction;
    else if (large.fraction >= small.fraction) large.fraction -= small.fraction;
    else {
        large.fraction = small.fraction - large.fraction;
        large.negative = small.negative;
    }
    if (!large.fraction) large.negative = 0;
    normalise(&large);
    return large;
}

static number add(number a, number b) {
    if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return not_a_number();
    if (a.kind == INFINITE) return b.kind == INFINITE && a.negative != b.negative ? not_a_number() : a;
    if (b.kind == INFINITE) return b;
    if (a.kind == ZERO && b.kind == ZERO) return (number){ZERO, a.negative & b.negative, 0, 0};
    if (a.kind == ZERO) return b;
    if (b.kind == ZERO) return a;
    return a.exponent >= b.exponent ? larger_and_smaller(a, b) : larger_and_smaller(b, a);
}

/* Product / 2^62, with "something" in bit 0. */
static uint64_t product(uint64_t a, uint64_t b) {
    uint32_t ah = (uint32_t)(a >> 32), al = (uint32_t)a, bh = (uint32_t)(b >> 32), bl = (uint32_t)b;
    uint64_t low = (uint64_t)al * bl, high = (uint64_t)ah * bh, one = (uint64_t)ah * bl, other = (uint64_t)al * bh;
    uint64_t middle = (low >> 32) + (uint32_t)one + (uint32_t)other;
    high += (one >> 32) + (other >> 32) + (middle >> 32);
    low = (uint32_t)low | middle << 32;
    return high << 2 | low >> TOP | ((low << 2) != 0);
}

static number multiply(number a, number b) {
    number n = {FINITE, a.negative ^ b.negative, a.exponent + b.exponent, 0};
    if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return not_a_number();
    if (a.kind == INFINITE || b.kind == INFINITE) {
        n.kind = INFINITE;
        return a.kind == ZERO || b.kind == ZERO ? not_a_number() : n;
    }
    if (a.kind == ZERO || b.kind == ZERO) {
        n.kind = ZERO;
        return n;
    }
    n.fraction = product(a.fraction, b.fraction);
    normalise(&n);
    return n;
}

/* Quotient * 2^62 of two fractions. */
static uint64_t quotient(uint64_t a, uint64_t b) {
    uint64_t found = 0;
    for (int bit = TOP; bit >= 0; bit--, a <<= 1)
        if (a >= b) {
            a -= b;
            found |= (uint64_t)1 << bit;
        }
    return found | (a != 0);
}

static number divide(number a, number b) {
    number n = {FINITE, a.negative ^ b.negative, a.exponent - b.exponent, 0};
    if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER || (a.kind == b.kind && a.kind != FINITE)) return not_a_number();
    if (a.kind == INFINITE || b.kind == ZERO) n.kind = INFINITE;
    else if (a.kind == ZERO || b.kind == INFINITE) n.kind = ZERO;
    else {
        n.fraction = quotient(a.fraction, b.fraction);
        normalise(&n);
    }
    return n;
}

/* ---- integers ---- */

static number from_integer(uint64_t magnitude, uint32_t negative) {
    number n = {FINITE, negative, TOP, magnitude};
    normalise(&n);
    return n;
}

/* Toward zero, at most `most`, or `most` + 1 below zero. */
static uint64_t magnitude(number n, uint64_t most) {
    most += n.negative;
    if (n.kind == ZERO || n.kind == NOT_A_NUMBER || (n.kind == FINITE && n.exponent < 0)) return 0;
    if (n.kind == INFINITE || n.exponent > TOP + 1) return most;
    n.fraction = n.exponent > TOP ? n.fraction << 1 : n.fraction >> (TOP - n.exponent);
    return n.fraction < most ? n.fraction : most;
}

static int64_t to_signed(number n, uint64_t most) {
    uint64_t found = magnitude(n, most);
    return (int64_t)(n.negative ? 0 - found : found);
}

static uint64_t to_unsigned(number n, uint64_t most) { return n.negative ? 0 : magnitude(n, most); }

/* ---- what the compiler calls ---- */

static number of_float(float x) { return unpack((single_bits){.value = x}.bits, &SINGLE); }
static number of_double(double x) { return unpack((double_bits){.value = x}.bits, &DOUBLE); }
static float as_float(number n) { return (single_bits){.bits = (uint32_t)pack(n, &SINGLE)}.value; }
static double as_double(number n) { return (double_bits){.bits = pack(n, &DOUBLE)}.value; }

static number negated(number n) {
    n.negative ^= 1;
    return n;
}

/* -1, 0, 1, or `otherwise` if one of them is no number. */
static int compare(number a, number b, int otherwise) {
    int sign = a.negative ? -1 : 1;
    if (a.kind == NOT_A_NUMBER || b.kind == NOT_A_NUMBER) return otherwise;
    if (a.kind == ZERO) return b.kind == ZERO ? 0 : b.negative ? 1 : -1;
    if (b.kind == ZERO || a.negative != b.negative) return sign;
    if (a.kind != b.kind) return a.kind > b.kind ? sign : -sign;
    if (a.kind == INFINITE) return 0;
    if (a.exponent != b.exponent) return a.exponent > b.exponent ? sign : -sign;
    return a.fraction == b.fraction ? 0 : a.fraction > b.fraction ? sign : -sign;
}

#define ARITHMETIC(type, s)                                                                     \
    type __add##s##3(type a, type b) { return as_##type(add(of_##type(a), of_##type(b))); }      \
    type __sub##s##3(type a, type b) { return as_##type(add(of_##type(a), negated(of_##type(b)))); } \
    type __mul##s##3(type a, type b) { return as_##type(multiply(of_##type(a), of_##type(b))); } \
    type __div##s##3(type a, type b) { return as_##type(divide(of_##type(a), of_##type(b))); }   \
    type __neg##s##2(type a) { return as_##type(negated(of_##type(a))); }                        \
    int __eq##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), 1); }            \
    int __ne##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), 1); }            \
    int __lt##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), 1); }            \
    int __le##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), 1); }            \
    int __gt##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), -1); }           \
    int __ge##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), -1); }           \
    int __unord##s##2(type a, type b) { return compare(of_##type(a), of_##type(b), 2) == 2; }    \
    type __floatsi##s(int32_t x) { return as_##type(from_integer(x < 0 ? 0 - (uint64_t)x : (uint64_t)x, x < 0)); } \
    type __floatdi##s(int64_t x) { return as_##type(from_integer(x < 0 ? 0 - (uint64_t)x : (uint64_t)x, x < 0)); } \
    type __floatunsi##s(uint32_t x) { return as_##type(from_integer(x, 0)); }                    \
    type __floatundi##s(uint64_t x) { return as_##type(from_integer(x, 0)); }                    \
    int32_t __fix##s##si(type a) { return (int32_t)to_signed(of_##type(a), INT32_MAX); }         \
    int64_t __fix##s##di(type a) { return to_signed(of_##type(a), INT64_MAX); }                  \
    uint32_t __fixuns##s##si(type a) { return (uint32_t)to_unsigned(of_##type(a), UINT32_MAX); } \
    uint64_t __fixuns##s##di(type a) { return to_unsigned(of_##type(a), UINT64_MAX); }
ARITHMETIC(float, sf)
ARITHMETIC(double, df)
double __extendsfdf2(float a) { return as_double(of_float(a)); }
float __truncdfsf2(double a) { return as_float(of_double(a)); }
