/* Both PPUs meet a hundred times; each round lasts as long as the slower of them, and neither is ever a round ahead. */
#include "checks.h"

#define ROUNDS 100

static volatile uint32_t arrived; /* rounds that the other one has reached, written by it */

int main(void) {
    int self = ppu_hemisphere();
    volatile uint32_t *there = ppu_memory_of(!self, &arrived);
    uint32_t patience = ppu_time() + 10000 * PPU_CYCLES_PER_US;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        if (round % 2 == (uint32_t)self)
            ppu_delay(50 + draw() % 500);
        *there = round;
        while (arrived < round)
            if ((int32_t)(ppu_time() - patience) > 0) {
                ppu_print("waited in vain in round ");
                ppu_print_unsigned(round);
                return 1;
            }
        uint32_t now = arrived;
        checked("not more than one round ahead", now == round || now == round + 1);
    }
    return failures;
}
