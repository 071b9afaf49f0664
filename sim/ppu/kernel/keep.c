/* A core as it was: for whoever lets it run ahead and may have to take it back. */
#include "core.h"

#include <string.h>

void ppu_keep(const ppu_core *core, ppu_kept *kept) {
    kept->s = core->s;
    memcpy(kept->sram, core->sram, sizeof kept->sram);
    memcpy(kept->undecoded, core->undecoded, sizeof kept->undecoded);
    kept->n_undecoded = core->n_undecoded;
    kept->n_unaligned = core->n_unaligned;
    kept->unaligned_pc = core->unaligned_pc;
}

void ppu_take_back(ppu_core *core, const ppu_kept *kept) {
    core->s = kept->s;
    for (uint32_t index = 0; index < PPU_SRAM_WORDS; index++)
        if (core->sram[index] != kept->sram[index]) ppu_poke(core, index, kept->sram[index]);
    memcpy(core->undecoded, kept->undecoded, sizeof kept->undecoded);
    core->n_undecoded = kept->n_undecoded;
    core->n_unaligned = kept->n_unaligned;
    core->unaligned_pc = kept->unaligned_pc;
}
