/* Execution: one instruction after the other, each at the cycle at which it issues. (facts: ppu/isa_scalar 2..6)
 *
 * The files around: isa.py and decode (words), arithmetic (between registers), memory (accesses, code beyond the SRAM), branch (branch cache),
 * system (timers, special registers, interrupts), pipeline (time), vector and vector_time (vector unit).
 */
#include "arithmetic.h"
#include "branch.h"
#include "memory.h"

enum { LINK = 1, ABSOLUTE = 2 };                                          /* flags of branches */
enum { ANY_CONDITION = 16, CONDITION_TRUE = 8, ANY_COUNT = 4, COUNT_ZERO = 2 }; /* of their BO field */

#define A s->gpr[i->a]
#define B s->gpr[i->b]
#define S s->gpr[i->d]
#define IMM ((uint32_t)i->imm)
#define INDEXED (base(s, i) + B)
#define DISPLACED (base(s, i) + IMM)
/* lha and lhau */
#define DISPLACED_HALF (base(s, i) + (core->lha_zero_extends ? IMM & 0xffff : IMM))
#define READY_DISPLACED (t = ready_base(s, i, t))
#define READY_DISPLACED_HALF READY_DISPLACED
#define READY_INDEXED (t = ready(s, ready_base(s, i, t), i->b))

static inline int all_inside(uint32_t ea, uint32_t words) { return ea < PPU_SRAM_BYTES && ea + 4 * words <= PPU_SRAM_BYTES; }

/* lmw, stmw: a register a cycle. */
static ppu_outcome load_multiple(ppu_core *core, const ppu_instruction *i, uint32_t ea, int64_t *t) {
    ppu_state *s = &core->s;
    int64_t issue = *t;
    if (misaligned(ea, 4)) return UNALIGNED;
    if (!all_inside(ea, 32u - i->d) && !granted(core, issue)) return HELD;
    for (int r = i->d; r < 32; r++, ea += 4, issue++) {
        int extra = 0;
        uint32_t word;
        issue = ready(s, issue, r);
        if (issue < s->port_busy) issue = ppu_load_turn(s, issue, PPU_LOAD_BOOKING);
        if (ea < PPU_SRAM_BYTES) word = core->sram[ea >> 2];
        else extra = ppu_load_outside(core, ea, &word, issue);
        s->gpr[r] = word;
        loaded(s, issue, r, PPU_LATENCY_lmw + extra);
    }
    *t = issue;
    return DONE;
}

static ppu_outcome store_multiple(ppu_core *core, const ppu_instruction *i, uint32_t ea, int64_t *t) {
    ppu_state *s = &core->s;
    int64_t issue = *t;
    if (misaligned(ea, 4)) return UNALIGNED;
    if (!all_inside(ea, 32u - i->d) && !granted(core, issue)) return HELD;
    for (int r = i->d; r < 32; r++, ea += 4, issue++) {
        int extra = 0;
        issue = ready(s, issue, r);
        if (ea < PPU_SRAM_BYTES) store_inside(core, ea, s->gpr[r], 4);
        else extra = ppu_store_outside(core, ea, s->gpr[r], 4, issue);
        s->drained = later(s->drained, issue + PPU_LATENCY_stmw + extra);
    }
    *t = issue;
    return DONE;
}

/* fxvlax, fxvstax ignore the lowest bits of the address; fxvinx, fxvoutx select a location of the parallel bus. */
static ppu_outcome vector_access(ppu_core *core, const ppu_instruction *i, uint32_t ea, int64_t *t) {
    ppu_state *s = &core->s;
    int serial = i->op == PPU_OP_fxvlax || i->op == PPU_OP_fxvstax;
    if (serial) ea &= ~3u;
    if (!(serial && ea <= PPU_SRAM_BYTES - PPU_LANES) && !granted(core, *t)) return HELD;
    *t = ppu_vector_time(s, i, *t, ppu_vector_memory(core, i, ea, *t)) + 1;
    s->vectors++;
    return DONE;
}

static int64_t read_special(ppu_core *core, const ppu_instruction *i, int64_t t) {
    ppu_state *s = &core->s;
    if (i->imm == PPU_SPR_CTR) t = later(t, s->ctr_ready);
    if (i->imm == PPU_SPR_LR) t = later(t, s->lr_ready);
    if (i->imm == s->spr_written) t = later(t, s->spr_ready);
    t = result(s, t, i->d, s->gpr[i->d], 1);
    s->now = t;
    s->gpr[i->d] = ppu_get_spr(core, i->imm);
    return t + 1;
}

static int64_t write_special(ppu_core *core, const ppu_instruction *i, int64_t t) {
    ppu_state *s = &core->s;
    s->now = t;
    ppu_set_spr(core, i->imm, S);
    if (i->imm == PPU_SPR_CTR) s->ctr_ready = t + 2;
    if (i->imm == PPU_SPR_LR) s->lr_ready = t + 2;
    s->spr_written = i->imm;
    s->spr_ready = t + 2;
    return i->imm == PPU_SPR_XER ? blocked(s, t + PPU_XER_RESULT) : t + 1;
}

/* Undecoded words reach the fixed-point unit without a result; what they record is assumed to be that of 0. */
static int64_t nothing(ppu_core *core, const ppu_instruction *i, uint32_t pc, int64_t t) {
    ppu_state *s = &core->s;
    if (i->imm) return ready(s, t, 0) + 1; /* ori 0,0,0 still waits for its register */
    ppu_report_undecoded(core, pc, ppu_code_word(core, pc), t);
    if (i->flags & OVERFLOW) overflow(s, 0);
    if (i->flags & RECORD) {
        t = cr_turn(s, t, 1);
        set_field(s, 0, compared(s, 0, 0, 1), t, 1);
    }
    return i->flags & OVERFLOW ? blocked(s, t + PPU_XER_RESULT) : t + 1;
}

static inline void link(ppu_state *s, const ppu_instruction *i, uint32_t pc, int64_t t) {
    if (!(i->flags & LINK)) return;
    s->lr = pc + 4;
    s->lr_ready = t + 2;
}

/* bc, bclr, bcctr: advances pc and time. */
static inline void branch_conditional(ppu_state *s, const ppu_instruction *i, uint32_t target, uint32_t *pc, int64_t *t) {
    unsigned bo = i->d;
    int taken = 1;
    int64_t issue = *t;
    if (!(bo & ANY_CONDITION)) issue = later(issue, s->cr_ready[i->a >> 2]);
    if (!(bo & ANY_COUNT)) {
        uint32_t left = s->ctr - 1;
        issue = later(issue, s->ctr_ready);
        if (i->op != PPU_OP_bcctr) { s->ctr = left; s->ctr_ready = issue + 2; }
        taken = (left != 0) != ((bo & COUNT_ZERO) != 0);
    }
    if (!(bo & ANY_CONDITION)) taken = taken && bit_of(s->cr, i->a) == ((bo & CONDITION_TRUE) != 0);
    link(s, i, *pc, issue);
    *t = issue + branched(s, *pc, target, taken, issue);
    *pc = taken ? target : *pc + 4;
}

static void return_from(ppu_state *s, uint32_t msr, int64_t *t) {
    s->msr = msr & PPU_MSR_MASK;
    s->jumped = 1;
    *t = later(*t, s->drained) + PPU_REFILL + 1;
}

int ppu_run(ppu_core *core, int64_t until, int64_t count) {
    ppu_state *s = &core->s;
    int64_t t = s->now, begin = t, limit, done = 0, most = count > 0 ? count : PPU_NEVER;
    uint32_t pc = s->pc;
    int reason = PPU_LIMIT, vector, passing = 1; /* the first instruction runs even if a breakpoint is on it */
    ppu_outcome outcome;
    ppu_instruction scratch, *i;

    if (s->sleeping) {
        if (!ppu_sleep(s, until)) return PPU_SLEEPING;
        t = s->now;
        if (!ppu_pending(s)) {
            t += PPU_REFILL;
            pc += 4;
        }
    }
check: /* timers and interrupts */
    ppu_settle_timers(s, t);
    vector = ppu_pending(s);
    if (vector) goto interrupt;
    limit = ppu_next_event(s) < until ? ppu_next_event(s) : until;
next:
    if (t >= limit) {
        if (t >= until) goto out;
        goto check;
    }
    if (done >= most) goto out;
    begin = t;
    if (pc < PPU_SRAM_BYTES) i = &core->decoded[pc >> 2];
    else if (cache_hit(core, pc, t)) i = &core->cached[pc / 4 % PPU_CACHE_WORDS];
    else if (ppu_fetch_outside(core, pc, &t, &i) == HELD) goto held;
again:
    switch (i->op) {
    case PPU_UNKNOWN:
        ppu_decode_at(core, pc, ppu_code_word(core, pc), i);
        goto again;
    case PPU_BREAK:
        if (!(passing && done == 0)) { t = begin; reason = PPU_BREAKPOINT; goto out; }
        passing = 0;
        ppu_decode_word(ppu_code_word(core, pc), &scratch);
        i = &scratch;
        goto again;
    case PPU_OP_nop: t = nothing(core, i, pc, t); break;

    /* -- arithmetic -- */
    case PPU_OP_addi: case PPU_OP_addis: t = result(s, ready_base(s, i, t), i->d, DISPLACED, 1) + 1; break;
    case PPU_OP_addic: t = sum(s, i, ready_a(s, i, t), A, IMM, 0, 1); break;
    case PPU_OP_subfic: t = sum(s, i, ready_a(s, i, t), ~A, IMM, 1, 1); break;
    case PPU_OP_add: t = sum(s, i, ready_ab(s, i, t), A, B, 0, 0); break;
    case PPU_OP_addc: t = sum(s, i, ready_ab(s, i, t), A, B, 0, 1); break;
    case PPU_OP_adde: t = sum(s, i, ready_ab(s, i, t), A, B, carry_of(s), 1); break;
    /* these wait for the register that their unused field RB names, mostly r0 */
    case PPU_OP_addme: t = sum(s, i, ready_ab(s, i, t), A, 0xffffffffu, carry_of(s), 1); break;
    case PPU_OP_addze: t = sum(s, i, ready_ab(s, i, t), A, 0, carry_of(s), 1); break;
    case PPU_OP_subf: t = sum(s, i, ready_ab(s, i, t), ~A, B, 1, 0); break;
    case PPU_OP_subfc: t = sum(s, i, ready_ab(s, i, t), ~A, B, 1, 1); break;
    case PPU_OP_subfe: t = sum(s, i, ready_ab(s, i, t), ~A, B, carry_of(s), 1); break;
    case PPU_OP_subfme: t = sum(s, i, ready_ab(s, i, t), ~A, 0xffffffffu, carry_of(s), 1); break;
    case PPU_OP_subfze: t = sum(s, i, ready_ab(s, i, t), ~A, 0, carry_of(s), 1); break;
    case PPU_OP_neg: t = sum(s, i, ready_a(s, i, t), ~A, 0, 1, 0); break;
    case PPU_OP_mulli: t = multiply(s, i, ready_a(s, i, t), PPU_LATENCY_mulli); break;
    case PPU_OP_mullw: t = multiply(s, i, ready_ab(s, i, t), PPU_LATENCY_mullw); break;
    case PPU_OP_mulhw: t = multiply(s, i, ready_ab(s, i, t), PPU_LATENCY_mulhw); break;
    case PPU_OP_mulhwu: t = multiply(s, i, ready_ab(s, i, t), PPU_LATENCY_mulhwu); break;
    case PPU_OP_divw: t = divide(s, i, ready_ab(s, i, t), PPU_LATENCY_divw); break;
    case PPU_OP_divwu: t = divide(s, i, ready_ab(s, i, t), PPU_LATENCY_divwu); break;

    /* -- logic -- */
    case PPU_OP_ori: case PPU_OP_oris: t = result(s, ready_d(s, i, t), i->a, S | IMM, 1) + 1; break;
    case PPU_OP_xori: case PPU_OP_xoris: t = result(s, ready_d(s, i, t), i->a, S ^ IMM, 1) + 1; break;
    case PPU_OP_andi: case PPU_OP_andis: t = recorded(s, 1, ready_d(s, i, t), i->a, S & IMM, 1) + 1; break;
    case PPU_OP_and: t = logic(s, i, ready_db(s, i, t), S & B); break;
    case PPU_OP_andc: t = logic(s, i, ready_db(s, i, t), S & ~B); break;
    case PPU_OP_or: t = logic(s, i, ready_db(s, i, t), S | B); break;
    case PPU_OP_orc: t = logic(s, i, ready_db(s, i, t), S | ~B); break;
    case PPU_OP_xor: t = logic(s, i, ready_db(s, i, t), S ^ B); break;
    case PPU_OP_nand: t = logic(s, i, ready_db(s, i, t), ~(S & B)); break;
    case PPU_OP_nor: t = logic(s, i, ready_db(s, i, t), ~(S | B)); break;
    case PPU_OP_eqv: t = logic(s, i, ready_db(s, i, t), ~(S ^ B)); break;
    case PPU_OP_slw: t = logic(s, i, ready_db(s, i, t), S << (B & 31)); break;
    case PPU_OP_srw: t = logic(s, i, ready_db(s, i, t), S >> (B & 31)); break;
    case PPU_OP_sraw: t = shift_right(s, i, ready_db(s, i, t), B & 31); break;
    case PPU_OP_srawi: t = shift_right(s, i, ready_d(s, i, t), i->b); break;
    case PPU_OP_rlwinm: t = logic(s, i, ready_d(s, i, t), rotated(S, i->b) & IMM); break;
    case PPU_OP_rlwnm: t = logic(s, i, ready_db(s, i, t), rotated(S, B) & IMM); break;
    case PPU_OP_rlwimi: t = logic(s, i, ready(s, ready_d(s, i, t), i->a), (rotated(S, i->b) & IMM) | (A & ~IMM)); break;
    case PPU_OP_cntlzw: t = logic(s, i, ready_d(s, i, t), leading_zeros(S)); break;
    case PPU_OP_extsb: t = logic(s, i, ready_d(s, i, t), (uint32_t)(int32_t)(int8_t)S); break;
    case PPU_OP_extsh: t = logic(s, i, ready_d(s, i, t), (uint32_t)(int32_t)(int16_t)S); break;
    case PPU_OP_popcntb: t = result(s, ready_d(s, i, t), i->a, ones_per_byte(S), 1) + 1; break;
    case PPU_OP_prtyw: t = result(s, ready_d(s, i, t), i->a, parity_of_bytes(S), 1) + 1; break;

    /* -- compare and condition register -- */
    case PPU_OP_cmpwi: t = compare(s, i, ready_a(s, i, t), IMM, 1); break;
    case PPU_OP_cmplwi: t = compare(s, i, ready_a(s, i, t), IMM, 0); break;
    case PPU_OP_cmpw: t = compare(s, i, ready_ab(s, i, t), B, 1); break;
    case PPU_OP_cmplw: t = compare(s, i, ready_ab(s, i, t), B, 0); break;
    case PPU_OP_mcrf: t = move_field(s, i, t); break;
    case PPU_OP_crand: case PPU_OP_crandc: case PPU_OP_creqv: case PPU_OP_crnand: case PPU_OP_crnor: case PPU_OP_cror: case PPU_OP_crorc:
    case PPU_OP_crxor: t = combine_bits(s, i, t); break;
    case PPU_OP_mfcr: t = read_fields(s, i, t); break;
    case PPU_OP_mtcrf: t = write_fields(s, i, ready_d(s, i, t)); break;

    /* -- special registers -- */
    case PPU_OP_mfspr: t = read_special(core, i, t); break;
    case PPU_OP_mtspr: t = write_special(core, i, ready_d(s, i, t)); goto after;
    case PPU_OP_mfmsr: t = result(s, t, i->d, s->msr, 1) + 1; break;
    case PPU_OP_mtmsr:
        t = synchronised(s, t, ready_d(s, i, t)) + PPU_MSR_WRITE - PPU_SYNCHRONISED;
        s->msr = S & PPU_MSR_MASK;
        goto after;
    case PPU_OP_sync: t = synchronised(s, t, t); break;
    case PPU_OP_wait:
        if (i->d & 3) { t += 1; break; }
        goto sleep;

    /* -- branches and traps -- */
    case PPU_OP_b: {
        uint32_t target = (i->flags & ABSOLUTE ? 0 : pc) + IMM;
        link(s, i, pc, t);
        t += branched(s, pc, target, 1, t);
        pc = target;
        goto jumped;
    }
    case PPU_OP_bc: branch_conditional(s, i, (i->flags & ABSOLUTE ? 0 : pc) + IMM, &pc, &t); goto jumped;
    case PPU_OP_bclr: branch_conditional(s, i, s->lr & ~3u, &pc, (t = later(t, s->lr_ready), &t)); goto jumped;
    case PPU_OP_bcctr: branch_conditional(s, i, s->ctr & ~3u, &pc, (t = later(t, s->ctr_ready), &t)); goto jumped;
    case PPU_OP_rfi: pc = s->srr0 & ~3u; return_from(s, s->srr1, &t); goto returned;
    case PPU_OP_rfci: pc = s->csrr0 & ~3u; return_from(s, s->csrr1, &t); goto returned;
    case PPU_OP_rfmci: pc = s->mcsrr0 & ~3u; return_from(s, s->mcsrr1, &t); goto returned;
    case PPU_OP_twi:
        if (trapped(i->d, A, IMM)) { t = ready_a(s, i, t); goto trap; }
        t = synchronised(s, t, ready_a(s, i, t));
        break;
    case PPU_OP_tw:
        if (trapped(i->d, A, B)) { t = ready_ab(s, i, t); goto trap; }
        t = synchronised(s, t, ready_ab(s, i, t));
        break;

    /* -- memory -- */
#define LOAD(name, form, size, is_signed, update, latency)                                                                                   \
    case PPU_OP_##name: READY_##form; outcome = load(core, i, form, size, is_signed, update, latency, &t); goto accessed;
#define STORE(name, form, size, is_signed, update, latency)                                                                                  \
    case PPU_OP_##name: READY_##form; outcome = store(core, i, form, size, update, latency, &t); goto accessed;
    PPU_LOADS(LOAD)
    PPU_STORES(STORE)
    case PPU_OP_lmw: READY_DISPLACED; outcome = load_multiple(core, i, DISPLACED, &t); goto accessed;
    case PPU_OP_stmw: READY_DISPLACED; outcome = store_multiple(core, i, DISPLACED, &t); goto accessed;

    /* -- vector unit -- */
    case PPU_OP_fxvlax: case PPU_OP_fxvstax: case PPU_OP_fxvinx: case PPU_OP_fxvoutx: READY_INDEXED; outcome = vector_access(core, i, INDEXED, &t); goto accessed;
    case PPU_OP_fxvsplath: case PPU_OP_fxvsplatb: t = ready_base(s, i, t); goto vector;
    default: goto vector;
    }
advance:
    done++;
    pc += 4;
    s->jumped = 0;
    goto next;

accessed:
    if (outcome == DONE) goto advance;
    if (outcome == HELD) goto held;
    goto unaligned;
vector: /* between vector registers */
    ppu_vector_execute(s, i);
    t = ppu_vector_time(s, i, t, 0) + 1;
    s->vectors++;
    goto advance;
jumped:
    done++;
    goto next;
after: /* what may enable an interrupt */
    pc += 4;
    s->jumped = 0;
returned:
    done++;
    goto check;
sleep: /* does not count as an instruction */
    s->now = s->slept = t = later(t + 1, ppu_emptied(s, t)) - 1;
    s->pc = pc;
    s->sleeping = 1;
    if (!ppu_sleep(s, until)) {
        s->instructions += done;
        return PPU_SLEEPING;
    }
    t = s->now;
    ppu_settle_timers(s, t);
    if (ppu_pending(s)) goto check; /* resumes at the wait itself */
    t += PPU_REFILL;
    pc += 4;
    goto check;
trap:
    s->esr = ESR_TRAP;
    vector = PPU_VECTOR_TRAP;
    done++;
    goto interrupt;
unaligned:
    s->esr = 0;
    if (!core->faults.n_unaligned++) core->faults.unaligned_pc = pc;
    if (ppu_is_unaligned_pair(core, i, pc, t)) {
        core->faults.n_unaligned++;
        done++;
        pc += 4;
        t++;
    }
    vector = PPU_VECTOR_ALIGNMENT;
    done++;
interrupt:
    ppu_enter(s, vector, pc, t);
    t = s->now;
    pc = s->pc;
    goto check;
held: /* as if the instruction had not been looked at: what it waits for is found again */
    t = begin;
    reason = PPU_OUTSIDE;
out:
    s->instructions += done;
    s->now = t;
    s->pc = pc;
    return reason;
}
