/* What instructions access, without executing them. (facts: ppu/isa_scalar 3) */
#include "memory.h"
#include "system.h"

enum { INDEXED = 31 }; /* primary opcode of accesses at the sum of two registers */

static int fetched(const ppu_core *core, uint32_t pc) { /* the core has the instruction */
    return pc < PPU_SRAM_BYTES || in_cache(core, pc);
}

int ppu_next_access(const ppu_core *core, uint32_t *address) {
    ppu_instruction i;
    if (!fetched(core, core->s.pc)) return *address = core->s.pc, PPU_ACCESS_FETCH;
    ppu_decode_word(ppu_code_word(core, core->s.pc), &i);
    return ppu_access_of(core, &i, address);
}

int ppu_access_of(const ppu_core *core, const ppu_instruction *i, uint32_t *address) {
    uint32_t base = i->a ? core->s.gpr[i->a] : 0, index = core->s.gpr[i->b], displacement = (uint32_t)i->imm;
    switch (i->op) {
    case PPU_OP_lwz: case PPU_OP_lwzu: case PPU_OP_lbz: case PPU_OP_lbzu: case PPU_OP_lhz: case PPU_OP_lhzu: case PPU_OP_lmw:
        return *address = base + displacement, PPU_ACCESS_LOAD;
    case PPU_OP_lha: case PPU_OP_lhau:
        return *address = base + (core->lha_zero_extends ? displacement & 0xffff : displacement), PPU_ACCESS_LOAD;
    case PPU_OP_lwzx: case PPU_OP_lwzux: case PPU_OP_lbzx: case PPU_OP_lbzux: case PPU_OP_lhzx: case PPU_OP_lhzux: case PPU_OP_lhax:
    case PPU_OP_lhaux:
        return *address = base + index, PPU_ACCESS_LOAD;
    case PPU_OP_stw: case PPU_OP_stwu: case PPU_OP_stb: case PPU_OP_stbu: case PPU_OP_sth: case PPU_OP_sthu: case PPU_OP_stmw:
        return *address = base + displacement, PPU_ACCESS_STORE;
    case PPU_OP_stwx: case PPU_OP_stwux: case PPU_OP_stbx: case PPU_OP_stbux: case PPU_OP_sthx: case PPU_OP_sthux:
        return *address = base + index, PPU_ACCESS_STORE;
    case PPU_OP_fxvlax: return *address = (base + index) & ~3u, PPU_ACCESS_LOAD;
    case PPU_OP_fxvstax: return *address = (base + index) & ~3u, PPU_ACCESS_STORE;
    case PPU_OP_fxvinx: return *address = base + index, PPU_ACCESS_READ;
    case PPU_OP_fxvoutx: return *address = base + index, PPU_ACCESS_WRITE;
    default: return *address = core->s.pc, PPU_ACCESS_FETCH;
    }
}

uint32_t ppu_access_size(const ppu_instruction *i) {
    switch (i->op) {
    case PPU_OP_lbz: case PPU_OP_lbzu: case PPU_OP_stb: case PPU_OP_stbu: case PPU_OP_lbzx: case PPU_OP_lbzux: case PPU_OP_stbx:
    case PPU_OP_stbux: return 1;
    case PPU_OP_lhz: case PPU_OP_lhzu: case PPU_OP_lha: case PPU_OP_lhau: case PPU_OP_sth: case PPU_OP_sthu: case PPU_OP_lhzx:
    case PPU_OP_lhzux: case PPU_OP_lhax: case PPU_OP_lhaux: case PPU_OP_sthx: case PPU_OP_sthux: return 2;
    case PPU_OP_lmw: case PPU_OP_stmw: return 4 * (32u - i->d);
    case PPU_OP_fxvlax: case PPU_OP_fxvstax: return PPU_LANES;
    default: return 4;
    }
}

static int is_multiple(const ppu_instruction *i) { return i->op == PPU_OP_lmw || i->op == PPU_OP_stmw; }

int ppu_is_unaligned(const ppu_core *core, const ppu_instruction *i) {
    uint32_t address;
    int kind = ppu_access_of(core, i, &address);
    return (kind == PPU_ACCESS_LOAD || kind == PPU_ACCESS_STORE) && misaligned(address, is_multiple(i) ? 4 : (int)ppu_access_size(i));
}

static int is_update(const ppu_instruction *i) {
    switch (i->op) {
    case PPU_OP_lwzu: case PPU_OP_lbzu: case PPU_OP_lhzu: case PPU_OP_lhau: case PPU_OP_stwu: case PPU_OP_stbu: case PPU_OP_sthu:
    case PPU_OP_lwzux: case PPU_OP_lbzux: case PPU_OP_lhzux: case PPU_OP_lhaux: case PPU_OP_stwux: case PPU_OP_stbux: case PPU_OP_sthux: return 1;
    default: return 0;
    }
}

/* The first interrupt is not taken if the next instruction issues in the next cycle and is misaligned as well. Instructions of more than one
 * cycle keep theirs. */
int ppu_is_unaligned_pair(const ppu_core *core, const ppu_instruction *first, uint32_t pc, int64_t t) {
    const ppu_state *s = &core->s;
    ppu_instruction second;
    uint32_t word;
    if (is_update(first) || is_multiple(first) || !fetched(core, pc + 4)) return 0;
    word = ppu_code_word(core, pc + 4);
    ppu_decode_word(word, &second);
    if (!ppu_is_unaligned(core, &second)) return 0;
    return ready_d(s, &second, ready_base(s, &second, t + 1)) == t + 1 && (word >> 26 != INDEXED || ready(s, t + 1, second.b) == t + 1);
}

int64_t ppu_idle_until(const ppu_core *core) {
    const ppu_state *s = &core->s;
    if (!s->sleeping) return s->now;
    return s->tcr & (TCR_DIE | TCR_FIE) ? ppu_next_event(s) : PPU_NEVER; /* others wake nobody */
}
