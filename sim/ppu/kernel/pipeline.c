/* Results that meet at the port of the register file. (facts: ppu/isa_scalar 6; how they meet follows the public hardware description) */
#include "pipeline.h"

static uint64_t booked_from(const ppu_state *s, int64_t t) { /* bit i: cycle t + i is booked by a result of more than one cycle */
    int64_t passed = t - s->slots_since;
    return passed < 64 ? (uint64_t)s->slots >> passed : 0;
}

static int64_t free_commit(const ppu_state *s, int64_t cycle) { /* a load commits one cycle after the port could have been booked */
    while (booked_from(s, cycle - 1) & 1) cycle++;
    return cycle;
}

static void forget_loads(ppu_state *s, int64_t t) { /* those that are done */
    int done = 0;
    while (done < s->n_loads && s->load_commit[done] <= t) done++;
    if (!done) return;
    s->n_loads -= done;
    for (int k = 0; k < s->n_loads; k++) {
        s->load_commit[k] = s->load_commit[k + done];
        s->load_register[k] = s->load_register[k + done];
    }
}

static void move_load(ppu_state *s, int k, int64_t cycle) {
    s->load_commit[k] = cycle;
    s->gpr_ready[s->load_register[k]] = cycle;
    s->drained = later(s->drained, cycle);
    s->port_busy = later(s->port_busy, cycle);
}

/* The result booked at `cycle` takes the port from a load, and that one from the loads behind it. */
static void push_loads(ppu_state *s, int64_t cycle) {
    int k = 0;
    while (k < s->n_loads && s->load_commit[k] != cycle + 1) k++;
    for (int64_t least = cycle + 2; k < s->n_loads && s->load_commit[k] < least; k++) {
        move_load(s, k, free_commit(s, least));
        least = s->load_commit[k] + 1;
    }
}

int64_t ppu_book(ppu_state *s, int64_t t, int latency) {
    uint64_t slots = booked_from(s, t);
    while (slots >> latency & 1) { slots >>= 1; t++; }
    if (latency > 1) {
        slots |= UINT64_C(1) << latency;
        s->port_busy = later(s->port_busy, t + latency);
    }
    s->slots = (int64_t)slots;
    s->slots_since = t;
    forget_loads(s, t);
    push_loads(s, t + latency);
    return t;
}

/* When a load that could issue at t does: its expected cycle at the port is free, and so is a place among the loads. */
int64_t ppu_load_turn(ppu_state *s, int64_t t, int latency) {
    while (booked_from(s, t) >> latency & 1) t++;
    forget_loads(s, t);
    if (s->n_loads >= PPU_LOADS_MOST) {
        t = later(t, s->load_commit[s->n_loads - PPU_LOADS_MOST] + 1);
        forget_loads(s, t);
    }
    return t;
}

void ppu_queue_load(ppu_state *s, int64_t t, int r, int64_t commit) {
    int k;
    forget_loads(s, t);
    k = s->n_loads++;
    if (k) commit = later(commit, s->load_commit[k - 1] + 1);
    s->load_register[k] = (uint8_t)r;
    move_load(s, k, free_commit(s, commit));
}

static int still_loading(const ppu_state *s, int r, int64_t t) {
    for (int k = 0; k < s->n_loads; k++)
        if (s->load_register[k] == r && s->load_commit[k] == t) return 1;
    return 0;
}

/* Whether an instruction that issued at t - 1 has a result of one cycle. */
static int just_wrote(const ppu_state *s, int64_t t) {
    for (int field = 0; field < 8; field++)
        if (s->cr_ready[field] == t + 1) return 1;
    for (int r = 0; r < 32; r++)
        if (s->gpr_ready[r] == t && !still_loading(s, r, t)) return 1;
    return s->ctr_ready == t + 1 || s->lr_ready == t + 1 || s->spr_ready == t + 1 || s->branched == t - 1;
}

/* The first cycle from t on at which nothing that issued before is under way. */
int64_t ppu_emptied(const ppu_state *s, int64_t t) {
    int64_t empty = later(t, later(s->drained, s->v_drained) + 1);
    if (just_wrote(s, t)) return later(empty, t + 2);
    return just_wrote(s, t - 1) ? later(empty, t + 1) : empty;
}
