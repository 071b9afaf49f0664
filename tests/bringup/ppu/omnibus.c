/* The same synapses over the omnibus and through the vector unit. Over the omnibus, the five lower bits of a weight are in reversed
   order; labels are not. */
#include "checks.h"

static ppu_vector row;

static uint32_t reversed(uint32_t weight) {
    uint32_t bits = weight & 0x20;
    for (int bit = 0; bit < 5; bit++)
        bits |= (weight >> bit & 1) << (4 - bit);
    return bits;
}

static void look(uint32_t array, uint32_t number, int parity, int labels) {
    uint32_t first = array + 64 * number + 32 * (uint32_t)parity + (labels ? 0x40000u : 0u);
    for (int lane = 0; lane < PPU_LANES; lane++)
        row.u8[lane] = (uint8_t)(draw() & 0x3f);
    ppu_load_vector(1, &row);
    fxvoutx(1, labels ? PPU_LABELS : PPU_WEIGHTS, PPU_ROW(number, parity));
    ppu_sync();
    for (uint32_t quad = 0; quad < 32; quad++) {
        uint32_t word = ppu_omnibus_read(first + quad), expected = 0;
        for (uint32_t entry = 0; entry < 4; entry++) {
            uint32_t value = row.u8[4 * quad + entry];
            expected = expected << 8 | (labels ? value : reversed(value));
        }
        equal(labels ? "labels read" : "weights read", word & 0x3f3f3f3f, expected);
        ppu_omnibus_write(first + quad, ~word & 0x3f3f3f3f);
    }
    (void)ppu_omnibus_read(first);
    fxvinx(2, labels ? PPU_LABELS : PPU_WEIGHTS, PPU_ROW(number, parity));
    fxvstax(2, 0, &row);
    fxvsplatb(3, 63);
    fxvsubbm(1, 3, 1);
    static ppu_vector inverse;
    ppu_store_vector(1, &inverse);
    for (int lane = 0; lane < PPU_LANES; lane++)
        equal("written", ((volatile ppu_vector *)&row)->u8[lane], ((volatile ppu_vector *)&inverse)->u8[lane]);
}

int main(void) {
    uint32_t array = PPU_SYNRAM_WORDS(ppu_hemisphere());
    for (uint32_t number = 3; number < PPU_ROWS; number += 84)
        for (int parity = 0; parity < 2; parity++)
            for (int labels = 0; labels < 2; labels++)
                look(array, number, parity, labels);
    return failures;
}
