/* What the instruction that comes next wants from beyond the SRAM, without executing it. */
#include "core_memory.h"
#include "core_system.h"

static int fetched(const ppu_core *core, uint32_t pc) { /* the core has the instruction */
    return pc < PPU_SRAM_BYTES || core->s.lines[pc / 4 / PPU_LINE_WORDS % PPU_LINES] == pc / 4 / PPU_LINE_WORDS + 1;
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

int64_t ppu_idle_until(const ppu_core *core) {
    const ppu_state *s = &core->s;
    if (!s->sleeping) return s->now;
    return s->tcr & (TCR_DIE | TCR_FIE) ? ppu_next_event(s) : PPU_NEVER; /* others wake nobody */
}
