/* Timers, special registers, interrupts, sleep, reset. (facts: ppu/isa_scalar 4, 5) */
#include "system.h"

#include <string.h>

enum { FIT_FIRST = 256 }; /* the selected bit of the time base first rises here */

void ppu_reset(ppu_core *core) {
    ppu_state *s = &core->s;
    ppu_vector kept[32];
    memcpy(kept, s->vr, sizeof kept); /* the vector registers have no reset */
    memset(s, 0, sizeof *s);
    memcpy(s->vr, kept, sizeof kept);
    memset(s->flags[0].b, 0xff, sizeof s->flags[0].b);
    s->now = PPU_START;
    s->fit_next = FIT_FIRST;
    ppu_vector_reset_time(s);
    core->granted = 0;
    core->probe_at = PPU_FIRST_PROBE;
    core->probe_gap = PPU_FIRST_PROBE;
}

/* ---- timers ---- */

static uint32_t decrementer(const ppu_state *s, int64_t t) {
    int64_t passed = t - s->dec_since;
    if (passed < (int64_t)s->dec) return s->dec - (uint32_t)(passed > 0 ? passed : 0);
    return 0; /* with automatic reload the event at zero has been handled before */
}

static int64_t dec_event(const ppu_state *s) { return s->dec ? s->dec_since + (int64_t)s->dec : PPU_NEVER; }

static void find_fit(ppu_state *s, int64_t t) { /* next rising edge of the selected bit of the time base, after t */
    uint64_t half = UINT64_C(256) << (4 * (s->tcr >> 24 & 3)), period = 2 * half;
    uint64_t passed = (uint64_t)t + (uint64_t)s->timebase, ahead = (half - passed) & (period - 1);
    s->fit_next = t + (int64_t)(ahead ? ahead : period);
}

void ppu_settle_timers(ppu_state *s, int64_t t) {
    while (dec_event(s) <= t) {
        s->tsr |= TSR_DIS;
        s->dec_since = dec_event(s);
        s->dec = s->tcr & TCR_ARE ? s->decar : 0;
    }
    if (s->fit_next <= t) {
        s->tsr |= TSR_FIS;
        find_fit(s, t);
    }
}

int64_t ppu_next_event(const ppu_state *s) { return dec_event(s) < s->fit_next ? dec_event(s) : s->fit_next; }

/* ---- special registers ---- */

uint32_t ppu_get_spr(ppu_core *core, int spr) {
    ppu_state *s = &core->s;
    uint64_t ticks = (uint64_t)s->now + (uint64_t)s->timebase;
    ppu_settle_timers(s, s->now);
    switch (spr) {
    case PPU_SPR_XER: return s->xer;
    case PPU_SPR_LR: return s->lr;
    case PPU_SPR_CTR: return s->ctr;
    case PPU_SPR_DEC: return decrementer(s, s->now);
    case PPU_SPR_SRR0: return s->srr0;
    case PPU_SPR_SRR1: return s->srr1;
    case PPU_SPR_DECAR: return s->decar;
    case PPU_SPR_CSRR0: return s->csrr0;
    case PPU_SPR_CSRR1: return s->csrr1;
    case PPU_SPR_DEAR: return s->dear;
    case PPU_SPR_ESR: return s->esr;
    case PPU_SPR_GIN: return s->gin;
    case PPU_SPR_GOUT: return s->gout;
    case PPU_SPR_GOE: return s->goe;
    case PPU_SPR_TBL: return (uint32_t)ticks;
    case PPU_SPR_TBU: return (uint32_t)(ticks >> 32);
    case PPU_SPR_TSR: return s->tsr;
    case PPU_SPR_TCR: return s->tcr;
    case PPU_SPR_MCSRR0: return s->mcsrr0;
    case PPU_SPR_MCSRR1: return s->mcsrr1;
    default: return 0;
    }
}

static void set_timebase(ppu_state *s, uint64_t value) {
    s->timebase = (int64_t)(value - (uint64_t)s->now);
    find_fit(s, s->now);
}

void ppu_set_spr(ppu_core *core, int spr, uint32_t value) {
    ppu_state *s = &core->s;
    uint64_t ticks = (uint64_t)s->now + (uint64_t)s->timebase;
    ppu_settle_timers(s, s->now);
    switch (spr) {
    case PPU_SPR_XER: s->xer = value & (SO | OV | CA); break;
    case PPU_SPR_LR: s->lr = value; break;
    case PPU_SPR_CTR: s->ctr = value; break;
    case PPU_SPR_DEC: s->dec = value; s->dec_since = s->now; break;
    case PPU_SPR_SRR0: s->srr0 = value; break;
    case PPU_SPR_SRR1: s->srr1 = value; break;
    case PPU_SPR_DECAR: s->decar = value; break;
    case PPU_SPR_CSRR0: s->csrr0 = value; break;
    case PPU_SPR_CSRR1: s->csrr1 = value; break;
    case PPU_SPR_DEAR: s->dear = value; break;
    case PPU_SPR_ESR: s->esr = value; break;
    case PPU_SPR_GOUT: s->gout = value; break;
    case PPU_SPR_GOE: s->goe = value; break;
    case PPU_SPR_ICCR: s->iccr = value; break;
    case PPU_SPR_TBL: set_timebase(s, (ticks & ~UINT64_C(0xffffffff)) | value); break;
    case PPU_SPR_TBU: set_timebase(s, (ticks & 0xffffffffu) | (uint64_t)value << 32); break;
    case PPU_SPR_TSR: s->tsr &= ~value; break;
    case PPU_SPR_TCR: s->tcr = value; find_fit(s, s->now); break;
    case PPU_SPR_MCSRR0: s->mcsrr0 = value; break;
    case PPU_SPR_MCSRR1: s->mcsrr1 = value; break;
    default: break;
    }
}

/* ---- interrupts and sleep ---- */

int ppu_pending(const ppu_state *s) {
    if (!(s->msr & MSR_EE)) return 0;
    if (s->external & 1) return PPU_VECTOR_EXTERNAL;
    if ((s->tcr & TCR_FIE) && (s->tsr & TSR_FIS)) return PPU_VECTOR_FIXED_INTERVAL;
    if ((s->tcr & TCR_DIE) && (s->tsr & TSR_DIS)) return PPU_VECTOR_DECREMENTER;
    return s->external & 2 ? PPU_VECTOR_DOORBELL : 0;
}

void ppu_enter(ppu_state *s, int vector, uint32_t resume, int64_t t) {
    s->srr0 = resume;
    s->srr1 = s->msr;
    s->msr &= MSR_KEPT;
    s->pc = (uint32_t)vector;
    s->now = later(t, s->drained) + PPU_INTERRUPT_ENTRY;
    s->jumped = 1;
    if (vector == PPU_VECTOR_EXTERNAL) s->external &= ~1u;
    if (vector == PPU_VECTOR_DOORBELL) s->external &= ~2u;
}

static int wakes(const ppu_state *s) {
    int timer = ((s->tcr & TCR_DIE) && (s->tsr & TSR_DIS)) || ((s->tcr & TCR_FIE) && (s->tsr & TSR_FIS));
    return timer || ((s->msr & MSR_EE) && s->external);
}

int ppu_sleep(ppu_state *s, int64_t until) {
    for (;;) {
        ppu_settle_timers(s, s->now);
        if (wakes(s)) break;
        int64_t event = s->tcr & (TCR_DIE | TCR_FIE) ? ppu_next_event(s) : PPU_NEVER; /* others wake nobody */
        if (event > until) {
            s->now = later(s->now, until);
            ppu_settle_timers(s, s->now);
            return 0;
        }
        s->now = later(s->now, event);
    }
    s->sleeping = 0;
    return 1;
}
