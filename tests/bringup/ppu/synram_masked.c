/* Single bytes of a row of weights, written through the vector unit with all others masked out, read back over the omnibus.
   32 is a weight that looks the same from both sides. */
#include "checks.h"

#define ROW 0
#define WEIGHT 32

static ppu_vector value, mask;
static uint8_t expected[PPU_COLUMNS];
static uint32_t array;

static void write_one(int column) {
    for (int lane = 0; lane < PPU_LANES; lane++) {
        value.u8[lane] = (uint8_t)(lane == column / 2 ? WEIGHT : 63);
        mask.u8[lane] = lane == column / 2;
    }
    ppu_load_vector(1, &value);
    ppu_load_vector(2, &mask);
    fxvcmpb(2);
    fxvoutx(1, PPU_WEIGHTS, PPU_ROW(ROW, column % 2), PPU_GT);
    ppu_sync();
    expected[column] = WEIGHT;
}

static int as_expected(void) {
    int good = 1;
    for (uint32_t quad = 0; quad < PPU_COLUMNS / 4; quad++) {
        uint32_t word = ppu_omnibus_read(array + 64 * ROW + quad);
        for (uint32_t entry = 0; entry < 4; entry++)
            good &= (word >> (24 - 8 * entry) & 0x3f) == expected[8 * (quad % 32) + 2 * entry + quad / 32];
    }
    return good;
}

int main(void) {
    array = PPU_SYNRAM_WORDS(ppu_hemisphere());
    fxvsplatb(1, 0);
    fxvoutx(1, PPU_WEIGHTS, PPU_ROW(ROW, PPU_EVEN));
    fxvoutx(1, PPU_WEIGHTS, PPU_ROW(ROW, PPU_ODD));
    ppu_sync();
    checked("zero", as_expected());
    for (int column = 0; column < PPU_COLUMNS; column += 43) {
        write_one(column);
        checked("one more", as_expected());
    }
    write_one(PPU_COLUMNS - 1);
    checked("last column", as_expected());
    return failures;
}
