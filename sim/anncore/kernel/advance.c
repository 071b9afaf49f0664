/* One circuit over a part of a step: with pulses on its lines, and its exponential term in closed form where that changes fast. */
#include <math.h>

#include "circuit.h"
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

/* `effective` for the small numbers that it mostly is here. */
NOT_INLINE static float whole_part(float x) { return (float)effective((double)x); }
ALWAYS_INLINE float effective_part(float x) {
    if (x > 0.5f) return whole_part(x);
    return (1.0f - x * 0.5f) + (x * x) * ((1.0f / 6 - x * (1.0f / 24)) + (x * x) * (1.0f / 120));
}

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

/* The equations of step_template.h over `length` of a step, beginning `from` of a step after the grid point. */
void advance_part(const Circuit *c, NeuronLanes *part, float from, float length, int features) {
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
Nodes advance(const Circuit *c, Nodes s, float from, float length) {
    if (length <= SHORT || !falls_to_be_seen(c)) return advance_at_once(c, s, from, length);
    const int parts = (int)(length / SHORT) + 1;
    const float part = length / (float)parts;
    for (int k = 0; k < parts; k++) s = advance_at_once(c, s, from + part * (float)k, part);
    return s;
}

#define BENT_WAY 8000000 /* 7 mV */
#define STILL 0.25f      /* slopes of the exponential from the reset potential: nearer to it the term hardly changes any more */

/* Whether a membrane that falls in a reset is where its exponential term still changes fast, or will be far from where the reset takes it when that ends. */
int falls_from(const Circuit *c, int32_t v) {
    const float above = (float)v - (float)c->phases->target[1];
    if (c->n->phase != PHASE_RESET) return 0;
    if (c->features & WITH_EXPONENTIAL && v >= c->phases->steep && above * c->core->common.slope_inverse > STILL) return 1;
    const float left = reset_left(c);
    return left < FORGETS && fabsf(above) * power_of_e(-left) > BENT_WAY;
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
Nodes on_the_way(const Circuit *c, int ticks) {
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
float crossing_part(const Circuit *c, Nodes before, int32_t after, int32_t threshold, float from, float length) {
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
