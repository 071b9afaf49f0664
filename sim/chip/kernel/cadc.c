/* The ramp of the parallel converter. Between two looks inputs and ramp are straight lines, so crossings are exact to the order of the
 * analog core's interpolation. */
#include "cadc.h"

/* First look, at or before the start of the ramp: an input below it has crossed at once. */
void cadc_start(CadcRamp *ramp, const double *volts, double reached) {
    ramp->n_open = 0;
    ramp->reached = reached;
    for (unsigned channel = 0; channel < CADC_CHANNELS; channel++) {
        const double level = volts[channel % CADC_COLUMNS] * ramp->gain[channel] + ramp->base[channel];
        ramp->level[channel] = ramp->count[channel] = level;
        ramp->open[ramp->n_open] = (int16_t)channel;
        ramp->n_open += level > reached;
    }
}

void cadc_look(CadcRamp *ramp, const double *volts, double reached) {
    const double before = ramp->reached;
    int kept = 0;
    for (int k = 0; k < ramp->n_open; k++) {
        const unsigned channel = (unsigned)ramp->open[k];
        const double level = volts[channel % CADC_COLUMNS] * ramp->gain[channel] + ramp->base[channel], last = ramp->level[channel];
        if (level <= reached) {
            const double above = last - before;
            ramp->count[channel] = last + (level - last) * (above / (above + (reached - level)));
            continue;
        }
        ramp->level[channel] = level;
        ramp->open[kept++] = (int16_t)channel;
    }
    ramp->n_open = kept;
    ramp->reached = reached;
}
