/* Timers, special registers, interrupts and sleep, as the execution sees them; in system.c. (facts: ppu/isa_scalar 4, 5) */
#ifndef SIM_PPU_CORE_SYSTEM_H
#define SIM_PPU_CORE_SYSTEM_H

#include "pipeline.h"

enum { TSR_DIS = 0x08000000, TSR_FIS = 0x04000000, TCR_DIE = 0x04000000, TCR_FIE = 0x00800000, TCR_ARE = 0x00400000 };

enum { SO = 0x80000000u, OV = 0x40000000u, CA = 0x20000000u };                  /* of XER */
enum { MSR_EE = 0x8000, MSR_KEPT = 0x21200 };
enum { ESR_TRAP = 0x02000000 };

void ppu_settle_timers(ppu_state *s, int64_t t);              /* what the timers did up to cycle t */
int64_t ppu_next_event(const ppu_state *s);                   /* cycle at which a timer will do something */
int ppu_pending(const ppu_state *s);                          /* vector of the interrupt that is due, else 0 */
void ppu_enter(ppu_state *s, int vector, uint32_t resume, int64_t t);
int ppu_sleep(ppu_state *s, int64_t until);                   /* 0 if it still sleeps at `until` */
#endif
