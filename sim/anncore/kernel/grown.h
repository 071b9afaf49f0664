/* Of the step of a compartment. */
#ifndef SIM_ANNCORE_GROWN_H
#define SIM_ANNCORE_GROWN_H

#include "arithmetic.h"
#include "core.h"

ALWAYS_INLINE float between(float x, float low, float high) {
    x = x < high ? x : high;
    return x > low ? x : low;
}

/* What counts of a slope over the step, by what is not linear in it: as in the step of a circuit alone. */
ALWAYS_INLINE float grown(const Common *c, float slope, float growth, float bow, float upswing, float limit, float length) {
    const float z = upswing * c->slope_inverse * length, q = slope * c->slope_inverse * length;
    const float bent = slope - slope * (bow * slope);
    const float less = bent / ((1.0f - 0.5f * growth) + 1.0f / 12 * (growth * growth)), more = bent + bent * (growth * (0.5f + 1.0f / 6 * growth));
    const float linear = growth < 0.0f ? less : more, share = z * (0.5f + 1.0f / 6 * (z + q));
    return linear + between(linear * (share > 0.0f ? share : 0.0f), -upswing, limit - upswing);
}

#endif
