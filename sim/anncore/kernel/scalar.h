/* The vector type of step_template.h with one element, in plain C. */
#include <math.h>

#include "arithmetic.h"

ALWAYS_INLINE float scaled(float p, float y) {
    int32_t bits, shift;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&shift, &y, sizeof shift);
    bits += (int32_t)((uint32_t)shift << 23);
    memcpy(&p, &bits, sizeof p);
    return p;
}

#define F float
#define I int32_t
#define WIDTH 1
#define LOADF(address) (*(address))
#define LOADI(address) (*(address))
#define STOREF(address, x) (*(address) = (x))
#define STOREI(address, x) (*(address) = (x))
#define ALLF(x) (x)
#define ALLI(x) (x)
#define FLOAT(x) ((float)(x))
#define ROUND(x) nearest_of(x)
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define LEAST(a, b) ((a) < (b) ? (a) : (b))
#define MOST(a, b) ((a) > (b) ? (a) : (b))
#define EITHER(a, b) ((a) | (b))
#define BOTH(a, b) ((a) & (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define UNIT_CLIP(x) MAX(MIN(x, 1.0f), -1.0f)
#define IF_POSITIVE(key, a, b) ((key) > 0.0f ? (a) : (b))
#define ROOT(x) sqrtf(x)
#define SCALE(p, y) scaled(p, y)
#define ANY(x) ((x) != 0)
#define REACHES(a, b) ((a) >= (b))
#define BITS(x) bits_of(x)
#define ALL_NEGATIVE(x) ((x) < 0)
#define SPREAD_FIRST INT32_MIN, INT32_MAX
#define SPREAD(a, b, x, rail) a = (a) > (x) ? (a) : (x), b = (b) < (x) ? (b) : (x)
#define SPREAD_BEYOND(a, b, rail) ((a) > (rail) || (b) < -(rail))
