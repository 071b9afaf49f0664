/* All neurons of this hemisphere are reset at once, then those of even columns once more; PPU and host count their spikes. */
#include "checks.h"

int main(void) {
    fxvsplatb(0, 0);
    fxvsplatb(1, 1);
    fxvoutx(0, PPU_NEURON_RESET, PPU_EVEN);
    fxvoutx(0, PPU_NEURON_RESET, PPU_ODD);
    ppu_delay(10 * PPU_CYCLES_PER_US);
    fxvcmpb(1);
    fxvoutx(0, PPU_NEURON_RESET, PPU_EVEN, PPU_GT);
    fxvcmpb(0);
    fxvoutx(0, PPU_NEURON_RESET, PPU_ODD, PPU_GT); /* no lane */
    ppu_sync();
    ppu_delay(10 * PPU_CYCLES_PER_US);
    uint32_t first = ppu_hemisphere() == PPU_TOP ? 0 : PPU_COLUMNS;
    for (uint32_t column = 0; column < PPU_COLUMNS; column++)
        equal("spikes", ppu_omnibus_read(PPU_SPIKE_COUNTER(first + column)), column % 2 ? 1 : 2);
    return failures;
}
