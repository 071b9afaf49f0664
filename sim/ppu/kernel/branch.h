/* The branch cache: foresees where a branch leads. (facts: ppu/isa_scalar 6; how it learns follows the public hardware description) */
#ifndef SIM_PPU_CORE_BRANCH_H
#define SIM_PPU_CORE_BRANCH_H

#include "pipeline.h"

enum { SURE = 3, LIKELY = 2, NOWHERE = 1 }; /* counts from which a branch is taken to be taken; a target no branch has */

static inline int known_branch(const ppu_state *s, uint32_t pc) {
    for (int i = 0; i < s->n_predict; i++)
        if (s->predict_pc[i] == pc) return i;
    return -1;
}

static inline void evict(ppu_state *s, int i, uint32_t pc) {
    ppu_eviction *e = &s->evicted[s->n_evicted++ % PPU_EVICTIONS];
    *e = (ppu_eviction){s->predict_pc[i], s->predict_target[i], s->predict_count[i], pc};
}

/* A branch that was fetched before its entry was given up is still foreseen. */
static inline const ppu_eviction *lost_branch(const ppu_state *s, uint32_t pc) {
    for (uint32_t k = 0; k < PPU_EVICTIONS && k < s->n_evicted; k++) {
        const ppu_eviction *e = &s->evicted[(s->n_evicted - 1 - k) % PPU_EVICTIONS];
        if (e->pc == pc && pc - e->by <= 4 * PPU_FETCH_AHEAD) return e;
    }
    return 0;
}

/* The entry for a branch that is not known. Until the next free one is known it is the last one again; a full cache gives up the one that turns
 * with the clock. */
static inline int new_branch(ppu_state *s, uint32_t pc, int64_t t) {
    int i = s->n_predict;
    if (i && t - s->predict_new < PPU_BRANCH_NEW) i--;
    else if (i == PPU_PREDICTIONS) evict(s, i = (int)(t % PPU_PREDICTIONS), pc);
    else {
        s->n_predict++;
        s->predict_new = t;
    }
    s->predict_pc[i] = pc;
    return i;
}

static inline void learn(ppu_state *s, int i, int known, int taken) {
    uint8_t *count = &s->predict_count[i];
    if (!known) *count = taken ? SURE : LIKELY;
    else if (taken) *count += *count < SURE;
    else *count -= *count > 0;
}

/* Returns the cycles from this branch, which issues at t, to what follows it, and teaches the cache. */
static inline int64_t branched(ppu_state *s, uint32_t pc, uint32_t target, int taken, int64_t t) {
    int i = known_branch(s, pc), known = i >= 0;
    const ppu_eviction *lost = known || s->jumped ? 0 : lost_branch(s, pc);
    int count = known ? s->predict_count[i] : lost ? (int)lost->count : 0;
    uint32_t expected = known ? s->predict_target[i] : lost ? lost->target : NOWHERE;
    int foreseen = !s->jumped && count >= LIKELY; /* the target of a jump is not looked up */
    int right = taken ? foreseen && expected == target : !foreseen;
    if (!known) i = new_branch(s, pc, t);
    learn(s, i, known, taken);
    s->predict_target[i] = taken ? target : NOWHERE; /* after a branch not taken the stored target leads astray */
    if (!right) s->n_evicted = 0;                    /* what follows is fetched anew */
    s->jumped = !right;
    s->branched = t;
    return right ? 1 : PPU_REFILL;
}
#endif
