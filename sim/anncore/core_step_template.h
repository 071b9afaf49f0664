/* One step of a block, written once over a vector type. The file that includes this defines STEP(name), TARGET, V (vector of doubles),
 * WIDTH, LOAD, FROM_BYTES, FROM_FLOATS, STORE, ALL (broadcast), MIN, MAX, IF_POSITIVE(key, a, b), OR, XOR, ANY_BIT,
 * AT_LEAST (bit per element) and SCALE(p, y) = p * 2^(integer in the low bits of y).
 *
 * Membrane by an exponential Euler step whose effective length follows the local slope of the amplifier: exact for a relaxing membrane
 * and for a slewing one. Lines and adaptation decay exactly; the membrane sees a line's mean over the step (folded into its scale).
 * The same equations for one neuron and any length of step stand in core_engine_kernel.c.
 * Returns bit 0: something moves, bit 1: a membrane is at or above its threshold. */

/* The terms are done one after the other over the whole block: short chains of operations overlap better than one long one. */
#define EACH_VECTOR                                                     \
    for (int k = 0; k < LANES; k += WIDTH) {                            \
        __typeof__(&b->group[0]) g = &b->group[k / WIDEST];             \
        const int i = k % WIDEST;

TARGET ALWAYS_INLINE V STEP(clip)(V x, V low, V high) { return MAX(MIN(x, high), low); }

TARGET ALWAYS_INLINE V STEP(curve)(V y) {
    const V c = STEP(clip)(y, ALL(-1.0), ALL(1.0));
    return c * (ALL(3.0) - c * c);
}

TARGET ALWAYS_INLINE V STEP(power)(V y) {
    const V shifted = y + ALL(ROUNDER), r = y - (shifted - ALL(ROUNDER)), r2 = r * r;
    const V upper = (ALL(POWER_2) + ALL(POWER_3) * r) + r2 * (ALL(POWER_4) + ALL(POWER_5) * r);
    return SCALE((ALL(POWER_0) + ALL(POWER_1) * r) + r2 * upper, shifted);
}

TARGET ALWAYS_INLINE V STEP(lattice)(V x) { return (x + ALL(LATTICE)) - ALL(LATTICE); }

TARGET ALWAYS_INLINE uint64_t STEP(block)(Block *b, int p, const Common *c, int exponential, int adaptation) {
    const int q = p ^ 1;
    V moved = ALL(0.0), above = ALL(-1.0);
    double currents[LANES];
    EACH_VECTOR
        const V exc = LOAD(g->exc[p] + i), inh = LOAD(g->inh[p] + i);
        V current = LOAD(g->exc_strength + i) * STEP(curve)(exc * LOAD(g->exc_scale + i) + LOAD(g->exc_shift + i));
        current = current - LOAD(g->inh_strength + i) * STEP(curve)(inh * LOAD(g->inh_scale + i) + LOAD(g->inh_shift + i));
        STORE(currents + k, current + LOAD(g->drift + i));
        const V exc_next = STEP(lattice)(exc - exc * LOAD(g->exc_loss + i)), inh_next = STEP(lattice)(inh - inh * LOAD(g->inh_loss + i));
        STORE(g->exc[q] + i, exc_next);
        STORE(g->inh[q] + i, inh_next);
        moved = OR(moved, OR(XOR(exc_next, exc), XOR(inh_next, inh)));
    }
    if (adaptation) {
        EACH_VECTOR
            const V volt = LOAD(g->v[p] + i), w = LOAD(g->w[p] + i), offset = w - LOAD(g->w_rest + i);
            const V pull = LOAD(g->w_gain + i) * (volt - LOAD(g->w_potential + i)) - offset;
            const V next = STEP(clip)(STEP(lattice)(w + LOAD(g->w_rate + i) * pull), ALL(c->node_low), ALL(c->node_high));
            STORE(g->w[q] + i, next);
            moved = OR(moved, XOR(next, w));
            STORE(currents + k, LOAD(currents + k) - LOAD(g->w_strength + i) * offset);
        }
    }
    if (exponential) {
        EACH_VECTOR
            const V upswing = LOAD(g->exp_strength + i) * STEP(power)((LOAD(g->v[p] + i) - LOAD(g->exp_potential + i)) * ALL(c->octaves));
            STORE(currents + k, LOAD(currents + k) + MIN(upswing, LOAD(g->exp_limit + i)));
        }
    }
    EACH_VECTOR
        const V volt = LOAD(g->v[p] + i), current = LOAD(currents + k);
        V room = IF_POSITIVE(current, ALL(c->rail_high) - volt, volt - ALL(c->rail_low)) * ALL(c->rail_inverse);
        room = STEP(clip)(room, ALL(0.0), ALL(1.0));
        const V y = STEP(clip)((LOAD(g->target + i) - volt) * LOAD(g->inverse + i), ALL(-1.0), ALL(1.0)), y2 = y * y;
        const V slope = LOAD(g->slew + i) * (y * (ALL(3.0) - y2)) + current * (room * (ALL(1.5) - ALL(0.5) * (room * room)));
        const V change = slope * (ALL(STEP_US) - LOAD(g->lag + i) * (ALL(1.0) - y2));
        const V next = STEP(clip)(STEP(lattice)(volt + change), ALL(c->node_low), ALL(c->node_high));
        STORE(g->v[q] + i, next);
        moved = OR(moved, XOR(next, volt));
        above = MAX(above, next - LOAD(g->threshold + i));
    }
    return (ANY_BIT(moved) ? 1u : 0u) | (AT_LEAST(above, ALL(0.0)) ? 2u : 0u);
}

TARGET static void STEP(pulse)(Block *b, int p, const double *amounts, int mode, double limit) {
    EACH_VECTOR
        const V amount = LOAD(amounts + k);
        if (mode & 1) STORE(g->exc[p] + i, MIN(LOAD(g->exc[p] + i) + amount * LOAD(g->exc_step + i), ALL(limit)));
        if (mode & 2) STORE(g->inh[p] + i, MIN(LOAD(g->inh[p] + i) + amount * LOAD(g->inh_step + i), ALL(limit)));
    }
}

TARGET static void STEP(amount)(double *amounts, const uint8_t *weights, const float *gains, double charge) {
    for (int i = 0; i < LANES; i += WIDTH) {
        V amount = FROM_BYTES(weights + i) * ALL(charge);
        if (gains) amount = amount * FROM_FLOATS(gains + i);
        STORE(amounts + i, amount);
    }
}

/* Lanes whose membrane is at or above its threshold. */
TARGET static uint64_t STEP(crossed)(const Block *b, int p) {
    uint64_t mask = 0;
    EACH_VECTOR
        mask |= (uint64_t)AT_LEAST(LOAD(g->v[p] + i), LOAD(g->threshold + i)) << k;
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
#undef IF_POSITIVE
#undef OR
#undef XOR
#undef ANY_BIT
#undef AT_LEAST
#undef SCALE
