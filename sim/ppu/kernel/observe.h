/* Running a core under observation: breakpoints, watchpoints, steps, trace and profile.
 *
 * Observing changes no result and no cycle: the core runs through ppu_run alone, one instruction at a time where each one has to be seen.
 */
#ifndef SIM_PPU_OBSERVE_H
#define SIM_PPU_OBSERVE_H

#include "core.h"

#include <stdlib.h>

enum {
    PPU_READS = 1,
    PPU_WRITES = 2,
    PPU_PARALLEL = 4,    /* the access goes to the parallel space of fxvinx and fxvoutx, whose addresses are locations */
    PPU_WATCHES = 32,    /* places for watchpoints */
    PPU_FAR_BREAKS = 32, /* places for breakpoints on code beyond the SRAM */
    PPU_FREE = 1,        /* pc of a free place in the table of code elsewhere */
};

/* Why an observed run stopped with PPU_BREAKPOINT. */
enum { PPU_STOP_NONE, PPU_STOP_ASKED, PPU_STOP_BREAK, PPU_STOP_STEP, PPU_STOP_WATCH };

typedef struct {
    uint32_t first, last; /* addresses, both inclusive */
    uint32_t kinds;       /* PPU_READS | PPU_WRITES, and PPU_PARALLEL for the other space */
} ppu_watch;

/* One executed instruction. */
typedef struct {
    int64_t cycle;       /* from which it could issue */
    uint32_t pc, word;
    uint32_t gprs;       /* bit r: general purpose register r changed */
    uint16_t specials;   /* bits of the changed ones of CR, XER, LR, CTR, MSR, in this order */
    uint8_t kind;        /* of its access to memory, as in ppu_watch; 0 for none */
    uint8_t vector;      /* number of the vector register it wrote, 255 for none */
    uint32_t address;    /* of its access */
    uint32_t values[4];  /* of the first changed registers, GPRs before specials */
} ppu_trace_entry;

typedef struct {
    uint32_t pc; /* multiple of 4, or PPU_FREE */
    int64_t count, cycles;
} ppu_profile_entry;

typedef struct {
    volatile int32_t asked; /* to stop; set from any thread */
    /* the last stop */
    int32_t cause;
    uint32_t where, kinds; /* of the watched access */
    /* the instruction that runs although there is something to stop for: the one at this pc after so many instructions */
    uint32_t passed_pc;
    int64_t passed_count;
    /* steps until pc leaves step_first <= pc < step_last */
    int32_t stepping;
    uint32_t step_first, step_last;
    int32_t n_watches, n_far_breaks;
    ppu_watch watches[PPU_WATCHES];
    uint32_t far_breaks[PPU_FAR_BREAKS];
    /* trace: the last `trace_capacity` entries, or the first ones if trace_head is set */
    ppu_trace_entry *trace;
    uint8_t *trace_lanes; /* if not 0, the written vector register of each entry */
    int64_t trace_capacity, trace_count;
    int32_t trace_head;
    uint32_t trace_first, trace_last; /* addresses of code, both inclusive */
    /* profile: a table of one entry a word of the SRAM, and an open-addressed one for code elsewhere */
    ppu_profile_entry *near, *far;
    int64_t n_far, far_capacity;
    int64_t asleep; /* cycles */
} ppu_observer;

/* The word of code at an address: in the SRAM, in the instruction cache, or behind the port, whose fetch has no effects but the cycles it takes.
 * 0 for a word that the core still has to ask for: the instruction does not run before it is granted. */
uint32_t ppu_word_at(const ppu_core *core, uint32_t address);
static inline ppu_profile_entry *ppu_far_table(int64_t capacity) {
    ppu_profile_entry *table = malloc((size_t)capacity * sizeof *table);
    for (int64_t i = 0; table && i < capacity; i++) table[i] = (ppu_profile_entry){PPU_FREE, 0, 0};
    return table;
}
/* In observed.c. */
ppu_observer *ppu_observer_new(void);
void ppu_observer_free(ppu_observer *o);
int ppu_observer_trace(ppu_observer *o, int64_t capacity, int lanes); /* capacity 0: off; returns 0 without memory */
int ppu_observer_profile(ppu_observer *o, int on);                    /* starts anew; returns 0 without memory */
/* In observe.c. The instruction at the pc runs next, whatever stands on it. */
void ppu_observer_pass(ppu_observer *o, const ppu_core *core);
/* As ppu_run until `until`, and stops where the observer wants. */
int ppu_run_observed(ppu_core *core, ppu_observer *o, int64_t until);
#endif
