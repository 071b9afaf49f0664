/* One step of a block, written once over a vector type. The file that includes this defines STEP(name), TARGET, V (vector of doubles),
 * WIDTH, LOAD, STORE, ALL (broadcast), MIN, MAX, IF_POSITIVE(key, a, b), OR, XOR and
 * SCALE(p, y) = p * 2^(integer in the low bits of y).
 *
 * Membrane by an exponential Euler step whose effective length follows the local slope of the amplifier: exact for a relaxing membrane
 * and for a slewing one. Lines and adaptation decay exactly; the membrane sees a line's mean over the step (folded into its scale).
 * The same equations for one neuron and any length of step stand in core_engine_kernel.c.
 * Returns bit 0: something moves, bit 1: a membrane is at or above its threshold. */

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
    for (int i = 0; i < LANES; i += WIDTH) {
        const V volt = LOAD(b->v[p] + i), exc = LOAD(b->exc[p] + i), inh = LOAD(b->inh[p] + i);
        V current = LOAD(b->exc_strength + i) * STEP(curve)(exc * LOAD(b->exc_scale + i) + LOAD(b->exc_shift + i));
        current = current - LOAD(b->inh_strength + i) * STEP(curve)(inh * LOAD(b->inh_scale + i) + LOAD(b->inh_shift + i));
        current = current + LOAD(b->drift + i);
        if (adaptation) {
            const V w = LOAD(b->w[p] + i), offset = w - LOAD(b->w_rest + i);
            const V pull = LOAD(b->w_gain + i) * (volt - LOAD(b->w_potential + i)) - offset;
            const V next = STEP(clip)(STEP(lattice)(w + LOAD(b->w_rate + i) * pull), ALL(c->node_low), ALL(c->node_high));
            STORE(b->w[q] + i, next);
            moved = OR(moved, XOR(next, w));
            current = current - LOAD(b->w_strength + i) * offset;
        }
        if (exponential) {
            const V upswing = LOAD(b->exp_strength + i) * STEP(power)((volt - LOAD(b->exp_potential + i)) * ALL(c->octaves));
            current = current + MIN(upswing, LOAD(b->exp_limit + i));
        }
        V room = IF_POSITIVE(current, ALL(c->rail_high) - volt, volt - ALL(c->rail_low)) * ALL(c->rail_inverse);
        room = STEP(clip)(room, ALL(0.0), ALL(1.0));
        const V y = STEP(clip)((LOAD(b->target + i) - volt) * LOAD(b->inverse + i), ALL(-1.0), ALL(1.0)), y2 = y * y;
        const V slope = LOAD(b->slew + i) * (y * (ALL(3.0) - y2)) + current * (room * (ALL(1.5) - ALL(0.5) * (room * room)));
        const V change = slope * (ALL(STEP_US) - LOAD(b->lag + i) * (ALL(1.0) - y2));
        const V next = STEP(clip)(STEP(lattice)(volt + change), ALL(c->node_low), ALL(c->node_high));
        const V exc_next = STEP(lattice)(exc - exc * LOAD(b->exc_loss + i)), inh_next = STEP(lattice)(inh - inh * LOAD(b->inh_loss + i));
        STORE(b->v[q] + i, next);
        STORE(b->exc[q] + i, exc_next);
        STORE(b->inh[q] + i, inh_next);
        moved = OR(OR(moved, XOR(next, volt)), OR(XOR(exc_next, exc), XOR(inh_next, inh)));
        above = MAX(above, next - LOAD(b->threshold + i));
    }
    double fold[2][WIDTH];
    STORE(fold[0], moved);
    STORE(fold[1], above);
    uint64_t result = 0;
    for (int i = 0; i < WIDTH; i++) result |= (bits_of(fold[0][i]) ? 1u : 0u) | (fold[1][i] >= 0.0 ? 2u : 0u);
    return result;
}

TARGET static uint64_t STEP(plain)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 0, 0); }
TARGET static uint64_t STEP(exponential)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 1, 0); }
TARGET static uint64_t STEP(adaptation)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 0, 1); }
TARGET static uint64_t STEP(all)(Block *b, int p, const Common *c) { return STEP(block)(b, p, c, 1, 1); }

#undef STEP
#undef TARGET
#undef V
#undef WIDTH
#undef LOAD
#undef STORE
#undef ALL
#undef MIN
#undef MAX
#undef IF_POSITIVE
#undef OR
#undef XOR
#undef SCALE
