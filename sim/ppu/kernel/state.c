/* The state of a core as a whole: kept for whoever lets it run ahead and may have to take it back, and checked when it comes from outside. */
#include "system.h"

#include <string.h>

void ppu_keep(const ppu_core *core, ppu_kept *kept) {
    kept->s = core->s;
    kept->faults = core->faults;
    memcpy(kept->sram, core->sram, sizeof kept->sram);
}

void ppu_take_back(ppu_core *core, const ppu_kept *kept) {
    if (core->probe_at > core->s.now) core->probe_at += kept->s.now - core->s.now; /* as far ahead as before */
    else core->probe_at = kept->s.now;
    core->s = kept->s;
    core->faults = kept->faults;
    for (uint32_t index = 0; index < PPU_SRAM_WORDS; index++)
        if (core->sram[index] != kept->sram[index]) ppu_poke(core, index, kept->sram[index]);
}

/* ---- ranges ---- */

#define LATEST (INT64_C(1) << 60)
enum { DECREMENTER_LATE = 1 << 20 }; /* cycles by which an event of the decrementer can be overdue when a run ends */

static int is_time(const int64_t *t, size_t size) { /* each of them a cycle that sums can be made of */
    for (size_t k = 0; k < size / sizeof *t; k++)
        if (t[k] < -LATEST || t[k] > LATEST) return 0;
    return 1;
}

static int is_index(int64_t x, int64_t n) { return x >= 0 && x < n; }

static int are_registers(const ppu_state *s) {
    for (int k = 0; k < s->n_loads; k++)
        if (s->load_register[k] >= 32) return 0;
    return 1;
}

static int are_entries(const ppu_state *s) {
    static const int entries[PPU_UNITS] = PPU_UNIT_ENTRIES;
    for (int unit = 0; unit < PPU_UNITS; unit++)
        if (!is_index(s->v_entry[unit], entries[unit])) return 0;
    return 1;
}

const char *ppu_out_of_range(const ppu_state *s) {
#define TIME(field) if (!is_time((const int64_t *)&s->field, sizeof s->field)) return #field;
#define IF_NOT(right, field) if (!(right)) return #field
    IF_NOT(is_index(s->now, LATEST), now);
    TIME(slept) TIME(dec_since) TIME(fit_next) TIME(instructions) TIME(vectors) PPU_SCALAR_TIMES(TIME) PPU_VECTOR_TIMES(TIME)
    IF_NOT(!(s->pc & 3), pc);
    IF_NOT(!s->dec || s->dec_since + (int64_t)s->dec >= s->now - DECREMENTER_LATE, dec_since);
    IF_NOT(s->slots_since <= s->now, slots_since);
    IF_NOT(is_index(s->n_loads, PPU_LOADS_MOST + 1), n_loads);
    IF_NOT(are_registers(s), load_register);
    IF_NOT(is_index(s->n_predict, PPU_PREDICTIONS + 1), n_predict);
    IF_NOT(is_index(s->v_turn, PPU_PORT_TURNS), v_turn);
    IF_NOT(are_entries(s), v_entry);
    IF_NOT(is_index(s->line_filled, PPU_CACHE_LINES), line_filled);
    return 0;
}
