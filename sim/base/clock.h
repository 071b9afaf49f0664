/* The model's time: integer ticks of 2 ns, the period of the fastest clock on the chip (500 MHz). For C; clock.pxd and clock.pyx hand the same
 * numbers to compiled modules and to Python. */
#ifndef HICANNX_CLOCK_H
#define HICANNX_CLOCK_H

#include <stdint.h>

enum {
    TICK_NS = 2,
    TICKS_PER_FPGA_CYCLE = 4, /* the FPGA runs at 125 MHz (facts: transport 2.1) */
    TICKS_PER_SYSTIME = 2,    /* the chip's system time and its PPUs count at 250 MHz (facts: registers/behaviour, clocks and time) */
    TICKS_PER_US = 500,
    GRID_TICKS = 50 /* the analog core advances on an absolute grid of 0.1 us */
};

static const int64_t NEVER = INT64_C(1) << 62; /* a tick that is not reached: 290 years */
#endif
