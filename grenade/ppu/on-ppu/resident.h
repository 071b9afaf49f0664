/* What the parts of the resident program share. */
#ifndef GRENADE_PPU_RESIDENT_H
#define GRENADE_PPU_RESIDENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the host wants, and what it gets back: a command is written here, and the program answers with GRENADE_IDLE. */
enum {
    GRENADE_INITIAL,
    GRENADE_IDLE,
    GRENADE_RESET_NEURONS,  /* of the lanes in neuron_reset_mask */
    GRENADE_BASELINE_READ,  /* resets neurons, waits 5 us, and keeps what the converters give */
    GRENADE_READ,           /* into cadc_result, less the baseline */
    GRENADE_PERIODIC_READ,  /* until GRENADE_STOP_PERIODIC_READ */
    GRENADE_INSIDE_PERIODIC_READ,
    GRENADE_STOP_PERIODIC_READ,
    GRENADE_STOP,           /* the program ends; its return code is 0 */
    GRENADE_SCHEDULER,      /* runs the plasticity rules for `runtime` cycles */
};
extern volatile uint32_t status;
#ifndef __cplusplus
extern volatile uint32_t ppu; /* 0 top, 1 bottom: written by the host before the start */
#endif

/* A rule with its synapses and neurons, and when it runs: at first, first + period, ... so many times. */
struct grenade_timer {
    void (*service)(void);
    volatile uint32_t *missed;            /* times that were left out, because something else ran */
    uint64_t first, period, number;       /* cycles since the beginning; number of times */
    uint64_t next, end;                   /* time base */
};
extern struct grenade_timer grenade_timers[];
extern const uint32_t grenade_timer_count;

void grenade_begin_rules(void); /* before each schedule: recordings begin anew */

/* What carries out a command; a program has those that it needs. */
void grenade_schedule(void);
void grenade_read_periodically(void);
void grenade_reset_neurons(void);
void grenade_read_baseline(void);
void grenade_read(void);

/* Behind what is allocated: what the stack must not reach. */
void grenade_set_guard(void);
int grenade_guard_holds(void);

extern uint64_t grenade_time_origin; /* time base at the beginning of the schedule */

#ifdef __cplusplus
}
#endif
#endif
