/* Memory as the execution sees it: the own SRAM, what lies beyond it, and code beyond it through the instruction cache. */
#ifndef SIM_PPU_CORE_MEMORY_H
#define SIM_PPU_CORE_MEMORY_H

#include "pipeline.h"

/* How an access or a fetch ended. Held: it leads beyond the SRAM and was not granted. Unaligned: nothing was accessed; *t is then its issue. */
typedef enum { DONE, HELD, UNALIGNED } ppu_outcome;

/* In memory.c; those that access return the extra cycles. */
int ppu_load_outside(ppu_core *core, uint32_t address, uint32_t *word, int64_t t);
int ppu_look_outside(ppu_core *core, uint32_t address, uint32_t *word, int64_t t);
int ppu_store_outside(ppu_core *core, uint32_t address, uint32_t value, int size, int64_t t);
int ppu_vector_memory(ppu_core *core, const ppu_instruction *i, uint32_t address, int64_t t);
ppu_outcome ppu_fetch_outside(ppu_core *core, uint32_t pc, int64_t *t, ppu_instruction **i);
uint32_t ppu_code_word(const ppu_core *core, uint32_t pc);
void ppu_report_undecoded(ppu_core *core, uint32_t pc, uint32_t word, int64_t t);

/* Takes the grant for an access beyond the SRAM at cycle t; 0 if the core has to stop before it. */
static inline int granted(ppu_core *core, int64_t t) {
    if (core->hold_outside && !core->granted) {
        core->wanted = t;
        return 0;
    }
    core->granted = 0;
    return 1;
}

/* Code beyond the SRAM whose line is in the cache, if not yet all of it; and of which all has arrived. */
static inline int in_cache(const ppu_core *core, uint32_t pc) {
    uint32_t line = pc / 4 / PPU_CACHE_LINE;
    return core->s.lines[line % PPU_CACHE_LINES] == line + 1;
}

static inline int cache_hit(const ppu_core *core, uint32_t pc, int64_t t) { return in_cache(core, pc) && t >= core->s.line_done; }

static inline int misaligned(uint32_t address, int size) { return size == 4 ? (address & 3) != 0 : size == 2 && (address & 3) == 3; }

static inline unsigned place(uint32_t address, int size) { /* bits right of the accessed part of its word */
    return size == 4 ? 0 : size == 1 ? 24 - 8 * (address & 3) : 16 - 8 * (address & 3);
}

static inline uint32_t part_mask(int size) { return size == 4 ? 0xffffffffu : size == 1 ? 0xffu : 0xffffu; }

static inline void store_inside(ppu_core *core, uint32_t address, uint32_t value, int size) {
    uint32_t index = address >> 2, mask = part_mask(size) << place(address, size);
    core->sram[index] = (core->sram[index] & ~mask) | (value << place(address, size) & mask);
    core->decoded[index].op = PPU_UNKNOWN;
}

/* Accesses of `size` bytes that could issue at *t, which becomes the issue of the next instruction. */
static inline ppu_outcome load(ppu_core *core, const ppu_instruction *i, uint32_t ea, int size, int is_signed, int update, int latency, int64_t *t) {
    ppu_state *s = &core->s;
    int64_t issue = ready(s, *t, i->d);
    uint32_t word;
    int extra = 0;
    if (misaligned(ea, size)) return *t = issue, UNALIGNED;
    if (issue < s->port_busy) issue = ppu_load_turn(s, issue, PPU_LOAD_BOOKING + update);
    if (ea < PPU_SRAM_BYTES) word = core->sram[ea >> 2];
    else if (issue < core->looks_until) extra = ppu_look_outside(core, ea, &word, issue);
    else if (granted(core, issue)) extra = ppu_load_outside(core, ea, &word, issue);
    else return HELD;
    word = word >> place(ea, size) & part_mask(size);
    s->gpr[i->d] = is_signed ? (uint32_t)(int32_t)(int16_t)word : word;
    loaded(s, issue, i->d, latency + extra);
    *t = issue + 1;
    if (update) *t = updated(s, *t, i->a, ea) + 1;
    return DONE;
}

static inline ppu_outcome store(ppu_core *core, const ppu_instruction *i, uint32_t ea, int size, int update, int latency, int64_t *t) {
    ppu_state *s = &core->s;
    int64_t issue = ready(s, *t, i->d);
    uint32_t value = s->gpr[i->d];
    int extra = 0;
    if (misaligned(ea, size)) return *t = issue, UNALIGNED;
    if (ea >= PPU_SRAM_BYTES && !granted(core, issue)) return HELD;
    if (update) issue = updated(s, issue, i->a, ea);
    if (ea < PPU_SRAM_BYTES) store_inside(core, ea, value, size);
    else extra = ppu_store_outside(core, ea, value, size, issue);
    s->drained = later(s->drained, issue + latency + extra);
    *t = issue + 1;
    return DONE;
}
#endif
