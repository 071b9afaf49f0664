/* 256 generators side by side: seeds decide what comes, and what comes looks random. */
#include "checks.h"

#define DRAWS 64

static ppu_vector seeds, first[4], again[4];

static void seed(void) {
    for (int lane = 0; lane < PPU_LANES; lane++)
        seeds.u8[lane] = (uint8_t)(2 * lane + 1);
    ppu_load_vector(1, &seeds);
    fxvoutx(1, PPU_RANDOM, PPU_EVEN);
    fxvoutx(1, PPU_RANDOM, PPU_ODD);
    ppu_sync();
}

static void take(ppu_vector *target) {
    for (int i = 0; i < 4; i++) {
        fxvinx(2, PPU_RANDOM, i % 2);
        ppu_store_vector(2, &target[i]);
    }
}

int main(void) {
    static ppu_vector drawn;
    uint32_t same = 0, sum = 0;
    seed();
    take(first);
    seed();
    take(again);
    for (int i = 0; i < 4; i++)
        for (int lane = 0; lane < PPU_LANES; lane++)
            same += first[i].u8[lane] == again[i].u8[lane];
    equal("same seed, same numbers", same, 4 * PPU_LANES);
    for (int i = 0; i < DRAWS; i++) {
        fxvinx(2, PPU_RANDOM, PPU_EVEN);
        ppu_store_vector(2, &drawn);
        for (int lane = 0; lane < PPU_LANES; lane++)
            sum += ((volatile ppu_vector *)&drawn)->u8[lane];
    }
    uint32_t mean = sum / (DRAWS * PPU_LANES);
    checked("mean near 127", mean > 117 && mean < 137);
    return failures;
}
