/* Records what the array holds at fixed times: membranes of all neurons of the hemisphere and one row of weights, every PERIOD cycles,
   in the interrupt of a timer. Defined when it is built: START and PERIOD (cycles), SAMPLES, RESET_AT (number of a sample), ROW. */
#include <ppu.h>

/* for the host: vectors of even and of odd columns, and when they were taken */
ppu_vector membranes[SAMPLES][2] PPU_DRAM_ZERO;
ppu_vector weights[SAMPLES][2] PPU_DRAM_ZERO;
volatile uint32_t times[SAMPLES] PPU_EXTERNAL_ZERO;

/* set by the host; times count from then on */
volatile uint32_t go;

static volatile uint32_t begin, taken;

/* Copies a location of the parallel bus straight into external memory. Only the handler uses vector registers. */
static inline void copy(uint32_t location, const ppu_vector *target) {
    fxvinx(1, 0, location);
    fxvoutx(1, 0, ppu_external_location(target));
}

void isr_decrementer(struct ppu_frame *frame) {
    (void)frame;
    uint32_t now = ppu_time(), number = taken;
    ppu_decrementer_clear();
    if (number == SAMPLES)
        return;
    copy(PPU_CADC_CAUSAL + PPU_ROW(0, PPU_EVEN), &membranes[number][0]); /* converts all columns */
    copy(PPU_CADC_CAUSAL + PPU_CADC_BUFFERED + PPU_ROW(0, PPU_ODD), &membranes[number][1]);
    copy(PPU_WEIGHTS + PPU_ROW(ROW, PPU_EVEN), &weights[number][0]);
    copy(PPU_WEIGHTS + PPU_ROW(ROW, PPU_ODD), &weights[number][1]);
    if (number == RESET_AT) {
        fxvoutx(1, 0, PPU_NEURON_RESET + PPU_EVEN);
        fxvoutx(1, 0, PPU_NEURON_RESET + PPU_ODD);
    }
    times[number] = now - begin;
    taken = number + 1;
}

int main(void) {
    while (!go) {
    }
    begin = ppu_time();
    ppu_delay_until(begin + START - PERIOD);
    ppu_decrementer_every(PERIOD);
    ppu_interrupts_enable();
    while (taken < SAMPLES) { /* asleep it would look finished to the host */
    }
    ppu_interrupts_disable();
    ppu_decrementer_stop();
    ppu_sync();
    return 0;
}
