/* Steps of connected circuits, and what happens to them inside a step. */
#include <math.h>

#include "circuit.h"
#include "schedule.h"

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
        core_repeat_circuit(core, neuron);
    }
}
