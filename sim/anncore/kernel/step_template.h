/* One step of circuits, written once over a vector type. The file that includes this defines
 *   STEP(name), TARGET      names, and the instruction set they are compiled for
 *   SIZE                    circuits stepped at once: LANES, or 1 over a part of a step
 *   OF(part, lanes)         which of the two counts: what `NeuronLanes` says about a circuit alone, or its lanes
 *   F, I, WIDTH             vectors of floats and of 32-bit integers, and their length
 *   LOADF LOADI STOREF STOREI ALLF ALLI, FLOAT ROUND (conversions), BITS (of floats), ADD SUB LEAST MOST EITHER BOTH (of integers: + - min max | &),
 *   FUSED(a, b, c) = a b + c and LESS(c, a, b) = c - a b, rounded once, MIN MAX ROOT (of floats), IF_POSITIVE(key, a, b), UNIT_CLIP (to -1 .. 1), SCALE(p, y) = p * 2^(integer in the low bits of y), ANY (a bit is set),
 *   REACHES(a, b) (bit per element: a >= b), ALL_NEGATIVE,
 *   GATHER(base, at), EVEN(a, b) (every second element, of `a`, then of `b`),
 *   SPREAD(a, b, x, rail), which keeps in a and b, SPREAD_FIRST at first, what SPREAD_BEYOND(a, b, rail) says of all x: whether an element is outside -rail .. rail
 *
 * The equations, with docs/analog_core.md: the membrane makes an exponential Euler step whose effective length follows the local slope of the
 * amplifier, so it is exact for a relaxing membrane and for a slewing one; the exponential term adds its own slope and curvature. Lines and
 * adaptation decay exactly; the membrane sees a line's mean over the step (its unit) and the adaptation in its middle.
 *
 * How a step is laid out: vector by vector, so that what the terms hand on stays in registers. What a block's configuration switches off, and the
 * rails if no membrane is near them, is not compiled into its step. */

TARGET ALWAYS_INLINE F STEP(clip)(F x, F low, F high) { return MAX(MIN(x, high), low); }

/* The characteristic of an amplifier where it is not saturated, and anywhere. */
TARGET ALWAYS_INLINE F STEP(curve_within)(F y) { return y * LESS(ALLF(3.0f), y, y); }
TARGET ALWAYS_INLINE F STEP(curve)(F y) { return STEP(curve_within)(UNIT_CLIP(y)); }

TARGET ALWAYS_INLINE F STEP(power)(F octaves) {
    const F shifted = octaves + ALLF(ROUNDER), r = octaves - (shifted - ALLF(ROUNDER)), r2 = r * r;
    return SCALE(FUSED(r2, FUSED(ALLF(POWER_3), r, ALLF(POWER_2)), FUSED(ALLF(POWER_1), r, ALLF(POWER_0))), shifted);
}

/* Way by an amplifier that gets over much of its range within the step, and other slopes. It slews until y is 1; then z = y^2 with dz/dt = -2/3 rate z (3 - z) is
 * 3 d z / (d z + 3 - z), d = e^(-2 rate t). What others do is shortened as by its slope in the middle of the way. */
TARGET ALWAYS_INLINE F STEP(careful)(const Lanes *g, int i, F room, F y, F lag, F others, float length) {
    const F rate = LOADF(g->rate + i), slowness = LOADF(g->careful + i), z = y * y;
    const F slews = STEP(clip)((room - y) * (ALLF(1.5f) * slowness), ALLF(-length), ALLF(length)), time = MAX(slews, ALLF(0.0f) - slews);
    const F kept = LESS(ALLF(1.0f), rate, ALLF(length) - lag);
    F d = kept * kept;
    if (ANY(BITS(time))) d = d * IF_POSITIVE(time, STEP(power)(MIN(ALLF(2.8853901f) * rate * time, ALLF(120.0f))), ALLF(1.0f));
    const F end = y * ROOT(ALLF(3.0f) * d / FUSED(d, z, ALLF(3.0f) - z)), middle = ALLF(0.5f) * (y + end);
    const F ways = FUSED(y - end, ALLF(3.0f) * slowness, slews + slews);
    return FUSED(LOADF(g->slew + i), ways, others * LESS(ALLF(length), lag, LESS(ALLF(1.0f), middle, middle)));
}

/* A slope with what a synaptic input adds to it, by the mean of its line. With modulation its amplitude follows the membrane, which adds to the local slope `bend`. */
TARGET ALWAYS_INLINE F STEP(input)(const Lanes *g, int i, int side, F others, F mean, F volt, int modulated, F *bend) {
    const F opening = STEP(curve)(mean + LOADF(g->input[side].shift + i)), strength = LOADF(g->input[side].strength + i);
    if (!modulated) return FUSED(strength, opening, others);
    const F slope = LOADF(g->input[side].slope + i), grown = FUSED(slope, volt - LOADF(g->input[side].middle + i), strength);
    const F open = side ? MIN(grown, ALLF(0.0f)) : MAX(grown, ALLF(0.0f));
    *bend = *bend + IF_POSITIVE(open * open, slope * opening, ALLF(0.0f));
    return FUSED(open, opening, others);
}

/* A line decays, and at last rests. */
TARGET ALWAYS_INLINE void STEP(decay)(Lanes *g, int p, int i, int side, I *moved) {
    const F line = LOADF(g->input[side].line[p] + i);
    F kept = line * LOADF(g->input[side].keep + i);
    if (moved) kept = IF_POSITIVE(kept - ALLF(LINE_REST), kept, ALLF(0.0f)), *moved = EITHER(*moved, SUB(BITS(kept), BITS(line)));
    STOREF(g->input[side].line[p ^ 1] + i, kept);
}

/* Currents fade towards the rail they push the membrane to: not at all, to the last bit, from `rail_width` times the edge of the
 * amplifiers on. How fast adds to the local slope. */
TARGET ALWAYS_INLINE F STEP(fade)(const Common *c, F volt, F current, F *bend) {
    const F room = (ALLF(c->rail) - MAX(volt, ALLF(0.0f) - volt)) * ALLF(c->rail_inverse);
    const F x = STEP(clip)(room, ALLF(0.0f), ALLF(1.0f)), x2 = x * x, outwards = current * volt;
    const F steep = MAX(current, ALLF(0.0f) - current) * ((x2 - ALLF(1.0f)) * ALLF(1.5f * c->rail_inverse));
    *bend = *bend + IF_POSITIVE(outwards, steep, ALLF(0.0f));
    return IF_POSITIVE(outwards, current * (x * LESS(ALLF(1.5f), ALLF(0.5f), x2)), current);
}

/* What counts of a slope over a part of a step in which conductances and fading currents change it: `bend` is their own slope. */
TARGET ALWAYS_INLINE F STEP(bent)(F slope, F bend, float length, int features) {
    if (features & WITH_MODULATION) {
        const F z = MIN(bend * ALLF(length), ALLF(1.0f));
        return slope / FUSED(ALLF(1.0f / 12), z * z, LESS(ALLF(1.0f), ALLF(0.5f), z));
    }
    if (!(features & WITH_RAILS)) return slope;
    const F z = STEP(clip)(bend * ALLF(length), ALLF(-1.0f), ALLF(1.0f));
    return slope * FUSED(z, FUSED(ALLF(1.0f / 6), z, ALLF(0.5f)), ALLF(1.0f));
}

/* How fast the exponential term grows with the membrane, in parts per step; at its limit it stays. */
TARGET ALWAYS_INLINE F STEP(growth)(F upswing, F limit, const Common *c, float length) {
    return IF_POSITIVE(limit - upswing, upswing, ALLF(0.0f)) * ALLF(c->slope_inverse * length);
}

/* What it adds to a slope within the step, in parts of that: to fourth order in time. total: way in units of its slope. */
TARGET ALWAYS_INLINE F STEP(more)(F growth, F total) {
    const F both = growth + total, second = FUSED(both, ALLF(1.0f / 24), ALLF(1.0f / 6));
    return growth * FUSED(both, second, FUSED(growth * total, ALLF(1.0f / 12), ALLF(0.5f)));
}

/* A slope with what the exponential term makes of it within the step: within what that can reach at all. */
TARGET ALWAYS_INLINE F STEP(grow)(F total, F upswing, F growth, F limit, const Common *c, float length) {
    const F without = total - upswing, more = STEP(more)(growth, total * ALLF(c->slope_inverse * length));
    return STEP(clip)(FUSED(total, MAX(more, ALLF(0.0f)), total), without, without + limit);
}

/* A slope down, as in a reset, takes an exponential term with it: what is left in the mean of (e^q - 1) / q, q > -5 the way in units of its slope, to 1.5e-3. */
TARGET ALWAYS_INLINE F STEP(fall)(F total, F upswing, const Common *c, float length) {
    const F q = MAX(total * ALLF(c->slope_inverse * length), ALLF(-5.0f));
    return FUSED(upswing, q * FUSED(q * q, FUSED(ALLF(FALL_4), q, ALLF(FALL_3)), FUSED(ALLF(FALL_2), q, ALLF(FALL_1))), total);
}

/* Sums over the circuits of a compartment, weighted by capacitance. */
typedef struct {
    F slope, growth, bow, upswing, limit;
} STEP(Sums);

/* What counts of a compartment's slope over a part of a step, by what is not linear in it: as in the step of a circuit alone. */
TARGET ALWAYS_INLINE F STEP(compartment)(const Common *c, STEP(Sums) s, float length) {
    const F bent = LESS(s.slope, s.slope, s.bow * s.slope), g = s.growth;
    const F less = bent / FUSED(ALLF(1.0f / 12), g * g, LESS(ALLF(1.0f), ALLF(0.5f), g)), more = FUSED(bent, g * FUSED(ALLF(1.0f / 6), g, ALLF(0.5f)), bent);
    const F linear = IF_POSITIVE(g, more, less), z = s.upswing * ALLF(c->slope_inverse * length);
    const F share = STEP(more)(z, linear * ALLF(c->slope_inverse * length));
    return linear + STEP(clip)(linear * MAX(share, ALLF(0.0f)), ALLF(0.0f) - s.upswing, s.limit - s.upswing);
}

/* What is found out about all circuits of a block: bits that change, how far they are from the middle, the sign of all that are below their thresholds, and bits of lines
 * that change. */
typedef struct {
    I moved, high, low, below, decayed;
} STEP(Findings);

TARGET ALWAYS_INLINE I STEP(within)(I node, const Common *c) { return MOST(LEAST(node, ALLI(c->node_high)), ALLI(c->node_low)); }

/* The circuits of one vector, lanes i.. of a block. Of a circuit alone, whoever asks for its step looks after lines and threshold. */
TARGET ALWAYS_INLINE void STEP(circuits)(Lanes *g, NeuronLanes *part, int p, int i, const Common *c, float length, int features, int early, int watchful,
                                         STEP(Findings) *found) {
    const I volt = OF(ALLI(part->v), LOADI(g->v[p] + i)), w = features & WITH_ADAPTATION ? OF(ALLI(part->w), LOADI(g->w[p] + i)) : ALLI(0);
    const F gap = FLOAT(SUB(LOADI(g->target + i), volt));
    F upswing = ALLF(0.0f), drive = ALLF(0.0f), bend = ALLF(0.0f), current = LOADF(g->drift + i);
    for (int side = 0; side < INPUTS; side++) {
        F mean = OF(ALLF(part->mean[side]), LOADF(g->input[side].line[p] + i));
        if (early >> side & 1) mean = mean - LOADF(g->input[side].early + i);
        current = STEP(input)(g, i, side, current, mean, FLOAT(volt), features & WITH_MODULATION, &bend);
        if (SIZE > 1) STEP(decay)(g, p, i, side, watchful ? &found->decayed : NULL);
    }
    if (features & WITH_ADAPTATION) { /* which is where the membrane staying would let it be in the middle of the step */
        const F level = FLOAT(w), still = LESS(OF(ALLF(part->w_base), LOADF(g->w_base + i)), OF(ALLF(part->w_lead), LOADF(g->w_lead + i)), gap);
        const F half = LESS(still, OF(ALLF(part->w_rate), LOADF(g->w_rate + i)), level);
        current = LESS(current, LOADF(g->w_strength + i), level + half);
        drive = half + half;
    }
    if (features & WITH_EXPONENTIAL) {
        upswing = MIN(STEP(power)(LESS(LOADF(g->exponent + i), gap, ALLF(c->octaves))), LOADF(g->limit + i));
        current = current + upswing;
    }
    if (features & WITH_RAILS) current = STEP(fade)(c, FLOAT(volt), current, &bend);
    /* the leak or reset amplifier: its slope, and the length of the step for a membrane with its local slope, which changes on the way: `bow` */
    const F inverse = LOADF(g->inverse + i), y = UNIT_CLIP(gap * inverse), flat = LESS(ALLF(1.0f), y, y);
    const F shorter = OF(ALLF(part->lag), LOADF(g->lag + i)) * flat;
    const F slew = LOADF(g->slew + i), opening = STEP(curve_within)(y), bow = (shorter * y) * (inverse * ALLF(1.0f / length));
    const F total = FUSED(slew, opening, current);
    F slope = total;
    if (features & WITH_CONNECTIONS) {
        STOREF(OF(&part->currents.slope, g->slope + i), slope);
        STOREF(OF(&part->currents.bow, g->bow + i), bow * ALLF(length));
        STOREF(OF(&part->currents.growth, g->growth + i), FUSED(LOADF(g->rate + i) * y, y, bend) * ALLF(length));
        STOREF(OF(&part->currents.upswing, g->upswing + i), upswing);
        STOREF(OF(&part->currents.drive, g->drive + i), drive);
        if (early & NONE_ALONE) return;
    }
    if (features & WITH_EXPONENTIAL) {
        const F limit = LOADF(g->limit + i), growth = STEP(growth)(upswing, limit, c, length);
        slope = STEP(grow)(total, upswing, growth, limit, c, length);
        if (features & WITH_CARE) slope = IF_POSITIVE(LOADF(g->careful + i) * (ALLF(0.0f) - total), STEP(fall)(total, upswing, c, length), slope);
    }
    const F bent = STEP(bent)(slope, bend, length, features), linear = bent * (ALLF(length) - shorter);
    F way = LESS(linear, linear, bow * linear);
    if (features & WITH_CARE) way = IF_POSITIVE(LOADF(g->careful + i), STEP(careful)(g, i, gap * inverse, y, OF(ALLF(part->lag), LOADF(g->lag + i)), LESS(bent, slew, opening), length), way);
    if (features & WITH_LEAPS) way = STEP(clip)(way, ALLF(-c->longest), ALLF(c->longest));
    I next = ADD(volt, ROUND(way));
    if (features & (WITH_RAILS | WITH_LEAPS) || watchful) next = STEP(within)(next, c);
    STOREI(OF(&part->v, g->v[p ^ 1] + i), next);
    if (SIZE > 1) SPREAD(found->high, found->low, next, c->fade_from), found->below = BOTH(found->below, SUB(next, LOADI(g->threshold + i)));
    const I counts = features & WITH_CONNECTIONS ? LOADI(g->alone + i) : ALLI(-1);
    if (watchful) found->moved = EITHER(found->moved, BOTH(SUB(next, volt), counts));
    if (!(features & WITH_ADAPTATION)) return;
    I adapted = ADD(w, ROUND(FUSED(OF(ALLF(part->w_lead), LOADF(g->w_lead + i)), way, drive)));
    if (watchful) adapted = STEP(within)(adapted, c), found->moved = EITHER(found->moved, BOTH(SUB(adapted, w), counts));
    STOREI(OF(&part->w, g->w[p ^ 1] + i), adapted);
}

#if SIZE == 1

/* Slope by the exponential term at a potential. */
TARGET static float exponential_term(const Lanes *g, int i, int32_t v, const Common *c) {
    const F gap = FLOAT(SUB(LOADI(g->target + i), ALLI(v)));
    float term;
    STOREF(&term, MIN(STEP(power)(LESS(LOADF(g->exponent + i), gap, ALLF(c->octaves))), LOADF(g->limit + i)));
    return term;
}

TARGET float compartment_slope(const CompartmentCurrents *s, const Common *common, float length) {
    const STEP(Sums) sums = {ALLF(s->slope), ALLF(s->growth), ALLF(s->bow), ALLF(s->upswing), ALLF(s->limit)};
    float slope;
    STOREF(&slope, STEP(compartment)(common, sums, length));
    return slope;
}

#else

/* Whether anything moves need not be known at each step; lines that rest need not be 0, nor the adaptation be kept within its limits, meanwhile. */
TARGET ALWAYS_INLINE int STEP(block)(Block *b, int p, const Common *c, int features, int early, int watchful) {
    STEP(Findings) found = {ALLI(0), SPREAD_FIRST, ALLI(-1), ALLI(0)};
    Lanes *g = &b->lanes;
    for (int i = 0; i < LANES; i += WIDTH) {
        if (features & WITH_CARE && ANY(BITS(LOADF(g->careful + i)))) {
            STEP(circuits)(g, NULL, p, i, c, 1.0f, features, early, watchful, &found);
        } else {
            STEP(circuits)(g, NULL, p, i, c, 1.0f, features & ~WITH_CARE, early, watchful, &found);
        }
    }
    const int far = SPREAD_BEYOND(found.high, found.low, c->fade_from);
    if (far && !(features & WITH_RAILS))
        for (int i = 0; i < LANES; i += WIDTH) STOREI(g->v[p ^ 1] + i, STEP(within)(LOADI(g->v[p ^ 1] + i), c));
    const int moves = !watchful || ANY(found.moved), decays = watchful && ANY(found.decayed);
    return (moves || decays ? BLOCK_MOVES : 0) | (decays && !moves ? BLOCK_DECAYS : 0) | (ALL_NEGATIVE(found.below) ? 0 : BLOCK_CROSSES) | (far ? WITH_RAILS : 0);
}

/* Some lines alone, over steps from the grid point with index `first` on, as in the steps of their block, both states alike: they may rest from then on while other blocks step.
 * Returns whether they still decayed when that was last seen. */
TARGET ALWAYS_INLINE int STEP(decay_alone)(LanesInput *input, int p, int i, int64_t first, int64_t steps) {
    enum { FEW = 4 };
    F line[INPUTS * FEW], keep[INPUTS * FEW];
    int decays = 1;
    for (int j = 0; j < INPUTS * FEW; j++) line[j] = LOADF(input[j / FEW].line[p] + i + j % FEW * WIDTH), keep[j] = LOADF(input[j / FEW].keep + i + j % FEW * WIDTH);
    for (int64_t step = first; decays && step < first + steps; step++) {
        I changed = ALLI(0);
        for (int j = 0; j < INPUTS * FEW; j++) {
            const F kept = line[j] * keep[j], rests = step % REST_STEPS ? kept : IF_POSITIVE(kept - ALLF(LINE_REST), kept, ALLF(0.0f));
            changed = EITHER(changed, SUB(BITS(rests), BITS(line[j])));
            line[j] = rests;
        }
        decays = step % REST_STEPS || ANY(changed);
    }
    for (int j = 0; j < INPUTS * FEW; j++)
        for (int q = 0; q < 2; q++) STOREF(input[j / FEW].line[q] + i + j % FEW * WIDTH, line[j]);
    return decays;
}

TARGET static int STEP(lines)(Block *b, int p, int64_t first, int64_t steps) {
    int decays = 0;
    for (int i = 0; i < LANES; i += 4 * WIDTH) decays |= STEP(decay_alone)(b->lanes.input, p, i, first, steps);
    return decays;
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
TARGET ALWAYS_INLINE void STEP(raise)(LanesInput *in, int p, int i, F amount, const PulseLanes *lanes, float part) {
    const F state = LOADF(in->line[p] + i), limit = LOADF(lanes->limit + i);
    F line = state, lead = ALLF(0.0f), growth = ALLF(1.0f);
    if (part != 0.0f) {
        const F rate = LOADF(lanes->rate + i), q = rate * ALLF(part);
        lead = ALLF(part) * (ALLF(1.0f) + q * (ALLF(0.5f) + q * (ALLF(1.0f / 6) + q * (ALLF(1.0f / 24) + q * ALLF(1.0f / 120)))));
        growth = ALLF(1.0f) + rate * lead;
        line = line * (ALLF(1.0f) - q * (ALLF(1.0f) - q * (ALLF(0.5f) - q * ALLF(1.0f / 6))));
    }
    const F used = line * LOADF(lanes->limit_inverse + i);
    const F step = amount * LOADF(lanes->step + i) * MAX(ALLF(1.0f) - used * used, ALLF(0.0f));
    STOREF(in->line[p] + i, MIN(state + step * growth, limit));
    if (part != 0.0f) STOREF(in->early + i, LOADF(in->early + i) + (step * lead) * LOADF(lanes->lift + i));
}

/* A pulse at 64 synapses, from the synapses straight onto the lines. Returns whether any of them has its address. */
TARGET static int STEP(deliver)(Block *b, int p, const Pulse *pulse, float part, Synapses s) {
    const F charge = ALLF((float)pulse->charge);
    uint8_t hits[LANES];
    if (!STEP(matching)(hits, s.weights, s.labels, pulse->address)) return 0;
    for (int k = 0; k < LANES; k += WIDTH) {
        F amount = FROM_BYTES(hits + k) * charge;
        if (s.gains) amount = amount * LOADF(s.gains + k);
        for (int side = 0; side < INPUTS; side++)
            if (pulse->mode >> side & 1) STEP(raise)(&b->lanes.input[side], p, k, amount, &b->pulse[side], part);
    }
    return 1;
}

/* Lanes whose membrane is at or above its threshold. */
TARGET static uint64_t STEP(crossed)(const Block *b, int p) {
    uint64_t mask = 0;
    for (int i = 0; i < LANES; i += WIDTH) mask |= (uint64_t)(unsigned)REACHES(LOADI(b->lanes.v[p] + i), LOADI(b->lanes.threshold + i)) << i;
    return mask;
}

/* Whether currents of a block may fade where its membranes are. */
TARGET static int STEP(far)(const Block *b, int p, const Common *c) {
    STEP(Findings) found = {ALLI(0), SPREAD_FIRST, ALLI(-1), ALLI(0)};
    for (int i = 0; i < LANES; i += WIDTH) SPREAD(found.high, found.low, LOADI(b->lanes.v[p] + i), c->fade_from);
    return SPREAD_BEYOND(found.high, found.low, c->fade_from) ? WITH_RAILS : 0;
}

/* Of the lanes of some circuits: a field. */
TARGET ALWAYS_INLINE F STEP(pick)(const float *field, const int32_t *lanes, int stride) {
    const float *first = field + *lanes;
    if (stride == 4) return EVEN(EVEN(LOADF(first), LOADF(first + WIDTH)), EVEN(LOADF(first + 2 * WIDTH), LOADF(first + 3 * WIDTH)));
    if (stride == 2) return EVEN(LOADF(first), LOADF(first + WIDTH));
    return stride == 1 ? LOADF(first) : GATHER(field, lanes);
}

/* What the slopes of the circuits of small morphologies do to their compartments, of which each has `size`. What none of TOGETHER circuits has is 0. */
TARGET ALWAYS_INLINE void STEP(join_some)(const Block *blocks, int p, const SmallMorphologies *all, int s, const int size, int far, const Common *c, float *ways) {
    const float *lanes = (const float *)blocks;
    const int needs = all->needs[s / TOGETHER];
    STEP(Sums) total[SMALL];
    F slope[SMALL];
    float way[SMALL][WIDTH];
    for (int k = 0; k < size; k++) total[k] = (STEP(Sums)){ALLF(0.0f), ALLF(0.0f), ALLF(0.0f), ALLF(0.0f), LOADF(all->limit[k] + s)};
    for (int j = 0; j < SMALL; j++) {
        if (!(needs & (1 | 1 << 4 | 1 << 8 | 1 << 12) << j)) continue;
        const int32_t *lane = all->lane[j] + s;
        const int amplified = needs & AMPLIFIED << j || far, upswings = needs & UPSWINGS << j, stride = all->stride[j][s / TOGETHER];
        const F own = STEP(pick)(lanes + FIELD(slope), lane, stride), upswing = upswings ? STEP(pick)(lanes + FIELD(upswing), lane, stride) : ALLF(0.0f);
        const F growth = amplified ? STEP(pick)(lanes + FIELD(growth), lane, stride) : ALLF(0.0f);
        const F bow = amplified ? STEP(pick)(lanes + FIELD(bow), lane, stride) : ALLF(0.0f);
        for (int k = 0; k < size; k++) {
            if (!(needs >> (4 * k + j) & 1)) continue;
            const F share = LOADF(all->share[k][j] + s);
            total[k].slope = FUSED(share, own, total[k].slope);
            if (amplified) total[k].growth = FUSED(share, growth, total[k].growth), total[k].bow = FUSED(share, bow, total[k].bow);
            if (upswings) total[k].upswing = FUSED(share, upswing, total[k].upswing);
        }
    }
    if (size > 1) {
        I v[SMALL];
        for (int k = 0; k < size; k++) v[k] = GATHERI((const int32_t *)lanes + FIELD(v) + p * LANES, all->node[k] + s);
        for (int k = 0; k < size; k++)
            for (int from = 0; from < size; from++)
                if (from != k) total[k].slope = FUSED(LOADF(all->flow[k][from] + s), FLOAT(SUB(v[from], v[k])), total[k].slope);
    }
    for (int k = 0; k < size; k++) slope[k] = STEP(compartment)(c, total[k], 1.0f);
    for (int k = 0; k < size; k++) {
        F sum = ALLF(0.0f);
        for (int from = 0; from < size; from++) sum = FUSED(LOADF(all->matrix[k][from] + s), slope[from], sum);
        STOREF(way[k], STEP(clip)(sum, ALLF(-c->longest), ALLF(c->longest)));
    }
    for (int k = 0; k < size; k++)
        for (int i = 0; i < WIDTH && s + i < all->count; i++) ways[all->compartment[k][s + i]] = way[k][i];
}

TARGET static void STEP(join)(const Block *blocks, int p, const SmallMorphologies *all, int size, int far, const Common *c, float *ways) {
    for (int s = 0; s < all->count; s += WIDTH) {
        if (size == 1) STEP(join_some)(blocks, p, all, s, 1, far, c, ways);
        if (size == 2) STEP(join_some)(blocks, p, all, s, 2, far, c, ways);
        if (size == 3) STEP(join_some)(blocks, p, all, s, 3, far, c, ways);
        if (size == 4) STEP(join_some)(blocks, p, all, s, 4, far, c, ways);
    }
}

/* Connected circuits go where their compartments go. */
TARGET static int STEP(follow)(Block *b, int p, int features, const int32_t *compartment_of, const float *ways, const Common *c) {
    STEP(Findings) found = {ALLI(0), SPREAD_FIRST, ALLI(-1), ALLI(0)};
    Lanes *g = &b->lanes;
    for (int i = 0; i < LANES; i += WIDTH) {
        const I alone = LOADI(g->alone + i), volt = LOADI(g->v[p] + i);
        const F way = GATHER(ways, compartment_of + i);
        const I next = STEP(within)(ADD(volt, ROUND(way)), c), after = PICK(alone, LOADI(g->v[p ^ 1] + i), next);
        STOREI(g->v[p ^ 1] + i, after);
        found.moved = EITHER(found.moved, PICK(alone, ALLI(0), SUB(next, volt)));
        if (features & WITH_ADAPTATION) {
            const I w = LOADI(g->w[p] + i), kept = STEP(within)(ADD(w, ROUND(FUSED(LOADF(g->w_lead + i), way, LOADF(g->drive + i)))), c);
            STOREI(g->w[p ^ 1] + i, PICK(alone, LOADI(g->w[p ^ 1] + i), kept));
            found.moved = EITHER(found.moved, PICK(alone, ALLI(0), SUB(kept, w)));
        }
        SPREAD(found.high, found.low, after, c->fade_from);
        found.below = BOTH(found.below, SUB(after, LOADI(g->threshold + i)));
    }
    return (ANY(found.moved) ? BLOCK_MOVES : 0) | (ALL_NEGATIVE(found.below) ? 0 : BLOCK_CROSSES) | (SPREAD_BEYOND(found.high, found.low, c->fade_from) ? WITH_RAILS : 0);
}

TARGET ALWAYS_INLINE int STEP(variant)(Block *b, int p, const Common *c, int features, int early, int watchful) {
    if (early) return watchful ? STEP(block)(b, p, c, features, early, 1) : STEP(block)(b, p, c, features, early, 0);
    return watchful ? STEP(block)(b, p, c, features, 0, 1) : STEP(block)(b, p, c, features, 0, 0);
}
#define VARIANT(name, set)                                                                                  \
    TARGET static int STEP(name)(Block * b, int p, const Common *c, int features, int early, int watchful) { \
        return STEP(variant)(b, p, c, set, early, watchful);                                                 \
    }
#define EIGHT(name, set)                                                                                      \
    VARIANT(name##0, set) VARIANT(name##1, (set) | 1) VARIANT(name##2, (set) | 2) VARIANT(name##3, (set) | 3) \
    VARIANT(name##4, (set) | 4) VARIANT(name##5, (set) | 5) VARIANT(name##6, (set) | 6) VARIANT(name##7, (set) | 7)
EIGHT(set, 0)
EIGHT(care, WITH_CARE)
EIGHT(joined, WITH_CONNECTIONS)
EIGHT(joined_care, WITH_CONNECTIONS | WITH_CARE)
VARIANT(all, features)
#undef EIGHT
#undef VARIANT
#undef FROM_BYTES
#undef GATHER
#undef EVEN
#undef GATHERI
#undef PICK
#endif

#undef STEP
#undef TARGET
#undef OF
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
#undef ROOT
#undef FUSED
#undef LESS
#undef ANY
#undef REACHES
#undef BITS
#undef ALL_NEGATIVE
#undef OUTSIDE
#undef SPREAD
#undef SPREAD_FIRST
#undef SPREAD_BEYOND
