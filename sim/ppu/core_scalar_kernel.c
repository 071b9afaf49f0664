/* The scalar core: decode, execution, interrupts and its pipeline in time. (facts: ppu/isa_scalar 2..6)
 *
 * The time model is a scoreboard: an instruction issues when what it reads is there, when no older result for the same register is still on its
 * way, and when its own result finds a free slot at the write port. Writers of XER block what follows. Taken branches that the branch cache did
 * not foresee refill the pipeline. Memories are ideal; the port adds the cycles of slower ones.
 */
#include "core_kernel.h"

#include <string.h>

enum { RECORD = 1, OVERFLOW = 2, LINK = 1, ABSOLUTE = 2 };
enum { SO = 0x80000000u, OV = 0x40000000u, CA = 0x20000000u };
enum { MSR_EE = 0x8000, MSR_KEPT = 0x21200, MSR_MASK = 0x29230 };
enum { TSR_DIS = 0x08000000, TSR_FIS = 0x04000000, TCR_DIE = 0x04000000, TCR_FIE = 0x00800000, TCR_ARE = 0x00400000 };
enum { VECTOR_EXTERNAL = 0x14, VECTOR_ALIGNMENT = 0x18, VECTOR_PROGRAM = 0x1c, VECTOR_DOORBELL = 0x24, VECTOR_FIT = 0x2c, VECTOR_DEC = 0x30 };
enum { ESR_TRAP = 0x02000000 };
/* cycles */
enum { REFILL = 5, LOAD_LATENCY = 5, STORE_DRAIN = 5, MUL_LATENCY = 4, DIV_CYCLES = 32, XER_CYCLES = 3, SYNC_CYCLES = 3, ENTRY_CYCLES = 7 };

ppu_decode_table ppu_decode;
#define NAME(name) [PPU_OP_##name] = #name,
const char *const ppu_names[PPU_OPS] = {PPU_SCALAR(NAME) PPU_VECTOR(NAME)};
#undef NAME

static inline uint32_t rotated(uint32_t x, unsigned n) { return (n & 31) ? (x << (n & 31)) | (x >> (32 - (n & 31))) : x; }
static inline uint32_t mask_of(unsigned begin, unsigned end) { /* bits begin..end, counted from the most significant one, may wrap */
    uint32_t from = 0xffffffffu >> begin, to = 0xffffffffu << (31 - end);
    return begin <= end ? (from & to) : (from | to);
}
static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int32_t as_signed(uint32_t x) { return (int32_t)x; }
static inline uint32_t shifted_right(uint32_t x, unsigned n) { /* arithmetic */
    return n ? (x >> n) | ((x & 0x80000000u) ? ~(0xffffffffu >> n) : 0) : x;
}

/* ---- decode ---- */

void ppu_decode_word(uint32_t word, ppu_instruction *out) {
    unsigned primary = word >> 26, extended = word >> 1 & 1023;
    out->op = primary == 31   ? ppu_decode.extended31[extended]
              : primary == 19 ? ppu_decode.extended19[extended]
              : primary == 4  ? ppu_decode.extended4[word >> 2 & 511]
                              : ppu_decode.primary[primary];
    if (!out->op) out->op = PPU_OP_nop;
    out->d = word >> 21 & 31;
    out->a = word >> 16 & 31;
    out->b = word >> 11 & 31;
    out->imm = (int16_t)(word & 0xffff);
    out->flags = primary == 31                                      ? (word & 1) | (word >> 9 & 2)
                 : primary == 4 || primary == 16 || primary == 18 ? word & 3
                 : primary == 19                                  ? word & 1
                                                                  : 0;
    if (primary == 31) out->imm = (int32_t)((word >> 16 & 31) | (word >> 6 & 0x3e0));
    switch (out->op) {
    case PPU_OP_addic: out->flags = primary == 13; break;
    case PPU_OP_ori: case PPU_OP_xori: case PPU_OP_andi: case PPU_OP_cmplwi: case PPU_OP_twi: out->imm &= 0xffff; break;
    case PPU_OP_oris: case PPU_OP_xoris: case PPU_OP_andis: case PPU_OP_addis: out->imm = (int32_t)(word << 16); break;
    case PPU_OP_rlwinm: case PPU_OP_rlwimi: case PPU_OP_rlwnm:
        out->imm = (int32_t)mask_of(word >> 6 & 31, word >> 1 & 31);
        out->flags = word & 1;
        break;
    case PPU_OP_b: out->imm = (int32_t)(word & 0x03fffffc) - (int32_t)((word & 0x02000000) << 1); break;
    case PPU_OP_bc: out->imm &= ~3; break;
    case PPU_OP_mfcr: case PPU_OP_mtcrf: {
        uint32_t fields = word >> 12 & 0xff, bits = 0;
        if (out->op == PPU_OP_mfcr && !(word >> 20 & 1)) fields = 0xff;
        for (int field = 0; field < 8; field++)
            if (fields >> field & 1) bits |= 0xfu << (4 * field);
        out->imm = (int32_t)bits;
        break;
    }
    case PPU_OP_nop:
        if (primary != 31) out->flags = 0;
        out->imm = word == 0x60000000;
        break;
    default: break;
    }
}

static void decode_at(ppu_core *core, uint32_t index) {
    ppu_instruction *slot = &core->decoded[index];
    ppu_decode_word(core->sram[index], slot);
    if (core->breakpoints[index / 32] >> (index % 32) & 1) slot->op = PPU_BREAK;
}

void ppu_forget(ppu_core *core) {
    for (int i = 0; i < PPU_SRAM_WORDS; i++) core->decoded[i].op = PPU_UNKNOWN;
}

void ppu_poke(ppu_core *core, uint32_t index, uint32_t word) {
    core->sram[index & (PPU_SRAM_WORDS - 1)] = word;
    core->decoded[index & (PPU_SRAM_WORDS - 1)].op = PPU_UNKNOWN;
}

void ppu_breakpoint(ppu_core *core, uint32_t index, int on) {
    uint32_t bit = 1u << (index % 32);
    index &= PPU_SRAM_WORDS - 1;
    if (on) core->breakpoints[index / 32] |= bit;
    else core->breakpoints[index / 32] &= ~bit;
    core->decoded[index].op = PPU_UNKNOWN;
}

void ppu_reset(ppu_core *core) {
    ppu_state *s = &core->s;
    ppu_vector kept[32];
    memcpy(kept, s->vr, sizeof kept); /* the vector registers have no reset */
    memset(s, 0, sizeof *s);
    memcpy(s->vr, kept, sizeof kept);
    memset(s->flags[0].b, 0xff, sizeof s->flags[0].b);
    s->now = PPU_START;
    s->fit_next = 256;
    ppu_vector_reset_time(s);
    core->granted = 0;
}

/* ---- timers, special registers, interrupts ---- */

static uint32_t decrementer(const ppu_state *s, int64_t t) {
    int64_t passed = t - s->dec_since;
    if (passed < (int64_t)s->dec) return s->dec - (uint32_t)(passed > 0 ? passed : 0);
    return 0; /* with automatic reload the event at zero has been handled before */
}

static int64_t dec_event(const ppu_state *s) { return s->dec ? s->dec_since + (int64_t)s->dec : PPU_NEVER; }

static void find_fit(ppu_state *s, int64_t t) { /* next rising edge of the selected bit of the time base, after t */
    uint64_t half = UINT64_C(256) << (4 * (s->tcr >> 24 & 3)), period = 2 * half;
    uint64_t base = (uint64_t)(t + s->timebase), ahead = (half - base) & (period - 1);
    s->fit_next = t + (int64_t)(ahead ? ahead : period);
}

static void settle_timers(ppu_state *s, int64_t t) {
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

uint32_t ppu_get_spr(ppu_core *core, int spr) {
    ppu_state *s = &core->s;
    uint64_t base = (uint64_t)(s->now + s->timebase);
    settle_timers(s, s->now);
    switch (spr) {
    case 1: return s->xer;
    case 8: return s->lr;
    case 9: return s->ctr;
    case 22: return decrementer(s, s->now);
    case 26: return s->srr0;
    case 27: return s->srr1;
    case 54: return s->decar;
    case 58: return s->csrr0;
    case 59: return s->csrr1;
    case 61: return s->dear;
    case 62: return s->esr;
    case 65: return s->gin;
    case 66: return s->gout;
    case 67: return s->goe;
    case 284: return (uint32_t)base;
    case 285: return (uint32_t)(base >> 32);
    case 336: return s->tsr;
    case 340: return s->tcr;
    case 570: return s->mcsrr0;
    case 571: return s->mcsrr1;
    default: return 0;
    }
}

void ppu_set_spr(ppu_core *core, int spr, uint32_t value) {
    ppu_state *s = &core->s;
    uint64_t base = (uint64_t)(s->now + s->timebase);
    settle_timers(s, s->now);
    switch (spr) {
    case 1: s->xer = value & (SO | OV | CA); break;
    case 8: s->lr = value; break;
    case 9: s->ctr = value; break;
    case 22: s->dec = value; s->dec_since = s->now; break;
    case 26: s->srr0 = value; break;
    case 27: s->srr1 = value; break;
    case 54: s->decar = value; break;
    case 58: s->csrr0 = value; break;
    case 59: s->csrr1 = value; break;
    case 61: s->dear = value; break;
    case 62: s->esr = value; break;
    case 66: s->gout = value; break;
    case 67: s->goe = value; break;
    case 68: s->iccr = value; break;
    case 284: s->timebase = (int64_t)(((base & ~UINT64_C(0xffffffff)) | value) - (uint64_t)s->now); find_fit(s, s->now); break;
    case 285: s->timebase = (int64_t)(((base & 0xffffffffu) | (uint64_t)value << 32) - (uint64_t)s->now); find_fit(s, s->now); break;
    case 336: s->tsr &= ~value; break;
    case 340: s->tcr = value; find_fit(s, s->now); break;
    case 570: s->mcsrr0 = value; break;
    case 571: s->mcsrr1 = value; break;
    default: break;
    }
}

static int pending(const ppu_state *s) { /* vector of the interrupt that is due, else 0 */
    if (!(s->msr & MSR_EE)) return 0;
    if (s->external & 1) return VECTOR_EXTERNAL;
    if ((s->tcr & TCR_FIE) && (s->tsr & TSR_FIS)) return VECTOR_FIT;
    if ((s->tcr & TCR_DIE) && (s->tsr & TSR_DIS)) return VECTOR_DEC;
    return s->external & 2 ? VECTOR_DOORBELL : 0;
}

static void enter(ppu_state *s, int vector, uint32_t resume, int64_t t) {
    s->srr0 = resume;
    s->srr1 = s->msr;
    s->msr &= MSR_KEPT;
    s->pc = (uint32_t)vector;
    s->now = later(t, s->drained) + ENTRY_CYCLES;
    s->jumped = 1;
    if (vector == VECTOR_EXTERNAL) s->external &= ~1u;
    if (vector == VECTOR_DOORBELL) s->external &= ~2u;
}

static int wakes(const ppu_state *s) {
    int timer = ((s->tcr & TCR_DIE) && (s->tsr & TSR_DIS)) || ((s->tcr & TCR_FIE) && (s->tsr & TSR_FIS));
    return timer || ((s->msr & MSR_EE) && s->external);
}

static int64_t next_event(const ppu_state *s) { return dec_event(s) < s->fit_next ? dec_event(s) : s->fit_next; }

/* Sleeps until something wakes the core or `until` is reached. Returns 0 if it still sleeps. */
static int sleep_until(ppu_state *s, int64_t until) {
    for (;;) {
        settle_timers(s, s->now);
        if (wakes(s)) break;
        int64_t event = next_event(s);
        int useful = (s->tcr & (TCR_DIE | TCR_FIE)) != 0;
        if (!useful || event > until) {
            s->now = later(s->now, until);
            settle_timers(s, s->now);
            return wakes(s) ? (s->sleeping = 0, 1) : 0;
        }
        s->now = later(s->now, event);
    }
    s->sleeping = 0;
    return 1;
}

/* ---- branch cache ---- */

static inline int predicted(const ppu_state *s, uint32_t pc) {
    for (int i = 0; i < s->n_predict; i++)
        if (s->predict_pc[i] == pc) return i;
    return -1;
}

/* Returns the cycles from this branch to what follows it and teaches the cache. */
static int64_t branched(ppu_state *s, uint32_t pc, uint32_t target, int taken, int64_t t) {
    int i = predicted(s, pc);
    int foreseen = i >= 0 && !s->jumped && s->predict_count[i] >= 2;
    int right = taken ? foreseen && s->predict_target[i] == target : !foreseen;
    if (i < 0) {
        i = s->n_predict < PPU_PREDICTIONS ? s->n_predict++ : (int)(t % PPU_PREDICTIONS);
        s->predict_pc[i] = pc;
        s->predict_count[i] = taken ? 3 : 2;
    } else if (taken) {
        s->predict_count[i] += s->predict_count[i] < 3;
    } else {
        s->predict_count[i] -= s->predict_count[i] > 0;
    }
    s->predict_target[i] = taken ? target : 1; /* after a branch not taken the stored target leads nowhere */
    s->jumped = !right;
    return right ? 1 : REFILL;
}

/* ---- memory ---- */

static inline uint32_t load_part(uint32_t word, uint32_t address, int size) {
    if (size == 4) return word;
    if (size == 1) return word >> (24 - 8 * (address & 3)) & 0xff;
    return word >> (16 - 8 * (address & 3)) & 0xffff;
}

static inline int misaligned(uint32_t address, int size) { return size == 4 ? (address & 3) != 0 : size == 2 && (address & 3) == 3; }

static inline void store_part(ppu_core *core, uint32_t address, uint32_t value, int size) {
    unsigned shift = size == 4 ? 0 : size == 1 ? 24 - 8 * (address & 3) : 16 - 8 * (address & 3);
    uint32_t mask = (size == 4 ? 0xffffffffu : size == 1 ? 0xffu : 0xffffu) << shift;
    uint32_t index = address >> 2;
    core->sram[index] = (core->sram[index] & ~mask) | (value << shift & mask);
    core->decoded[index].op = PPU_UNKNOWN;
}

static int load_outside(ppu_core *core, uint32_t address, uint32_t *word, int64_t t) {
    *word = 0;
    return core->port.load ? core->port.load(core->port.context, address & ~3u, word, t) : 0;
}

static int store_outside(ppu_core *core, uint32_t address, uint32_t value, int size, int64_t t) {
    unsigned shift = size == 4 ? 0 : size == 1 ? 24 - 8 * (address & 3) : 16 - 8 * (address & 3);
    value &= size == 4 ? 0xffffffffu : size == 1 ? 0xffu : 0xffffu;
    int enables = size == 4 ? 15 : size == 1 ? 8 >> (address & 3) : 12 >> (address & 3);
    return core->port.store ? core->port.store(core->port.context, address & ~3u, value << shift, enables, t) : 0;
}

/* Vector load and store: 32 words, each wherever it lies. */
static int vector_load(ppu_core *core, ppu_vector *v, uint32_t address, int64_t t) {
    int extra = 0;
    for (uint32_t i = 0; i < PPU_LANES / 4; i++, address += 4) {
        uint32_t word;
        if (address < PPU_SRAM_BYTES) word = core->sram[address >> 2];
        else extra += load_outside(core, address, &word, t + i + extra);
        v->h[2 * i] = (uint16_t)(word >> 16);
        v->h[2 * i + 1] = (uint16_t)word;
    }
    return extra;
}

static int vector_store(ppu_core *core, const ppu_vector *v, uint32_t address, int64_t t) {
    int extra = 0;
    for (uint32_t i = 0; i < PPU_LANES / 4; i++, address += 4) {
        uint32_t word = (uint32_t)v->h[2 * i] << 16 | v->h[2 * i + 1];
        if (address < PPU_SRAM_BYTES) {
            core->sram[address >> 2] = word;
            core->decoded[address >> 2].op = PPU_UNKNOWN;
        } else extra += store_outside(core, address, word, 4, t + i + extra);
    }
    return extra;
}

static int vector_bus(ppu_core *core, const ppu_instruction *i, uint32_t location, int64_t t) {
    uint8_t lanes[PPU_LANES], enables[PPU_LANES];
    int extra = 0;
    ppu_vector_get(&core->s.flags[i->flags & 3], enables);
    if (i->op == PPU_OP_fxvoutx) {
        ppu_vector_get(&core->s.vr[i->d], lanes);
        return core->port.write ? core->port.write(core->port.context, location, lanes, enables, t) : 0;
    }
    memset(lanes, 0, sizeof lanes);
    if (core->port.read) extra = core->port.read(core->port.context, location, lanes, enables, t);
    ppu_vector_set(&core->s.vr[i->d], lanes);
    return extra;
}

static void report(ppu_core *core, uint32_t pc) {
    uint32_t index = pc >> 2;
    if (pc >= PPU_SRAM_BYTES) { core->n_undecoded++; return; }
    if (core->undecoded[index / 32] >> (index % 32) & 1) return;
    core->undecoded[index / 32] |= 1u << (index % 32);
    core->n_undecoded++;
}

static int trapped(unsigned condition, uint32_t a, uint32_t b) {
    int32_t x = as_signed(a), y = as_signed(b);
    return ((condition & 16) && x < y) || ((condition & 8) && x > y) || ((condition & 4) && x == y) || ((condition & 2) && a < b) ||
           ((condition & 1) && a > b);
}

static inline void set_field(ppu_state *s, int field, uint32_t bits, int64_t ready) {
    int shift = 28 - 4 * field;
    s->cr = (s->cr & ~(0xfu << shift)) | bits << shift;
    s->cr_ready[field] = ready;
}

static inline uint32_t compared(const ppu_state *s, uint32_t a, uint32_t b, int is_signed) {
    int less = is_signed ? as_signed(a) < as_signed(b) : a < b;
    return (less ? 8u : a == b ? 2u : 4u) | s->xer >> 31;
}

/* ---- execution ---- */

/* Result at the write port: waits for a free slot `latency` cycles on and takes it. */
static inline int64_t booked(ppu_state *s, int64_t t, int latency) {
    int64_t passed = t - s->slots_since;
    uint64_t slots = passed < 64 ? (uint64_t)s->slots >> passed : 0;
    while (slots >> latency & 1) { slots >>= 1; t++; }
    s->slots = (int64_t)(slots | UINT64_C(1) << latency);
    s->slots_since = t;
    return t;
}

/* Loads issue neither two nor three cycles before a result that is booked. */
static inline int64_t unhindered(ppu_state *s, int64_t t) {
    int64_t passed = t - s->slots_since;
    uint64_t slots = passed < 64 ? (uint64_t)s->slots >> passed : 0;
    while (slots & 12) { slots >>= 1; t++; }
    if (slots < 2) s->slots = 0;
    return t;
}

#define NEED(r) t = later(t, s->gpr_ready[r])
#define RA0 (i->a ? s->gpr[i->a] : 0)
#define RA s->gpr[i->a]
#define RB s->gpr[i->b]
#define RS s->gpr[i->d]
#define PORT(latency) do { if (slots_busy) t = booked(s, t, latency); } while (0)
#define WRITE(r, value, latency)                                                                                                            \
    do {                                                                                                                                    \
        NEED(r); /* an older result for the same register */                                                                                \
        PORT(latency);                                                                                                                      \
        s->gpr[r] = (value);                                                                                                                \
        s->gpr_ready[r] = t + (latency);                                                                                                    \
    } while (0)
/* a result for a condition field comes after the older ones */
#define NEWER(field, latency) (t = later(t, s->cr_ready[field] - (latency)))
#define CR0(value, latency)                                                                                                                 \
    do {                                                                                                                                    \
        if (i->flags & RECORD) NEWER(0, latency), set_field(s, 0, compared(s, value, 0, 1), t + (latency) + 1);                                               \
    } while (0)
#define LOGIC(expression)                                                                                                                   \
    do {                                                                                                                                    \
        NEED(i->d);                                                                                                                         \
        NEED(i->b);                                                                                                                         \
        uint32_t result = (expression);                                                                                                     \
        WRITE(i->a, result, 1);                                                                                                             \
        CR0(result, 1);                                                                                                                     \
        t += 1;                                                                                                                             \
        NEXT;                                                                                                                               \
    } while (0)
/* x + y + carry in; `carries`: writes CA */
#define SUM(x, y, carry, carries)                                                                                                           \
    do {                                                                                                                                    \
        uint32_t x_ = (x), y_ = (y);                                                                                                        \
        uint64_t sum_ = (uint64_t)x_ + y_ + (carry);                                                                                        \
        uint32_t result = (uint32_t)sum_;                                                                                                   \
        WRITE(i->d, result, 1);                                                                                                             \
        if (carries) s->xer = (s->xer & ~CA) | (sum_ >> 32 ? CA : 0);                                                                       \
        if (i->flags & OVERFLOW) overflow(s, (~(x_ ^ y_) & (x_ ^ result)) >> 31);                                                           \
        CR0(result, 1);                                                                                                                     \
        t += (carries) || (i->flags & OVERFLOW) ? XER_CYCLES : 1;                                                                           \
        NEXT;                                                                                                                               \
    } while (0)
#define NEXT do { pc += 4; s->jumped = 0; goto next; } while (0)
#define HELD (core->hold_outside && !core->granted)
#define BEFORE_OUTSIDE                                                                                                                      \
    do {                                                                                                                                    \
        if (HELD) { reason = PPU_OUTSIDE; goto out; }                                                                                       \
        core->granted = 0;                                                                                                                  \
    } while (0)
#define LOAD(address, size, is_signed, update)                                                                                              \
    do {                                                                                                                                    \
        uint32_t ea = (address), word;                                                                                                      \
        int extra = 0;                                                                                                                      \
        if (misaligned(ea, size)) goto unaligned;                                                                                           \
        if (ea < PPU_SRAM_BYTES) word = core->sram[ea >> 2];                                                                                \
        else { BEFORE_OUTSIDE; extra = load_outside(core, ea, &word, t); }                                                                  \
        word = load_part(word, ea, size);                                                                                                   \
        if (is_signed) word = (uint32_t)(int32_t)(int16_t)word;                                                                             \
        if (slots_busy) t = unhindered(s, t);                                                                                               \
        t = later(t, s->gpr_ready[i->d] - 1);                                                                                               \
        s->gpr[i->d] = word;                                                                                                                \
        s->gpr_ready[i->d] = t + LOAD_LATENCY + extra;                                                                                      \
        s->drained = later(s->drained, t + LOAD_LATENCY + extra);                                                                           \
        t += 1;                                                                                                                             \
        if (update) { slots_busy = 1; WRITE(i->a, ea, 2); t += 1; }                                                                         \
        NEXT;                                                                                                                               \
    } while (0)
#define STORE(address, size, update)                                                                                                        \
    do {                                                                                                                                    \
        uint32_t ea = (address);                                                                                                            \
        int extra = 0;                                                                                                                      \
        NEED(i->d);                                                                                                                         \
        if (misaligned(ea, size)) goto unaligned;                                                                                           \
        if (ea < PPU_SRAM_BYTES) store_part(core, ea, RS, size);                                                                            \
        else { BEFORE_OUTSIDE; extra = store_outside(core, ea, RS, size, t); }                                                              \
        s->drained = later(s->drained, t + STORE_DRAIN + extra);                                                                            \
        if (update) { slots_busy = 1; WRITE(i->a, ea, 2); }                                                                                       \
        t += 1;                                                                                                                             \
        NEXT;                                                                                                                               \
    } while (0)
#define D_FORM do { if (i->a) NEED(i->a); } while (0) /* RA = 0 reads no register */
#define X_FORM do { NEED(i->a); NEED(i->b); } while (0)

static inline void overflow(ppu_state *s, uint32_t on) { s->xer = (s->xer & ~OV) | (on ? OV | SO : 0); }

static inline uint32_t bit_of(uint32_t cr, int bit) { return cr >> (31 - bit) & 1; }

int ppu_run(ppu_core *core, int64_t until, int64_t count) {
    ppu_state *s = &core->s;
    int64_t t = s->now, limit, done = 0, most = count > 0 ? count : PPU_NEVER;
    uint32_t pc = s->pc;
    int reason = PPU_LIMIT, passing = 1; /* the first instruction runs even if a breakpoint is on it */
    int slots_busy;
    ppu_instruction outside, *i;

    if (s->sleeping) {
        if (!sleep_until(s, until)) return PPU_SLEEPING;
        t = s->now;
        if (!pending(s)) {
            t += REFILL;
            pc += 4;
        }
    }
check: /* timers and interrupts */
    settle_timers(s, t);
    {
        int vector = pending(s);
        if (vector) {
            enter(s, vector, pc, t);
            t = s->now;
            pc = s->pc;
        }
    }
    limit = next_event(s) < until ? next_event(s) : until;
next:
    if (t >= limit) {
        if (t >= until) goto out;
        goto check;
    }
    if (done >= most) goto out;
    if (pc < PPU_SRAM_BYTES) {
        i = &core->decoded[pc >> 2];
    } else {
        uint32_t word = 0;
        if (core->port.fetch) t += core->port.fetch(core->port.context, pc, &word, t);
        ppu_decode_word(word, &outside);
        i = &outside;
    }
again:
    slots_busy = s->slots != 0;
    done++;
    switch (i->op) {
    case PPU_UNKNOWN:
        decode_at(core, pc >> 2);
        done--;
        goto again;
    case PPU_BREAK:
        done--;
        if (!(passing && done == 0)) { reason = PPU_BREAKPOINT; goto out; }
        passing = 0;
        ppu_decode_word(core->sram[pc >> 2], &outside);
        i = &outside;
        goto again;
    case PPU_OP_nop:
        if (!i->imm) report(core, pc);
        if (i->flags & OVERFLOW) { overflow(s, 0); t += XER_CYCLES - 1; }
        CR0(0, 1); /* assumed: the missing result reads as 0 */
        t += 1;
        NEXT;

    /* -- arithmetic -- */
    case PPU_OP_addi: D_FORM; WRITE(i->d, RA0 + (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_addis: D_FORM; WRITE(i->d, RA0 + (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_addic: NEED(i->a); SUM(RA, (uint32_t)i->imm, 0, 1);
    case PPU_OP_subfic: NEED(i->a); SUM(~RA, (uint32_t)i->imm, 1, 1);
    case PPU_OP_add: X_FORM; SUM(RA, RB, 0, 0);
    case PPU_OP_addc: X_FORM; SUM(RA, RB, 0, 1);
    case PPU_OP_adde: X_FORM; SUM(RA, RB, s->xer >> 29 & 1, 1);
    case PPU_OP_addme: NEED(i->a); SUM(RA, 0xffffffffu, s->xer >> 29 & 1, 1);
    case PPU_OP_addze: NEED(i->a); SUM(RA, 0, s->xer >> 29 & 1, 1);
    case PPU_OP_subf: X_FORM; SUM(~RA, RB, 1, 0);
    case PPU_OP_subfc: X_FORM; SUM(~RA, RB, 1, 1);
    case PPU_OP_subfe: X_FORM; SUM(~RA, RB, s->xer >> 29 & 1, 1);
    case PPU_OP_subfme: NEED(i->a); SUM(~RA, 0xffffffffu, s->xer >> 29 & 1, 1);
    case PPU_OP_subfze: NEED(i->a); SUM(~RA, 0, s->xer >> 29 & 1, 1);
    case PPU_OP_neg: NEED(i->a); SUM(~RA, 0, 1, 0);
    case PPU_OP_mulli: case PPU_OP_mullw: case PPU_OP_mulhw: case PPU_OP_mulhwu: {
        uint32_t result;
        int64_t product;
        NEED(i->a);
        if (i->op != PPU_OP_mulli) NEED(i->b);
        product = (int64_t)as_signed(RA) * (i->op == PPU_OP_mulli ? i->imm : as_signed(RB));
        result = i->op == PPU_OP_mulhw    ? (uint32_t)((uint64_t)product >> 32)
                 : i->op == PPU_OP_mulhwu ? (uint32_t)((uint64_t)RA * RB >> 32)
                                          : (uint32_t)(uint64_t)product;
        slots_busy = 1;
        WRITE(i->d, result, MUL_LATENCY);
        s->drained = later(s->drained, t + MUL_LATENCY + 1);
        if (i->op == PPU_OP_mullw && (i->flags & OVERFLOW)) overflow(s, product != as_signed(result));
        if (i->op != PPU_OP_mulli) CR0(result, MUL_LATENCY);
        t += i->op == PPU_OP_mullw && (i->flags & OVERFLOW) ? XER_CYCLES + MUL_LATENCY - 1 : 1;
        NEXT;
    }
    case PPU_OP_divw: case PPU_OP_divwu: {
        uint32_t x, y, result;
        int bad;
        X_FORM;
        x = RA;
        y = RB;
        bad = y == 0 || (i->op == PPU_OP_divw && x == 0x80000000u && y == 0xffffffffu);
        if (!bad) result = i->op == PPU_OP_divwu ? x / y : (uint32_t)(as_signed(x) / as_signed(y));
        else result = y ? 0x80000000u : i->op == PPU_OP_divw && x >> 31 ? 0 : 0xffffffffu;
        WRITE(i->d, result, 1);
        if (i->flags & OVERFLOW) overflow(s, (uint32_t)bad);
        CR0(result, 1);
        t += DIV_CYCLES;
        s->gpr_ready[i->d] = t;
        if (i->flags & OVERFLOW) t += XER_CYCLES - 1;
        NEXT;
    }

    /* -- logic -- */
    case PPU_OP_ori: NEED(i->d); WRITE(i->a, RS | (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_oris: NEED(i->d); WRITE(i->a, RS | (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_xori: NEED(i->d); WRITE(i->a, RS ^ (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_xoris: NEED(i->d); WRITE(i->a, RS ^ (uint32_t)i->imm, 1); t += 1; NEXT;
    case PPU_OP_andi: case PPU_OP_andis: {
        uint32_t result;
        NEED(i->d);
        result = RS & (uint32_t)i->imm;
        WRITE(i->a, result, 1);
        set_field(s, 0, compared(s, result, 0, 1), t + 2);
        t += 1;
        NEXT;
    }
    case PPU_OP_and: LOGIC(RS & RB);
    case PPU_OP_andc: LOGIC(RS & ~RB);
    case PPU_OP_or: LOGIC(RS | RB);
    case PPU_OP_orc: LOGIC(RS | ~RB);
    case PPU_OP_xor: LOGIC(RS ^ RB);
    case PPU_OP_nand: LOGIC(~(RS & RB));
    case PPU_OP_nor: LOGIC(~(RS | RB));
    case PPU_OP_eqv: LOGIC(~(RS ^ RB));
    case PPU_OP_slw: LOGIC(RS << (RB & 31));
    case PPU_OP_srw: LOGIC(RS >> (RB & 31));
    case PPU_OP_sraw: case PPU_OP_srawi: {
        unsigned n;
        uint32_t x, result;
        NEED(i->d);
        if (i->op == PPU_OP_sraw) NEED(i->b);
        n = i->op == PPU_OP_sraw ? RB & 31 : i->b;
        x = RS;
        result = shifted_right(x, n);
        WRITE(i->a, result, 1);
        s->xer = (s->xer & ~CA) | ((x >> 31) && n && (x << (32 - n)) ? CA : 0);
        CR0(result, 1);
        t += XER_CYCLES;
        NEXT;
    }
    case PPU_OP_rlwinm: case PPU_OP_rlwnm: case PPU_OP_rlwimi: {
        uint32_t mask = (uint32_t)i->imm, result;
        NEED(i->d);
        if (i->op == PPU_OP_rlwnm) NEED(i->b);
        if (i->op == PPU_OP_rlwimi) NEED(i->a);
        result = rotated(RS, i->op == PPU_OP_rlwnm ? RB & 31 : i->b) & mask;
        if (i->op == PPU_OP_rlwimi) result |= RA & ~mask;
        WRITE(i->a, result, 1);
        CR0(result, 1);
        t += 1;
        NEXT;
    }
    case PPU_OP_cntlzw: {
        uint32_t x, n = 0;
        NEED(i->d);
        x = RS;
        if (!x) n = 32;
        else while (!(x << n & 0x80000000u)) n++;
        WRITE(i->a, n, 1);
        CR0(n, 1);
        t += 1;
        NEXT;
    }
    case PPU_OP_extsb: case PPU_OP_extsh: {
        uint32_t result;
        NEED(i->d);
        result = i->op == PPU_OP_extsb ? (uint32_t)(int32_t)(int8_t)RS : (uint32_t)(int32_t)(int16_t)RS;
        WRITE(i->a, result, 1);
        CR0(result, 1);
        t += 1;
        NEXT;
    }
    case PPU_OP_popcntb: {
        uint32_t x;
        NEED(i->d);
        x = RS - (RS >> 1 & 0x55555555u);
        x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
        WRITE(i->a, (x + (x >> 4)) & 0x0f0f0f0fu, 1);
        t += 1;
        NEXT;
    }
    case PPU_OP_prtyw: {
        uint32_t x;
        NEED(i->d);
        x = RS & 0x01010101u;
        x ^= x >> 16;
        WRITE(i->a, (x ^ x >> 8) & 1, 1);
        t += 1;
        NEXT;
    }

    /* -- compare and condition register -- */
    case PPU_OP_cmpwi: NEED(i->a); NEWER(i->d >> 2, 1); set_field(s, i->d >> 2, compared(s, RA, (uint32_t)i->imm, 1), t + 2); t += 1; NEXT;
    case PPU_OP_cmplwi: NEED(i->a); NEWER(i->d >> 2, 1); set_field(s, i->d >> 2, compared(s, RA, (uint32_t)i->imm, 0), t + 2); t += 1; NEXT;
    case PPU_OP_cmpw: X_FORM; NEWER(i->d >> 2, 1); set_field(s, i->d >> 2, compared(s, RA, RB, 1), t + 2); t += 1; NEXT;
    case PPU_OP_cmplw: X_FORM; NEWER(i->d >> 2, 1); set_field(s, i->d >> 2, compared(s, RA, RB, 0), t + 2); t += 1; NEXT;
    case PPU_OP_mcrf: {
        uint32_t field = s->cr >> (28 - 4 * (i->a >> 2)) & 15;
        t = later(t, s->cr_ready[i->a >> 2]);
        set_field(s, i->d >> 2, field, t + 2);
        t += 1;
        NEXT;
    }
    case PPU_OP_crand: case PPU_OP_crandc: case PPU_OP_creqv: case PPU_OP_crnand: case PPU_OP_crnor: case PPU_OP_cror: case PPU_OP_crorc:
    case PPU_OP_crxor: {
        uint32_t a = bit_of(s->cr, i->a), b = bit_of(s->cr, i->b), result, bit = 1u << (31 - i->d);
        t = later(t, s->cr_ready[i->a >> 2]);
        t = later(t, s->cr_ready[i->b >> 2]);
        t = later(t, s->cr_ready[i->d >> 2]);
        switch (i->op) {
        case PPU_OP_crand: result = a & b; break;
        case PPU_OP_crandc: result = a & ~b; break;
        case PPU_OP_creqv: result = ~(a ^ b); break;
        case PPU_OP_crnand: result = ~(a & b); break;
        case PPU_OP_crnor: result = ~(a | b); break;
        case PPU_OP_cror: result = a | b; break;
        case PPU_OP_crorc: result = a | ~b; break;
        default: result = a ^ b; break;
        }
        s->cr = result & 1 ? s->cr | bit : s->cr & ~bit;
        s->cr_ready[i->d >> 2] = t + 2;
        t += 1;
        NEXT;
    }
    case PPU_OP_mfcr: {
        uint32_t mask = (uint32_t)i->imm, kept = RS;
        for (int field = 0; field < 8; field++)
            if (mask >> (28 - 4 * field) & 1) t = later(t, s->cr_ready[field]);
        WRITE(i->d, (s->cr & mask) | (kept & ~mask), 1);
        t += 1;
        NEXT;
    }
    case PPU_OP_mtcrf: {
        uint32_t mask = (uint32_t)i->imm;
        NEED(i->d);
        for (int field = 0; field < 8; field++)
            if (mask >> (28 - 4 * field) & 1) t = later(t, s->cr_ready[field]);
        s->cr = (s->cr & ~mask) | (RS & mask);
        for (int field = 0; field < 8; field++)
            if (mask >> (28 - 4 * field) & 1) s->cr_ready[field] = t + 2;
        t += 1;
        NEXT;
    }

    /* -- special registers -- */
    case PPU_OP_mfspr: {
        uint32_t value;
        if (i->imm == 9) t = later(t, s->ctr_ready);
        if (i->imm == 8) t = later(t, s->lr_ready);
        NEED(i->d);
        PORT(1);
        s->now = t;
        value = i->imm == 284 ? (uint32_t)(t + s->timebase) : ppu_get_spr(core, i->imm);
        s->gpr[i->d] = value;
        s->gpr_ready[i->d] = t + 1;
        t += 1;
        NEXT;
    }
    case PPU_OP_mtspr:
        NEED(i->d);
        s->now = t;
        ppu_set_spr(core, i->imm, RS);
        if (i->imm == 9) s->ctr_ready = t + 2;
        if (i->imm == 8) s->lr_ready = t + 2;
        t += i->imm == 1 ? XER_CYCLES : 1;
        pc += 4;
        s->jumped = 0;
        goto check;
    case PPU_OP_mfmsr: WRITE(i->d, s->msr, 1); t += 1; NEXT;
    case PPU_OP_mtmsr:
        NEED(i->d);
        s->msr = RS & MSR_MASK;
        t = later(t + 1, later(s->drained, s->v_drained)) + 3;
        pc += 4;
        s->jumped = 0;
        goto check;
    case PPU_OP_sync:
        t = later(t + 1, later(s->drained, s->v_drained)) + SYNC_CYCLES - 1;
        NEXT;
    case PPU_OP_wait:
        if (i->d & 3) { t += 1; NEXT; }
        s->now = s->slept = t = later(t, later(s->drained, s->v_drained));
        s->pc = pc;
        s->sleeping = 1;
        done--;
        if (!sleep_until(s, until)) {
            s->instructions += done;
            return PPU_SLEEPING;
        }
        t = s->now;
        settle_timers(s, t);
        if (pending(s)) goto check; /* resumes at the wait itself */
        t += REFILL;
        pc += 4;
        goto check;

    /* -- branches and traps -- */
    case PPU_OP_b: {
        uint32_t target = (i->flags & ABSOLUTE ? 0 : pc) + (uint32_t)i->imm;
        if (i->flags & LINK) { s->lr = pc + 4; s->lr_ready = t + 2; }
        t += branched(s, pc, target, 1, t);
        pc = target;
        goto next;
    }
    case PPU_OP_bc: case PPU_OP_bclr: case PPU_OP_bcctr: {
        unsigned condition = i->d;
        uint32_t target;
        int counts = !(condition & 4), taken = 1;
        if (!(condition & 16)) t = later(t, s->cr_ready[i->a >> 2]);
        if (counts || i->op == PPU_OP_bcctr) t = later(t, s->ctr_ready);
        if (i->op == PPU_OP_bclr) t = later(t, s->lr_ready);
        target = i->op == PPU_OP_bc     ? (i->flags & ABSOLUTE ? 0 : pc) + (uint32_t)i->imm
                 : i->op == PPU_OP_bclr ? s->lr & ~3u
                                        : s->ctr & ~3u;
        if (counts) {
            uint32_t left = s->ctr - 1;
            if (i->op != PPU_OP_bcctr) { s->ctr = left; s->ctr_ready = t + 2; }
            taken = (left != 0) != ((condition >> 1) & 1);
        }
        if (!(condition & 16)) taken = taken && bit_of(s->cr, i->a) == (condition >> 3 & 1);
        if (i->flags & LINK) { s->lr = pc + 4; s->lr_ready = t + 2; }
        t += branched(s, pc, target, taken, t);
        pc = taken ? target : pc + 4;
        goto next;
    }
    case PPU_OP_rfi: pc = s->srr0 & ~3u; s->msr = s->srr1 & MSR_MASK; goto returned;
    case PPU_OP_rfci: pc = s->csrr0 & ~3u; s->msr = s->csrr1 & MSR_MASK; goto returned;
    case PPU_OP_rfmci: pc = s->mcsrr0 & ~3u; s->msr = s->mcsrr1 & MSR_MASK; goto returned;
    returned:
        t = later(t, s->drained) + REFILL + 1;
        s->jumped = 1;
        goto check;
    case PPU_OP_twi:
        NEED(i->a);
        if (trapped(i->d, RA, (uint32_t)i->imm)) goto trap;
        t = later(t + 1, later(s->drained, s->v_drained)) + SYNC_CYCLES - 1;
        NEXT;
    case PPU_OP_tw:
        X_FORM;
        if (trapped(i->d, RA, RB)) goto trap;
        t = later(t + 1, later(s->drained, s->v_drained)) + SYNC_CYCLES - 1;
        NEXT;

    /* -- memory -- */
    case PPU_OP_lwz: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 4, 0, 0);
    case PPU_OP_lbz: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 1, 0, 0);
    case PPU_OP_lhz: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 2, 0, 0);
    case PPU_OP_lha: D_FORM; LOAD(RA0 + (core->lha_zero_extends ? (uint32_t)i->imm & 0xffff : (uint32_t)i->imm), 2, 1, 0);
    case PPU_OP_lwzu: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 4, 0, 1);
    case PPU_OP_lbzu: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 1, 0, 1);
    case PPU_OP_lhzu: D_FORM; LOAD(RA0 + (uint32_t)i->imm, 2, 0, 1);
    case PPU_OP_lhau: D_FORM; LOAD(RA0 + (core->lha_zero_extends ? (uint32_t)i->imm & 0xffff : (uint32_t)i->imm), 2, 1, 1);
    case PPU_OP_lwzx: D_FORM; NEED(i->b); LOAD(RA0 + RB, 4, 0, 0);
    case PPU_OP_lbzx: D_FORM; NEED(i->b); LOAD(RA0 + RB, 1, 0, 0);
    case PPU_OP_lhzx: D_FORM; NEED(i->b); LOAD(RA0 + RB, 2, 0, 0);
    case PPU_OP_lhax: D_FORM; NEED(i->b); LOAD(RA0 + RB, 2, 1, 0);
    case PPU_OP_lwzux: D_FORM; NEED(i->b); LOAD(RA0 + RB, 4, 0, 1);
    case PPU_OP_lbzux: D_FORM; NEED(i->b); LOAD(RA0 + RB, 1, 0, 1);
    case PPU_OP_lhzux: D_FORM; NEED(i->b); LOAD(RA0 + RB, 2, 0, 1);
    case PPU_OP_lhaux: D_FORM; NEED(i->b); LOAD(RA0 + RB, 2, 1, 1);
    case PPU_OP_stw: D_FORM; STORE(RA0 + (uint32_t)i->imm, 4, 0);
    case PPU_OP_stb: D_FORM; STORE(RA0 + (uint32_t)i->imm, 1, 0);
    case PPU_OP_sth: D_FORM; STORE(RA0 + (uint32_t)i->imm, 2, 0);
    case PPU_OP_stwu: D_FORM; STORE(RA0 + (uint32_t)i->imm, 4, 1);
    case PPU_OP_stbu: D_FORM; STORE(RA0 + (uint32_t)i->imm, 1, 1);
    case PPU_OP_sthu: D_FORM; STORE(RA0 + (uint32_t)i->imm, 2, 1);
    case PPU_OP_stwx: D_FORM; NEED(i->b); STORE(RA0 + RB, 4, 0);
    case PPU_OP_stbx: D_FORM; NEED(i->b); STORE(RA0 + RB, 1, 0);
    case PPU_OP_sthx: D_FORM; NEED(i->b); STORE(RA0 + RB, 2, 0);
    case PPU_OP_stwux: D_FORM; NEED(i->b); STORE(RA0 + RB, 4, 1);
    case PPU_OP_stbux: D_FORM; NEED(i->b); STORE(RA0 + RB, 1, 1);
    case PPU_OP_sthux: D_FORM; NEED(i->b); STORE(RA0 + RB, 2, 1);
    case PPU_OP_lmw: case PPU_OP_stmw: {
        uint32_t ea;
        D_FORM;
        ea = RA0 + (uint32_t)i->imm;
        if (misaligned(ea, 4)) goto unaligned;
        if (HELD && (ea >= PPU_SRAM_BYTES || ea + 4 * (32u - i->d) > PPU_SRAM_BYTES)) BEFORE_OUTSIDE;
        for (int r = i->d; r < 32; r++, ea += 4) {
            int extra = 0;
            uint32_t word;
            if (i->op == PPU_OP_lmw) {
                if (ea < PPU_SRAM_BYTES) word = core->sram[ea >> 2];
                else extra = load_outside(core, ea, &word, t);
                if (slots_busy) t = unhindered(s, t);
                t = later(t, s->gpr_ready[r] - 1);
                s->gpr[r] = word;
                s->gpr_ready[r] = t + LOAD_LATENCY + extra;
            } else {
                NEED(r);
                if (ea < PPU_SRAM_BYTES) store_part(core, ea, s->gpr[r], 4);
                else extra = store_outside(core, ea, s->gpr[r], 4, t);
            }
            s->drained = later(s->drained, t + LOAD_LATENCY + extra);
            t += 1;
        }
        core->granted = 0;
        NEXT;
    }

    /* -- vector unit -- */
    case PPU_OP_fxvlax: case PPU_OP_fxvstax: case PPU_OP_fxvinx: case PPU_OP_fxvoutx: {
        uint32_t ea;
        int extra, inside;
        D_FORM;
        NEED(i->b);
        ea = RA0 + RB;
        inside = i->op == PPU_OP_fxvlax || i->op == PPU_OP_fxvstax;
        if (inside) ea &= ~3u;
        if (!(inside && ea <= PPU_SRAM_BYTES - PPU_LANES)) BEFORE_OUTSIDE;
        extra = i->op == PPU_OP_fxvlax    ? vector_load(core, &s->vr[i->d], ea, t)
                : i->op == PPU_OP_fxvstax ? vector_store(core, &s->vr[i->d], ea, t)
                                          : vector_bus(core, i, ea, t);
        t = ppu_vector_time(s, i, t, extra) + 1;
        s->vectors++;
        NEXT;
    }
    case PPU_OP_fxvsplath: case PPU_OP_fxvsplatb:
        NEED(i->a);
        /* fall through */
    default:
        ppu_vector_execute(s, i);
        t = ppu_vector_time(s, i, t, 0) + 1;
        s->vectors++;
        NEXT;
    }

trap:
    s->esr = ESR_TRAP;
    enter(s, VECTOR_PROGRAM, pc, t);
    goto entered;
unaligned: /* nothing was accessed */
    s->esr = 0;
    core->n_unaligned_interrupts++;
    enter(s, VECTOR_ALIGNMENT, pc, t);
entered:
    t = s->now;
    pc = s->pc;
    goto check;
out:
    if (reason == PPU_OUTSIDE) done--; /* counted, but not executed */
    s->instructions += done;
    s->now = t;
    s->pc = pc;
    return reason;
}
