/* The time base counts while the program waits, and a wait is as long as it should be. */
#include "checks.h"

static uint32_t per_wait(uint32_t cycles) {
    uint32_t before = ppu_time();
    for (int i = 0; i < 100; i++)
        ppu_delay(cycles);
    return (ppu_time() - before) / 100;
}

int main(void) {
    volatile int a = 10, b = 20, c;
    uint32_t start = ppu_time(), empty = ppu_time();
    c = a * b;
    uint32_t multiplied = ppu_time();
    checked("time passes", empty > start);
    checked("a multiplication takes time", multiplied - empty > empty - start);
    equal("product", (uint32_t)c, 200);
    for (uint32_t cycles = 100; cycles <= 1000; cycles *= 10) {
        uint32_t found = per_wait(cycles);
        checked("not too short", found > cycles);
        checked("not too long", found < cycles + 600);
    }
    checked("both halves", ppu_time64() >> 32 == 0 && (uint32_t)ppu_time64() - ppu_time() + 200 < 400);
    return failures;
}
