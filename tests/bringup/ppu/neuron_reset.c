/* All neurons of this hemisphere are reset at once, then those of even columns once more; the host counts their spikes. */
#include <ppu.h>

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
    return 0;
}
