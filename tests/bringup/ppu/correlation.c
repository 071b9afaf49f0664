/* Pairs of pulses that the PPU sends itself lower the readings of the correlation sensors in a row; a reset of the causal ones alone brings these back and
   leaves the others. The host has connected the sensors to the converters; synapses of the row have label 5, its driver is the third one on bus 1. */
#include "checks.h"

enum { ROW = 18, LABEL = 5, PAIRS = 40, LOWERED = 5, MOST = 103 /* four fifths of the lanes */ };

typedef struct {
    __attribute__((aligned(128))) uint8_t lane[2][PPU_LANES]; /* causal, acausal; odd columns */
} Reading;
static Reading fresh, paired, half_reset;

static void pre(void) { ppu_omnibus_write(PPU_PADI_EVENT(ppu_hemisphere()), PPU_PADI_EVENT_VALUE(2, 2, LABEL)); }

static void post(void) {
    fxvsplatb(0, 0);
    fxvoutx(0, PPU_NEURON_RESET, PPU_ODD);
    ppu_sync();
}

static void reset(int branches) {
    fxvsplatb(0, branches);
    fxvoutx(0, PPU_CORRELATION_RESET, PPU_ROW(ROW, PPU_EVEN));
    fxvoutx(0, PPU_CORRELATION_RESET, PPU_ROW(ROW, PPU_ODD));
    ppu_sync();
    ppu_delay(10 * PPU_CYCLES_PER_US);
}

static void take(Reading *reading) {
    fxvinx(1, PPU_CADC_CAUSAL, PPU_ROW(ROW, PPU_ODD));
    fxvinx(2, PPU_CADC_ACAUSAL + PPU_CADC_BUFFERED, PPU_ROW(ROW, PPU_ODD));
    ppu_store_vector(1, reading->lane[0]);
    ppu_store_vector(2, reading->lane[1]);
}

/* Lanes that read less than before. */
static int lowered(const Reading *now, int branch) {
    int count = 0;
    for (int lane = 0; lane < PPU_LANES; lane++)
        count += fresh.lane[branch][lane] - now->lane[branch][lane] >= LOWERED;
    return count;
}

int main(void) {
    reset(3);
    take(&fresh);
    for (int pair = 0; pair < PAIRS; pair++) {
        pre();
        ppu_delay(2 * PPU_CYCLES_PER_US);
        post();
        ppu_delay(2 * PPU_CYCLES_PER_US);
        pre();
        ppu_delay(100 * PPU_CYCLES_PER_US);
    }
    take(&paired);
    reset(1);
    take(&half_reset);
    checked("causal pairs", lowered(&paired, 0) > MOST);
    checked("acausal pairs", lowered(&paired, 1) > MOST);
    checked("reset of the causal sensors", lowered(&half_reset, 0) < PPU_LANES - MOST);
    checked("no reset of the acausal sensors", lowered(&half_reset, 1) > MOST);
    return failures;
}
