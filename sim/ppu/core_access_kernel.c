/* What the instruction that comes next wants from beyond the SRAM, without executing it. */
#include "core_kernel.h"

static ppu_instruction next_instruction(const ppu_core *core) {
    ppu_instruction found;
    uint32_t pc = core->s.pc, word = 0;
    if (pc < PPU_SRAM_BYTES) word = core->sram[pc >> 2];
    else if (core->port.fetch) core->port.fetch(core->port.context, pc, &word, core->s.now);
    ppu_decode_word(word, &found);
    return found;
}

int ppu_next_access(const ppu_core *core, uint32_t *address) {
    ppu_instruction i = next_instruction(core);
    uint32_t base = i.a ? core->s.gpr[i.a] : 0, index = core->s.gpr[i.b], displacement = (uint32_t)i.imm;
    switch (i.op) {
    case PPU_OP_lwz: case PPU_OP_lwzu: case PPU_OP_lbz: case PPU_OP_lbzu: case PPU_OP_lhz: case PPU_OP_lhzu: case PPU_OP_lmw:
        return *address = base + displacement, PPU_LOADS;
    case PPU_OP_lha: case PPU_OP_lhau:
        return *address = base + (core->lha_zero_extends ? displacement & 0xffff : displacement), PPU_LOADS;
    case PPU_OP_lwzx: case PPU_OP_lwzux: case PPU_OP_lbzx: case PPU_OP_lbzux: case PPU_OP_lhzx: case PPU_OP_lhzux: case PPU_OP_lhax:
    case PPU_OP_lhaux:
        return *address = base + index, PPU_LOADS;
    case PPU_OP_stw: case PPU_OP_stwu: case PPU_OP_stb: case PPU_OP_stbu: case PPU_OP_sth: case PPU_OP_sthu: case PPU_OP_stmw:
        return *address = base + displacement, PPU_STORES;
    case PPU_OP_stwx: case PPU_OP_stwux: case PPU_OP_stbx: case PPU_OP_stbux: case PPU_OP_sthx: case PPU_OP_sthux:
        return *address = base + index, PPU_STORES;
    case PPU_OP_fxvlax: return *address = (base + index) & ~3u, PPU_LOADS;
    case PPU_OP_fxvstax: return *address = (base + index) & ~3u, PPU_STORES;
    case PPU_OP_fxvinx: return *address = base + index, PPU_READS_ROW;
    case PPU_OP_fxvoutx: return *address = base + index, PPU_WRITES_ROW;
    default: return *address = core->s.pc, PPU_FETCHES;
    }
}

int64_t ppu_idle_until(const ppu_core *core) {
    const ppu_state *s = &core->s;
    int64_t decremented = s->dec ? s->dec_since + (int64_t)s->dec : PPU_NEVER;
    if (!s->sleeping) return s->now;
    if (!(s->tcr & (PPU_TCR_DIE | PPU_TCR_FIE))) return PPU_NEVER;
    return decremented < s->fit_next ? decremented : s->fit_next;
}
