/* An observer's memory: where it keeps traces and profiles. */
#include "observe.h"

enum { FAR_BEGIN = 1 << 10 }; /* first capacity of the table of code elsewhere, a power of two */

ppu_observer *ppu_observer_new(void) {
    ppu_observer *o = calloc(1, sizeof *o);
    if (o) o->passed_count = -1;
    return o;
}

void ppu_observer_free(ppu_observer *o) {
    if (!o) return;
    ppu_observer_trace(o, 0, 0);
    ppu_observer_profile(o, 0);
    free(o);
}

int ppu_observer_trace(ppu_observer *o, int64_t capacity, int lanes) {
    free(o->trace);
    free(o->trace_lanes);
    o->trace = 0;
    o->trace_lanes = 0;
    o->trace_capacity = o->trace_count = 0;
    if (capacity <= 0) return 1;
    o->trace = calloc((size_t)capacity, sizeof *o->trace);
    if (lanes) o->trace_lanes = calloc((size_t)capacity, PPU_LANES);
    if (!o->trace || (lanes && !o->trace_lanes)) {
        ppu_observer_trace(o, 0, 0);
        return 0;
    }
    o->trace_capacity = capacity;
    return 1;
}

int ppu_observer_profile(ppu_observer *o, int on) {
    free(o->near);
    free(o->far);
    o->near = o->far = 0;
    o->n_far = o->far_capacity = o->asleep = 0;
    if (!on) return 1;
    o->near = calloc(PPU_SRAM_WORDS, sizeof *o->near);
    o->far = ppu_far_table(FAR_BEGIN);
    if (!o->near || !o->far) {
        ppu_observer_profile(o, 0);
        return 0;
    }
    o->far_capacity = FAR_BEGIN;
    return 1;
}
