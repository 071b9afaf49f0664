/* Events that the PPU sends itself make neurons fire, whose spikes it counts. The host has made neurons fire with every event, and given even
   columns the label 5 and odd ones 6, in the rows of the first synapse driver on each bus. */
#include "checks.h"

static void send(int self, int label, int times) {
    while (times--) {
        ppu_omnibus_write(PPU_PADI_EVENT(self), PPU_PADI_EVENT_VALUE(1, 0, label));
        ppu_delay(20 * PPU_CYCLES_PER_US);
    }
}

int main(void) {
    int self = ppu_hemisphere();
    uint32_t first = self == PPU_TOP ? 0 : PPU_COLUMNS;
    for (uint32_t column = 0; column < PPU_COLUMNS; column++)
        ppu_omnibus_write(PPU_SPIKE_COUNTER_RESET(first + column), 0);
    send(self, 5, 7);
    send(self, 6, 3);
    send(self, 9, 20);
    for (uint32_t column = 0; column < PPU_COLUMNS; column++)
        equal("spikes", ppu_omnibus_read(PPU_SPIKE_COUNTER(first + column)), column % 2 ? 3 : 7);
    return failures;
}
