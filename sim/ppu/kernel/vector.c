/* The vector unit: 32 registers of 128 bytes, an accumulator of twice that, flags per byte lane. (facts: ppu/isa_vector)
 *
 * Lanes are held so that a halfword lane is a native number; byte lanes are then swapped in pairs on little-endian machines, which matters only
 * to what mixes lanes. Results are masked per byte lane, whatever the size of the elements.
 */
#include "core.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { SWAP = 0 };
#else
enum { SWAP = 1 };
#endif
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* Between lanes in their order and halfwords: bytes in pairs change places, or nothing does. */
WIDE static void ordered(uint16_t *restrict t, const uint16_t *x) {
    for (int k = 0; k < PPU_HALVES; k++) t[k] = SWAP ? (uint16_t)(x[k] << 8 | x[k] >> 8) : x[k];
}

void ppu_vector_get(const ppu_vector *v, uint8_t *lanes) {
    ppu_vector t;
    ordered(t.h, v->h);
    memcpy(lanes, t.b, sizeof t.b);
}

void ppu_vector_set(ppu_vector *v, const uint8_t *lanes) {
    ppu_vector t;
    memcpy(t.b, lanes, sizeof t.b);
    ordered(v->h, t.h);
}

static inline int32_t low16(uint32_t x) { return (int16_t)(uint16_t)x; }
static inline int32_t clamp(int32_t x, int32_t most) { return x > most ? most : x < -most - 1 ? -most - 1 : x; }
static inline int32_t sum32(int32_t x, int32_t y) { /* saturated */
    uint32_t wrapped = (uint32_t)x + (uint32_t)y, limit = ((uint32_t)x >> 31) + INT32_MAX;
    return (int32_t)((((uint32_t)x ^ wrapped) & ((uint32_t)y ^ wrapped)) >> 31 ? limit : wrapped);
}
static inline int32_t halves_product(int32_t a, int32_t b) { /* 2ab; of the minimum with itself, which is too large: maximum */
    uint32_t doubled = (uint32_t)(a * b) << 1;
    return doubled == 0x80000000u ? INT32_MAX : (int32_t)doubled;
}
static inline int32_t bytes_product(int32_t a, int32_t b) { return clamp(2 * a * b, 32767); }

/* One loop per operation: `a`, `b` elements, `c` accumulator element, all signed. */
#define HALF_RESULT(name, value)                                                                                                            \
    WIDE static void name(uint16_t *restrict t, const uint16_t *x, const uint16_t *y, const uint32_t *acc) {                                \
        for (int k = 0; k < PPU_HALVES; k++) {                                                                                              \
            int32_t a = low16(x[k]), b = low16(y[k]), c = (int32_t)acc[k];                                                                  \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint16_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define BYTE_RESULT(name, value)                                                                                                            \
    WIDE static void name(uint8_t *restrict t, const uint8_t *x, const uint8_t *y, const uint16_t *acc) {                                   \
        for (int k = 0; k < PPU_LANES; k++) {                                                                                               \
            int32_t a = (int8_t)x[k], b = (int8_t)y[k], c = (int16_t)acc[k];                                                                \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint8_t)(value);                                                                                                        \
        }                                                                                                                                   \
    }
#define HALF_ACC(name, value)                                                                                                               \
    WIDE static void name(uint32_t *restrict t, const uint16_t *x, const uint16_t *y, const uint32_t *acc) {                                \
        for (int k = 0; k < PPU_HALVES; k++) {                                                                                              \
            int32_t a = low16(x[k]), b = low16(y[k]), c = (int32_t)acc[k];                                                                  \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint32_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define BYTE_ACC(name, value)                                                                                                               \
    WIDE static void name(uint16_t *restrict t, const uint8_t *x, const uint8_t *y, const uint16_t *acc) {                                  \
        for (int k = 0; k < PPU_LANES; k++) {                                                                                               \
            int32_t a = (int8_t)x[k], b = (int8_t)y[k], c = (int16_t)acc[k];                                                                \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint16_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define WRAPPED(x, y) ((uint32_t)(x) + (uint32_t)(y))
#define TOP16(x) ((uint32_t)(x) >> 16)
#define TOP8(x) ((uint32_t)(x) >> 8)

HALF_RESULT(half_add, WRAPPED(a, b))
HALF_RESULT(half_sub, a - b)
HALF_RESULT(half_add_sat, clamp(a + b, 32767))
HALF_RESULT(half_sub_sat, clamp(a - b, 32767))
HALF_RESULT(half_mul, a * b)
HALF_RESULT(half_mul_sat, TOP16(halves_product(a, b)))
HALF_RESULT(half_ma, WRAPPED(c, a * b))
HALF_RESULT(half_ma_sat, TOP16(sum32(c, halves_product(a, b))))
HALF_RESULT(half_addac, WRAPPED(c, a))
HALF_RESULT(half_addac_sat, TOP16(sum32(c, a * 65536)))
BYTE_RESULT(byte_add, a + b)
BYTE_RESULT(byte_sub, a - b)
BYTE_RESULT(byte_add_sat, clamp(a + b, 127))
BYTE_RESULT(byte_sub_sat, clamp(a - b, 127))
BYTE_RESULT(byte_mul, a * b)
BYTE_RESULT(byte_mul_sat, TOP8(bytes_product(a, b)))
BYTE_RESULT(byte_ma, c + a * b)
BYTE_RESULT(byte_ma_sat, TOP8(clamp(c + bytes_product(a, b), 32767)))
BYTE_RESULT(byte_addac, c + a)
BYTE_RESULT(byte_addac_sat, TOP8(clamp(c + a * 256, 32767)))
HALF_ACC(half_mtac, a)
HALF_ACC(half_mtac_f, (uint32_t)a << 16)
HALF_ACC(half_matac, WRAPPED(c, a * b))
HALF_ACC(half_matac_sat, sum32(c, halves_product(a, b)))
HALF_ACC(half_multac, a * b)
HALF_ACC(half_multac_sat, halves_product(a, b))
HALF_ACC(half_addactac, WRAPPED(c, a))
HALF_ACC(half_addactac_f, sum32(c, a * 65536))
HALF_ACC(half_addtac, a + b)
BYTE_ACC(byte_mtac, a)
BYTE_ACC(byte_mtac_f, (uint32_t)a << 8)
BYTE_ACC(byte_matac, c + a * b)
BYTE_ACC(byte_matac_sat, clamp(c + bytes_product(a, b), 32767))
BYTE_ACC(byte_multac, a * b)
BYTE_ACC(byte_multac_sat, bytes_product(a, b))
BYTE_ACC(byte_addactac, c + a)
BYTE_ACC(byte_addactac_f, clamp(c + a * 256, 32767))
BYTE_ACC(byte_addtac, a + b)

WIDE static void merge(uint8_t *restrict t, const uint8_t *from, const uint8_t *mask) {
    for (int k = 0; k < PPU_LANES; k++) t[k] = (uint8_t)((from[k] & mask[k]) | (t[k] & ~mask[k]));
}

WIDE static void merge_acc(uint16_t *restrict t, const uint16_t *from, const uint8_t *mask) {
    for (int k = 0; k < PPU_LANES; k++) {
        uint16_t wide = (uint16_t)(mask[k] * 257);
        t[k] = (uint16_t)((from[k] & wide) | (t[k] & ~wide));
    }
}

WIDE static void compare_halves(ppu_vector *flags, const uint16_t *x) {
    for (int k = 0; k < PPU_HALVES; k++) {
        int32_t a = low16(x[k]);
        flags[1].h[k] = a > 0 ? 0xffff : 0;
        flags[2].h[k] = a < 0 ? 0xffff : 0;
        flags[3].h[k] = a == 0 ? 0xffff : 0;
    }
}

WIDE static void compare_bytes(ppu_vector *flags, const uint8_t *x) {
    for (int k = 0; k < PPU_LANES; k++) {
        int32_t a = (int8_t)x[k];
        flags[1].b[k] = a > 0 ? 0xff : 0;
        flags[2].b[k] = a < 0 ? 0xff : 0;
        flags[3].b[k] = a == 0 ? 0xff : 0;
    }
}

WIDE static void shift_halves(uint16_t *t, const uint16_t *x, int n) {
    for (int k = 0; k < PPU_HALVES; k++) t[k] = (uint16_t)(n >= 0 ? (uint32_t)x[k] << n : (uint32_t)x[k] >> -n);
}

WIDE static void shift_bytes(uint8_t *t, const uint8_t *x, int n) {
    for (int k = 0; k < PPU_LANES; k++) t[k] = (uint8_t)(n >= 0 ? (uint32_t)x[k] << n : (uint32_t)x[k] >> -n);
}

/* Packing and unpacking inside slices of 16 bytes, or 8 halfwords: halfword lanes are pairs of bytes, the first one above. */
enum { SLICE = 8 };

WIDE static void pack(uint16_t *restrict t, const uint16_t *x, const uint16_t *y, int n, int lower) {
    uint16_t bytes[2][PPU_HALVES], pairs[2][PPU_HALVES / 2];
    int mask = (1 << (8 - n)) - 1;
    for (int k = 0; k < PPU_HALVES; k++) {
        bytes[0][k] = (uint16_t)(lower ? x[k] >> 2 * n & mask : x[k] >> (8 + n));
        bytes[1][k] = (uint16_t)(lower ? y[k] >> 2 * n & mask : y[k] >> (8 + n));
    }
    for (int k = 0; k < PPU_HALVES / 2; k++) {
        pairs[0][k] = (uint16_t)(bytes[0][2 * k] << 8 | bytes[0][2 * k + 1]);
        pairs[1][k] = (uint16_t)(bytes[1][2 * k] << 8 | bytes[1][2 * k + 1]);
    }
    for (int k = 0; k < PPU_HALVES; k += SLICE) {
        memcpy(t + k, pairs[0] + k / 2, SLICE);
        memcpy(t + k + SLICE / 2, pairs[1] + k / 2, SLICE);
    }
}

/* The bytes of one half of each slice, as numbers. */
static inline void spread(uint16_t *restrict t, const uint16_t *x, int right) {
    uint16_t pairs[PPU_HALVES / 2];
    for (int k = 0; k < PPU_HALVES; k += SLICE) memcpy(pairs + k / 2, x + k + (right ? SLICE / 2 : 0), SLICE);
    for (int k = 0; k < PPU_HALVES / 2; k++) {
        t[2 * k] = pairs[k] >> 8;
        t[2 * k + 1] = pairs[k] & 0xff;
    }
}

WIDE static void unpack(uint16_t *restrict t, const uint16_t *x, const uint16_t *y, int n, int right) {
    uint16_t a[PPU_HALVES], b[PPU_HALVES];
    spread(a, x, right);
    spread(b, y, right);
    for (int k = 0; k < PPU_HALVES; k++) {
        unsigned upper = (a[k] << n & 0xffu) | (b[k] >> (8 - 2 * n) & ((1u << n) - 1)), lower = b[k] << 2 * n & 0xffu;
        t[k] = (uint16_t)(upper << 8 | lower);
    }
}

#define RESULT_PAIR(op, function)                                                                                                           \
    case PPU_OP_fxv##op: function(r.h, a->h, b->h, s->acc.h); merge(t->b, r.b, mask); return;
#define RESULT_BYTE(op, function)                                                                                                           \
    case PPU_OP_fxv##op: function(r.b, a->b, b->b, s->acc.b); merge(t->b, r.b, mask); return;
#define ACC_PAIR(op, function)                                                                                                              \
    case PPU_OP_fxv##op: function(wide.h, a->h, b->h, s->acc.h); merge_acc(s->acc.b, wide.b, mask); return;
#define ACC_BYTE(op, function)                                                                                                              \
    case PPU_OP_fxv##op: function(wide.b, a->b, b->b, s->acc.b); merge_acc(s->acc.b, wide.b, mask); return;

void ppu_vector_execute(ppu_state *s, const ppu_instruction *i) {
    ppu_vector r, *t = &s->vr[i->d];
    const ppu_vector *a = &s->vr[i->a], *b = &s->vr[i->b];
    const uint8_t *mask = s->flags[i->flags & 3].b;
    ppu_accumulator wide;
    int amount = i->b < 16 ? i->b : i->b - 32;
    switch (i->op) {
        RESULT_PAIR(addhm, half_add) RESULT_PAIR(subhm, half_sub) RESULT_PAIR(addhfs, half_add_sat) RESULT_PAIR(subhfs, half_sub_sat)
        RESULT_PAIR(mulhm, half_mul) RESULT_PAIR(mulhfs, half_mul_sat) RESULT_PAIR(mahm, half_ma) RESULT_PAIR(mahfs, half_ma_sat)
        RESULT_PAIR(addachm, half_addac) RESULT_PAIR(addachfs, half_addac_sat)
        RESULT_BYTE(addbm, byte_add) RESULT_BYTE(subbm, byte_sub) RESULT_BYTE(addbfs, byte_add_sat) RESULT_BYTE(subbfs, byte_sub_sat)
        RESULT_BYTE(mulbm, byte_mul) RESULT_BYTE(mulbfs, byte_mul_sat) RESULT_BYTE(mabm, byte_ma) RESULT_BYTE(mabfs, byte_ma_sat)
        RESULT_BYTE(addacbm, byte_addac) RESULT_BYTE(addacbfs, byte_addac_sat)
        ACC_PAIR(mtach, half_mtac) ACC_PAIR(mtachf, half_mtac_f) ACC_PAIR(matachm, half_matac) ACC_PAIR(matachfs, half_matac_sat)
        ACC_PAIR(multachm, half_multac) ACC_PAIR(multachfs, half_multac_sat) ACC_PAIR(addactachm, half_addactac)
        ACC_PAIR(addactachf, half_addactac_f) ACC_PAIR(addtach, half_addtac)
        ACC_BYTE(mtacb, byte_mtac) ACC_BYTE(mtacbf, byte_mtac_f) ACC_BYTE(matacbm, byte_matac) ACC_BYTE(matacbfs, byte_matac_sat)
        ACC_BYTE(multacbm, byte_multac) ACC_BYTE(multacbfs, byte_multac_sat) ACC_BYTE(addactacbm, byte_addactac)
        ACC_BYTE(addactacbf, byte_addactac_f) ACC_BYTE(addtacb, byte_addtac)
    case PPU_OP_fxvcmph: compare_halves(s->flags, a->h); return;
    case PPU_OP_fxvcmpb: compare_bytes(s->flags, a->b); return;
    case PPU_OP_fxvsplath:
        for (int k = 0; k < PPU_HALVES; k++) t->h[k] = (uint16_t)s->gpr[i->a];
        return;
    case PPU_OP_fxvsplatb: memset(t->b, (int)(s->gpr[i->a] & 0xff), sizeof t->b); return;
    case PPU_OP_fxvshh: shift_halves(t->h, a->h, amount); return;
    case PPU_OP_fxvshb: shift_bytes(t->b, a->b, amount); return;
    case PPU_OP_fxvsel:
        r = *a;
        merge(r.b, b->b, mask);
        *t = r;
        return;
    case PPU_OP_fxvpckbu: case PPU_OP_fxvpckbl:
        pack(r.h, a->h, b->h, (int)(i->flags & 3), i->op == PPU_OP_fxvpckbl);
        *t = r;
        return;
    case PPU_OP_fxvupckbl: case PPU_OP_fxvupckbr:
        unpack(r.h, a->h, b->h, (int)(i->flags & 3), i->op == PPU_OP_fxvupckbr);
        *t = r;
        return;
    default: return;
    }
}
