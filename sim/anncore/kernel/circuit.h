/* Between the parts of the engine. */
#ifndef SIM_ANNCORE_CIRCUIT_H
#define SIM_ANNCORE_CIRCUIT_H

#include <stdlib.h>

#include "core.h"

void core_flags(Core *core, int k);                  /* which features a block needs */
void core_watch_step(Core *core, int neuron);        /* the step just made met the threshold or the end of the refractory time */
void core_repeat(Core *core, int neuron);            /* make the step once more, with everything that happens to the neuron inside it */
void core_repeat_fall(Core *core, int neuron);       /* the same for one that is alone and falls in a reset, to which nothing else happens */
void core_settle(Core *core, int neuron, int64_t end); /* whatever is due inside the step just made */
void core_note_driven(Core *core, int neuron);       /* which of its lines act on a membrane, from the state alone */
int core_enter_cycle(Core *core, int neuron);        /* if it may */
void core_leave_cycles(Core *core, int k);           /* all of a block */
void core_leave_driven(Core *core, int k, int mode); /* those of a block that a pulse on their lines acts on */
void core_forget_cycles(Core *core);                 /* all, but for their spikes: time begins anew */

const CompartmentNeuron *members_of(const Core *core, const Morphology *m);
float *step_matrix(const Core *core, const Morphology *m);
void morphology_matrix(const Core *core, const Morphology *m, float length, float *out);
void morphology_steps(const Core *core, const Morphology *m, const float *matrix, float length, const NeuronCurrents *slopes, const int32_t *v,
                      float *steps);
void core_step_morphology(Core *core, int index);   /* the ways of its compartments, after the step of its blocks */
void core_join(Core *core);                         /* the same for all small ones */
void core_settle_morphology(Core *core, int index); /* what happens to its circuits inside the step */

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

#endif
