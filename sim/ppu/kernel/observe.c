/* Observed execution: see the header. What an instruction will access is computed from its operands before it runs. */
#include "observe.h"

#include "memory.h"
#include "system.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 18 };     /* cycles between looks at a request to stop: some milliseconds of a host */
enum { NO_VECTOR = 255, SPECIALS = 5 };

typedef struct {
    uint32_t address, size, kind;
} access_t;

uint32_t ppu_word_at(const ppu_core *core, uint32_t address) {
    uint32_t word = 0;
    if (address < PPU_SRAM_BYTES || in_cache(core, address)) return ppu_code_word(core, address);
    if (core->port.fetch && (!core->hold_outside || core->granted)) core->port.fetch(core->port.context, address, &word, core->s.now);
    return word;
}

void ppu_observer_pass(ppu_observer *o, const ppu_core *core) {
    o->passed_pc = core->s.pc;
    o->passed_count = core->s.instructions;
}

/* ---- profile ---- */

static ppu_profile_entry *far_place(ppu_profile_entry *table, int64_t capacity, uint32_t pc) {
    uint64_t at = (pc >> 2) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    while (table[at & (uint64_t)(capacity - 1)].pc != PPU_FREE && table[at & (uint64_t)(capacity - 1)].pc != pc) at++;
    return &table[at & (uint64_t)(capacity - 1)];
}

static void far_grow(ppu_observer *o) { /* without memory the table stays as it is, up to its last free place */
    ppu_profile_entry *larger = ppu_far_table(2 * o->far_capacity);
    if (!larger) return;
    for (int64_t i = 0; i < o->far_capacity; i++)
        if (o->far[i].pc != PPU_FREE) *far_place(larger, 2 * o->far_capacity, o->far[i].pc) = o->far[i];
    free(o->far);
    o->far = larger;
    o->far_capacity *= 2;
}

static void count(ppu_observer *o, uint32_t pc, int64_t instructions, int64_t cycles) {
    ppu_profile_entry *entry = &o->near[pc >> 2 & (PPU_SRAM_WORDS - 1)];
    if (pc >= PPU_SRAM_BYTES) {
        if (2 * o->n_far >= o->far_capacity) far_grow(o);
        entry = far_place(o->far, o->far_capacity, pc);
        if (entry->pc == PPU_FREE) {
            if (o->n_far + 1 >= o->far_capacity) return;
            o->n_far++;
        }
    }
    entry->pc = pc;
    entry->count += instructions;
    entry->cycles += cycles;
}

/* ---- accesses ---- */

static access_t access_of(const ppu_core *core, const ppu_instruction *i) {
    access_t access = {0, 0, 0};
    switch (ppu_access_of(core, i, &access.address)) {
    case PPU_ACCESS_LOAD: access.kind = PPU_READS; break;
    case PPU_ACCESS_STORE: access.kind = PPU_WRITES; break;
    case PPU_ACCESS_READ: access.kind = PPU_PARALLEL | PPU_READS; access.size = 1; return access;
    case PPU_ACCESS_WRITE: access.kind = PPU_PARALLEL | PPU_WRITES; access.size = 1; return access;
    default: return access;
    }
    access.size = ppu_access_size(i);
    if (ppu_is_unaligned(core, i)) access.kind = 0; /* nothing is accessed */
    return access;
}

/* The watchpoint an access meets, or 0. */
static const ppu_watch *watch_of(const ppu_observer *o, access_t a) {
    for (int n = 0; a.kind && n < o->n_watches; n++) {
        const ppu_watch *w = &o->watches[n];
        if (((w->kinds ^ a.kind) & PPU_PARALLEL) || !(w->kinds & a.kind & (PPU_READS | PPU_WRITES))) continue;
        if (a.address <= w->last && a.address + (a.size - 1) >= w->first) return w;
    }
    return 0;
}

/* ---- trace ---- */

static void specials_of(const ppu_state *s, uint32_t *values) {
    uint32_t special[SPECIALS] = {s->cr, s->xer, s->lr, s->ctr, s->msr};
    memcpy(values, special, sizeof special);
}

static int traces(const ppu_observer *o, uint32_t pc) {
    return o->trace && pc >= o->trace_first && pc <= o->trace_last && !(o->trace_head && o->trace_count >= o->trace_capacity);
}

/* Compares the registers with the ones before. */
static void changes(ppu_trace_entry *entry, const ppu_state *s, const uint32_t *gprs, const uint32_t *specials) {
    uint32_t now[SPECIALS];
    int n = 0;
    for (int r = 0; r < 32; r++) {
        if (s->gpr[r] == gprs[r]) continue;
        entry->gprs |= 1u << r;
        if (n < 4) entry->values[n++] = s->gpr[r];
    }
    specials_of(s, now);
    for (int r = 0; r < SPECIALS; r++) {
        if (now[r] == specials[r]) continue;
        entry->specials |= (uint16_t)(1u << r);
        if (n < 4) entry->values[n++] = now[r];
    }
}

static void record(ppu_observer *o, const ppu_core *core, const ppu_trace_entry *entry) {
    int64_t place = o->trace_count++ % o->trace_capacity;
    o->trace[place] = *entry;
    if (o->trace_lanes && entry->vector != NO_VECTOR) ppu_vector_get(&core->s.vr[entry->vector], o->trace_lanes + place * PPU_LANES);
}

/* ---- execution ---- */

static int64_t earlier(int64_t a, int64_t b) { return a < b ? a : b; }

static int stop(ppu_observer *o, int cause, uint32_t where) {
    o->cause = cause;
    o->where = where;
    o->asked = o->stepping = 0;
    return PPU_BREAKPOINT;
}

static int passes(const ppu_core *core, const ppu_observer *o) {
    return core->s.pc == o->passed_pc && core->s.instructions == o->passed_count;
}

static int breaks(const ppu_core *core, const ppu_observer *o) {
    uint32_t pc = core->s.pc, index = pc >> 2;
    if (passes(core, o)) return 0;
    if (pc < PPU_SRAM_BYTES) return core->breakpoints[index / 32] >> (index % 32) & 1;
    for (int n = 0; n < o->n_far_breaks; n++)
        if (o->far_breaks[n] == pc) return 1;
    return 0;
}

/* Sleeps on until a timer may wake the core, as nothing else comes by itself, and without running an instruction. */
static void sleep_on(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_state *s = &core->s;
    int64_t began = s->now, end = until;
    if (s->tcr & (TCR_DIE | TCR_FIE)) end = earlier(end, ppu_next_event(s));
    ppu_run(core, end > s->now ? end : s->now + 1, 0);
    if (o->near) o->asleep += s->now - began;
}

/* The instruction at the pc and its word. */
static ppu_instruction next_instruction(const ppu_core *core, uint32_t *word) {
    uint32_t pc = core->s.pc;
    ppu_instruction instruction;
    *word = ppu_word_at(core, pc);
    if (pc < PPU_SRAM_BYTES && core->decoded[pc >> 2].op > PPU_BREAK) return core->decoded[pc >> 2];
    ppu_decode_word(*word, &instruction);
    return instruction;
}

/* A wait may be over within the same run, and the instruction behind it would pass unseen. So it gets a run of its own. */
static int64_t end_of_run(const ppu_core *core, int op, int64_t until) {
    return op == PPU_OP_wait ? earlier(until, core->s.now + 1) : until;
}

/* One instruction, unless it makes an access to stop for, as GDB expects it of this architecture. Returns the reason of ppu_run, or
 * PPU_BREAKPOINT for a stop. */
static int run_instruction(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_state *s = &core->s;
    ppu_trace_entry entry = {s->now, s->pc, 0, 0, 0, 0, NO_VECTOR, 0, {0}};
    ppu_instruction i = next_instruction(core, &entry.word);
    access_t access = access_of(core, &i);
    const ppu_watch *watch = passes(core, o) ? 0 : watch_of(o, access);
    uint32_t gprs[32], specials[SPECIALS];
    int64_t before = s->instructions;
    int reason, traced = traces(o, s->pc);
    if (watch) {
        o->kinds = watch->kinds;
        return stop(o, PPU_STOP_WATCH, access.address > watch->first ? access.address : watch->first);
    }
    memcpy(gprs, s->gpr, sizeof gprs);
    specials_of(s, specials);
    reason = ppu_run(core, end_of_run(core, i.op, until), 1);
    if (s->instructions == before && !s->sleeping && s->pc == entry.pc) return reason; /* it has not run */
    if (o->near) {
        count(o, entry.pc, 1, (s->sleeping ? s->slept : s->now) - entry.cycle);
        if (s->sleeping) o->asleep += s->now - s->slept;
    }
    if (traced) {
        entry.kind = (uint8_t)access.kind;
        entry.address = access.address;
        if (ppu_traits_of[i.op].uses & PPU_WRITES_T) entry.vector = i.d;
        changes(&entry, s, gprs, specials);
        record(o, core, &entry);
    }
    if (o->stepping && (s->pc < o->step_first || s->pc >= o->step_last || s->sleeping)) return stop(o, PPU_STOP_STEP, s->pc);
    return reason;
}

static int run_chunk(ppu_core *core, ppu_observer *o, int64_t until) {
    uint32_t word;
    ppu_instruction i = next_instruction(core, &word);
    int reason = ppu_run(core, end_of_run(core, i.op, earlier(until, core->s.now + CHUNK)), 0);
    return reason == PPU_BREAKPOINT ? stop(o, PPU_STOP_BREAK, core->s.pc) : reason;
}

/* A sleep that is over ends, and interrupts that are due are entered, before anything is looked at, so that the instruction at the pc is the one
 * that runs. After single instructions ppu_run has seen to that itself. */
int ppu_run_observed(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_state *s = &core->s;
    int reason, single = 0;
    do {
        if (o->asked && !core->granted) return stop(o, PPU_STOP_ASKED, s->pc); /* a granted access is not put off */
        if (!single || s->sleeping) ppu_run(core, s->now, 0);
        single = !s->sleeping && (o->n_watches || o->n_far_breaks || o->stepping || o->trace || o->near);
        if (s->now >= until) break;
        if (s->sleeping) {
            sleep_on(core, o, until);
            continue;
        }
        if (breaks(core, o)) return stop(o, PPU_STOP_BREAK, s->pc);
        reason = single ? run_instruction(core, o, until) : run_chunk(core, o, until);
        if (reason == PPU_BREAKPOINT || reason == PPU_OUTSIDE) return reason;
    } while (s->now < until);
    return s->sleeping ? PPU_SLEEPING : PPU_LIMIT;
}
