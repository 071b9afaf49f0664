/* One step of circuits, written once over a vector type. The file that includes this defines
 *   STEP(name), TARGET      names, and the instruction set they are compiled for
 *   GROUP, SIZE             lanes of SIZE circuits (`Group` or `Single`), done together
 *   F, I, WIDTH             vectors of floats and of 32-bit integers, and their length
 *   LOADF LOADI STOREF STOREI ALLF ALLI, FLOAT ROUND (conversions), ADD SUB LEAST MOST EITHER BOTH (of integers: + - min max | &), MIN MAX (of floats),
 *   IF_POSITIVE(key, a, b), UNIT_CLIP (to -1 .. 1), SCALE(p, y) = p * 2^(integer in the low bits of y), ANY (a bit is set),
 *   REACHES(a, b) (bit per element: a >= b), OUTWARDS(x, limit, f) (an element is farther from 0 than the limit, and f has its sign)
 *
 * The equations, with docs/analog_core.md: the membrane makes an exponential Euler step whose effective length follows the local slope of the
 * amplifier, so it is exact for a relaxing membrane and for a slewing one; the exponential term adds its own slope and curvature. Lines and
 * adaptation decay exactly; the membrane sees a line's mean over the step (folded into its scale) and the adaptation in its middle.
 *
 * How a step is laid out: group by group, few enough lanes that what the terms hand on stays in registers, and short enough that the next
 * group's parameters come in from the second-level cache meanwhile. What a block's configuration switches off is not compiled into its step; what
 * no lane of a group needs (fading near the rails) is passed over where that changes no bit. */
enum { STEP(VECTORS) = SIZE / WIDTH }; /* of a group */

#define EACH_VECTOR UNROLLED for (int u = 0, i = 0; u < STEP(VECTORS); u++, i += WIDTH)

TARGET ALWAYS_INLINE F STEP(clip)(F x, F low, F high) { return MAX(MIN(x, high), low); }

TARGET ALWAYS_INLINE F STEP(curve)(F y) {
    const F c = UNIT_CLIP(y);
    return c * (ALLF(3.0f) - c * c);
}

TARGET ALWAYS_INLINE F STEP(power)(F octaves) {
    const F shifted = octaves + ALLF(ROUNDER), r = octaves - (shifted - ALLF(ROUNDER)), r2 = r * r;
    return SCALE((ALLF(POWER_0) + ALLF(POWER_1) * r) + r2 * (ALLF(POWER_2) + ALLF(POWER_3) * r), shifted);
}

/* Slope by the exponential term. */
TARGET ALWAYS_INLINE void STEP(upswing)(const GROUP *g, int p, const Common *c, F *upswing) {
    EACH_VECTOR {
        const F octaves = FLOAT(LOADI(g->v[p] + i)) * ALLF(c->octaves) + LOADF(g->exponent + i);
        upswing[u] = MIN(STEP(power)(octaves), LOADF(g->limit + i));
    }
}

/* Slope by a synaptic input; the line decays. With modulation its amplitude follows the membrane, which adds to the local slope `bend`. */
TARGET ALWAYS_INLINE void STEP(input)(GROUP *g, int p, int side, int early, int modulated, F *current, F *bend, I *moved) {
    EACH_VECTOR {
        const I state = LOADI(g->input[side].line[p] + i);
        const F line = FLOAT(state);
        const I loss = ROUND(line * LOADF(g->input[side].loss + i));
        F mean = line;
        if (early) mean = line - LOADF(g->input[side].early + i);
        const F opening = STEP(curve)(mean * LOADF(g->input[side].scale + i) + LOADF(g->input[side].shift + i));
        F strength = LOADF(g->input[side].strength + i);
        if (modulated) {
            const F slope = LOADF(g->input[side].slope + i), grown = strength + slope * (FLOAT(LOADI(g->v[p] + i)) - LOADF(g->input[side].middle + i));
            const F open = side ? MIN(grown, ALLF(0.0f)) : MAX(grown, ALLF(0.0f));
            bend[u] = bend[u] + IF_POSITIVE(open * open, slope * opening, ALLF(0.0f));
            strength = open;
        }
        current[u] = current[u] + strength * opening;
        STOREI(g->input[side].line[p ^ 1] + i, SUB(state, loss));
        if (moved) *moved = EITHER(*moved, loss);
    }
}

/* Slope by the leak or reset amplifier, and the length of the step for a membrane with its local slope, which changes on the way: `bow`. */
TARGET ALWAYS_INLINE void STEP(amplifier)(const GROUP *g, int p, float length, F *pull, F *span, F *square, F *bow) {
    EACH_VECTOR {
        const F inverse = LOADF(g->inverse + i), y = UNIT_CLIP(FLOAT(SUB(LOADI(g->target + i), LOADI(g->v[p] + i))) * inverse), y2 = y * y;
        const F shorter = LOADF(g->lag + i) * (ALLF(1.0f) - y2);
        pull[u] = LOADF(g->slew + i) * (y * (ALLF(3.0f) - y2));
        span[u] = ALLF(length) - shorter;
        bow[u] = (shorter * y) * (inverse * ALLF(1.0f / length));
        square[u] = y2;
    }
}

/* Slope by the adaptation in the middle of the step, and how far it would go if the membrane stayed where it is. */
TARGET ALWAYS_INLINE void STEP(adapt)(const GROUP *g, int p, F *current, F *drive) {
    EACH_VECTOR {
        const F offset = FLOAT(SUB(LOADI(g->w[p] + i), LOADI(g->w_rest + i)));
        const F pull = LOADF(g->w_gain + i) * (FLOAT(LOADI(g->v[p] + i)) - LOADF(g->w_potential + i)) - offset;
        drive[u] = LOADF(g->w_rate + i) * pull;
        current[u] = current[u] - LOADF(g->w_strength + i) * (offset + ALLF(0.5f) * drive[u]);
    }
}

/* Currents fade towards the rail they push the membrane to: not at all, to the last bit, from `rail_width` times the edge of the
 * amplifiers on. Returns whether any does; how fast adds to the local slope. */
TARGET ALWAYS_INLINE int STEP(fade)(const GROUP *g, int p, const Common *c, F *current, F *bend) {
    int far = 0;
    EACH_VECTOR far |= OUTWARDS(LOADI(g->v[p] + i), c->fade_from, current[u]);
    if (!far) return 0;
    EACH_VECTOR {
        const F volt = FLOAT(LOADI(g->v[p] + i)), room = (ALLF(c->rail) - MAX(volt, ALLF(0.0f) - volt)) * ALLF(c->rail_inverse);
        const F x = STEP(clip)(room, ALLF(0.0f), ALLF(1.0f)), x2 = x * x, outwards = current[u] * volt;
        const F steep = MAX(current[u], ALLF(0.0f) - current[u]) * ((x2 - ALLF(1.0f)) * ALLF(1.5f * c->rail_inverse));
        current[u] = IF_POSITIVE(outwards, current[u] * (x * (ALLF(1.5f) - ALLF(0.5f) * x2)), current[u]);
        bend[u] = bend[u] + IF_POSITIVE(outwards, steep, ALLF(0.0f));
    }
    return 1;
}

/* Offset currents fade over the last `offset_width` before the membrane voltage at which there is none left, as currents at a rail do.
 * Returns whether any does. */
TARGET ALWAYS_INLINE int STEP(comply)(const GROUP *g, int p, const Common *c, F *current, F *bend) {
    int beyond = 0;
    EACH_VECTOR {
        const I v = LOADI(g->v[p] + i);
        beyond |= REACHES(v, LOADI(g->upper + i)) | REACHES(LOADI(g->lower + i), v);
    }
    if (!beyond) return 0;
    EACH_VECTOR {
        const F volt = FLOAT(LOADI(g->v[p] + i)), offset = LOADF(g->offset + i);
        const F way = MAX(volt - FLOAT(LOADI(g->upper + i)), FLOAT(LOADI(g->lower + i)) - volt);
        const F x = STEP(clip)((ALLF(c->offset_width) - way) * ALLF(c->offset_inverse), ALLF(0.0f), ALLF(1.0f)), x2 = x * x;
        const F steep = MAX(offset, ALLF(0.0f) - offset) * ((x2 - ALLF(1.0f)) * ALLF(1.5f * c->offset_inverse));
        current[u] = current[u] - offset * (ALLF(1.0f) - x * (ALLF(1.5f) - ALLF(0.5f) * x2));
        bend[u] = bend[u] + IF_POSITIVE(x, steep, ALLF(0.0f));
    }
    return 1;
}

/* Part of a slope that counts over a step if it changes by z of itself meanwhile. */
TARGET ALWAYS_INLINE F STEP(bent)(F z) {
    const F limited = STEP(clip)(z, ALLF(-1.0f), ALLF(1.0f));
    return ALLF(1.0f) + limited * (ALLF(0.5f) + ALLF(1.0f / 6) * limited);
}

/* A term that grows exponentially with the membrane grows within the step: second and third order in time, within what it can reach at
 * all. */
TARGET ALWAYS_INLINE F STEP(grow)(F total, F upswing, F limit, const Common *c, float length) {
    const F growth = upswing * ALLF(c->slope_inverse * length), without = total - upswing;
    const F more = growth * (ALLF(0.5f) + (upswing + total) * ALLF(c->sixth * length));
    return STEP(clip)(total + total * MAX(more, ALLF(0.0f)), without, without + limit);
}

/* Sums over the circuits of a compartment, weighted by capacitance. */
typedef struct {
    F slope, growth, bow, upswing, limit;
} STEP(Sums);

/* What counts of a compartment's slope over a part of a step, by what is not linear in it: as in the step of a circuit alone. */
TARGET ALWAYS_INLINE F STEP(compartment)(const Common *c, STEP(Sums) s, float length) {
    const F bent = s.slope - s.slope * (s.bow * s.slope), g = s.growth;
    const F less = bent / ((ALLF(1.0f) - ALLF(0.5f) * g) + ALLF(1.0f / 12) * (g * g)), more = bent + bent * (g * (ALLF(0.5f) + ALLF(1.0f / 6) * g));
    const F linear = IF_POSITIVE(g, more, less), z = s.upswing * ALLF(c->slope_inverse * length);
    const F share = z * (ALLF(0.5f) + (z + linear * ALLF(c->slope_inverse * length)) * ALLF(1.0f / 6));
    return linear + STEP(clip)(linear * MAX(share, ALLF(0.0f)), ALLF(0.0f) - s.upswing, s.limit - s.upswing);
}

TARGET ALWAYS_INLINE int STEP(group)(GROUP *g, int p, const Common *c, float length, int features, int early, I *moved) {
    F current[STEP(VECTORS)], upswing[STEP(VECTORS)], pull[STEP(VECTORS)], span[STEP(VECTORS)], bend[STEP(VECTORS)], drive[STEP(VECTORS)],
        square[STEP(VECTORS)], bow[STEP(VECTORS)];
    int crossed = 0;
    if (features & WITH_EXPONENTIAL) STEP(upswing)(g, p, c, upswing);
    EACH_VECTOR current[u] = LOADF(g->drift + i), bend[u] = ALLF(0.0f);
    if (!(features & WITH_EXPONENTIAL)) EACH_VECTOR upswing[u] = ALLF(0.0f);
    for (int side = 0; side < INPUTS; side++)
        STEP(input)(g, p, side, early >> side & 1, features & WITH_MODULATION, current, bend, moved);
    STEP(amplifier)(g, p, length, pull, span, square, bow);
    if (features & WITH_ADAPTATION) STEP(adapt)(g, p, current, drive);
    if (features & WITH_EXPONENTIAL) EACH_VECTOR current[u] = current[u] + upswing[u];
    int fades = 0;
    if (features & WITH_OFFSET) fades = STEP(comply)(g, p, c, current, bend);
    fades |= STEP(fade)(g, p, c, current, bend);
    EACH_VECTOR {
        const I volt = LOADI(g->v[p] + i);
        F slope = pull[u] + current[u];
        I counts = ALLI(-1);
        if (features & WITH_CONNECTIONS) {
            counts = LOADI(g->alone + i);
            STOREF(g->slope + i, slope);
            STOREF(g->bow + i, bow[u] * ALLF(length));
            STOREF(g->growth + i, (LOADF(g->rate + i) * square[u] + bend[u]) * ALLF(length));
            STOREF(g->upswing + i, features & WITH_EXPONENTIAL ? upswing[u] : ALLF(0.0f));
            STOREF(g->drive + i, features & WITH_ADAPTATION ? drive[u] : ALLF(0.0f));
        }
        if (features & WITH_EXPONENTIAL) slope = STEP(grow)(slope, upswing[u], LOADF(g->limit + i), c, length);
        if (features & WITH_MODULATION) {
            const F z = MIN(bend[u] * ALLF(length), ALLF(1.0f));
            slope = slope / ((ALLF(1.0f) - ALLF(0.5f) * z) + ALLF(1.0f / 12) * (z * z));
        } else if (fades) {
            slope = slope * STEP(bent)(bend[u] * ALLF(length));
        }
        F way = slope * span[u];
        way = way - way * (bow[u] * way);
        if (features & WITH_LEAPS) way = STEP(clip)(way, ALLF(-c->longest), ALLF(c->longest));
        const I step = ROUND(way), next = MOST(LEAST(ADD(volt, step), ALLI(c->node_high)), ALLI(c->node_low));
        STOREI(g->v[p ^ 1] + i, next);
        if (moved) *moved = EITHER(*moved, BOTH(SUB(next, volt), counts));
        crossed |= REACHES(next, LOADI(g->threshold + i));
        if (features & WITH_ADAPTATION) {
            const I w = LOADI(g->w[p] + i), adapted = ADD(w, ROUND(drive[u] + LOADF(g->w_lead + i) * way));
            if (moved) {
                const I kept = MOST(LEAST(adapted, ALLI(c->node_high)), ALLI(c->node_low));
                STOREI(g->w[p ^ 1] + i, kept);
                *moved = EITHER(*moved, BOTH(SUB(kept, w), counts));
            } else {
                STOREI(g->w[p ^ 1] + i, adapted);
            }
        }
    }
    return crossed;
}

#undef EACH_VECTOR
#ifdef BLOCKWISE

/* Whether anything moves need not be known at each step, and the adaptation, which is slow, not be kept within its limits. */
TARGET ALWAYS_INLINE int STEP(block)(Block *b, int p, const Common *c, int features, int early, int watchful) {
    I moved = ALLI(0);
    int crossed = 0;
    if (!watchful) {
        for (Group *g = b->group; g < b->group + GROUPS; g++) crossed |= STEP(group)(g, p, c, 1.0f, features, early, NULL);
        return 1 | (crossed ? 2 : 0);
    }
    for (Group *g = b->group; g < b->group + GROUPS; g++) crossed |= STEP(group)(g, p, c, 1.0f, features, early, &moved);
    return (ANY(moved) ? 1 : 0) | (crossed ? 2 : 0);
}

/* Weights of the synapses whose label is the address, 0 for the others. Returns whether there are any. */
TARGET ALWAYS_INLINE int STEP(matching)(uint8_t *hits, const uint8_t *weights, const uint8_t *labels, uint8_t address) {
    uint8_t any = 0;
    for (int i = 0; i < LANES; i++) {
        hits[i] = weights[i] & (uint8_t)-(labels[i] == address);
        any |= hits[i];
    }
    return any;
}

/* A pulse at `part` of the coming step moves the line towards its limit, the less the nearer it is. The state is what it would be at the
 * step's beginning to be right after the pulse; `early` is what that counts too much in the step's mean. */
TARGET ALWAYS_INLINE void STEP(raise)(GroupInput *in, int p, int i, F amount, const PulseLanes *lanes, int lane, float part, const Common *c) {
    const I state = LOADI(in->line[p] + i);
    F line = FLOAT(state), lead = ALLF(0.0f), growth = ALLF(1.0f);
    if (part != 0.0f) {
        const F rate = LOADF(lanes->rate + lane), q = rate * ALLF(part);
        lead = ALLF(part) * (ALLF(1.0f) + q * (ALLF(0.5f) + q * (ALLF(1.0f / 6) + q * (ALLF(1.0f / 24) + q * ALLF(1.0f / 120)))));
        growth = ALLF(1.0f) + rate * lead;
        line = line * (ALLF(1.0f) - q * (ALLF(1.0f) - q * (ALLF(0.5f) - q * ALLF(1.0f / 6))));
    }
    const F room = MAX(ALLF(1.0f) - line * ALLF(c->line_inverse), ALLF(0.0f)), step = amount * LOADF(lanes->step + lane) * room;
    STOREI(in->line[p] + i, LEAST(ADD(state, ROUND(MIN(step * growth, ALLF((float)c->line_limit)))), ALLI(c->line_limit)));
    if (part != 0.0f) STOREF(in->early + i, LOADF(in->early + i) + (step * lead) * LOADF(lanes->lift + lane));
}

/* A pulse at 64 synapses, from the synapses straight onto the lines. Returns whether any of them has its address. */
TARGET static int STEP(deliver)(Block *b, int p, const Pulse *pulse, float part, Synapses s, const Common *c) {
    const F charge = ALLF((float)pulse->charge);
    uint8_t hits[LANES];
    if (!STEP(matching)(hits, s.weights, s.labels, pulse->address)) return 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        F amount = FROM_BYTES(hits + k) * charge;
        if (s.gains) amount = amount * LOADF(s.gains + k);
        for (int side = 0; side < INPUTS; side++)
            if (pulse->mode >> side & 1) STEP(raise)(&b->group[k / WIDEST].input[side], p, k % WIDEST, amount, &b->pulse[side], k, part, c);
    }
    return 1;
}

/* Lanes whose membrane is at or above its threshold. */
TARGET static uint64_t STEP(crossed)(const Block *b, int p) {
    uint64_t mask = 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        const Group *g = &b->group[k / WIDEST];
        mask |= (uint64_t)(unsigned)REACHES(LOADI(g->v[p] + k % WIDEST), LOADI(g->threshold + k % WIDEST)) << k;
    }
    return mask;
}

/* Of the lanes of so many circuits a field, with its share. */
#define SUM(field) total.field = total.field + share * GATHER(lanes + FIELD(field), all->lane[j] + s)

/* What the slopes of joined circuits do to their compartments. */
TARGET static void STEP(join)(const Block *blocks, const NeuronVectors *all, const Common *c, float *ways) {
    const float *lanes = (const float *)blocks;
    float way[PAIRS];
    for (int s = 0; s < all->count; s += WIDTH) {
        STEP(Sums) total = {ALLF(0.0f), ALLF(0.0f), ALLF(0.0f), ALLF(0.0f), ALLF(0.0f)};
        for (int j = 0; j < JOINED; j++) {
            const F share = LOADF(all->share[j] + s);
            SUM(slope), SUM(growth), SUM(bow), SUM(upswing), SUM(limit);
        }
        const F result = LOADF(all->matrix + s) * STEP(compartment)(c, total, 1.0f);
        STOREF(way + s, STEP(clip)(result, ALLF(-c->longest), ALLF(c->longest)));
    }
    for (int s = 0; s < all->count; s++) ways[all->compartment[s]] = way[s];
}
#undef SUM

/* Connected circuits go where their compartments go. */
TARGET static int STEP(follow)(Block *b, int p, const int32_t *compartment_of, const float *ways, const Common *c) {
    I moved = ALLI(0);
    int crossed = 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        Group *g = &b->group[k / WIDEST];
        const int i = k % WIDEST;
        const I alone = LOADI(g->alone + i), volt = LOADI(g->v[p] + i), w = LOADI(g->w[p] + i);
        const F way = GATHER(ways, compartment_of + k);
        const I next = MOST(LEAST(ADD(volt, ROUND(way)), ALLI(c->node_high)), ALLI(c->node_low));
        const I adapted = ADD(w, ROUND(LOADF(g->drive + i) + LOADF(g->w_lead + i) * way));
        const I kept = MOST(LEAST(adapted, ALLI(c->node_high)), ALLI(c->node_low));
        STOREI(g->v[p ^ 1] + i, PICK(alone, LOADI(g->v[p ^ 1] + i), next));
        STOREI(g->w[p ^ 1] + i, PICK(alone, LOADI(g->w[p ^ 1] + i), kept));
        moved = EITHER(moved, PICK(alone, ALLI(0), EITHER(SUB(next, volt), SUB(kept, w))));
        crossed |= REACHES(next, LOADI(g->threshold + i));
    }
    return (ANY(moved) ? 1 : 0) | (crossed ? 2 : 0);
}

#define VARIANT(name, set)                                                                                  \
    TARGET static int STEP(name)(Block * b, int p, const Common *c, int features, int early, int watchful) { \
        return STEP(block)(b, p, c, (set) | (features & WITH_OFFSET), early, watchful);                       \
    }
VARIANT(plain, 0)
VARIANT(exponential, WITH_EXPONENTIAL)
VARIANT(adaptation, WITH_ADAPTATION)
VARIANT(both, WITH_EXPONENTIAL | WITH_ADAPTATION)
VARIANT(all, features)
#undef VARIANT
#undef FROM_BYTES
#undef GATHER
#undef PICK
#endif

#undef STEP
#undef TARGET
#undef GROUP
#undef SIZE
#undef F
#undef I
#undef WIDTH
#undef LOADF
#undef LOADI
#undef STOREF
#undef STOREI
#undef ALLF
#undef ALLI
#undef FLOAT
#undef ROUND
#undef ADD
#undef SUB
#undef LEAST
#undef MOST
#undef EITHER
#undef BOTH
#undef MIN
#undef MAX
#undef UNIT_CLIP
#undef IF_POSITIVE
#undef SCALE
#undef ANY
#undef REACHES
#undef OUTWARDS
