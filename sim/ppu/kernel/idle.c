/* Loops that wait, for a word, for time to pass, or for a counter: what they do is known after two iterations.
 *
 * From time to time two iterations are executed instruction by instruction. All further ones are the same if
 *  - the pipeline stood the same way, in cycles from then on, before and after the second one;
 *  - each register changed by a constant (slope): values with a slope are only added, subtracted, moved and compared, and the comparisons give the
 *    same for so many iterations (`most`); everything else is made of constants;
 *  - nothing beyond the SRAM was accessed but words that stay the same for a known time (port.look), and the SRAM is as before.
 * Then the registers move by their slopes, and the times by the length of an iteration, up to the next event of a timer or the end of the run.
 */
#include "idle.h"

#include "branch.h"
#include "memory.h"
#include "system.h"

#include <stddef.h>
#include <string.h>

enum {
    LONGEST = 128,          /* instructions of an iteration */
    NEAR_PROBE = 1 << 6,    /* cycles from an attempt that failed to the next one, if one before has not */
    LAST_PROBE = 1 << 18,   /* they become four times as many each time, up to here */
    SETTLED = 64,           /* cycles after which a time of the pipeline has no effect any more */
    WORTH = 256,            /* cycles that are left of a run, so that a look for a loop is worth it */
    CTR = 32, PLACES = 33,  /* of slopes: the general purpose registers and CTR */
};
#define FOREVER INT64_MAX
#define SCALAR_PART offsetof(ppu_state, vr) /* of the state; no loop that is followed changes the rest */

typedef struct {
    ppu_instruction i;
    uint32_t pc, gpr[32], ctr; /* values before it */
} step_t;

typedef struct {
    uint32_t head;
    int n;
    step_t steps[LONGEST];
    int64_t same_until; /* cycle up to which loads beyond the SRAM give the same */
    int n_stores;
    uint32_t stored[LONGEST], before[LONGEST]; /* words of the SRAM, and what they were */
} iteration_t;

/* ---- one iteration ---- */

static int is_branch(const ppu_instruction *i) {
    return i->op == PPU_OP_b || i->op == PPU_OP_bc || i->op == PPU_OP_bclr || i->op == PPU_OP_bcctr;
}

/* What may stand in such a loop: it has no effect but on general purpose registers, CR, XER, LR, CTR and the SRAM. */
static int is_plain(const ppu_core *core, const ppu_instruction *i, uint32_t pc) {
    uint32_t address;
    switch (i->op) {
    case PPU_OP_nop: return i->imm || pc < PPU_SRAM_BYTES; /* further ones that are undecoded are counted */
    case PPU_OP_wait: case PPU_OP_twi: case PPU_OP_tw: case PPU_OP_mtmsr: case PPU_OP_rfi: case PPU_OP_rfci: case PPU_OP_rfmci: case PPU_OP_lmw:
    case PPU_OP_stmw: return 0;
    case PPU_OP_mtspr: return i->imm == PPU_SPR_LR || i->imm == PPU_SPR_CTR;
    default: break;
    }
    if (i->op >= PPU_FIRST_VECTOR) return 0;
    if (ppu_access_of(core, i, &address) == PPU_ACCESS_FETCH) return 1;
    return (address < PPU_SRAM_BYTES || ppu_access_of(core, i, &address) == PPU_ACCESS_LOAD) && !ppu_is_unaligned(core, i);
}

/* A load beyond the SRAM may look at what is there, if it stays for a while. */
static int may_look(ppu_core *core, iteration_t *it, const ppu_instruction *i) {
    uint32_t address, word;
    int64_t same_until = 0;
    core->looks_until = 0;
    if (ppu_access_of(core, i, &address) != PPU_ACCESS_LOAD || address < PPU_SRAM_BYTES) return 1;
    if (core->port.look) core->port.look(core->port.context, address & ~3u, &word, core->s.now, &same_until);
    if (same_until < it->same_until) it->same_until = same_until;
    core->looks_until = same_until;
    return same_until > core->s.now;
}

static void note_store(const ppu_core *core, iteration_t *it, const ppu_instruction *i) {
    uint32_t address;
    if (ppu_access_of(core, i, &address) != PPU_ACCESS_STORE) return;
    for (int k = 0; k < it->n_stores; k++)
        if (it->stored[k] == address >> 2) return;
    it->stored[it->n_stores] = address >> 2;
    it->before[it->n_stores++] = core->sram[address >> 2];
}

/* One instruction, without an interrupt behind it. 0 if it did not run. */
static int run_one(ppu_core *core, const step_t *step, int64_t until) {
    ppu_state *s = &core->s;
    int64_t executed = s->instructions;
    int reason = ppu_run(core, until, 1);
    core->looks_until = 0;
    return reason == PPU_LIMIT && s->instructions == executed + 1 && (is_branch(&step->i) || s->pc == step->pc + 4);
}

/* Executes from the head of a loop to its head again. 0 if it is none, too long, or does something else than to wait. */
static int iterate(ppu_core *core, iteration_t *it, int64_t until) {
    ppu_state *s = &core->s;
    it->head = s->pc;
    it->n = it->n_stores = 0;
    it->same_until = FOREVER;
    do {
        step_t *step = &it->steps[it->n];
        if (it->n == LONGEST || s->now >= until || (s->pc >= PPU_SRAM_BYTES && !cache_hit(core, s->pc, s->now))) return 0;
        step->pc = s->pc;
        step->ctr = s->ctr;
        memcpy(step->gpr, s->gpr, sizeof step->gpr);
        ppu_decode_word(ppu_code_word(core, s->pc), &step->i);
        if (!is_plain(core, &step->i, s->pc) || !may_look(core, it, &step->i)) return 0;
        note_store(core, it, &step->i);
        if (!run_one(core, step, until)) return 0;
        it->n++;
    } while (s->pc != it->head);
    return 1;
}

static int same_path(const iteration_t *x, const iteration_t *y) {
    if (x->n != y->n) return 0;
    for (int k = 0; k < x->n; k++)
        if (x->steps[k].pc != y->steps[k].pc) return 0;
    return 1;
}

static int memory_as_before(const ppu_core *core, const iteration_t *it) {
    for (int k = 0; k < it->n_stores; k++)
        if (core->sram[it->stored[k]] != it->before[k]) return 0;
    return 1;
}

/* ---- the pipeline ---- */

/* Each of these times moves with the iterations, or is left alone and long ago. */
static int times_move(const int64_t *from, const int64_t *to, size_t size, int64_t start, int64_t period) {
    for (size_t k = 0; k < size / sizeof *from; k++)
        if (to[k] - from[k] != period && !(to[k] == from[k] && to[k] < start - SETTLED)) return 0;
    return 1;
}

static int is_same_pipeline(const ppu_state *from, const ppu_state *to) {
    int64_t period = to->now - from->now;
    ppu_state like; /* with what may differ */
    memcpy(&like, from, SCALAR_PART);
    if (to->v_drained >= from->now - SETTLED) return 0; /* what waits for the pipeline to be empty still waits for vectors */
#define MOVES(field) \
    if (!times_move((const int64_t *)&from->field, (const int64_t *)&to->field, sizeof from->field, from->now, period)) return 0;
#define MAY_DIFFER(field) memcpy(&like.field, &to->field, sizeof like.field);
    PPU_SCALAR_TIMES(MOVES)
    PPU_SCALAR_TIMES(MAY_DIFFER)
    MAY_DIFFER(gpr) MAY_DIFFER(ctr) MAY_DIFFER(now) MAY_DIFFER(instructions) MAY_DIFFER(fit_next)
    return memcmp(&like, to, SCALAR_PART) == 0;
}

/* Which entry of the branch cache an unknown branch takes depends on the cycle. */
static int knows_branches(const ppu_state *s, const iteration_t *it) {
    for (int k = 0; k < it->n; k++)
        if (is_branch(&it->steps[k].i) && known_branch(s, it->steps[k].pc) < 0) return 0;
    return 1;
}

/* ---- the registers ---- */

typedef struct {
    uint32_t slope[PLACES];
    int64_t most; /* iterations for which all comparisons give the same */
    uint32_t period;
} change_t;

static void at_most(change_t *c, int64_t n) {
    if (n < c->most) c->most = n;
}

/* How often x can change by its slope without leaving least..greatest. */
static int64_t room(int64_t x, int32_t slope, int64_t least, int64_t greatest) {
    if (!slope) return FOREVER;
    return slope > 0 ? (greatest - x) / slope : (x - least) / -(int64_t)slope;
}

/* x and y with their slopes are compared: as long as neither wraps around and the sign of their difference stays. */
static void compares(change_t *c, uint32_t x, uint32_t x_slope, uint32_t y, uint32_t y_slope, int is_signed) {
    int64_t least = is_signed ? INT32_MIN : 0, greatest = is_signed ? INT32_MAX : UINT32_MAX;
    int64_t wide_x = is_signed ? (int64_t)(int32_t)x : (int64_t)x, wide_y = is_signed ? (int64_t)(int32_t)y : (int64_t)y;
    int64_t difference = wide_x - wide_y, slope = (int64_t)(int32_t)x_slope - (int32_t)y_slope;
    at_most(c, room(wide_x, (int32_t)x_slope, least, greatest));
    at_most(c, room(wide_y, (int32_t)y_slope, least, greatest));
    if (!slope) return;
    if (!difference) at_most(c, 0);
    else if ((difference > 0) != (slope > 0)) at_most(c, ((difference > 0 ? difference : -difference) - 1) / (slope > 0 ? slope : -slope));
}

/* The sum x + y + 1, or x + y, carries out of its 32 bits in one iteration as in the others. */
static void carries(change_t *c, uint32_t x, uint32_t x_slope, uint32_t y, uint32_t y_slope) {
    compares(c, x, x_slope, ~y, 0u - y_slope, 0);
}

/* A register gets a value with this slope; if recorded, it is compared with zero. */
static int gets(change_t *c, const step_t *step, const step_t *after, int r, uint32_t slope) {
    c->slope[r] = slope;
    if (step->i.flags & 1) compares(c, after->gpr[r], slope, 0, 0, 1);
    return 1;
}

/* Special registers that change with time do so by the length of an iteration. `s`: behind the iteration. */
static int reads_special(change_t *c, const ppu_state *s, const step_t *step, const step_t *after) {
    uint64_t ticks = (uint64_t)s->now + (uint64_t)s->timebase;
    uint32_t value = after->gpr[step->i.d], slope = 0;
    switch (step->i.imm) {
    case PPU_SPR_CTR: slope = c->slope[CTR]; break;
    case PPU_SPR_TBL: slope = c->period; break;
    case PPU_SPR_TBU: /* as long as the lower half does not wrap around, which it has not done since */
        if (value != (uint32_t)(ticks >> 32)) return 0;
        at_most(c, room((uint32_t)ticks, (int32_t)c->period, 0, UINT32_MAX));
        break;
    case PPU_SPR_DEC: slope = value ? 0u - c->period : 0; break; /* the event at zero ends it */
    default: break;
    }
    c->slope[step->i.d] = slope;
    return 1;
}

static int branches(change_t *c, const step_t *step) {
    int counts = step->i.op != PPU_OP_b && !(step->i.d & 4);
    if (step->i.op == PPU_OP_bcctr && c->slope[CTR]) return 0;
    if (counts && step->i.op == PPU_OP_bcctr) return 0;
    if (counts) compares(c, step->ctr - 1, c->slope[CTR], 0, 0, 0); /* zero or not */
    return 1;
}

/* Sources of an instruction with a slope. */
static int has_slope(const change_t *c, const ppu_instruction *i) {
    int sources = ppu_traits_of[i->op].sources;
    return ((sources & PPU_GPR_D) && c->slope[i->d]) || ((sources & PPU_GPR_A) && c->slope[i->a]) || ((sources & PPU_GPR_B) && c->slope[i->b]);
}

static void set_constants(change_t *c, const ppu_instruction *i) {
    int targets = ppu_traits_of[i->op].targets;
    if (targets & PPU_GPR_D) c->slope[i->d] = 0;
    if (targets & PPU_GPR_A) c->slope[i->a] = 0;
}

/* The slopes behind an instruction; 0 if they are not known. */
static int follow(change_t *c, const ppu_state *s, const step_t *step, const step_t *after) {
    const ppu_instruction *i = &step->i;
    const uint32_t *v = step->gpr, *slope = c->slope;
    uint32_t base = i->a ? slope[i->a] : 0;
    int overflows = (i->flags & 2) != 0;
    if (is_branch(i)) return branches(c, step);
    switch (i->op) {
    case PPU_OP_mfspr: return reads_special(c, s, step, after);
    case PPU_OP_mtspr:
        if (i->imm == PPU_SPR_CTR) return c->slope[CTR] = slope[i->d], 1;
        return !slope[i->d];
    case PPU_OP_cmpwi: return compares(c, v[i->a], slope[i->a], (uint32_t)i->imm, 0, 1), 1;
    case PPU_OP_cmplwi: return compares(c, v[i->a], slope[i->a], (uint32_t)i->imm, 0, 0), 1;
    case PPU_OP_cmpw: return compares(c, v[i->a], slope[i->a], v[i->b], slope[i->b], 1), 1;
    case PPU_OP_cmplw: return compares(c, v[i->a], slope[i->a], v[i->b], slope[i->b], 0), 1;
    case PPU_OP_addi: case PPU_OP_addis: return c->slope[i->d] = base, 1;
    default: break;
    }
    if (!has_slope(c, i)) return set_constants(c, i), 1;
    if (overflows) return 0;
    switch (i->op) {
    case PPU_OP_add: return gets(c, step, after, i->d, slope[i->a] + slope[i->b]);
    case PPU_OP_subf: return gets(c, step, after, i->d, slope[i->b] - slope[i->a]);
    case PPU_OP_addc: return carries(c, v[i->a], slope[i->a], v[i->b], slope[i->b]), gets(c, step, after, i->d, slope[i->a] + slope[i->b]);
    case PPU_OP_subfc: return carries(c, v[i->b], slope[i->b], ~v[i->a], 0u - slope[i->a]), gets(c, step, after, i->d, slope[i->b] - slope[i->a]);
    case PPU_OP_addic: return carries(c, v[i->a], slope[i->a], (uint32_t)i->imm, 0), gets(c, step, after, i->d, slope[i->a]);
    case PPU_OP_subfic: return carries(c, ~v[i->a], 0u - slope[i->a], (uint32_t)i->imm, 0), gets(c, step, after, i->d, 0u - slope[i->a]);
    case PPU_OP_neg: return gets(c, step, after, i->d, 0u - slope[i->a]);
    case PPU_OP_or: return i->d == i->b && gets(c, step, after, i->a, slope[i->d]);
    case PPU_OP_ori: case PPU_OP_oris: return !i->imm && (c->slope[i->a] = slope[i->d], 1);
    default: return 0;
    }
}

/* Whether the registers go on to change as they did in an iteration, and for how many. */
static int is_known_change(change_t *c, const iteration_t *it, const ppu_state *from, const ppu_state *to) {
    uint32_t slope[PLACES];
    step_t end;
    for (int r = 0; r < 32; r++) slope[r] = to->gpr[r] - from->gpr[r];
    slope[CTR] = to->ctr - from->ctr;
    memcpy(c->slope, slope, sizeof slope);
    memcpy(end.gpr, to->gpr, sizeof end.gpr);
    c->most = FOREVER;
    c->period = (uint32_t)(to->now - from->now);
    for (int k = 0; k < it->n; k++)
        if (!follow(c, to, &it->steps[k], k + 1 < it->n ? &it->steps[k + 1] : &end)) return 0;
    return memcmp(c->slope, slope, sizeof slope) == 0;
}

/* ---- skipping ---- */

/* The cycle in front of which a skip has to end: a timer would do something that can be seen, or the run is over. */
static int64_t next_change(const ppu_state *s, int64_t until) {
    int64_t end = until;
    int seen = (s->tsr & TSR_FIS) && !((s->tcr & TCR_FIE) && (s->msr & MSR_EE)); /* another edge of the interval timer changes nothing */
    if (!seen && s->fit_next < end) end = s->fit_next;
    return s->dec && s->dec_since + (int64_t)s->dec < end ? s->dec_since + (int64_t)s->dec : end;
}

static void move_times(int64_t *to, const int64_t *from, size_t size, int64_t by) {
    for (size_t k = 0; k < size / sizeof *to; k++)
        if (to[k] != from[k]) to[k] += by;
}

static void skip(ppu_state *s, const ppu_state *from, const change_t *c, int64_t n) {
    int64_t by = n * (s->now - from->now);
#define MOVE(field) move_times((int64_t *)&s->field, (const int64_t *)&from->field, sizeof s->field, by);
    PPU_SCALAR_TIMES(MOVE)
    for (int r = 0; r < 32; r++) s->gpr[r] += (uint32_t)n * c->slope[r];
    s->ctr += (uint32_t)n * c->slope[CTR];
    s->instructions += n * (s->instructions - from->instructions);
    s->now += by;
}

/* Two iterations, and as many more as are known. 1 if there are any. */
static int try_to_skip(ppu_core *core, int64_t until) {
    iteration_t first, second;
    ppu_state from;
    change_t c;
    int64_t n;
    if (!iterate(core, &first, until)) return 0;
    memcpy(&from, &core->s, SCALAR_PART);
    if (!iterate(core, &second, until) || !same_path(&first, &second)) return 0;
    if (!memory_as_before(core, &second) || !is_same_pipeline(&from, &core->s) || !knows_branches(&from, &second) || !is_known_change(&c, &second, &from, &core->s)) return 0;
    n = (next_change(&core->s, second.same_until < until ? second.same_until : until) - 1 - core->s.now) / (core->s.now - from.now);
    if (n > c.most) n = c.most;
    if (n <= 0) return 0;
    skip(&core->s, &from, &c, n);
    core->n_skipped += n * c.period;
    return 1;
}

/* The core stands before a load beyond the SRAM that gives the same for some time. */
static int has_time_to_look(const ppu_core *core) {
    uint32_t address, word;
    int64_t same_until = 0;
    if (!core->port.look || ppu_next_access(core, &address) != PPU_ACCESS_LOAD) return 0;
    core->port.look(core->port.context, address & ~3u, &word, core->s.now, &same_until);
    return same_until - core->s.now >= WORTH;
}

int ppu_run_idle(ppu_core *core, int64_t until) {
    ppu_state *s = &core->s;
    if (core->n_breakpoints || core->granted) return ppu_run(core, until, 0);
    for (;;) {
        int64_t end = core->probe_at > s->now ? core->probe_at : s->now + 1;
        int reason = ppu_run(core, end < until ? end : until, 0);
        if (s->now >= until || reason == PPU_BREAKPOINT) return reason;
        if (reason == PPU_OUTSIDE && (s->now < core->probe_at || !has_time_to_look(core))) return reason;
        if (until - s->now < WORTH || s->sleeping) return ppu_run(core, until, 0);
        if (try_to_skip(core, until)) {
            core->probe_gap = NEAR_PROBE;
            core->probe_at = s->now;
        } else {
            core->probe_at = s->now + core->probe_gap;
            if (core->probe_gap < LAST_PROBE) core->probe_gap *= 4;
        }
    }
}
