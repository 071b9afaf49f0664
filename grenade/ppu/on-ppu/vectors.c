#include "vectors.h"

#include <ppu.h>

/* All vectors, one or an even number, in order with scalar accesses before and behind: two at a time, so that none waits for what became of the
   one before. Pointers move on by themselves. */
#define ALL(two, one)                              \
    ppu_sync();                                    \
    for (;;) {                                     \
        if (vectors == 1) {                        \
            one                                    \
            break;                                 \
        }                                          \
        two                                        \
        vectors -= 2;                              \
        if (!vectors) break;                       \
    }                                              \
    ppu_sync()
#define LOAD(t, pointer) fxvlax(t, 0, pointer);
#define LOAD_TWO(t, u, pointer) fxvlax(t, 0, pointer); fxvlax(u, PPU_LANES, pointer); pointer = (const char *)pointer + 2 * PPU_LANES;
#define STORE(t) fxvstax(t, 0, target);
#define STORE_TWO(t, u) fxvstax(t, 0, target); fxvstax(u, PPU_LANES, target); target = (char *)target + 2 * PPU_LANES;

#define ARITHMETIC(name, splat)                                                                                   \
    void vector_##name(void *target, const void *a, const void *b, uint32_t vectors) {                            \
        ALL(LOAD_TWO(1, 2, a) LOAD_TWO(3, 4, b) fxv##name(1, 1, 3); fxv##name(2, 2, 4); STORE_TWO(1, 2),          \
            LOAD(1, a) LOAD(3, b) fxv##name(1, 1, 3); STORE(1));                                                  \
    }                                                                                                             \
    void vector_##name##_number(void *target, const void *a, int32_t b, uint32_t vectors) {                       \
        splat(3, b);                                                                                              \
        ALL(LOAD_TWO(1, 2, a) fxv##name(1, 1, 3); fxv##name(2, 2, 3); STORE_TWO(1, 2),                            \
            LOAD(1, a) fxv##name(1, 1, 3); STORE(1));                                                             \
    }
ARITHMETIC(addbm, fxvsplatb)
ARITHMETIC(addhm, fxvsplath)
ARITHMETIC(subbm, fxvsplatb)
ARITHMETIC(subhm, fxvsplath)
ARITHMETIC(mulbm, fxvsplatb)
ARITHMETIC(mulhm, fxvsplath)
ARITHMETIC(addbfs, fxvsplatb)
ARITHMETIC(addhfs, fxvsplath)
ARITHMETIC(subbfs, fxvsplatb)
ARITHMETIC(subhfs, fxvsplath)
ARITHMETIC(mulbfs, fxvsplatb)
ARITHMETIC(mulhfs, fxvsplath)

void vector_copy(void *target, const void *source, uint32_t vectors) {
    ALL(LOAD_TWO(1, 2, source) STORE_TWO(1, 2), LOAD(1, source) STORE(1));
}

void vector_fillb(void *target, int32_t value, uint32_t vectors) {
    fxvsplatb(1, value);
    ALL(STORE_TWO(1, 1), STORE(1));
}

void vector_fillh(void *target, int32_t value, uint32_t vectors) {
    fxvsplath(1, value);
    ALL(STORE_TWO(1, 1), STORE(1));
}

#define REPEAT(count, ...) for (uint32_t k_ = count; k_; k_--) { __VA_ARGS__ }
#define SHIFTS(kind, sign_bit)                                                                                        \
    void vector_right##kind(void *target, const void *source, uint32_t bits, uint32_t vectors) {                      \
        ALL(LOAD_TWO(1, 2, source) REPEAT(bits, fxvsh##kind(1, 1, -1); fxvsh##kind(2, 2, -1);) STORE_TWO(1, 2),       \
            LOAD(1, source) REPEAT(bits, fxvsh##kind(1, 1, -1);) STORE(1));                                           \
    }                                                                                                                 \
    /* register 3: the signs */                                                                                       \
    static void left_signed##kind(uint32_t bits) {                                                                    \
        fxvsh##kind(3, 1, -(sign_bit));                                                                               \
        fxvsh##kind(3, 3, sign_bit);                                                                                  \
        REPEAT(bits + 1, fxvsh##kind(1, 1, 1);)                                                                       \
        fxvsh##kind(1, 1, -1);                                                                                        \
        fxvadd##kind##m(1, 1, 3);                                                                                     \
    }                                                                                                                 \
    void vector_left_signed##kind(void *target, const void *source, uint32_t bits, uint32_t vectors) {                \
        ppu_sync();                                                                                                   \
        for (; vectors; vectors--, target = (char *)target + PPU_LANES, source = (const char *)source + PPU_LANES) {  \
            LOAD(1, source)                                                                                           \
            left_signed##kind(bits);                                                                                  \
            STORE(1)                                                                                                  \
        }                                                                                                             \
        ppu_sync();                                                                                                   \
    }
SHIFTS(b, 7)
SHIFTS(h, 15)

#define PICK(t, f, condition)                                               \
    if (condition == GRENADE_GREATER) fxvsel(t, f, t, PPU_GT);              \
    else if (condition == GRENADE_LESSER) fxvsel(t, f, t, PPU_LT);          \
    else fxvsel(t, f, t, PPU_EQ);
/* Registers 5 and 6 are compared with zero, and 1 and 2 stay what they are where it holds, and become 3 and 4 elsewhere. */
#define SELECT(name, compare)                                                                                                     \
    void vector_##name(void *target, const void *mask, const void *a, const void *b, uint32_t condition, uint32_t vectors) {      \
        ALL(LOAD_TWO(5, 6, mask) LOAD_TWO(1, 2, a) LOAD_TWO(3, 4, b) compare(5); PICK(1, 3, condition) compare(6);                \
            PICK(2, 4, condition) STORE_TWO(1, 2),                                                                                \
            LOAD(5, mask) LOAD(1, a) LOAD(3, b) compare(5); PICK(1, 3, condition) STORE(1));                                      \
    }
SELECT(selectb, fxvcmpb)
SELECT(selecth, fxvcmph)

void vector_unpack(void *left_and_right, const void *upper, const void *lower) {
    ppu_sync();
    fxvlax(1, 0, upper);
    fxvlax(2, 0, lower);
    fxvupckbl(3, 1, 2, 0);
    fxvupckbr(4, 1, 2, 0);
    fxvstax(3, 0, left_and_right);
    ppu_store_vector(4, (char *)left_and_right + PPU_LANES);
}

#define PACK(name, instruction)                                       \
    void vector_##name(void *target, const void *left_and_right) {    \
        ppu_sync();                                                   \
        fxvlax(1, 0, left_and_right);                                 \
        fxvlax(2, PPU_LANES, left_and_right);                         \
        instruction(1, 1, 2, 0);                                      \
        ppu_store_vector(1, target);                                  \
    }
PACK(pack_upper, fxvpckbu)
PACK(pack_lower, fxvpckbl)

void vector_in(void *target, uint32_t location) {
    fxvinx(1, 0, location);
    ppu_store_vector(1, target);
}

void vector_out(const void *source, uint32_t location) {
    ppu_load_vector(1, source);
    fxvoutx(1, 0, location);
    ppu_sync();
}

void vector_out_masked(const void *source, const void *mask, uint32_t location) {
    ppu_sync();
    fxvlax(1, 0, source);
    fxvlax(2, 0, mask);
    fxvcmpb(2);
    fxvoutx(1, 0, location, PPU_GT);
    ppu_sync();
}

void vector_in_row(void *even, void *odd, uint32_t even_base, uint32_t odd_base, uint32_t row) {
    fxvinx(1, even_base, PPU_ROW(row, PPU_EVEN));
    fxvinx(2, odd_base, PPU_ROW(row, PPU_ODD));
    fxvstax(1, 0, even);
    ppu_store_vector(2, odd);
}
