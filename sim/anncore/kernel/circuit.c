/* One circuit of the analog core: its lanes by configuration and phase, and steps of any length with spike logic inside. */
#include <math.h>

#include "arithmetic.h"
#include "circuit.h"
#include "schedule.h"
#include "sim/base/levels.h"

/* The equations for one circuit: the first element of a vector counts. It is not stepped beside others, so its sums may be rounded twice. */
#define STEP(name) name##_single
#define TARGET
#define SIZE 1
#define OF(part, lanes) (part)
#define FUSED(a, b, c) ((c) + (a) * (b))
#define LESS(c, a, b) ((c) - (a) * (b))
#if HAS_LEVELS
#include "sse2.h"
#define WIDTH 1
#define LOADF _mm_load_ss
#define LOADI(address) _mm_cvtsi32_si128(*(address))
#define STOREF _mm_store_ss
#define STOREI(address, x) (*(address) = _mm_cvtsi128_si32(x))
#define ALLF _mm_set_ss
#define ALLI _mm_cvtsi32_si128
#else
#include "scalar.h"
#endif
#include "step_template.h"

/* Of a circuit that is stepped alone; its lines move as in the step of its block. */
typedef struct {
    int32_t v, w;
} Nodes;

/* Where everything about a circuit stands. */
typedef struct {
    Core *core;
    Neuron *n;
    const PhaseLanes *phases;
    Block *b;
    int neuron, i, p, features;
} Circuit;

ALWAYS_INLINE Circuit circuit_at(const Core *core, int neuron) {
    Core *mutable = (Core *)core;
    const int k = block_of(neuron);
    return (Circuit){mutable, &mutable->s.neuron[neuron], &mutable->s.phases[neuron], &mutable->s.block[k], neuron, lane_of(neuron),
                     mutable->s.parity, mutable->s.features[k]};
}

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

/* -- from volts and microseconds to the units of lanes */

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
ALWAYS_INLINE void load_threshold(const Circuit *c) {
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
ALWAYS_INLINE void load_phase(const Circuit *c) {
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

#define STILL 0.25f /* slopes of the exponential from the reset potential: nearer to it the term hardly changes any more */
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

static int32_t new_jitter(const Core *core, int neuron, int64_t tick) {
    if (core->common.comparator_noise == 0.0) return 0;
    return nearest(core->common.comparator_noise / NODE_UNIT * core->normal(core->noise_key + (uint64_t)neuron, (uint64_t)tick));
}

static int32_t within(const Common *c, int32_t v) { return v < c->node_low ? c->node_low : v > c->node_high ? c->node_high : v; }

static int is_far(const Common *c, int32_t v) { return v > c->fade_from || v < -c->fade_from; }

/* A membrane has got a potential from elsewhere than a step. */
static void note_far(Core *core, int neuron, int32_t v) {
    if (is_far(&core->common, v)) core->s.far[block_of(neuron)] = WITH_RAILS;
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

/* -- steps of any length */

/* `effective` for the small numbers that it mostly is here. */
NOT_INLINE static float whole_part(float x) { return (float)effective((double)x); }
ALWAYS_INLINE float effective_part(float x) {
    if (x > 0.5f) return whole_part(x);
    return (1.0f - x * 0.5f) + (x * x) * ((1.0f / 6 - x * (1.0f / 24)) + (x * x) * (1.0f / 120));
}

static float steps(int ticks) { return (float)ticks * (1.0f / GRID_TICKS); }

/* e^-x for the small numbers that it mostly is here. */
static float remaining(float x) { return 1.0f - x * effective_part(x); }

/* Weight, length and gain of a pulse of this step at the synapse of a circuit; 0 if it does not listen, or the pulse was on the grid point. */
static float pulse_at_circuit(const Core *core, int neuron, int side, const Pulse *pulse) {
    const size_t at = (size_t)pulse->row * COLUMNS + (size_t)(neuron % COLUMNS);
    if (pulse->row / COLUMNS != neuron / COLUMNS || !(pulse->mode >> side & 1) || core->labels[at] != pulse->address) return 0.0f;
    return (float)core->weights[at] * (float)pulse->charge * (core->gains ? core->gains[at] : 1.0f) * (pulse->tick != core->s.now);
}

/* What the line's state counts too much in its mean over a part of the step, in line units: pulses that come later. They are told apart by
 * their shares of what the state counts too much over the whole step. */
static float counted_early(const Core *core, int neuron, int side, float early, float from, float length) {
    const PulseLanes *lanes = &core->s.block[block_of(neuron)].pulse[side];
    const float rate = lanes->rate[lane_of(neuron)], end = from + length;
    float lead = 0.0f, sum = 0.0f;
    for (int64_t k = 0; k < core->applied; k++) {
        const Pulse *pulse = growing_at(&core->pulses, k, sizeof *pulse);
        const float amount = pulse_at_circuit(core, neuron, side, pulse), part = steps((int)(pulse->tick - core->s.now));
        if (amount == 0.0f) continue;
        const float growth = 1.0f / remaining(rate * part), until = end - part;
        lead += amount * part * effective_part(rate * part) * growth;
        if (part <= from) continue;
        sum += amount * growth * remaining(rate * from) * effective_part(rate * length);
        if (until > 0.0f) sum -= amount * until / length * effective_part(rate * until);
    }
    return lead == 0.0f ? 0.0f : early / lanes->lift[lane_of(neuron)] * sum / lead;
}

/* Mean of a synaptic line over a part of the step of its block. */
ALWAYS_INLINE float mean_of(const Circuit *c, int side, float from, float length) {
    const Block *b = c->b;
    const float rate = b->pulse[side].rate[c->i], early = LANE(b, input[side].early, c->i);
    float mean = STATE(b, input[side].line, c->p, c->i) * remaining(rate * from) * effective_part(rate * length);
    if (early != 0.0f) mean -= counted_early(c->core, c->neuron, side, early, from, length);
    return b->pulse[side].lift[c->i] * mean;
}

/* A synaptic line that nothing is on, nor comes to within the step. */
ALWAYS_INLINE int line_rests(const Circuit *c, int side) {
    const LanesInput *in = &c->b->lanes.input[side];
    return (bits_of(in->line[c->p][c->i]) | bits_of(in->early[c->i])) == 0;
}

/* The equations of step_template.h over `length` of a step, beginning `from` of a step after the grid point. */
static void advance_part(const Circuit *c, NeuronLanes *part, float from, float length, int features) {
    Block *b = c->b;
    const Common *common = &c->core->common;
    const int i = c->i, rails = is_far(common, part->v) ? WITH_RAILS : 0;
    Findings_single found = {0};
    for (int side = 0; side < INPUTS; side++) part->mean[side] = line_rests(c, side) ? 0.0f : mean_of(c, side, from, length);
    part->lag = length * (1.0f - effective_part(LANE(b, rate, i) * length));
    if (features & WITH_ADAPTATION) {
        const float moves = length * (1.0f + (1.0f - length) * LANE(b, w_rate, i));
        part->w_base = moves * LANE(b, w_base, i), part->w_lead = moves * LANE(b, w_lead, i), part->w_rate = moves * LANE(b, w_rate, i);
    }
    circuits_single(&b->lanes, part, 0, i, common, length, features | rails | (LANE(b, careful, i) > 0.0f ? WITH_CARE : 0), 0, 0, &found);
    if (is_far(common, part->v)) part->v = within(common, part->v);
    part->w = within(common, part->w);
}

/* -- upswings, and the way back: the exponential term in closed form */

/* (1 - e^-x) / x for |x| < 80. */
ALWAYS_INLINE float effective_of(float x) { return x * x > 0.25f ? (1.0f - power_of_e(-x)) / x : effective_part(x); }

/* Time from the term's being `left` of what it is then, as it grows: its logarithm is linear in the way. */
static float time_of_growth(const Upswing *c, float left) {
    const float rate = c->slope * left + c->term, growth = c->slope * (1.0f - left) / rate;
    const float mean = growth * growth > 1e-4f ? logarithm(1.0f + growth) / growth : 1.0f - growth * (0.5f - growth * (1.0f / 3));
    return (1.0f - left) / (rate * c->inverse) * mean;
}

#define LATER 1e9f /* than all steps */

/* How long it takes to get somewhere above. */
static float time_until(const Upswing *c, float way) {
    if (!(c->slope + c->term > 0.0f)) return LATER;
    if (c->edge <= 0.0f) return way / (c->slope + c->limit);
    if (way >= c->edge) return time_of_growth(c, c->term / c->limit) + (way - c->edge) / (c->slope + c->limit);
    return time_of_growth(c, power_of_e(-way * c->inverse));
}

/* How far it gets: with y = e^(-way inverse), dy/dt = -inverse (slope y + term). */
static float way_after(const Upswing *c, float length) {
    float term = c->term, begin = 0.0f, edge = c->edge;
    if (edge <= 0.0f) {
        const float way = (c->slope + c->limit) * length;
        if (way >= edge) return way;
        begin = edge, length -= edge / (c->slope + c->limit), term = c->limit, edge = 0.0f;
    }
    const float lost = length * (c->slope + term) * c->inverse * effective_of(length * c->slope * c->inverse), left = term / c->limit;
    if (1.0f - lost > left || c->slope + term <= 0.0f) return begin - logarithm(1.0f - lost) / c->inverse;
    return edge + (length - time_of_growth(c, left)) * (c->slope + c->limit);
}

/* A circuit's climb over a part of a step, and where its step would end without the term. */
typedef struct {
    Upswing climb;
    NeuronLanes alone;
    float way; /* of `alone` */
} PartialUpswing;

static float amplifier_at(const Circuit *c, float v) {
    const float y = ((float)LANE(c->b, target, c->i) - v) * LANE(c->b, inverse, c->i), clipped = y > 1.0f ? 1.0f : y < -1.0f ? -1.0f : y;
    return LANE(c->b, slew, c->i) * (clipped * (3.0f - clipped * clipped));
}

static PartialUpswing upswing_from(const Circuit *c, Nodes s, float from, float length) {
    PartialUpswing u = {.alone = {.v = s.v, .w = s.w}};
    advance_part(c, &u.alone, from, length, c->features & ~WITH_EXPONENTIAL);
    u.way = (float)(u.alone.v - s.v);
    u.climb = (Upswing){u.way / length, exponential_term(&c->b->lanes, c->i, s.v, &c->core->common), LANE(c->b, limit, c->i), (float)c->phases->limited - (float)s.v, c->core->common.slope_inverse};
    return u;
}

/* The term takes the membrane somewhere else than where it would be alone, where its amplifier is another one: half of that counts. */
static float bend(const Circuit *c, float alone, float end) { return 0.5f * (amplifier_at(c, end) - amplifier_at(c, alone)); }

ALWAYS_INLINE Nodes advance_alone(const Circuit *c, Nodes s, float from, float length) {
    NeuronLanes part = {.v = s.v, .w = s.w};
    advance_part(c, &part, from, length, c->features);
    return (Nodes){part.v, c->features & WITH_ADAPTATION ? part.w : s.w};
}

/* Whether the exponential term grows fast. Near a rail, where currents fade, the closed form does not hold. */
ALWAYS_INLINE int climbs(const Circuit *c, int32_t v) {
    return c->features & WITH_EXPONENTIAL && v >= c->phases->steep && !is_far(&c->core->common, v) && LANE(c->b, exponent, c->i) > NOTHING;
}

/* Where a climb takes a circuit whose adaptation moves by `w_drift` meanwhile, and `w_lead` of the membrane's way. */
ALWAYS_INLINE Nodes climb_on(const Circuit *c, Nodes s, const Upswing *climb, float length, float w_drift, float w_lead) {
    const float longest = c->core->common.longest, way = (float)clip(way_after(climb, length), -longest, longest);
    const int32_t v = within(&c->core->common, s.v + nearest_of(way));
    return (Nodes){v, c->features & WITH_ADAPTATION ? within(&c->core->common, s.w + nearest_of(w_drift + w_lead * way)) : s.w};
}

/* What of the adaptation's way does not come from the membrane's. */
ALWAYS_INLINE float drift_of(const PartialUpswing *u, Nodes before) { return (float)(u->alone.w - before.w) - u->alone.w_lead * u->way; }

NOT_INLINE static Nodes advance_climbing(const Circuit *c, Nodes s, float from, float length) {
    PartialUpswing u = upswing_from(c, s, from, length);
    u.climb.slope += bend(c, (float)s.v + u.way, (float)s.v + way_after(&u.climb, length));
    return climb_on(c, s, &u.climb, length, drift_of(&u, s), u.alone.w_lead);
}

#define FORGETS 3.0f /* time constants of a reset after which it matters no more how it began */
#define SHORT 0.25f  /* of a step: parts in which a membrane falls in a reset that ends sooner */

/* Time constants that are left of a reset. */
ALWAYS_INLINE float reset_left(const Circuit *c) {
    const int64_t left = c->core->s.due[c->neuron] - c->core->s.now;
    return LANE(c->b, rate, c->i) * (left < SLOTS * GRID_TICKS ? steps((int)left) : (float)SLOTS);
}

ALWAYS_INLINE int falls_to_be_seen(const Circuit *c) { return c->n->phase == PHASE_RESET && reset_left(c) < FORGETS; }

ALWAYS_INLINE Nodes advance_at_once(const Circuit *c, Nodes s, float from, float length) {
    return climbs(c, s.v) ? advance_climbing(c, s, from, length) : advance_alone(c, s, from, length);
}

/* A part of a step. */
ALWAYS_INLINE Nodes advance(const Circuit *c, Nodes s, float from, float length) {
    if (length <= SHORT || !falls_to_be_seen(c)) return advance_at_once(c, s, from, length);
    const int parts = (int)(length / SHORT) + 1;
    const float part = length / (float)parts;
    for (int k = 0; k < parts; k++) s = advance_at_once(c, s, from + part * (float)k, part);
    return s;
}

#define BENT_WAY 8000000 /* 7 mV */

/* Whether a membrane that falls in a reset is where its exponential term still changes fast, or will be far from where the reset takes it when that ends. */
ALWAYS_INLINE int falls_from(const Circuit *c, int32_t v) {
    const float above = (float)v - (float)c->phases->target[1];
    if (c->n->phase != PHASE_RESET) return 0;
    if (c->features & WITH_EXPONENTIAL && v >= c->phases->steep && above * c->core->common.slope_inverse > STILL) return 1;
    const float left = reset_left(c);
    return left < FORGETS && fabsf(above) * power_of_e(-left) > BENT_WAY;
}

/* Found at the step's beginning: its step is made once more, in closed form. */
ALWAYS_INLINE int falls(const Circuit *c) { return c->core->s.falling[block_of(c->neuron)] >> c->i & 1; }

ALWAYS_INLINE void note_fall(const Circuit *c, int falling) {
    uint64_t *lanes = &c->core->s.falling[block_of(c->neuron)];
    *lanes = falling ? *lanes | UINT64_C(1) << c->i : *lanes & ~(UINT64_C(1) << c->i);
}

/* Where the membrane was after a part of the step just made, while nothing had happened to it: relaxing with its local time constant. */
ALWAYS_INLINE int32_t on_its_way(const Circuit *c, float part) {
    const int32_t v = STATE(c->b, v, c->p, c->i), way = STATE(c->b, v, c->p ^ 1, c->i) - v;
    if (way == 0) return v;
    const float y = (float)(LANE(c->b, target, c->i) - v) * LANE(c->b, inverse, c->i), flat = 1.0f - y * y;
    const float rate = LANE(c->b, rate, c->i) * (flat > 0.0f ? flat : 0.0f);
    const float share = rate > 0.5f ? part * effective_part(rate * part) / effective_part(rate) : part + part * (1.0f - part) * (0.5f * rate);
    return v + nearest_of((float)way * share);
}

/* And the whole circuit. An upswing is too bent for this, and so is a reset that is cut short: they are made once more. */
ALWAYS_INLINE Nodes on_the_way(const Circuit *c, int ticks) {
    const Nodes begin = {STATE(c->b, v, c->p, c->i), STATE(c->b, w, c->p, c->i)}, end = {STATE(c->b, v, c->p ^ 1, c->i), STATE(c->b, w, c->p ^ 1, c->i)};
    if (ticks == GRID_TICKS) return end;
    if (c->features & WITH_EXPONENTIAL && c->n->phase == PHASE_FIRING) {
        const SpikeNodes *crossing = &c->core->crossing;
        if (crossing->neuron != c->neuron || crossing->step != c->core->s.now || crossing->until > steps(ticks)) return advance(c, begin, 0.0f, steps(ticks));
        const Nodes before = {crossing->v, crossing->w};
        const float length = steps(ticks) - crossing->from;
        return crossing->upswing.limit > 0.0f ? climb_on(c, before, &crossing->upswing, length, crossing->w_drift * length, crossing->w_lead)
                                            : advance(c, before, crossing->from, length);
    }
    if (falls(c) || (c->n->phase == PHASE_RESET && abs(end.v - begin.v) > BENT_WAY)) return advance(c, begin, 0.0f, steps(ticks));
    return (Nodes){on_its_way(c, steps(ticks)), c->features & WITH_ADAPTATION ? begin.w + nearest_of((float)(end.w - begin.w) * steps(ticks)) : begin.w};
}

NOT_INLINE static void record_earlier(Core *core, int neuron, int64_t tick) {
    int64_t place = growing_count(&core->spikes);
    for (; place > 0; place--) {
        const SpikeRecord *earlier = growing_at(&core->spikes, place - 1, sizeof *earlier);
        if (earlier->tick < tick || (earlier->tick == tick && earlier->neuron <= neuron)) break;
    }
    SpikeRecord *spike = growing_insert(&core->spikes, place, sizeof *spike);
    if (spike) spike->tick = tick, spike->neuron = neuron;
}

ALWAYS_INLINE void record(Core *core, int neuron, int64_t tick) {
    if (growing_count(&core->spikes)) {
        record_earlier(core, neuron, tick);
    } else {
        SpikeRecord *spike = growing_append(&core->spikes, sizeof *spike);
        if (spike) spike->tick = tick, spike->neuron = neuron;
    }
}

ALWAYS_INLINE void set_phase(const Circuit *c, int phase, int64_t due) {
    c->n->phase = phase;
    schedule(c->core, c->neuron, due);
    if (phase == PHASE_RESET || phase == PHASE_REFRACTORY) {
        load_phase(c);
    } else {
        load_threshold(c);
    }
}

static int slave_at(const Core *core, int k) { return *(const int16_t *)growing_at(&core->slaves, k, sizeof(int16_t)); }

/* The fire signal of another circuit. Those of the own morphology fire with it; one whose step is done already fires in the next one. */
static void signal_slave(Core *core, int neuron, int slave, int64_t tick) {
    const int64_t end = core->s.now + GRID_TICKS;
    if (core->morphology_of[slave] >= 0 && core->morphology_of[slave] == core->morphology_of[neuron]) return;
    core_fire(core, slave, core->s.neuron[slave].stamp == end ? end + 1 : tick);
}

ALWAYS_INLINE void fire(const Circuit *c, Nodes *s, int64_t tick) {
    Core *core = c->core;
    if (c->n->fires) record(core, c->neuron, tick);
    if (c->n->adaptation) s->w = within(&core->common, s->w + c->phases->w_jump);
    set_phase(c, PHASE_RESET, tick + c->n->reset_ticks);
    for (int k = core->slaves_from[c->neuron]; growing_count(&core->slaves) && k < core->slaves_from[c->neuron + 1]; k++)
        signal_slave(core, c->neuron, slave_at(core, k), tick);
}

/* The refractory time ends, which changes nothing but the threshold. */
ALWAYS_INLINE void become_ready(const Circuit *c, int64_t tick) {
    c->n->jitter = new_jitter(c->core, c->neuron, tick);
    set_phase(c, PHASE_READY, NEVER);
}

/* The firing or the end of the reset that is due. */
ALWAYS_INLINE void begin_phase(const Circuit *c, Nodes *s, int64_t tick) {
    if (c->n->phase == PHASE_FIRING) {
        fire(c, s, tick);
    } else {
        set_phase(c, PHASE_REFRACTORY, tick + (c->n->refractory_ticks - c->n->reset_ticks));
    }
}

/* Ticks of the step being made that pass up to another tick; more than it has if that is later. */
ALWAYS_INLINE int ticks_until(const Core *core, int64_t tick) { return tick - core->s.now > GRID_TICKS ? GRID_TICKS + 1 : (int)(tick - core->s.now); }

/* Ticks until a part of a step is over. */
static int whole_ticks(float part) {
    const int ticks = (int)(part * GRID_TICKS);
    return ticks + ((float)ticks < part * GRID_TICKS);
}

static float part_within(float part, float length) { return part < 0.0f ? 0.0f : part > length ? length : part; }

/* Where an upswing meets the threshold. The mean of the lines up to there is another one if pulses come within the step. */
NOT_INLINE static float crossing_of_upswing(const Circuit *c, Nodes before, int32_t threshold, float from, float length) {
    const float way = (float)(threshold - before.v);
    PartialUpswing u = upswing_from(c, before, from, length);
    float part = part_within(time_until(&u.climb, way), length), over = length;
    if (c->core->s.early[block_of(c->neuron)] && part > 0.0f) u = upswing_from(c, before, from, part), over = part;
    u.climb.slope += bend(c, (float)before.v + u.climb.slope * part, (float)threshold);
    part = part_within(time_until(&u.climb, way), length);
    c->core->crossing = (SpikeNodes){c->core->s.now, c->neuron, before.v, before.w, from, from + part, u.climb, drift_of(&u, before) / over, u.alone.w_lead};
    return part;
}

/* Part of a step at which a membrane meets its threshold; by one secant, and if pulses come within the step, another one from where it then is. */
ALWAYS_INLINE float crossing_part(const Circuit *c, Nodes before, int32_t after, int32_t threshold, float from, float length) {
    if (before.v >= threshold) return 0.0f;
    const float way = (float)(threshold - before.v), part = length * way / (float)(after - before.v);
    if (c->core->morphology_of[c->neuron] >= 0) return part;
    if (climbs(c, before.v)) return crossing_of_upswing(c, before, threshold, from, length);
    if (!(c->features & WITH_EXPONENTIAL) && !c->core->s.early[block_of(c->neuron)]) return part;
    const Nodes met = advance(c, before, from, part);
    const int32_t there = met.v;
    c->core->crossing = (SpikeNodes){.step = c->core->s.now, .neuron = c->neuron, .v = met.v, .w = met.w, .from = from + part, .until = from + part};
    if (there >= threshold) return part * way / (float)(there - before.v);
    return part + (length - part) * (float)(threshold - there) / (float)(after - there);
}

/* Whether a circuit needs to come from below to fire: a comparator that the reset cannot bring down makes no new edge. */
static int sticks(const Circuit *c, int32_t before, int32_t threshold) {
    return c->core->common.sticks && before >= threshold && c->phases->target[1] >= c->phases->threshold;
}

/* If the membrane met its threshold between two ticks of the step, the neuron is going to fire: at the crossing, but not before `earliest`, plus the
 * delay of the comparator, at the next edge of the backend's 4 ns clock. */
static int watch_threshold(const Circuit *c, Nodes before, int32_t after, int from, int until, int earliest) {
    const int32_t threshold = LANE(c->b, threshold, c->i);
    if (after < threshold || from >= until || sticks(c, before.v, threshold)) return 0;
    const int crossing = from + whole_ticks(crossing_part(c, before, after, threshold, steps(from), steps(until - from)));
    set_phase(c, PHASE_FIRING, (c->core->s.now + (crossing > earliest ? crossing : earliest) + c->core->common.comparator_delay + 1) / 2 * 2);
    return 1;
}

static int acts(const Circuit *c, int side) { return drives(c->core, c->neuron, side) && !line_rests(c, side); }

static int lines_act(const Circuit *c) { return acts(c, EXCITATORY) || acts(c, INHIBITORY); }

/* Whether the membrane is above the threshold, whatever its noise, when the refractory time ends. Asked for those that may cycle. */
static int meets_surely(const Circuit *c, int32_t before, int32_t after) {
    const int32_t safe = c->phases->threshold + nearest(10.0 * c->core->common.comparator_noise / NODE_UNIT);
    return before >= safe && after >= safe && !lines_act(c);
}

/* The refractory time ends inside a step in which the membrane goes from one potential to another; at which tick of the step. */
ALWAYS_INLINE int end_refractory_time(const Circuit *c, int32_t before, int32_t after) {
    const int64_t tick = c->core->s.due[c->neuron];
    if (c->n->silent && !meets_surely(c, before, after)) c->n->rounds = 0;
    become_ready(c, tick);
    return ticks_until(c->core, tick);
}

void core_watch_step(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    const Nodes before = {STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)};
    const int32_t after = STATE(c.b, v, c.p ^ 1, c.i);
    const int earliest = c.n->phase == PHASE_REFRACTORY ? end_refractory_time(&c, before.v, after) : 0;
    watch_threshold(&c, before, after, 0, GRID_TICKS, earliest);
}

/* Index of the next artificial fire of a neuron up to a tick, or -1. */
static int next_fire(const Core *core, int neuron, int from, int64_t until) {
    for (int k = from; k < growing_count(&core->fires) && fire_at(core, k)->tick <= until; k++)
        if (fire_at(core, k)->neuron == neuron) return k;
    return -1;
}

/* A reset ends: where the membrane was when the step began is kept, to find out whether it goes round a cycle. */
static void count_round(const Circuit *c, int untouched) {
    c->n->rounds = untouched && !lines_act(c) && !falls(c) ? c->n->rounds + (c->n->rounds < ROUNDS) : 0;
    c->core->s.rounds[c->neuron][c->n->round] = STATE(c->b, v, c->p, c->i);
    c->n->round = (c->n->round + 1) % ROUNDS;
}

/* What happens to a circuit in a step from a tick of it on, where it is at `s`; untouched: so far nothing has. */
NOT_INLINE static Nodes repeat_from(const Circuit *c, Nodes s, int at, int untouched) {
    Core *core = c->core;
    const int64_t *due = &core->s.due[c->neuron], begin = core->s.now, end = begin + GRID_TICKS;
    int artificial = growing_count(&core->fires) ? next_fire(core, c->neuron, 0, end) : -1;
    while (at < GRID_TICKS || *due <= end || artificial >= 0) {
        const int phase = c->n->phase, asked = artificial < 0 ? GRID_TICKS + 1 : ticks_until(core, later(fire_at(core, artificial)->tick, begin));
        int stop = phase == PHASE_REFRACTORY ? GRID_TICKS : ticks_until(core, *due), earliest = at;
        stop = stop < asked ? stop : asked, stop = stop < GRID_TICKS ? stop : GRID_TICKS, stop = stop > at ? stop : at;
        const Nodes before = s;
        if (stop > at) s = untouched ? on_the_way(c, stop) : advance(c, s, steps(at), steps(stop - at));
        if (phase == PHASE_REFRACTORY && *due <= begin + stop) earliest = end_refractory_time(c, before.v, s.v);
        if (watch_threshold(c, before, s.v, at, stop, earliest) && *due < begin + stop) {
            s = before;
            continue;
        }
        at = stop;
        if (*due <= begin + at) {
            if (phase == PHASE_RESET && c->n->silent) count_round(c, untouched);
            begin_phase(c, &s, begin + at);
        } else if (asked <= at) {
            c->n->rounds = 0;
            if (c->n->clocked && c->n->phase <= PHASE_FIRING) fire(c, &s, begin + at);
            artificial = next_fire(core, c->neuron, artificial + 1, end);
        }
        untouched &= c->n->phase == phase;
    }
    return s;
}

/* What mostly happens in a step: the circuit fires, or is released from its reset and becomes ready. */
ALWAYS_INLINE Nodes repeat_simple(const Circuit *c, int at) {
    Core *core = c->core;
    const int64_t end = core->s.now + GRID_TICKS;
    const int64_t *due = &core->s.due[c->neuron];
    Nodes s = on_the_way(c, at);
    if (c->n->phase == PHASE_RESET && c->n->silent) count_round(c, 1);
    begin_phase(c, &s, *due);
    const Nodes before = s;
    if (at < GRID_TICKS) s = advance(c, s, steps(at), steps(GRID_TICKS - at));
    if (*due > end) return s;
    if (c->n->phase != PHASE_REFRACTORY) return repeat_from(c, before, at, 0);
    const int earliest = end_refractory_time(c, before.v, s.v);
    if (!watch_threshold(c, before, s.v, at, GRID_TICKS, earliest) || *due > end) return s;
    return *due < end ? repeat_from(c, before, at, 0) : repeat_from(c, s, GRID_TICKS, 0);
}

/* Where a circuit is at the end of a step that was made once more. */
ALWAYS_INLINE void put(const Circuit *c, Nodes s) {
    STATE(c->b, v, c->p ^ 1, c->i) = s.v, STATE(c->b, w, c->p ^ 1, c->i) = s.w;
    note_far(c->core, c->neuron, s.v);
    note_fall(c, falls_from(c, s.v));
}

static void repeat_circuit(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    const Nodes before = {STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)};
    c.n->stamp = core->s.now + GRID_TICKS;
    const int simple = (c.n->phase == PHASE_FIRING || c.n->phase == PHASE_RESET) && !growing_count(&core->fires);
    const Nodes s = simple ? repeat_simple(&c, ticks_until(core, core->s.due[neuron])) : repeat_from(&c, before, 0, 1);
    put(&c, s);
}

void core_repeat_fall(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    put(&c, advance(&c, (Nodes){STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)}, 0.0f, 1.0f));
}

/* -- morphologies */

/* What the circuits of a morphology have had computed, and where it takes them. */
static void move_members(const Core *core, const Morphology *m, const float *matrix, float length, const NeuronCurrents *slopes, const Nodes *before,
                         const float *leads, Nodes *after) {
    int32_t v[NEURONS];
    float ways[NEURONS];
    const CompartmentNeuron *members = members_of(core, m);
    for (int k = 0; k < m->members; k++) v[members[k].compartment] = before[k].v;
    morphology_steps(core, m, matrix, length, slopes, v, ways);
    for (int k = 0; k < m->members; k++) {
        const float way = ways[members[k].compartment];
        after[k].v = within(&core->common, before[k].v + nearest_of(way));
        after[k].w = within(&core->common, before[k].w + nearest_of(slopes[k].drive + leads[k] * way));
    }
}

void core_step_morphology(Core *core, int index) {
    Morphology *m = morphology_at(core, index);
    const CompartmentNeuron *members = members_of(core, m);
    NeuronCurrents slopes[NEURONS];
    int32_t v[NEURONS];
    if (m->stale) morphology_matrix(core, m, 1.0f, step_matrix(core, m)), m->stale = 0;
    for (int k = 0; k < m->members; k++) {
        const Block *b = &core->s.block[block_of(members[k].neuron)];
        const int i = lane_of(members[k].neuron);
        v[members[k].compartment] = STATE(b, v, core->s.parity, i);
        slopes[k] = (NeuronCurrents){LANE(b, slope, i), LANE(b, growth, i), LANE(b, bow, i), LANE(b, upswing, i), LANE(b, limit, i), LANE(b, drive, i)};
    }
    morphology_steps(core, m, step_matrix(core, m), 1.0f, slopes, v, core->ways + m->compartment);
}

/* The matrices of small morphologies whose amplifiers have changed, and what those next to them need. */
static void refresh_small(Core *core, SmallMorphologies *all, int size, int group) {
    float matrix[SMALL * SMALL];
    all->needs[group] &= AMPLIFIED - 1;
    for (int at = group * TOGETHER; at < all->count && at < (group + 1) * TOGETHER; at++) {
        for (int j = 0; j < SMALL; j++) {
            const int n = all->circuit[j][at];
            if (n < 0) continue;
            const int amplified = LANE(&core->s.block[block_of(n)], rate, lane_of(n)) > 0.0f || core->s.needs[n] & WITH_MODULATION;
            all->needs[group] |= (amplified ? AMPLIFIED << j : 0) | (core->s.needs[n] & WITH_EXPONENTIAL ? UPSWINGS << j : 0);
        }
        Morphology *m = morphology_at(core, all->morphology[at]);
        if (!m->stale) continue;
        morphology_matrix(core, m, 1.0f, matrix);
        for (int k = 0; k < size * size; k++) all->matrix[k / size][k % size][at] = matrix[k];
        m->stale = 0;
    }
}

void core_join(Core *core) {
    int far = 0;
    for (int k = 0; k < BLOCKS; k++) far |= core->connected[k] ? core->far_before[k] : 0;
    for (int k = 0; k < SMALL; k++) {
        SmallMorphologies *all = &core->small[k];
        if (!all->count) continue;
        while (all->stale) refresh_small(core, all, k + 1, next_bit(&all->stale));
        kernel_of(core->level)->join(core->s.block, core->s.parity, all, k + 1, far, &core->common, core->ways);
    }
}

/* All circuits of a morphology over a part of a step, for which the matrix is. */
static void advance_members(const Core *core, const Morphology *m, Nodes *nodes, const float *matrix, float from, float length) {
    const CompartmentNeuron *members = members_of(core, m);
    NeuronCurrents slopes[NEURONS];
    Nodes before[NEURONS];
    float leads[NEURONS];
    for (int k = 0; k < m->members; k++) {
        const Circuit c = circuit_at(core, members[k].neuron);
        NeuronLanes part = {.v = nodes[k].v, .w = nodes[k].w, .currents.limit = c.features & WITH_EXPONENTIAL ? LANE(c.b, limit, c.i) : 0.0f};
        advance_part(&c, &part, from, length, c.features);
        slopes[k] = part.currents;
        leads[k] = c.features & WITH_ADAPTATION ? part.w_lead : 0.0f;
        before[k] = nodes[k];
    }
    move_members(core, m, matrix, length, slopes, before, leads, nodes);
}

static int any_falls(const Core *core, const Morphology *m, const Nodes *nodes) {
    int falling = 0;
    for (int k = 0; k < m->members; k++) {
        const Circuit c = circuit_at(core, members_of(core, m)[k].neuron);
        falling |= falls_from(&c, nodes[k].v);
    }
    return falling;
}

#define FALLS 4 /* parts of a step in which a morphology falls through an exponential term */

static void advance_morphology(const Core *core, const Morphology *m, Nodes *nodes, float from, float length) {
    const int parts = any_falls(core, m, nodes) ? FALLS : 1;
    const float part = length / (float)parts;
    float *matrix = malloc((size_t)(m->compartments * m->compartments) * sizeof *matrix);
    if (!matrix) return;
    morphology_matrix(core, m, part, matrix);
    for (int k = 0; k < parts; k++) advance_members(core, m, nodes, matrix, from + part * (float)k, part);
    free(matrix);
}

/* The next artificial fire of a morphology, from the k-th of all on; -1 if there is none until a tick. */
static int next_member_fire(const Core *core, int index, int k, int64_t until) {
    for (; k < growing_count(&core->fires) && fire_at(core, k)->tick <= until; k++)
        if (core->morphology_of[fire_at(core, k)->neuron] == index) return k;
    return -1;
}

static int member_place(const Core *core, const Morphology *m, int neuron) {
    const CompartmentNeuron *members = members_of(core, m);
    int k = 0;
    while (members[k].neuron != neuron) k++;
    return k;
}

/* A circuit fires, and with it those that listen to it. */
static void fire_members(Core *core, const Morphology *m, int neuron, Nodes *nodes, int64_t tick) {
    const Circuit c = circuit_at(core, neuron);
    fire(&c, &nodes[member_place(core, m, neuron)], tick);
    for (int k = core->slaves_from[neuron]; k < core->slaves_from[neuron + 1]; k++) {
        const int slave = slave_at(core, k);
        if (core->morphology_of[slave] != core->morphology_of[neuron]) continue;
        if (core->s.neuron[slave].clocked && core->s.neuron[slave].phase <= PHASE_FIRING) fire_members(core, m, slave, nodes, tick);
    }
}

/* The earliest tick, not before `tick`, at which a member's phase changes, refractory times apart. */
static int64_t members_due(const Core *core, const Morphology *m, int64_t tick) {
    const CompartmentNeuron *members = members_of(core, m);
    int64_t due = NEVER;
    for (int k = 0; k < m->members; k++)
        if (core->s.neuron[members[k].neuron].phase != PHASE_REFRACTORY) due = sooner(due, later(core->s.due[members[k].neuron], tick));
    return due;
}

/* Members whose refractory time ends watch their thresholds; whether one is going to fire before `stop`. */
static int watch_members(Core *core, const Morphology *m, const Nodes *before, Nodes *nodes, int64_t tick, int64_t stop) {
    const int from = ticks_until(core, tick), until = ticks_until(core, stop);
    const CompartmentNeuron *members = members_of(core, m);
    int sooner_than_that = 0;
    for (int k = 0; k < m->members; k++) {
        const int neuron = members[k].neuron;
        const Circuit c = circuit_at(core, neuron);
        const int ends = c.n->phase == PHASE_REFRACTORY && core->s.due[neuron] <= stop;
        const int earliest = ends ? end_refractory_time(&c, before[k].v, nodes[k].v) : from;
        if (watch_threshold(&c, before[k], nodes[k].v, from, until, earliest)) sooner_than_that |= core->s.due[neuron] < stop;
    }
    return sooner_than_that;
}

NOT_INLINE static void repeat_morphology(Core *core, int index) {
    const Morphology *m = morphology_at(core, index);
    const CompartmentNeuron *members = members_of(core, m);
    const int64_t end = core->s.now + GRID_TICKS;
    const int p = core->s.parity;
    Nodes nodes[NEURONS], before[NEURONS];
    int artificial = next_member_fire(core, index, 0, end);
    int64_t tick = core->s.now;
    for (int k = 0; k < m->members; k++) {
        const Block *b = &core->s.block[block_of(members[k].neuron)];
        nodes[k] = (Nodes){STATE(b, v, p, lane_of(members[k].neuron)), STATE(b, w, p, lane_of(members[k].neuron))};
        core->s.neuron[members[k].neuron].stamp = end;
    }
    while (tick < end || members_due(core, m, tick) <= tick || artificial >= 0) {
        const int64_t asked = artificial < 0 ? NEVER : later(fire_at(core, artificial)->tick, tick);
        const int64_t stop = sooner(sooner(asked, end), members_due(core, m, tick));
        memcpy(before, nodes, (size_t)m->members * sizeof *nodes);
        if (stop > tick) advance_morphology(core, m, nodes, steps((int)(tick - core->s.now)), steps((int)(stop - tick)));
        if (watch_members(core, m, before, nodes, tick, stop)) {
            memcpy(nodes, before, (size_t)m->members * sizeof *nodes);
            continue;
        }
        tick = stop;
        for (int k = 0; k < m->members; k++) {
            const int neuron = members[k].neuron, phase = core->s.neuron[neuron].phase;
            if (core->s.due[neuron] > tick) continue;
            if (phase == PHASE_FIRING) {
                fire_members(core, m, neuron, nodes, tick);
            } else {
                const Circuit c = circuit_at(core, neuron);
                begin_phase(&c, &nodes[k], tick);
            }
        }
        if (asked <= tick) {
            const int neuron = fire_at(core, artificial)->neuron;
            if (core->s.neuron[neuron].clocked && core->s.neuron[neuron].phase <= PHASE_FIRING) fire_members(core, m, neuron, nodes, tick);
            artificial = next_member_fire(core, index, artificial + 1, end);
        }
    }
    for (int k = 0; k < m->members; k++) {
        const Circuit c = circuit_at(core, members[k].neuron);
        put(&c, nodes[k]);
    }
}

void core_settle_morphology(Core *core, int index) {
    const Morphology *m = morphology_at(core, index);
    const CompartmentNeuron *members = members_of(core, m);
    const int64_t end = core->s.now + GRID_TICKS;
    int again = 0;
    for (int k = 0; k < m->members; k++) {
        const int neuron = members[k].neuron, i = lane_of(neuron);
        const Block *b = &core->s.block[block_of(neuron)];
        const int ends = core->s.neuron[neuron].phase == PHASE_REFRACTORY && core->s.due[neuron] <= end && !growing_count(&core->fires);
        if (ends || STATE(b, v, core->s.parity ^ 1, i) >= LANE(b, threshold, i)) core_watch_step(core, neuron);
        again |= core->s.due[neuron] <= end || core->s.falling[block_of(neuron)] >> i & 1;
    }
    if (again && core->s.neuron[members[0].neuron].stamp != end) repeat_morphology(core, index);
}

void core_repeat(Core *core, int neuron) {
    if (core->morphology_of[neuron] >= 0) {
        repeat_morphology(core, core->morphology_of[neuron]);
    } else {
        repeat_circuit(core, neuron);
    }
}
