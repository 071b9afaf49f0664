/* What instructions access, without executing them. (facts: ppu/isa_scalar 3) */
#include "memory.h"
#include "system.h"

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
    const ppu_traits *traits = &ppu_traits_of[i->op];
    uint32_t base = i->a ? core->s.gpr[i->a] : 0, offset = traits->indexed ? core->s.gpr[i->b] : (uint32_t)i->imm;
    if (traits->access == PPU_ACCESS_FETCH) return *address = core->s.pc, PPU_ACCESS_FETCH;
    if (core->lha_zero_extends && traits->is_signed && !traits->indexed) offset &= 0xffff;
    *address = base + offset;
    if (traits->uses && traits->unit == PPU_UNIT_MEMORY) *address &= ~3u; /* vectors lie at words */
    return traits->access;
}

uint32_t ppu_access_size(const ppu_instruction *i) { return ppu_traits_of[i->op].size * (ppu_traits_of[i->op].multiple ? 32u - i->d : 1u); }

int ppu_is_unaligned(const ppu_core *core, const ppu_instruction *i) {
    uint32_t address;
    int kind = ppu_access_of(core, i, &address);
    return (kind == PPU_ACCESS_LOAD || kind == PPU_ACCESS_STORE) && misaligned(address, ppu_traits_of[i->op].size);
}

/* The first interrupt is not taken if the next instruction issues in the next cycle and is misaligned as well. Instructions of more than one
 * cycle keep theirs. */
int ppu_is_unaligned_pair(const ppu_core *core, const ppu_instruction *first, uint32_t pc, int64_t t) {
    const ppu_state *s = &core->s;
    const ppu_traits *traits = &ppu_traits_of[first->op];
    ppu_instruction second;
    if (traits->update || traits->multiple || !fetched(core, pc + 4)) return 0;
    ppu_decode_word(ppu_code_word(core, pc + 4), &second);
    if (!ppu_is_unaligned(core, &second)) return 0;
    return ready_d(s, &second, ready_base(s, &second, t + 1)) == t + 1 && (!ppu_traits_of[second.op].indexed || ready(s, t + 1, second.b) == t + 1);
}

int64_t ppu_idle_until(const ppu_core *core) {
    const ppu_state *s = &core->s;
    if (!s->sleeping) return s->now;
    return s->tcr & (TCR_DIE | TCR_FIE) ? ppu_next_event(s) : PPU_NEVER; /* others wake nobody */
}
