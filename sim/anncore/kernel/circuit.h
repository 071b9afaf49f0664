/* Between the parts of the engine. */
#ifndef SIM_ANNCORE_CIRCUIT_H
#define SIM_ANNCORE_CIRCUIT_H

#include "core.h"

void core_due(Core *core, int neuron, int64_t tick); /* when a neuron's phase changes next */
void core_watch_step(Core *core, int neuron);        /* the step just made met the threshold or the end of the refractory time */
void core_repeat(Core *core, int neuron);            /* make the step once more, with everything that happens to the neuron inside it */

static inline SpikeRecord *fire_at(const Core *core, int64_t k) { return growing_at(&core->fires, k, sizeof(SpikeRecord)); }

#endif
