/* One step of a block, written once over a vector type. The file that includes this defines STEP(name), TARGET, V (vector of doubles),
 * WIDTH, LOAD (aligned), FROM_BYTES, FROM_FLOATS, STORE, ALL (broadcast), MIN, MAX, UNIT_CLIP (to -1 .. 1), IF_POSITIVE(key, a, b),
 * OR, XOR, ANY_BIT, AT_LEAST (bit per element) and SCALE(p, y) = p * 2^(integer in the low bits of y).
 *
 * Membrane by an exponential Euler step whose effective length follows the local slope of the amplifier: exact for a relaxing membrane
 * and for a slewing one. Lines and adaptation decay exactly; the membrane sees a line's mean over the step (folded into its scale).
 * The same equations for one neuron and any length of step stand in neuron.c.
 * Returns bit 0: something moves, bit 1: a membrane is at or above its threshold. */

/* How the step is laid out. A block is done group by group: few enough lanes that what the terms hand on stays in registers, and short
 * enough that the next group's parameters come in from the second-level cache meanwhile. Within a group each term is a loop over the
 * vectors, and terms that do not depend on each other stand together, so that a processor finds work within its window. What a block's
 * configuration switches off is not compiled into its step; what no lane of a group needs (fading near the rails) is passed over where
 * that changes no bit. */
enum { STEP(VECTORS) = WIDEST / WIDTH }; /* of a group */

#define EACH_VECTOR UNROLLED for (int u = 0, i = 0; u < STEP(VECTORS); u++, i += WIDTH)

TARGET ALWAYS_INLINE V STEP(clip)(V x, V low, V high) { return MAX(MIN(x, high), low); }

TARGET ALWAYS_INLINE V STEP(curve)(V y) {
    const V c = UNIT_CLIP(y);
    return c * (ALL(3.0) - c * c);
}

TARGET ALWAYS_INLINE V STEP(power)(V y) {
    const V shifted = y + ALL(ROUNDER), r = y - (shifted - ALL(ROUNDER)), r2 = r * r;
    const V upper = (ALL(POWER_2) + ALL(POWER_3) * r) + r2 * (ALL(POWER_4) + ALL(POWER_5) * r);
    return SCALE((ALL(POWER_0) + ALL(POWER_1) * r) + r2 * upper, shifted);
}

TARGET ALWAYS_INLINE V STEP(lattice)(V x) { return (x + ALL(LATTICE)) - ALL(LATTICE); }

/* Slope by the exponential term. */
TARGET ALWAYS_INLINE void STEP(upswing)(const Group *g, int p, const Common *c, V *upswing) {
    EACH_VECTOR {
        const V octaves = (LOAD(g->v[p] + i) - LOAD(g->exp_potential + i)) * ALL(c->octaves);
        upswing[u] = MIN(LOAD(g->exp_strength + i) * STEP(power)(octaves), LOAD(g->exp_limit + i));
    }
}

/* Slope by the synaptic inputs and constant currents; the lines decay. Returns what has changed in them. */
TARGET ALWAYS_INLINE V STEP(synapses)(Group *g, int p, V *current) {
    V moved = ALL(0.0);
    EACH_VECTOR {
        V slope[INPUTS];
        UNROLLED for (int side = 0; side < INPUTS; side++) {
            InputLanes *in = &g->input[side];
            const V line = LOAD(in->line[p] + i), next = STEP(lattice)(line - line * LOAD(in->loss + i));
            slope[side] = LOAD(in->strength + i) * STEP(curve)(line * LOAD(in->scale + i) + LOAD(in->shift + i));
            STORE(in->line[p ^ 1] + i, next);
            moved = OR(moved, XOR(next, line));
        }
        current[u] = slope[EXCITATORY] + slope[INHIBITORY] + LOAD(g->drift + i);
    }
    return moved;
}

/* Slope by the leak or reset amplifier, and the length of the step for a membrane with its local slope. */
TARGET ALWAYS_INLINE void STEP(amplifier)(const Group *g, int p, V *pull, V *span) {
    EACH_VECTOR {
        const V y = UNIT_CLIP((LOAD(g->target + i) - LOAD(g->v[p] + i)) * LOAD(g->inverse + i)), y2 = y * y;
        pull[u] = LOAD(g->slew + i) * (y * (ALL(3.0) - y2));
        span[u] = ALL(STEP_US) - LOAD(g->lag + i) * (ALL(1.0) - y2);
    }
}

/* The adaptation takes its part of the slope, and moves itself. Returns what has changed in it. */
TARGET ALWAYS_INLINE V STEP(adapt)(Group *g, int p, const Common *c, V *current) {
    V moved = ALL(0.0);
    EACH_VECTOR {
        const V volt = LOAD(g->v[p] + i), w = LOAD(g->w[p] + i), offset = w - LOAD(g->w_rest + i);
        const V pull = LOAD(g->w_gain + i) * (volt - LOAD(g->w_potential + i)) - offset;
        const V next = STEP(clip)(STEP(lattice)(w + LOAD(g->w_rate + i) * pull), ALL(c->node_low), ALL(c->node_high));
        current[u] = current[u] - LOAD(g->w_strength + i) * offset;
        STORE(g->w[p ^ 1] + i, next);
        moved = OR(moved, XOR(next, w));
    }
    return moved;
}

/* Currents fade towards the rail they push the membrane to: not at all, to the last bit, from `rail_width` times the edge of the
 * amplifiers on. */
TARGET ALWAYS_INLINE void STEP(fade)(const Group *g, int p, const Common *c, V *current) {
    V room[STEP(VECTORS)], least = ALL(1.0);
    EACH_VECTOR {
        const V volt = LOAD(g->v[p] + i);
        room[u] = IF_POSITIVE(current[u], ALL(c->rail_high) - volt, volt - ALL(c->rail_low)) * ALL(c->rail_inverse);
        least = MIN(least, room[u]);
    }
    if (AT_LEAST(least, ALL(1.0)) == (1 << WIDTH) - 1) return;
    EACH_VECTOR {
        const V x = STEP(clip)(room[u], ALL(0.0), ALL(1.0));
        current[u] = current[u] * (x * (ALL(1.5) - ALL(0.5) * (x * x)));
    }
}

TARGET ALWAYS_INLINE uint64_t STEP(block)(Block *b, int p, const Common *c, int exponential, int adaptation) {
    V moved = ALL(0.0);
    unsigned crossed = 0;
    for (Group *g = b->group; g < b->group + GROUPS; g++) {
        V current[STEP(VECTORS)], upswing[STEP(VECTORS)], pull[STEP(VECTORS)], span[STEP(VECTORS)];
        if (exponential) STEP(upswing)(g, p, c, upswing);
        moved = OR(moved, STEP(synapses)(g, p, current));
        STEP(amplifier)(g, p, pull, span);
        if (adaptation) moved = OR(moved, STEP(adapt)(g, p, c, current));
        if (exponential) EACH_VECTOR current[u] = current[u] + upswing[u];
        STEP(fade)(g, p, c, current);
        EACH_VECTOR {
            const V volt = LOAD(g->v[p] + i), next = STEP(lattice)(volt + (pull[u] + current[u]) * span[u]);
            const V kept = STEP(clip)(next, ALL(c->node_low), ALL(c->node_high));
            STORE(g->v[p ^ 1] + i, kept);
            moved = OR(moved, XOR(kept, volt));
            crossed |= (unsigned)AT_LEAST(kept, LOAD(g->threshold + i));
        }
    }
    return (ANY_BIT(moved) ? 1u : 0u) | (crossed ? 2u : 0u);
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

TARGET ALWAYS_INLINE void STEP(raise)(double *line, V amount, const double *step, V limit) {
    STORE(line, MIN(LOAD(line) + amount * LOAD(step), limit));
}

/* A pulse at 64 synapses, from the synapses straight onto the lines. Returns whether any of them has its address. */
TARGET static int STEP(deliver)(Block *b, int p, const Pulse *pulse, Synapses s, double limit) {
    const V charge = ALL(pulse->charge), highest = ALL(limit);
    uint8_t hits[LANES];
    if (!STEP(matching)(hits, s.weights, s.labels, pulse->address)) return 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        Group *g = &b->group[k / WIDEST];
        const int i = k % WIDEST;
        V amount = FROM_BYTES(hits + k) * charge;
        if (s.gains) amount = amount * FROM_FLOATS(s.gains + k);
        for (int side = 0; side < INPUTS; side++)
            if (pulse->mode >> side & 1) STEP(raise)(g->input[side].line[p] + i, amount, g->input[side].step + i, highest);
    }
    return 1;
}

/* Lanes whose membrane is at or above its threshold. */
TARGET static uint64_t STEP(crossed)(const Block *b, int p) {
    uint64_t mask = 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        const Group *g = &b->group[k / WIDEST];
        mask |= (uint64_t)AT_LEAST(LOAD(g->v[p] + k % WIDEST), LOAD(g->threshold + k % WIDEST)) << k;
    }
    return mask;
}

/* Which of 64 times have come. */
TARGET static uint64_t STEP(due)(const double *times, double now) {
    uint64_t mask = 0;
    for (int k = 0; k < LANES; k += WIDTH) mask |= (uint64_t)AT_LEAST(ALL(now), LOAD(times + k)) << k;
    return mask;
}

/* The earliest of 64 times. */
TARGET static double STEP(earliest)(const double *times) {
    double best[WIDTH];
    V earliest = LOAD(times);
    for (int k = WIDTH; k < LANES; k += WIDTH) earliest = MIN(earliest, LOAD(times + k));
    STORE(best, earliest);
    for (int i = 1; i < WIDTH; i++) best[0] = best[i] < best[0] ? best[i] : best[0];
    return best[0];
}

TARGET static uint64_t STEP(plain)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 0, 0); }
TARGET static uint64_t STEP(exponential)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 1, 0); }
TARGET static uint64_t STEP(adaptation)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 0, 1); }
TARGET static uint64_t STEP(all)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 1, 1); }

#undef EACH_VECTOR
#undef STEP
#undef TARGET
#undef V
#undef WIDTH
#undef LOAD
#undef FROM_BYTES
#undef FROM_FLOATS
#undef STORE
#undef ALL
#undef MIN
#undef MAX
#undef UNIT_CLIP
#undef IF_POSITIVE
#undef OR
#undef XOR
#undef ANY_BIT
#undef AT_LEAST
#undef SCALE
