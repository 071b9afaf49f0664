/* Observed execution: see the header. What an instruction will access is computed from its operands before it runs. */
#include "core_observe_kernel.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 18 };     /* cycles between looks at a request to stop: some milliseconds of a host */
enum { FAR_BEGIN = 1 << 10 }; /* first capacity of the table of code elsewhere, a power of two */
enum { FREE = 1, NO_VECTOR = 255, SPECIALS = 5 };
enum { TIMERS_INTERRUPT = 0x04800000 }; /* TCR.DIE and TCR.FIE */

typedef struct {
    uint32_t address, size, kind;
} access_t;

uint32_t ppu_word_at(const ppu_core *core, uint32_t address) {
    uint32_t word = 0;
    if (address < PPU_SRAM_BYTES) return core->sram[address >> 2];
    if (core->s.lines[address / 4 / PPU_LINE_WORDS % PPU_LINES] == address / 4 / PPU_LINE_WORDS + 1)
        return core->s.line_words[address / 4 % PPU_CACHE_WORDS];
    if (core->port.fetch && (!core->hold_outside || core->granted)) core->port.fetch(core->port.context, address, &word, core->s.now);
    return word;
}

/* ---- life ---- */

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

static ppu_profile_entry *far_table(int64_t capacity) {
    ppu_profile_entry *made = malloc((size_t)capacity * sizeof *made);
    for (int64_t i = 0; made && i < capacity; i++) made[i] = (ppu_profile_entry){FREE, 0, 0};
    return made;
}

int ppu_observer_profile(ppu_observer *o, int on) {
    free(o->near);
    free(o->far);
    o->near = o->far = 0;
    o->n_far = o->far_capacity = o->asleep = 0;
    if (!on) return 1;
    o->near = calloc(PPU_SRAM_WORDS, sizeof *o->near);
    o->far = far_table(FAR_BEGIN);
    if (!o->near || !o->far) {
        ppu_observer_profile(o, 0);
        return 0;
    }
    o->far_capacity = FAR_BEGIN;
    return 1;
}

void ppu_observer_pass(ppu_observer *o, const ppu_core *core) {
    o->passed_pc = core->s.pc;
    o->passed_count = core->s.instructions;
}

/* ---- profile ---- */

static ppu_profile_entry *far_place(ppu_profile_entry *table, int64_t capacity, uint32_t pc) {
    uint64_t at = (pc >> 2) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
    while (table[at & (uint64_t)(capacity - 1)].pc != FREE && table[at & (uint64_t)(capacity - 1)].pc != pc) at++;
    return &table[at & (uint64_t)(capacity - 1)];
}

static void far_grow(ppu_observer *o) { /* without memory the table stays as it is, up to its last free place */
    ppu_profile_entry *larger = far_table(2 * o->far_capacity);
    if (!larger) return;
    for (int64_t i = 0; i < o->far_capacity; i++)
        if (o->far[i].pc != FREE) *far_place(larger, 2 * o->far_capacity, o->far[i].pc) = o->far[i];
    free(o->far);
    o->far = larger;
    o->far_capacity *= 2;
}

static void count(ppu_observer *o, uint32_t pc, int64_t instructions, int64_t cycles) {
    ppu_profile_entry *entry = &o->near[pc >> 2 & (PPU_SRAM_WORDS - 1)];
    if (pc >= PPU_SRAM_BYTES) {
        if (2 * o->n_far >= o->far_capacity) far_grow(o);
        entry = far_place(o->far, o->far_capacity, pc);
        if (entry->pc == FREE) {
            if (o->n_far + 1 >= o->far_capacity) return;
            o->n_far++;
        }
    }
    entry->pc = pc;
    entry->count += instructions;
    entry->cycles += cycles;
}

/* ---- accesses ---- */

static int size_of(int op) { /* bytes of a scalar access, 0 for no access */
    switch (op) {
    case PPU_OP_lwz: case PPU_OP_lwzu: case PPU_OP_stw: case PPU_OP_stwu: case PPU_OP_lwzx: case PPU_OP_lwzux: case PPU_OP_stwx:
    case PPU_OP_stwux: case PPU_OP_lmw: case PPU_OP_stmw: return 4;
    case PPU_OP_lhz: case PPU_OP_lhzu: case PPU_OP_lha: case PPU_OP_lhau: case PPU_OP_sth: case PPU_OP_sthu: case PPU_OP_lhzx:
    case PPU_OP_lhzux: case PPU_OP_lhax: case PPU_OP_lhaux: case PPU_OP_sthx: case PPU_OP_sthux: return 2;
    case PPU_OP_lbz: case PPU_OP_lbzu: case PPU_OP_stb: case PPU_OP_stbu: case PPU_OP_lbzx: case PPU_OP_lbzux: case PPU_OP_stbx:
    case PPU_OP_stbux: return 1;
    default: return 0;
    }
}

static int stores(int op) {
    switch (op) {
    case PPU_OP_stw: case PPU_OP_stwu: case PPU_OP_stwx: case PPU_OP_stwux: case PPU_OP_sth: case PPU_OP_sthu: case PPU_OP_sthx:
    case PPU_OP_sthux: case PPU_OP_stb: case PPU_OP_stbu: case PPU_OP_stbx: case PPU_OP_stbux: case PPU_OP_stmw: return 1;
    default: return 0;
    }
}

static access_t accessed(const ppu_core *core, uint32_t word, const ppu_instruction *i) {
    uint32_t base = i->a ? core->s.gpr[i->a] : 0, size = (uint32_t)size_of(i->op), displacement = (uint32_t)i->imm;
    if (i->op == PPU_OP_fxvlax || i->op == PPU_OP_fxvstax)
        return (access_t){(base + core->s.gpr[i->b]) & ~3u, PPU_LANES, i->op == PPU_OP_fxvlax ? PPU_READS : PPU_WRITES};
    if (i->op == PPU_OP_fxvinx || i->op == PPU_OP_fxvoutx)
        return (access_t){base + core->s.gpr[i->b], 1, PPU_PARALLEL | (i->op == PPU_OP_fxvinx ? PPU_READS : PPU_WRITES)};
    if (!size) return (access_t){0, 0, 0};
    if (core->lha_zero_extends && (i->op == PPU_OP_lha || i->op == PPU_OP_lhau)) displacement &= 0xffff;
    if (word >> 26 == 31) displacement = core->s.gpr[i->b];
    if (size == 4 ? (base + displacement) & 3 : size == 2 && ((base + displacement) & 3) == 3) return (access_t){0, 0, 0}; /* alignment */
    if (i->op == PPU_OP_lmw || i->op == PPU_OP_stmw) size = 4 * (32u - i->d);
    return (access_t){base + displacement, size, stores(i->op) ? PPU_WRITES : PPU_READS};
}

/* The watchpoint an access meets, or 0. */
static const ppu_watch *met(const ppu_observer *o, access_t a) {
    for (int n = 0; a.kind && n < o->n_watches; n++) {
        const ppu_watch *w = &o->watches[n];
        if (((w->kinds ^ a.kind) & PPU_PARALLEL) || !(w->kinds & a.kind & (PPU_READS | PPU_WRITES))) continue;
        if (a.address <= w->last && a.address + (a.size - 1) >= w->first) return w;
    }
    return 0;
}

/* ---- trace ---- */

static void specials_of(const ppu_state *s, uint32_t *values) {
    uint32_t found[SPECIALS] = {s->cr, s->xer, s->lr, s->ctr, s->msr};
    memcpy(values, found, sizeof found);
}

static int writes_vector(int op) { /* the others write the accumulator, the flags or memory */
    switch (op) {
    case PPU_OP_fxvmahm: case PPU_OP_fxvmabm: case PPU_OP_fxvmahfs: case PPU_OP_fxvmabfs: case PPU_OP_fxvmulhm: case PPU_OP_fxvmulbm:
    case PPU_OP_fxvmulhfs: case PPU_OP_fxvmulbfs: case PPU_OP_fxvsubhm: case PPU_OP_fxvsubbm: case PPU_OP_fxvsubhfs: case PPU_OP_fxvsubbfs:
    case PPU_OP_fxvaddachm: case PPU_OP_fxvaddacbm: case PPU_OP_fxvaddachfs: case PPU_OP_fxvaddacbfs: case PPU_OP_fxvaddhm:
    case PPU_OP_fxvaddbm: case PPU_OP_fxvaddhfs: case PPU_OP_fxvaddbfs: case PPU_OP_fxvsplath: case PPU_OP_fxvsplatb: case PPU_OP_fxvshh:
    case PPU_OP_fxvshb: case PPU_OP_fxvsel: case PPU_OP_fxvpckbu: case PPU_OP_fxvpckbl: case PPU_OP_fxvupckbl: case PPU_OP_fxvupckbr:
    case PPU_OP_fxvlax: case PPU_OP_fxvinx: return 1;
    default: return 0;
    }
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
    if (s->tcr & TIMERS_INTERRUPT) end = earlier(end, earlier(s->fit_next, s->dec ? s->dec_since + (int64_t)s->dec : PPU_NEVER));
    ppu_run(core, end > s->now ? end : s->now + 1, 0);
    if (o->near) o->asleep += s->now - began;
}

static uint32_t next_word(const ppu_core *core) { return ppu_word_at(core, core->s.pc); }

/* A wait may be over within the same run, and the instruction behind it would pass unseen. So it gets a run of its own. */
static int64_t end_of_run(const ppu_core *core, int op, int64_t until) {
    return op == PPU_OP_wait ? earlier(until, core->s.now + 1) : until;
}

/* One instruction, unless it makes an access to stop for, as GDB expects it of this architecture. Returns the reason of ppu_run, or
 * PPU_BREAKPOINT for a stop. */
static int one(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_state *s = &core->s;
    ppu_trace_entry entry = {s->now, s->pc, next_word(core), 0, 0, 0, NO_VECTOR, 0, {0}};
    ppu_instruction i;
    access_t access;
    const ppu_watch *watch;
    uint32_t gprs[32] = {0}, specials[SPECIALS] = {0};
    int64_t before = s->instructions;
    int reason, traced = traces(o, s->pc);
    ppu_decode_word(entry.word, &i);
    access = accessed(core, entry.word, &i);
    watch = passes(core, o) ? 0 : met(o, access);
    if (watch) {
        o->kinds = watch->kinds;
        return stop(o, PPU_STOP_WATCH, access.address > watch->first ? access.address : watch->first);
    }
    if (traced) {
        memcpy(gprs, s->gpr, sizeof gprs);
        specials_of(s, specials);
    }
    reason = ppu_run(core, end_of_run(core, i.op, until), 1);
    if (s->instructions == before && !s->sleeping && s->pc == entry.pc) return reason; /* it has not run */
    if (o->near) {
        count(o, entry.pc, 1, (s->sleeping ? s->slept : s->now) - entry.cycle);
        if (s->sleeping) o->asleep += s->now - s->slept;
    }
    if (traced) {
        entry.kind = (uint8_t)access.kind;
        entry.address = access.address;
        if (writes_vector(i.op)) entry.vector = i.d;
        changes(&entry, s, gprs, specials);
        record(o, core, &entry);
    }
    if (o->stepping && (s->pc < o->step_first || s->pc >= o->step_last || s->sleeping)) return stop(o, PPU_STOP_STEP, s->pc);
    return reason;
}

static int many(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_instruction i;
    int reason;
    ppu_decode_word(next_word(core), &i);
    reason = ppu_run(core, end_of_run(core, i.op, earlier(until, core->s.now + CHUNK)), 0);
    return reason == PPU_BREAKPOINT ? stop(o, PPU_STOP_BREAK, core->s.pc) : reason;
}

/* A sleep that is over ends, and interrupts that are due are entered, before anything is looked at, so that the instruction at the pc is the one
 * that runs. */
int ppu_run_observed(ppu_core *core, ppu_observer *o, int64_t until) {
    ppu_state *s = &core->s;
    int reason;
    do {
        if (o->asked && !core->granted) return stop(o, PPU_STOP_ASKED, s->pc); /* a granted access is not put off */
        ppu_run(core, s->now, 0);
        if (s->now >= until) break;
        if (s->sleeping) {
            sleep_on(core, o, until);
            continue;
        }
        if (breaks(core, o)) return stop(o, PPU_STOP_BREAK, s->pc);
        reason = o->n_watches || o->n_far_breaks || o->stepping || o->trace || o->near ? one(core, o, until) : many(core, o, until);
        if (reason == PPU_BREAKPOINT || reason == PPU_OUTSIDE) return reason;
    } while (s->now < until);
    return s->sleeping ? PPU_SLEEPING : PPU_LIMIT;
}
