/* From words to instructions, by the tables that isa.py gives. (facts: ppu/isa_scalar 2, ppu/isa_vector) */
#include "core.h"

const ppu_traits ppu_traits_of[PPU_OPS] = PPU_TRAITS;
static const uint8_t by_primary[64] = PPU_PRIMARY, by_extended4[512] = PPU_EXTENDED_4, by_extended19[1024] = PPU_EXTENDED_19,
                     by_extended31[1024] = PPU_EXTENDED_31;

enum { NOP = 0x60000000 }; /* ori 0,0,0, which does not issue */

static uint32_t mask_of(unsigned begin, unsigned end) { /* bits begin..end, counted from the most significant one, may wrap */
    uint32_t from = 0xffffffffu >> begin, to = 0xffffffffu << (31 - end);
    return begin <= end ? (from & to) : (from | to);
}

static uint32_t field_bits(uint32_t fields) { /* of the condition register, by field mask; bit 7 is field 0 */
    uint32_t bits = 0;
    for (int field = 0; field < 8; field++)
        if (fields >> field & 1) bits |= 0xfu << (4 * field);
    return bits;
}

static uint8_t operation(uint32_t word) {
    unsigned primary = word >> 26;
    uint8_t op = primary == 31   ? by_extended31[word >> 1 & 1023]
                 : primary == 19 ? by_extended19[word >> 1 & 1023]
                 : primary == 4  ? by_extended4[word >> 2 & 511]
                                 : by_primary[primary];
    return op && word != NOP ? op : PPU_OP_nop;
}

static uint32_t flags_of(uint32_t word, int op) {
    switch (word >> 26) {
    case 4: case 16: case 18: return op == PPU_OP_nop ? 0 : word & 3;
    case 13: case 19: return op == PPU_OP_nop ? 0 : word >> 26 == 13 ? 1 : word & 1;
    case 20: case 21: case 23: return word & 1;
    case 31: return (word & 1) | (word >> 9 & 2);
    default: return 0;
    }
}

static int32_t immediate(uint32_t word, int op) {
    int32_t low = (int16_t)(word & 0xffff);
    if (op == PPU_OP_nop) return word == NOP;
    switch (ppu_traits_of[op].immediate) {
    case PPU_UNSIGNED: return low & 0xffff;
    case PPU_SHIFTED: return (int32_t)(word << 16);
    case PPU_MASK: return (int32_t)mask_of(word >> 6 & 31, word >> 1 & 31);
    case PPU_JUMP: return (int32_t)(word & 0x03fffffc) - (int32_t)((word & 0x02000000) << 1);
    case PPU_BRANCH: return low & ~3;
    case PPU_SPECIAL: return (int32_t)((word >> 16 & 31) | (word >> 6 & 0x3e0));
    case PPU_FIELDS: return (int32_t)field_bits(word >> 12 & 0xff);
    case PPU_FIELDS_OR_ALL: return (int32_t)field_bits(word >> 20 & 1 ? word >> 12 & 0xff : 0xff);
    default: return low;
    }
}

void ppu_decode_word(uint32_t word, ppu_instruction *out) {
    out->op = operation(word);
    out->d = word >> 21 & 31;
    out->a = word >> 16 & 31;
    out->b = word >> 11 & 31;
    out->flags = flags_of(word, out->op);
    out->imm = immediate(word, out->op);
}

void ppu_decode_at(ppu_core *core, uint32_t pc, uint32_t word, ppu_instruction *slot) {
    ppu_decode_word(word, slot);
    if (pc < PPU_SRAM_BYTES && core->breakpoints[pc / 4 / 32] >> (pc / 4 % 32) & 1) slot->op = PPU_BREAK;
}

void ppu_forget(ppu_core *core) {
    for (int i = 0; i < PPU_SRAM_WORDS; i++) core->decoded[i].op = PPU_UNKNOWN;
    for (int i = 0; i < PPU_CACHE_WORDS; i++) core->cached[i].op = PPU_UNKNOWN;
}

void ppu_poke(ppu_core *core, uint32_t index, uint32_t word) {
    core->sram[index & (PPU_SRAM_WORDS - 1)] = word;
    core->decoded[index & (PPU_SRAM_WORDS - 1)].op = PPU_UNKNOWN;
}

void ppu_breakpoint(ppu_core *core, uint32_t index, int on) {
    uint32_t bit = 1u << (index % 32), *bits = &core->breakpoints[index % PPU_SRAM_WORDS / 32];
    index &= PPU_SRAM_WORDS - 1;
    core->n_breakpoints += (on != 0) - ((*bits & bit) != 0);
    *bits = on ? *bits | bit : *bits & ~bit;
    core->decoded[index].op = PPU_UNKNOWN;
}
