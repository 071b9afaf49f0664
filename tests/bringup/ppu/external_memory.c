/* The external memories as scalar and as vector accesses see them: a vector's 32-bit words are in reversed order. */
#include "checks.h"

#define AT 0x1000 /* bytes into both */

static ppu_vector value;

static void memory(const char *name, uint32_t base) {
    volatile uint8_t *bytes = (volatile uint8_t *)(uintptr_t)(base + AT);
    int wrong = 0;
    for (int byte = 0; byte < PPU_LANES; byte++)
        bytes[byte] = (uint8_t)byte;
    ppu_external_settle();
    equal("word", *(volatile uint32_t *)(bytes + 4), 0x04050607);
    equal("halfword", *(volatile uint16_t *)(bytes + 10), 0x0a0b);
    fxvinx(1, 0, ppu_external_location(bytes));
    ppu_store_vector(1, &value);
    for (int word = 0; word < PPU_LANES / 4; word++)
        for (int byte = 0; byte < 4; byte++)
            wrong += ((volatile ppu_vector *)&value)->u8[4 * word + byte] != 4 * (31 - word) + byte;
    for (int word = 0; word < PPU_LANES / 4; word++)
        for (int byte = 0; byte < 4; byte++)
            value.u8[4 * word + byte] = (uint8_t)(124 - 4 * word + byte);
    ppu_load_vector(2, &value);
    fxvoutx(2, 0, ppu_external_location(bytes + PPU_LANES));
    ppu_sync();
    ppu_external_settle();
    for (int byte = 0; byte < PPU_LANES; byte++)
        wrong += bytes[PPU_LANES + byte] != byte;
    ppu_load_vector(3, bytes + PPU_LANES); /* a serial access has no order of its own */
    ppu_store_vector(3, &value);
    for (int byte = 0; byte < PPU_LANES; byte++)
        wrong += ((volatile ppu_vector *)&value)->u8[byte] != byte;
    equal(name, (uint32_t)wrong, 0);
}

PPU_EXTERNAL_CODE static int far_sum(int many) {
    int sum = 0;
    for (int i = 1; i <= many; i++)
        sum += i;
    return sum;
}

PPU_DRAM_CODE static int farther_sum(int many) { return far_sum(many) + 1; }

int main(void) {
    memory("external SRAM", PPU_EXTERNAL);
    memory("external DRAM", PPU_EXTERNAL_DRAM);
    equal("code in external memories", (uint32_t)farther_sum(100), 5051);
    return failures;
}
