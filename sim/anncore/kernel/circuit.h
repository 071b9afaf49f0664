/* Between the parts of the engine. */
#ifndef SIM_ANNCORE_CIRCUIT_H
#define SIM_ANNCORE_CIRCUIT_H

#include <stdlib.h>

#include "arithmetic.h"
#include "core.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

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

static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int32_t within(const Common *c, int32_t v) { return v < c->node_low ? c->node_low : v > c->node_high ? c->node_high : v; }

static inline int is_far(const Common *c, int32_t v) { return v > c->fade_from || v < -c->fade_from; }

/* A membrane has got a potential from elsewhere than a step. */
static inline void note_far(Core *core, int neuron, int32_t v) {
    if (is_far(&core->common, v)) core->s.far[block_of(neuron)] = WITH_RAILS;
}

static inline float steps(int ticks) { return (float)ticks * (1.0f / GRID_TICKS); }

/* Ticks of the step being made that pass up to another tick; more than it has if that is later. */
ALWAYS_INLINE int ticks_until(const Core *core, int64_t tick) { return tick - core->s.now > GRID_TICKS ? GRID_TICKS + 1 : (int)(tick - core->s.now); }

/* A synaptic line that nothing is on, nor comes to within the step. */
ALWAYS_INLINE int line_rests(const Circuit *c, int side) {
    const LanesInput *in = &c->b->lanes.input[side];
    return (bits_of(in->line[c->p][c->i]) | bits_of(in->early[c->i])) == 0;
}

/* Found at the step's beginning: its step is made once more, in closed form. */
ALWAYS_INLINE int falls(const Circuit *c) { return c->core->s.falling[block_of(c->neuron)] >> c->i & 1; }

ALWAYS_INLINE void note_fall(const Circuit *c, int falling) {
    uint64_t *lanes = &c->core->s.falling[block_of(c->neuron)];
    *lanes = falling ? *lanes | UINT64_C(1) << c->i : *lanes & ~(UINT64_C(1) << c->i);
}

/* Whether a line acts on the membrane, if its circuit lets it. */
static inline int drives(const Core *core, int neuron, int side) {
    return core->driven[side][block_of(neuron)] >> lane_of(neuron) & 1;
}

static inline SpikeRecord *fire_at(const Core *core, int64_t k) { return growing_at(&core->fires, k, sizeof(SpikeRecord)); }
static inline Morphology *morphology_at(const Core *core, int64_t k) { return growing_at(&core->morphologies, k, sizeof(Morphology)); }

/* An amplifier of a morphology has changed. */
static inline void core_make_stale(Core *core, Morphology *m) {
    m->stale = 1;
    if (m->small >= 0) core->small[m->compartments - 1].stale |= UINT64_C(1) << m->small / TOGETHER;
}

/* lanes.c */
void core_flags(Core *core, int k);                  /* which features a block needs */
void core_note_driven(Core *core, int neuron);       /* which of its lines act on a membrane, from the state alone */
void load_threshold(const Circuit *c);               /* the lane that changes with every phase */
void load_phase(const Circuit *c);                   /* those that change when the reset begins and ends */
int32_t new_jitter(const Core *core, int neuron, int64_t tick); /* of the threshold */

/* advance.c; lengths in steps, counted from the grid point */
void advance_part(const Circuit *c, NeuronLanes *part, float from, float length, int features); /* by the equations of step_template.h */
Nodes advance(const Circuit *c, Nodes s, float from, float length);
Nodes on_the_way(const Circuit *c, int ticks);       /* where it was at a tick of the step just made, while nothing had happened to it */
int falls_from(const Circuit *c, int32_t v);         /* in a reset: its exponential term changes fast there, or it is far from where the reset takes it when that ends */
float crossing_part(const Circuit *c, Nodes before, int32_t after, int32_t threshold, float from, float length); /* at which part of `length` it meets its threshold */

/* phases.c */
void core_watch_step(Core *core, int neuron);        /* the step just made met the threshold or the end of the refractory time */
void core_repeat_fall(Core *core, int neuron);       /* make the step of one that is alone and falls in a reset once more; nothing else happens to it */
void core_repeat_circuit(Core *core, int neuron);    /* the same with everything that happens to it inside the step */
void fire(const Circuit *c, Nodes *s, int64_t tick);
void begin_phase(const Circuit *c, Nodes *s, int64_t tick); /* the firing or the end of the reset that is due */
int end_refractory_time(const Circuit *c, int32_t before, int32_t after); /* inside a step in which the membrane goes from one potential to another; at which tick of it */
int watch_threshold(const Circuit *c, Nodes before, int32_t after, int from, int until, int earliest); /* whether it is going to fire, having met its threshold between two ticks */
void put(const Circuit *c, Nodes s);                 /* where it is at the end of a step that was made once more */
int slave_at(const Core *core, int k);

/* engine.c, cycle.c */
void core_settle(Core *core, int neuron, int64_t end); /* whatever is due inside the step just made */
int core_enter_cycle(Core *core, int neuron);        /* if it may */
void core_leave_cycles(Core *core, int k);           /* all of a block */
void core_leave_driven(Core *core, int k, int mode); /* those of a block that a pulse on their lines acts on */
void core_forget_cycles(Core *core);                 /* all, but for their spikes: time begins anew */

/* morphology.c, compartments.c */
const CompartmentNeuron *members_of(const Core *core, const Morphology *m);
float *step_matrix(const Core *core, const Morphology *m);
void morphology_matrix(const Core *core, const Morphology *m, float length, float *out);
void morphology_steps(const Core *core, const Morphology *m, const float *matrix, float length, const NeuronCurrents *slopes, const int32_t *v,
                      float *steps);
void core_step_morphology(Core *core, int index);   /* the ways of its compartments, after the step of its blocks */
void core_join(Core *core);                         /* the same for all small ones */
void core_settle_morphology(Core *core, int index); /* what happens to its circuits inside the step */
void core_repeat(Core *core, int neuron);           /* make the step of a circuit, or of its morphology, once more */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
