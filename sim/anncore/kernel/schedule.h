/* Which circuits change their phase in which step. It follows from `due` of the state; circuits due in the next steps stand by step, the others apart. */
#ifndef SIM_ANNCORE_SCHEDULE_H
#define SIM_ANNCORE_SCHEDULE_H

#include "core.h"

/* Takes the lowest bit out of a mask. */
static inline int next_bit(uint64_t *mask) {
    int bit = 0;
#if defined(__GNUC__)
    bit = __builtin_ctzll(*mask);
#else
    while (!(*mask >> bit & 1)) bit++;
#endif
    *mask &= *mask - 1;
    return bit;
}

/* Index of the step in which a tick is: (50 index, 50 index + 50]. */
static inline int64_t step_of(int64_t tick) { return (tick - 1) / GRID_TICKS; }

static inline int slot_of(int64_t step) { return (int)((uint64_t)step % SLOTS); }

static inline void schedule_put(Core *core, int neuron, int64_t tick) {
    const int k = block_of(neuron), slot = slot_of(step_of(tick));
    const uint64_t bit = UINT64_C(1) << lane_of(neuron);
    if (step_of(tick) - core->s.now / GRID_TICKS >= SLOTS) {
        core->schedule.later[k] |= bit;
    } else {
        core->schedule.lanes[slot][k] |= bit, core->schedule.blocks[slot] |= 1 << k;
    }
}

/* When a circuit's phase changes next. */
static inline void schedule(Core *core, int neuron, int64_t tick) {
    const int k = block_of(neuron);
    const uint64_t bit = UINT64_C(1) << lane_of(neuron);
    if (core->s.due[neuron] < NEVER) {
        core->schedule.later[k] &= ~bit;
        core->schedule.lanes[slot_of(step_of(core->s.due[neuron]))][k] &= ~bit;
    }
    core->s.due[neuron] = tick > core->s.now ? tick : core->s.now + 1;
    if (tick < NEVER) schedule_put(core, neuron, core->s.due[neuron]);
}

/* Circuits whose step has come near enough to stand by step. At every half turn of the slots, and after jumps. */
static inline void schedule_refill(Core *core) {
    for (int k = 0; k < BLOCKS; k++) {
        uint64_t mask = core->schedule.later[k];
        core->schedule.later[k] = 0;
        while (mask) {
            const int neuron = k * LANES + next_bit(&mask);
            schedule_put(core, neuron, core->s.due[neuron]);
        }
    }
}

/* From the state alone. */
static inline void schedule_anew(Core *core) {
    memset(&core->schedule, 0, sizeof core->schedule);
    for (int n = 0; n < NEURONS; n++)
        if (core->s.due[n] < NEVER) schedule_put(core, n, core->s.due[n]);
}

/* The first step from now on in which a circuit is due; `end` if there is none before it. */
static inline int64_t schedule_next(const Core *core, int64_t end) {
    const int64_t now = core->s.now / GRID_TICKS;
    int64_t next = end;
    for (int64_t step = now; step < now + SLOTS && step < next; step++)
        for (int k = 0; core->schedule.blocks[slot_of(step)] >> k; k++)
            if (core->schedule.lanes[slot_of(step)][k]) next = step;
    for (int k = 0; k < BLOCKS; k++)
        for (uint64_t mask = core->schedule.later[k]; mask;) {
            const int64_t step = step_of(core->s.due[k * LANES + next_bit(&mask)]);
            if (step < next) next = step;
        }
    return next;
}

#endif
