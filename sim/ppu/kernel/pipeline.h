/* The scalar pipeline in time: when what an instruction reads is there and when its result finds its way to the registers. (facts: ppu/isa_scalar 6)
 *
 * An instruction issues at cycle t; a result of latency n can be read by what issues at t + n. The general purpose registers take one result a
 * cycle: those of fixed latency book their cycle when they issue, loads come when they come and let the booked ones go first. All results for
 * condition fields come in order. A result for XER holds back everything.
 */
#ifndef SIM_PPU_CORE_PIPELINE_H
#define SIM_PPU_CORE_PIPELINE_H

#include "core.h"

static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* Slow ways, in pipeline.c */
int64_t ppu_book(ppu_state *s, int64_t t, int latency);
int64_t ppu_load_turn(ppu_state *s, int64_t t, int latency);
void ppu_queue_load(ppu_state *s, int64_t t, int r, int64_t commit);
int64_t ppu_emptied(const ppu_state *s, int64_t t);

static inline int64_t ready(const ppu_state *s, int64_t t, int r) { return later(t, s->gpr_ready[r]); }
static inline int64_t ready_a(const ppu_state *s, const ppu_instruction *i, int64_t t) { return ready(s, t, i->a); }
static inline int64_t ready_d(const ppu_state *s, const ppu_instruction *i, int64_t t) { return ready(s, t, i->d); }
static inline int64_t ready_ab(const ppu_state *s, const ppu_instruction *i, int64_t t) { return ready(s, ready(s, t, i->a), i->b); }
static inline int64_t ready_db(const ppu_state *s, const ppu_instruction *i, int64_t t) { return ready(s, ready(s, t, i->d), i->b); }
static inline int64_t ready_base(const ppu_state *s, const ppu_instruction *i, int64_t t) { return i->a ? ready(s, t, i->a) : t; }
static inline uint32_t base(const ppu_state *s, const ppu_instruction *i) { return i->a ? s->gpr[i->a] : 0; } /* RA = 0 reads no register */

/* Writes a result and returns when the instruction issues: after an older result for the same register, with a free cycle at the port. */
static inline int64_t result(ppu_state *s, int64_t t, int r, uint32_t value, int latency) {
    t = ready(s, t, r);
    if (latency > 1 || t < s->port_busy) t = ppu_book(s, t, latency);
    s->gpr[r] = value;
    s->gpr_ready[r] = t + latency;
    return t;
}

static inline int64_t updated(ppu_state *s, int64_t t, int r, uint32_t address) { /* the address of update forms */
    t = result(s, t, r, address, PPU_UPDATE);
    s->drained = later(s->drained, t + PPU_UPDATE + 1);
    return t;
}

/* The value of a load that issues at t reaches register r `latency` cycles later, or later than that if others are in the way. */
static inline void loaded(ppu_state *s, int64_t t, int r, int latency) {
    int64_t commit = t + latency;
    if (t < s->port_busy) { ppu_queue_load(s, t, r, commit); return; }
    s->n_loads = 1;
    s->load_register[0] = (uint8_t)r;
    s->load_commit[0] = s->gpr_ready[r] = s->port_busy = commit;
    s->drained = later(s->drained, commit);
}

/* Condition fields: a result comes after all older ones. */
static inline int64_t cr_turn(const ppu_state *s, int64_t t, int latency) { return later(t, s->cr_written + 1 - latency); }

static inline void set_field(ppu_state *s, int field, uint32_t bits, int64_t t, int latency) {
    int shift = 28 - 4 * field;
    s->cr = (s->cr & ~(0xfu << shift)) | bits << shift;
    s->cr_ready[field] = t + latency + 1;
    s->cr_written = t + latency;
}

/* Until `t` the last instruction holds back all others. */
static inline int64_t blocked(ppu_state *s, int64_t t) { return s->blocked = t; }

/* Issue of the next instruction after one that waits until everything before it is done. One that had to wait at `came` for its turn or for its
 * operands, there at t, waits for that before it issues and once more after it. */
static inline int64_t synchronised(const ppu_state *s, int64_t came, int64_t t) {
    if (s->blocked == came) return ppu_emptied(s, came) + 1 + PPU_SYNCHRONISED;
    if (t > came) return ppu_emptied(s, came + 1) + 1 + PPU_SYNCHRONISED;
    return later(t + 1, ppu_emptied(s, t)) + 1;
}
#endif
