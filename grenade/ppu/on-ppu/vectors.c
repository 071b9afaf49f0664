#include "vectors.h"

#include <ppu.h>

#define BINARY(name, instruction, ...)                                     \
    void vector_##name(void *target, const void *a, const void *b) {       \
        ppu_sync();                                                        \
        fxvlax(1, 0, a);                                                   \
        fxvlax(2, 0, b);                                                   \
        instruction(1, 1, 2, ##__VA_ARGS__);                               \
        ppu_store_vector(1, target);                                       \
    }
BINARY(addbm, fxvaddbm)
BINARY(addhm, fxvaddhm)
BINARY(subbm, fxvsubbm)
BINARY(subhm, fxvsubhm)
BINARY(mulbm, fxvmulbm)
BINARY(mulhm, fxvmulhm)
BINARY(addbfs, fxvaddbfs)
BINARY(addhfs, fxvaddhfs)
BINARY(subbfs, fxvsubbfs)
BINARY(subhfs, fxvsubhfs)
BINARY(mulbfs, fxvmulbfs)
BINARY(mulhfs, fxvmulhfs)
BINARY(interleave_left, fxvupckbl, 0)
BINARY(interleave_right, fxvupckbr, 0)
BINARY(lower_bytes, fxvpckbl, 0)
BINARY(upper_bytes, fxvpckbu, 0)

void vector_copy(void *target, const void *source) {
    ppu_load_vector(1, source);
    ppu_store_vector(1, target);
}

void vector_fillb(void *target, uint32_t value) {
    fxvsplatb(1, value);
    ppu_store_vector(1, target);
}

void vector_fillh(void *target, uint32_t value) {
    fxvsplath(1, value);
    ppu_store_vector(1, target);
}

void vector_rightb(void *target, const void *source, uint32_t bits) {
    ppu_load_vector(1, source);
    while (bits--)
        fxvshb(1, 1, -1);
    ppu_store_vector(1, target);
}

void vector_righth(void *target, const void *source, uint32_t bits) {
    ppu_load_vector(1, source);
    while (bits--)
        fxvshh(1, 1, -1);
    ppu_store_vector(1, target);
}

/* Register 1 = as compared ? 1 : 2. */
static void choose(uint32_t condition) {
    switch (condition) {
    case GRENADE_GREATER: fxvsel(1, 2, 1, PPU_GT); break;
    case GRENADE_LESSER: fxvsel(1, 2, 1, PPU_LT); break;
    default: fxvsel(1, 2, 1, PPU_EQ); break;
    }
}

#define SELECT(name, compare)                                                                                    \
    void vector_##name(void *target, const void *mask, const void *a, const void *b, uint32_t condition) {       \
        ppu_sync();                                                                                              \
        fxvlax(1, 0, a);                                                                                         \
        fxvlax(2, 0, b);                                                                                         \
        fxvlax(3, 0, mask);                                                                                      \
        compare(3);                                                                                              \
        choose(condition);                                                                                       \
        ppu_store_vector(1, target);                                                                             \
    }
SELECT(selectb, fxvcmpb)
SELECT(selecth, fxvcmph)

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

void vector_in_row(void *even, void *odd, uint32_t base, uint32_t odd_base, uint32_t row) {
    fxvinx(1, base, PPU_ROW(row, PPU_EVEN));
    fxvinx(2, odd_base, PPU_ROW(row, PPU_ODD));
    fxvstax(1, 0, even);
    ppu_store_vector(2, odd);
}
