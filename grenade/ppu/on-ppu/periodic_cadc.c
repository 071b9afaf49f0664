/* Conversions of all columns as fast as they go, into the FPGA's memory. GRENADE_CADC_SAMPLES says for how many there is room, and
   GRENADE_CADC_MEMORY in which section. */
#include "resident.h"

#include <ppu.h>

enum { WARM_UP = 10 * PPU_CYCLES_PER_US }; /* until the first sample, which no cache holds up any more */

struct sample {
    uint64_t time; /* cycles since the command */
    uint8_t unused[120];
    ppu_vector even, odd; /* columns; the 32-bit words are in reversed order */
};

/* For each processor. Loading the program leaves it alone. */
struct samples {
    uint32_t count; /* samples that were there to be taken, also those for which there was no room any more */
    uint8_t unused[124];
    struct sample sample[GRENADE_CADC_SAMPLES];
};
#define PLACED __attribute__((used, section(PPU_ZEROES_(GRENADE_CADC_MEMORY))))
struct samples periodic_cadc_samples_top PLACED, periodic_cadc_samples_bot PLACED;
volatile uint32_t periodic_cadc_readout_memory_offset __attribute__((used));

static void take(struct sample *sample, uint64_t origin) {
    uint64_t time;
    ppu_sync();
    time = ppu_time64() - origin;
    fxvinx(0, PPU_CADC_CAUSAL, PPU_ROW(0, PPU_EVEN));
    fxvinx(1, PPU_CADC_CAUSAL + PPU_CADC_BUFFERED, PPU_ROW(0, PPU_ODD));
    fxvoutx(0, 0, ppu_external_location(&sample->even));
    fxvoutx(1, 0, ppu_external_location(&sample->odd));
    *(volatile uint64_t *)&sample->time = time;
}

/* Waits for the end; how many more samples would have been taken by then, at the pace of those that were. */
static uint32_t without_room(uint64_t origin) {
    uint32_t full = (uint32_t)(ppu_time64() - origin);
    while (status != GRENADE_STOP_PERIODIC_READ) {
    }
    return ((uint32_t)(ppu_time64() - origin) - full) / ((full - WARM_UP) / GRENADE_CADC_SAMPLES);
}

void grenade_read_periodically(void) {
    struct samples *samples = ppu == PPU_TOP ? &periodic_cadc_samples_top : &periodic_cadc_samples_bot;
    uint64_t origin = ppu_time64();
    uint32_t count = 0;
    take(&samples->sample[0], origin);
    ppu_delay_until((uint32_t)origin + WARM_UP);
    for (; status != GRENADE_STOP_PERIODIC_READ && count < GRENADE_CADC_SAMPLES; count++)
        take(&samples->sample[count], origin);
    if (count == GRENADE_CADC_SAMPLES)
        count += without_room(origin);
    periodic_cadc_readout_memory_offset = count;
    *(volatile uint32_t *)&samples->count = count;
    ppu_sync();
}
