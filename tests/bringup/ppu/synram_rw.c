/* Random weights, labels and calibration bits of the whole array, written and read back through the vector unit. */
#include "checks.h"

static ppu_vector value, found;

/* `seed` decides what stands in which row, so that nothing has to be remembered */
static void fill(uint32_t seed, uint32_t bits) {
    random_state = seed * 2654435761u + 1;
    for (int word = 0; word < PPU_LANES / 4; word++)
        ((uint32_t *)value.u8)[word] = draw() & bits * 0x01010101u;
}

static void matrix(const char *name, uint32_t base, uint32_t bits) {
    int wrong = 0;
    for (uint32_t row = 0; row < 2 * PPU_ROWS; row++) {
        fill(base + row, bits);
        ppu_load_vector(1, &value);
        fxvoutx(1, base, row);
    }
    for (uint32_t row = 0; row < 2 * PPU_ROWS; row++) {
        fill(base + row, bits);
        fxvinx(2, base, row);
        ppu_store_vector(2, &found);
        for (int word = 0; word < PPU_LANES / 4; word++)
            wrong += ((volatile uint32_t *)found.u8)[word] != ((uint32_t *)value.u8)[word];
    }
    equal(name, (uint32_t)wrong, 0);
}

int main(void) {
    matrix("weights", PPU_WEIGHTS, 0x3f);
    matrix("labels", PPU_LABELS, 0x3f);
    matrix("time calib", PPU_TIME_CALIB, 0x03);
    matrix("amp calib", PPU_AMP_CALIB, 0x03);
    return failures;
}
