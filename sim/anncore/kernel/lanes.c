/* From the configuration of a circuit, in volts and microseconds, to its lanes, by phase. */
#include <math.h>

#include "circuit.h"
#include "schedule.h"

static double in_units(const Common *c, double volt) { return (volt - c->middle) / NODE_UNIT; }
static int32_t node(const Common *c, double volt) { return nearest(clip(in_units(c, volt), -2147483520.0, 2147483520.0)); }
static float slope_of(double volts_per_us) { return (float)(volts_per_us * STEP_US / NODE_UNIT); }

/* Part of a deviation that decays within a step. */
static double loss_of(double rate) { return rate * STEP_US * effective(rate * STEP_US); }

static double binary_logarithm(double x) {
    int octave = 0;
    for (; x >= 1.4142135623730951; octave++) x *= 0.5;
    for (; x < 0.70710678118654757; octave--) x *= 2.0;
    const double t = (x - 1.0) / (x + 1.0), t2 = t * t;
    double sum = 1.0 / 21;
    for (int k = 19; k > 0; k -= 2) sum = 1.0 / k + t2 * sum;
    return octave + 2.8853900817779268 * t * sum;
}

#define KEEP_NOTHING 0.000244 /* 2^-12: so that no line comes near the smallest numbers before it is found resting */

/* Bound of how far currents take a membrane within a step, and its amplifier beyond the target [V]. One that hardly moves within a step stops there. */
static double largest_leap(const Neuron *n) {
    double sum = fabs(n->drift) + fabs(n->w_strength) * 1.2 + n->exp_limit, beyond = 0.0;
    for (int side = 0; side < INPUTS; side++) sum += 2.0 * (fabs(n->input[side].strength) + fabs(n->input[side].slope) * 1.2);
    const Amplifier *amplifiers[] = {&n->leak, &n->reset};
    for (int at = 0; at < 2; at++)
        if (amplifiers[at]->inverse > 0.0) beyond = fmax(beyond, 2.0 * amplifiers[at]->slew * STEP_US - 1.0 / amplifiers[at]->inverse);
    return sum * STEP_US + beyond;
}

#define LEAP 0.7 /* [V] from between the hard limits of nodes: so that differences of potentials stay within 32 bits */

static int features_of(const Neuron *n) {
    const int leaps = largest_leap(n) > LEAP;
    return (n->exponential ? WITH_EXPONENTIAL : 0) | (n->adaptation ? WITH_ADAPTATION : 0) | (n->modulation ? WITH_MODULATION : 0)
           | (leaps ? WITH_LEAPS : 0) | (n->bypass ? HAS_BYPASS : 0);
}

void core_flags(Core *core, int k) {
    uint64_t all = 0;
    for (int i = 0; i < LANES; i += 8) {
        uint64_t eight;
        memcpy(&eight, &core->s.needs[k * LANES + i], sizeof eight);
        all |= eight;
    }
    all |= all >> 32, all |= all >> 16, all |= all >> 8;
    core->s.features[k] = (int32_t)(all & (WITH_RARE | (FEATURE_SETS - 1))) | (core->connected[k] ? WITH_CONNECTIONS : 0);
    core->s.bypass[k] = (all & HAS_BYPASS) != 0;
}

static int resets(const Neuron *n) { return n->held || n->phase == PHASE_RESET; }

/* The lane that changes with every phase. */
void load_threshold(const Circuit *c) {
    const int watches = c->n->watched && c->n->phase == PHASE_READY;
    LANE(c->b, threshold, c->i) = watches ? c->phases->threshold + c->n->jitter : UNREACHED;
    core_wake(c->core, block_of(c->neuron));
}

#define CAREFUL 0.05f /* an amplifier that gets over this part of its range or more within a step */

ALWAYS_INLINE void load_care(const Circuit *c, float rate) {
    uint64_t *lanes = &c->core->s.careful[block_of(c->neuron)];
    const int careful = rate > CAREFUL;
    LANE(c->b, careful, c->i) = careful ? 1.0f / rate : 0.0f;
    *lanes = careful ? *lanes | UINT64_C(1) << c->i : *lanes & ~(UINT64_C(1) << c->i);
}

/* The lanes that change when the reset begins and ends. */
void load_phase(const Circuit *c) {
    const PhaseLanes *lanes = c->phases;
    const int i = c->i, at = resets(c->n), off = c->n->pause && at;
    LANE(c->b, target, i) = lanes->target[at];
    LANE(c->b, slew, i) = lanes->slew[at], LANE(c->b, inverse, i) = lanes->inverse[at];
    LANE(c->b, lag, i) = lanes->lag[at], LANE(c->b, rate, i) = lanes->rate[at];
    load_care(c, lanes->rate[at]);
    LANE(c->b, exponent, i) = off ? NOTHING : lanes->exponent[at];
    LANE(c->b, w_base, i) = lanes->w_base[at];
    if (c->core->morphology_of[c->neuron] >= 0) core_make_stale(c->core, morphology_at(c->core, c->core->morphology_of[c->neuron]));
    for (int side = 0; c->n->pause && side < INPUTS; side++) { /* inputs that are switched off during a reset */
        LANE(c->b, input[side].strength, i) = off ? 0.0f : lanes->strength[side];
        LANE(c->b, input[side].slope, i) = off ? 0.0f : lanes->slope[side];
    }
    load_threshold(c);
}

static void prepare_amplifier(const Common *c, PhaseLanes *lanes, int at, const Amplifier *a) {
    lanes->target[at] = node(c, a->target);
    lanes->slew[at] = slope_of(a->slew);
    lanes->inverse[at] = (float)(a->inverse * NODE_UNIT);
    lanes->rate[at] = (float)(a->rate * STEP_US);
    lanes->lag[at] = (float)(1.0 - effective(a->rate * STEP_US));
}

#define STEEP 0.5 /* an exponential term that would grow by this part within a step, were its slope what it is at the end */

/* The potential at which the exponential term has some slope, in node units per step. */
static int32_t potential_of(const Common *c, const Neuron *n, double growth, double slope) {
    return growth > 0.0 ? node(c, n->exp_potential + binary_logarithm(slope / growth) / c->octaves * NODE_UNIT) : UNREACHED;
}

static void prepare(const Common *c, PhaseLanes *lanes, const Neuron *n) {
    const double growth = slope_of(n->exp_strength), octaves = c->octaves / NODE_UNIT;
    prepare_amplifier(c, lanes, 0, &n->leak), prepare_amplifier(c, lanes, 1, &n->reset);
    for (int side = 0; side < INPUTS; side++) {
        lanes->strength[side] = slope_of(n->input[side].strength);
        lanes->slope[side] = (float)(n->input[side].slope * STEP_US);
    }
    const double w_half = n->adaptation ? 0.5 * loss_of(n->w_rate) : 0.0;
    for (int at = 0; at < 2; at++) {
        const double target = NODE_UNIT * lanes->target[at] + c->middle;
        lanes->exponent[at] = growth > 0.0 ? (float)(binary_logarithm(growth) + (target - n->exp_potential) * octaves) : NOTHING;
        lanes->w_base[at] = (float)(w_half * (n->w_gain * (target - n->w_potential) / NODE_UNIT + in_units(c, n->w_rest)));
    }
    lanes->threshold = node(c, n->threshold);
    lanes->steep = potential_of(c, n, growth, STEEP / c->slope_inverse), lanes->limited = potential_of(c, n, growth, slope_of(n->exp_limit));
    lanes->w_jump = nearest(clip(n->w_jump / NODE_UNIT, -2e9, 2e9));
}

static void load_input(Core *core, Block *b, int side, int i, const Input *in) {
    const double mean = effective(in->rate * STEP_US);
    const double unit = core->common.line_opening * mean, keep = 1.0 - loss_of(in->rate);
    const float lift = (float)(1.0 / mean), before = b->pulse[side].lift[i];
    if (lift != before)
        for (int p = 0; p < 2; p++) STATE(b, input[side].line, p, i) *= before / lift;
    LANE(b, input[side].shift, i) = (float)in->shift;
    LANE(b, input[side].keep, i) = keep < KEEP_NOTHING ? 0.0f : (float)keep;
    LANE(b, input[side].middle, i) = (float)in_units(&core->common, in->middle);
    b->pulse[side].step[i] = (float)(in->step * unit);
    b->pulse[side].rate[i] = (float)(in->rate * STEP_US), b->pulse[side].lift[i] = lift;
    b->pulse[side].limit[i] = (float)(core->common.line_limit * unit), b->pulse[side].limit_inverse[i] = (float)(1.0 / (core->common.line_limit * unit));
}

void core_note_driven(Core *core, int neuron) {
    const PhaseLanes *lanes = &core->s.phases[neuron];
    const uint64_t bit = UINT64_C(1) << lane_of(neuron);
    for (int side = 0; side < INPUTS; side++) {
        uint64_t *driven = &core->driven[side][block_of(neuron)];
        *driven = lanes->strength[side] != 0.0f || lanes->slope[side] != 0.0f ? *driven | bit : *driven & ~bit;
    }
}

void core_load(Core *core, int neuron) {
    Neuron *n = &core->s.neuron[neuron];
    PhaseLanes *lanes = &core->s.phases[neuron];
    Block *b = &core->s.block[block_of(neuron)];
    const int i = lane_of(neuron);
    prepare(&core->common, lanes, n);
    core_note_driven(core, neuron);
    for (int side = 0; side < INPUTS; side++) {
        load_input(core, b, side, i, &n->input[side]);
        LANE(b, input[side].strength, i) = lanes->strength[side], LANE(b, input[side].slope, i) = lanes->slope[side];
    }
    const double w_half = n->adaptation ? 0.5 * loss_of(n->w_rate) : 0.0;
    LANE(b, drift, i) = (float)((n->drift / NODE_UNIT + n->w_strength * in_units(&core->common, n->w_rest)) * STEP_US);
    LANE(b, limit, i) = slope_of(n->exp_limit);
    core->s.far[block_of(neuron)] = WITH_RAILS;
    LANE(b, w_strength, i) = (float)(n->w_strength * STEP_US);
    LANE(b, w_lead, i) = (float)(w_half * n->w_gain), LANE(b, w_rate, i) = (float)w_half;
    if (!n->adaptation) STATE(b, w, 0, i) = STATE(b, w, 1, i) = node(&core->common, n->w_rest);
    core->s.needs[neuron] = (uint8_t)features_of(n);
    n->rounds = 0;
    n->watched = n->comparator && n->fires && !n->held;
    const Circuit circuit = circuit_at(core, neuron);
    load_phase(&circuit);
    core_flags(core, block_of(neuron));
}

void core_lines(Core *core, int neuron) {
    Neuron *n = &core->s.neuron[neuron];
    const Circuit circuit = circuit_at(core, neuron);
    for (int side = 0; side < INPUTS; side++) load_input(core, &core->s.block[block_of(neuron)], side, lane_of(neuron), &n->input[side]);
    core->s.far[block_of(neuron)] = WITH_RAILS;
    n->rounds = 0;
    load_phase(&circuit);
}

void core_hold(Core *core, int neuron) {
    Neuron *n = &core->s.neuron[neuron];
    const int k = block_of(neuron), bypass = n->bypass ? HAS_BYPASS : 0, changed = bypass != (core->s.needs[neuron] & HAS_BYPASS);
    const Circuit circuit = circuit_at(core, neuron);
    core->s.far[k] = WITH_RAILS;
    core->s.needs[neuron] ^= changed ? HAS_BYPASS : 0;
    n->rounds = 0;
    n->watched = n->comparator && n->fires && !n->held;
    load_phase(&circuit);
    if (changed) core_flags(core, k);
}

int32_t new_jitter(const Core *core, int neuron, int64_t tick) {
    if (core->common.comparator_noise == 0.0) return 0;
    return nearest(core->common.comparator_noise / NODE_UNIT * core->normal(core->noise_key + (uint64_t)neuron, (uint64_t)tick));
}

void core_place(Core *core, int neuron) {
    Block *b = &core->s.block[block_of(neuron)];
    Neuron *n = &core->s.neuron[neuron];
    const int i = lane_of(neuron);
    core_leave_cycle(core, neuron);
    n->phase = PHASE_READY;
    n->stamp = NEVER;
    n->jitter = new_jitter(core, neuron, core->s.now);
    schedule(core, neuron, NEVER);
    core_load(core, neuron);
    STATE(b, v, 0, i) = STATE(b, v, 1, i) = within(&core->common, core->s.phases[neuron].target[resets(n)]);
    for (int side = 0; side < INPUTS; side++) {
        STATE(b, input[side].line, 0, i) = STATE(b, input[side].line, 1, i) = LANE(b, input[side].early, i) = 0.0f;
    }
    STATE(b, w, 0, i) = STATE(b, w, 1, i) = node(&core->common, n->w_rest);
    note_far(core, neuron, STATE(b, v, 0, i));
}
