/* What lies beyond the SRAM: data, vectors, the parallel bus, and code with its instruction cache. (facts: ppu/memory_map) */
#include "memory.h"

#include <string.h>

/* ---- data ---- */

int ppu_load_outside(ppu_core *core, uint32_t address, uint32_t *word, int64_t t) {
    *word = 0;
    return core->port.load ? core->port.load(core->port.context, address & ~3u, word, t) : 0;
}

int ppu_look_outside(ppu_core *core, uint32_t address, uint32_t *word, int64_t t) {
    int64_t same_until;
    return core->port.look(core->port.context, address & ~3u, word, t, &same_until);
}

int ppu_store_outside(ppu_core *core, uint32_t address, uint32_t value, int size, int64_t t) {
    int enables = size == 4 ? 15 : size == 1 ? 8 >> (address & 3) : 12 >> (address & 3);
    value = (value & part_mask(size)) << place(address, size);
    return core->port.store ? core->port.store(core->port.context, address & ~3u, value, enables, t) : 0;
}

/* Vector load and store: 32 words, each wherever it lies. */
static void load_inside(ppu_vector *v, const uint32_t *words) {
    for (int k = 0; k < PPU_HALVES / 2; k++) {
        v->h[2 * k] = (uint16_t)(words[k] >> 16);
        v->h[2 * k + 1] = (uint16_t)words[k];
    }
}

static int load_anywhere(ppu_core *core, ppu_vector *v, uint32_t address, int64_t t) {
    uint32_t words[PPU_HALVES / 2];
    int extra = 0;
    for (int k = 0; k < PPU_HALVES / 2; k++, address += 4) {
        if (address < PPU_SRAM_BYTES) words[k] = core->sram[address >> 2];
        else extra += ppu_load_outside(core, address, &words[k], t + k + extra);
    }
    load_inside(v, words);
    return extra;
}

static int vector_load(ppu_core *core, ppu_vector *v, uint32_t address, int64_t t) {
    if (address > PPU_SRAM_BYTES - PPU_LANES) return load_anywhere(core, v, address, t);
    load_inside(v, core->sram + (address >> 2));
    return core->shared_sram ? PPU_SRAM_LOAD : 0;
}

static int vector_store(ppu_core *core, const ppu_vector *v, uint32_t address, int64_t t) {
    int extra = core->shared_sram && address <= PPU_SRAM_BYTES - PPU_LANES ? PPU_SRAM_STORE : 0;
    for (int k = 0; k < PPU_HALVES / 2; k++, address += 4) {
        uint32_t word = (uint32_t)v->h[2 * k] << 16 | v->h[2 * k + 1];
        if (address < PPU_SRAM_BYTES) store_inside(core, address, word, 4);
        else extra += ppu_store_outside(core, address, word, 4, t + k + extra);
    }
    return extra;
}

static int parallel_read(ppu_core *core, ppu_vector *v, uint32_t location, const uint8_t *enables, int64_t t) {
    uint8_t lanes[PPU_LANES] = {0};
    int extra = core->port.read ? core->port.read(core->port.context, location, lanes, enables, t) : 0;
    ppu_vector_set(v, lanes);
    return extra;
}

static int parallel_write(ppu_core *core, const ppu_vector *v, uint32_t location, const uint8_t *enables, int64_t t) {
    uint8_t lanes[PPU_LANES];
    ppu_vector_get(v, lanes);
    return core->port.write ? core->port.write(core->port.context, location, lanes, enables, t) : 0;
}

int ppu_vector_memory(ppu_core *core, const ppu_instruction *i, uint32_t address, int64_t t) {
    ppu_vector *v = &core->s.vr[i->d];
    uint8_t enables[PPU_LANES];
    if (i->op == PPU_OP_fxvlax) return vector_load(core, v, address, t);
    if (i->op == PPU_OP_fxvstax) return vector_store(core, v, address, t);
    if (i->flags & 3) ppu_vector_get(&core->s.flags[i->flags & 3], enables);
    else memset(enables, 0xff, sizeof enables);
    return i->op == PPU_OP_fxvinx ? parallel_read(core, v, address, enables, t) : parallel_write(core, v, address, enables, t);
}

/* ---- code ---- */

static uint32_t fetch_word(ppu_core *core, uint32_t address, int64_t t, int *extra) {
    uint32_t word = 0;
    *extra = core->port.fetch ? core->port.fetch(core->port.context, address, &word, t) : 0;
    return word;
}

/* The words of a line are asked for one a cycle, from the missing one on and around; each can run once it has arrived. */
static void fill_line(ppu_core *core, uint32_t pc, int64_t t) {
    ppu_state *s = &core->s;
    uint32_t line = pc / 4 / PPU_CACHE_LINE, slot = line % PPU_CACHE_LINES, first = pc / 4 % PPU_CACHE_LINE;
    int64_t start = later(t, s->line_done), arrival = 0; /* one line after the other */
    for (uint32_t k = 0; k < PPU_CACHE_LINE; k++) {
        uint32_t word = (first + k) % PPU_CACHE_LINE, place_in_cache = slot * PPU_CACHE_LINE + word;
        int extra;
        s->line_words[place_in_cache] = fetch_word(core, 4 * (line * PPU_CACHE_LINE + word), start + k, &extra);
        core->cached[place_in_cache].op = PPU_UNKNOWN;
        arrival = later(arrival + 1, start + k + extra + PPU_CACHE_FILL);
        s->line_arrival[word] = arrival;
    }
    s->lines[slot] = line + 1;
    s->line_done = arrival;
    s->line_filled = (int32_t)slot;
    core->n_fills++;
}

/* The instruction at an address beyond the SRAM that could issue at *t. A line that is not in the cache is fetched, which needs a grant. */
ppu_outcome ppu_fetch_outside(ppu_core *core, uint32_t pc, int64_t *t, ppu_instruction **i) {
    ppu_state *s = &core->s;
    if (!in_cache(core, pc)) {
        if (!granted(core, *t)) return HELD;
        fill_line(core, pc, *t);
    }
    if (*t < s->line_done && s->line_filled == (int32_t)(pc / 4 / PPU_CACHE_LINE % PPU_CACHE_LINES)) *t = later(*t, s->line_arrival[pc / 4 % PPU_CACHE_LINE]);
    *i = &core->cached[pc / 4 % PPU_CACHE_WORDS];
    return DONE;
}

/* The word of the instruction at pc that is about to run. */
uint32_t ppu_code_word(const ppu_core *core, uint32_t pc) {
    return pc < PPU_SRAM_BYTES ? core->sram[pc >> 2] : core->s.line_words[pc / 4 % PPU_CACHE_WORDS];
}

static int reported(ppu_core *core, uint32_t pc) {
    uint32_t *bits = &core->faults.undecoded[(pc >> 2) / 32 % (PPU_SRAM_WORDS / 32)], bit = 1u << ((pc >> 2) % 32);
    int logged = core->faults.n_undecoded < PPU_LOG ? (int)core->faults.n_undecoded : PPU_LOG;
    if (pc < PPU_SRAM_BYTES) {
        int before = (*bits & bit) != 0;
        *bits |= bit;
        return before;
    }
    for (int k = 0; k < logged; k++)
        if (core->log[k].address == pc) return 1;
    return 0;
}

void ppu_report_undecoded(ppu_core *core, uint32_t pc, uint32_t word, int64_t t) {
    if (reported(core, pc)) return;
    if (core->faults.n_undecoded < PPU_LOG) core->log[core->faults.n_undecoded] = (ppu_undecoded){pc, word, t};
    core->faults.n_undecoded++;
}
