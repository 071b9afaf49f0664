/* One conversion of a hemisphere: 2 x 256 channels against one ramp. */
#ifndef SIM_CHIP_CADC_KERNEL_H
#define SIM_CHIP_CADC_KERNEL_H

#include <stdint.h>

enum { CADC_COLUMNS = 256, CADC_CHANNELS = 512 };

typedef struct {
    double gain[CADC_CHANNELS];   /* counts per volt of the column's neuron, 0 without neuron; channel = 256 * acausal + column */
    double base[CADC_CHANNELS];   /* counts of everything else */
    double level[CADC_CHANNELS];  /* input at the last look, in counts */
    double count[CADC_CHANNELS];  /* of the crossing, once it has happened */
    int16_t open[CADC_CHANNELS];  /* channels whose ramp has not crossed their input */
    int32_t n_open;
    double reached;               /* ramp at the last look, in counts; negative before it starts */
} CadcRamp;

void cadc_start(CadcRamp *ramp, const double *volts, double reached);
void cadc_look(CadcRamp *ramp, const double *volts, double reached);

#endif
