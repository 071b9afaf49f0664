/* Loops that wait: recognised, and skipped by whole iterations without a bit of difference. See idle.c. */
#ifndef SIM_PPU_IDLE_H
#define SIM_PPU_IDLE_H

#include "core.h"

/* As ppu_run until `until`; iterations of a loop that only waits are left out as far as they are known. */
int ppu_run_idle(ppu_core *core, int64_t until);
#endif
