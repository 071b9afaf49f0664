/* Instructions between registers: what they compute and when the next one issues. (facts: ppu/isa_scalar 2, 3, 6)
 *
 * Each takes the cycle from which on its operands are there and returns the issue of the instruction behind it.
 */
#ifndef SIM_PPU_CORE_ARITHMETIC_H
#define SIM_PPU_CORE_ARITHMETIC_H

#include "system.h"

enum { RECORD = 1, OVERFLOW = 2 }; /* flags of an instruction */

static inline int32_t as_signed(uint32_t x) { return (int32_t)x; }
static inline uint32_t rotated(uint32_t x, unsigned n) { return (n & 31) ? (x << (n & 31)) | (x >> (32 - (n & 31))) : x; }
static inline uint32_t bit_of(uint32_t cr, int bit) { return cr >> (31 - bit) & 1; }
static inline uint32_t carry_of(const ppu_state *s) { return (s->xer & CA) != 0; }

static inline uint32_t shifted_right(uint32_t x, unsigned n) { /* arithmetic */
    return n ? (x >> n) | ((x & 0x80000000u) ? ~(0xffffffffu >> n) : 0) : x;
}

static inline uint32_t compared(const ppu_state *s, uint32_t a, uint32_t b, int is_signed) {
    int less = is_signed ? as_signed(a) < as_signed(b) : a < b;
    return (less ? 8u : a == b ? 2u : 4u) | s->xer >> 31;
}

static inline void overflow(ppu_state *s, uint32_t on) { s->xer = (s->xer & ~OV) | (on ? OV | SO : 0); }

/* A result and, if recorded, its comparison with zero; returns the issue. */
static inline int64_t recorded(ppu_state *s, int record, int64_t t, int r, uint32_t value, int latency) {
    if (record) t = cr_turn(s, t, latency);
    t = result(s, t, r, value, latency);
    if (record) set_field(s, 0, compared(s, value, 0, 1), t, latency);
    return t;
}

static inline int64_t logic(ppu_state *s, const ppu_instruction *i, int64_t t, uint32_t value) {
    return recorded(s, i->flags & RECORD, t, i->a, value, 1) + 1;
}

/* x + y + carry; `carries`: writes CA. */
static inline int64_t sum(ppu_state *s, const ppu_instruction *i, int64_t t, uint32_t x, uint32_t y, uint32_t carry, int carries) {
    uint64_t wide = (uint64_t)x + y + carry;
    uint32_t value = (uint32_t)wide;
    if (carries) s->xer = (s->xer & ~CA) | (wide >> 32 ? CA : 0);
    if (i->flags & OVERFLOW) overflow(s, (~(x ^ y) & (x ^ value)) >> 31);
    t = recorded(s, i->flags & RECORD, t, i->d, value, 1);
    return carries || (i->flags & OVERFLOW) ? blocked(s, t + PPU_XER_RESULT) : t + 1;
}

static inline int64_t multiply(ppu_state *s, const ppu_instruction *i, int64_t t, int latency) {
    uint32_t a = s->gpr[i->a], b = i->op == PPU_OP_mulli ? (uint32_t)i->imm : s->gpr[i->b];
    int64_t product = (int64_t)as_signed(a) * as_signed(b);
    uint32_t value = i->op == PPU_OP_mulhw    ? (uint32_t)((uint64_t)product >> 32)
                     : i->op == PPU_OP_mulhwu ? (uint32_t)((uint64_t)a * b >> 32)
                                              : (uint32_t)(uint64_t)product;
    int overflows = i->op == PPU_OP_mullw && (i->flags & OVERFLOW);
    if (overflows) overflow(s, product != as_signed(value));
    t = recorded(s, i->op != PPU_OP_mulli && (i->flags & RECORD), t, i->d, value, latency);
    s->drained = later(s->drained, t + latency + 1);
    return overflows ? blocked(s, t + PPU_XER_RESULT + latency - 1) : t + 1;
}

static inline uint32_t quotient(uint32_t x, uint32_t y, int is_signed, int *bad) { /* the corners are defined; facts: isa_scalar 3.11 */
    *bad = y == 0 || (is_signed && x == 0x80000000u && y == 0xffffffffu);
    if (*bad) return y ? 0x80000000u : is_signed && x >> 31 ? 0 : 0xffffffffu;
    return is_signed ? (uint32_t)(as_signed(x) / as_signed(y)) : x / y;
}

static inline int64_t divide(ppu_state *s, const ppu_instruction *i, int64_t t, int latency) {
    int bad;
    uint32_t value = quotient(s->gpr[i->a], s->gpr[i->b], i->op == PPU_OP_divw, &bad);
    if (i->flags & OVERFLOW) overflow(s, (uint32_t)bad);
    return blocked(s, recorded(s, i->flags & RECORD, later(t, PPU_DIVIDER_START), i->d, value, 1) + latency);
}

static inline int64_t shift_right(ppu_state *s, const ppu_instruction *i, int64_t t, unsigned n) {
    uint32_t x = s->gpr[i->d];
    s->xer = (s->xer & ~CA) | ((x >> 31) && n && (x << (32 - n)) ? CA : 0);
    return blocked(s, recorded(s, i->flags & RECORD, t, i->a, shifted_right(x, n), 1) + PPU_XER_RESULT);
}

static inline uint32_t leading_zeros(uint32_t x) {
    uint32_t n = 0;
    if (!x) return 32;
    while (!(x << n & 0x80000000u)) n++;
    return n;
}

static inline uint32_t ones_per_byte(uint32_t x) {
    x -= x >> 1 & 0x55555555u;
    x = (x & 0x33333333u) + (x >> 2 & 0x33333333u);
    return (x + (x >> 4)) & 0x0f0f0f0fu;
}

static inline uint32_t parity_of_bytes(uint32_t x) { /* of the lowest bits */
    x &= 0x01010101u;
    x ^= x >> 16;
    return (x ^ x >> 8) & 1;
}

static inline int64_t compare(ppu_state *s, const ppu_instruction *i, int64_t t, uint32_t y, int is_signed) {
    t = cr_turn(s, t, 1);
    set_field(s, i->d >> 2, compared(s, s->gpr[i->a], y, is_signed), t, 1);
    return t + 1;
}

static inline uint32_t combined(int op, uint32_t a, uint32_t b) { /* the lowest bit */
    switch (op) {
    case PPU_OP_crand: return a & b;
    case PPU_OP_crandc: return a & ~b;
    case PPU_OP_creqv: return ~(a ^ b);
    case PPU_OP_crnand: return ~(a & b);
    case PPU_OP_crnor: return ~(a | b);
    case PPU_OP_cror: return a | b;
    case PPU_OP_crorc: return a | ~b;
    default: return a ^ b;
    }
}

static inline int64_t combine_bits(ppu_state *s, const ppu_instruction *i, int64_t t) {
    int field = i->d >> 2, shift = 31 - i->d;
    t = later(later(t, s->cr_ready[i->a >> 2]), later(s->cr_ready[i->b >> 2], s->cr_ready[field]));
    t = cr_turn(s, t, 1);
    uint32_t bit = combined(i->op, bit_of(s->cr, i->a), bit_of(s->cr, i->b)) & 1, old = s->cr >> (28 - 4 * field) & 15;
    set_field(s, field, (old & ~(1u << (shift & 3))) | bit << (shift & 3), t, 1);
    return t + 1;
}

static inline int64_t move_field(ppu_state *s, const ppu_instruction *i, int64_t t) {
    t = cr_turn(s, later(t, s->cr_ready[i->a >> 2]), 1);
    set_field(s, i->d >> 2, s->cr >> (28 - 4 * (i->a >> 2)) & 15, t, 1);
    return t + 1;
}

static inline int has_field(const ppu_instruction *i, int field) { return (uint32_t)i->imm >> (28 - 4 * field) & 1; }

static inline int64_t read_fields(ppu_state *s, const ppu_instruction *i, int64_t t) {
    uint32_t mask = (uint32_t)i->imm;
    for (int field = 0; field < 8; field++)
        if (has_field(i, field)) t = later(t, s->cr_ready[field]);
    return result(s, t, i->d, (s->cr & mask) | (s->gpr[i->d] & ~mask), 1) + 1;
}

static inline int64_t write_fields(ppu_state *s, const ppu_instruction *i, int64_t t) {
    uint32_t value = s->gpr[i->d];
    if (i->imm) t = cr_turn(s, t, 1);
    for (int field = 0; field < 8; field++)
        if (has_field(i, field)) set_field(s, field, value >> (28 - 4 * field) & 15, t, 1);
    return t + 1;
}

static inline int trapped(unsigned condition, uint32_t a, uint32_t b) {
    int32_t x = as_signed(a), y = as_signed(b);
    return ((condition & 16) && x < y) || ((condition & 8) && x > y) || ((condition & 4) && x == y) || ((condition & 2) && a < b) ||
           ((condition & 1) && a > b);
}
#endif
