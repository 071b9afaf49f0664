/* Single accesses to neurons and converters that the host asks for. */
#include "resident.h"

#include <ppu.h>

volatile ppu_vector cadc_result[2] __attribute__((used));       /* even and odd columns, signed */
volatile ppu_vector neuron_reset_mask[2] __attribute__((used)); /* neurons whose lane is above 0 */

enum { SETTLING = 5 * PPU_CYCLES_PER_US };

static ppu_vector baseline[2];

void grenade_reset_neurons(void) {
    ppu_load_vector(1, neuron_reset_mask[0].u8);
    ppu_load_vector(2, neuron_reset_mask[1].u8);
    fxvcmpb(1);
    fxvoutx(1, PPU_NEURON_RESET, PPU_EVEN, PPU_GT);
    fxvcmpb(2);
    fxvoutx(2, PPU_NEURON_RESET, PPU_ODD, PPU_GT);
    ppu_sync();
}

/* Registers 1 and 2 get what the converters give, as signed numbers. */
static void convert(void) {
    fxvinx(1, PPU_CADC_CAUSAL, PPU_ROW(0, PPU_EVEN));
    fxvinx(2, PPU_CADC_CAUSAL + PPU_CADC_BUFFERED, PPU_ROW(0, PPU_ODD));
    fxvsplatb(3, 128);
    fxvsubbm(1, 1, 3);
    fxvsubbm(2, 2, 3);
}

void grenade_read_baseline(void) {
    grenade_reset_neurons();
    ppu_delay(SETTLING);
    convert();
    ppu_store_vector(1, baseline[0].u8);
    ppu_store_vector(2, baseline[1].u8);
}

void grenade_read(void) {
    convert();
    ppu_load_vector(3, baseline[0].u8);
    ppu_load_vector(4, baseline[1].u8);
    fxvsubbfs(1, 1, 3);
    fxvsubbfs(2, 2, 4);
    ppu_store_vector(1, cadc_result[0].u8);
    ppu_store_vector(2, cadc_result[1].u8);
}
