/* Interrupts: define the handlers you need under these names; an interrupt without handler ends the program with a return code
   that says so (PPU_UNHANDLED). (facts: ppu/isa_scalar 5) */
#ifndef PPU_INTERRUPTS_H
#define PPU_INTERRUPTS_H

#include <stddef.h>
#include <stdint.h>

#include <ppu/registers.h>

/* What a handler interrupts. Changes are taken over on return. Vector registers, accumulator and conditions are not saved. */
struct ppu_frame {
    uint32_t back[2];
    uint32_t vector; /* address of the interrupt: 0x18 for an alignment interrupt */
    uint32_t pc;     /* where the program goes on; for alignment, trap and a sleep the instruction that was interrupted */
    uint32_t msr, lr, ctr, cr, xer;
    uint32_t gpr[32]; /* 1 is the stack of the program: a change of it is not taken over */
};

void isr_external(struct ppu_frame *frame);    /* 0x14, a pin */
void isr_alignment(struct ppu_frame *frame);   /* 0x18, word not at a multiple of 4 or halfword across words: the access was left out */
void isr_trap(struct ppu_frame *frame);        /* 0x1c, an instruction tw or twi */
void isr_doorbell(struct ppu_frame *frame);    /* 0x24 */
void isr_fixed_interval(struct ppu_frame *frame); /* 0x2c, clear it with ppu_fixed_interval_clear() */
void isr_decrementer(struct ppu_frame *frame); /* 0x30, clear it with ppu_decrementer_clear() */

/* Return code after an interrupt without handler; the address it came from is in the word before the return code, 0x2ff8. */
#define PPU_UNHANDLED 0x15e00000
#define PPU_UNHANDLED_CODE(vector) (PPU_UNHANDLED | (vector))

/* Both return the previous MSR, for ppu_set_msr. */
static inline uint32_t ppu_interrupts_enable(void) {
    uint32_t msr = ppu_get_msr();
    ppu_set_msr(msr | PPU_MSR_EE);
    return msr;
}
static inline uint32_t ppu_interrupts_disable(void) {
    uint32_t msr = ppu_get_msr();
    ppu_set_msr(msr & ~PPU_MSR_EE);
    return msr;
}

static inline void ppu_decrementer_clear(void) { ppu_mtspr(PPU_SPR_TSR, PPU_TSR_DIS); }

/* One interrupt in so many cycles. */
static inline void ppu_decrementer_once(uint32_t cycles) {
    ppu_mtspr(PPU_SPR_TCR, (ppu_mfspr(PPU_SPR_TCR) & ~PPU_TCR_ARE) | PPU_TCR_DIE);
    ppu_mtspr(PPU_SPR_DEC, cycles);
}

/* An interrupt every so many cycles, the first one after one period. */
static inline void ppu_decrementer_every(uint32_t cycles) {
    ppu_mtspr(PPU_SPR_DECAR, cycles);
    ppu_mtspr(PPU_SPR_TCR, ppu_mfspr(PPU_SPR_TCR) | PPU_TCR_ARE | PPU_TCR_DIE);
    ppu_mtspr(PPU_SPR_DEC, cycles);
}

static inline void ppu_decrementer_stop(void) {
    ppu_mtspr(PPU_SPR_TCR, ppu_mfspr(PPU_SPR_TCR) & ~(PPU_TCR_ARE | PPU_TCR_DIE));
    ppu_mtspr(PPU_SPR_DEC, 0);
    ppu_decrementer_clear();
}

static inline void ppu_fixed_interval_clear(void) { ppu_mtspr(PPU_SPR_TSR, PPU_TSR_FIS); }

/* An interrupt whenever bit 8, 12, 16 or 20 of the time base rises: every 512, 8192, 131072 or 2097152 cycles (choice 0 to 3). */
static inline void ppu_fixed_interval_start(uint32_t choice) {
    ppu_fixed_interval_clear();
    ppu_mtspr(PPU_SPR_TCR, (ppu_mfspr(PPU_SPR_TCR) & ~0x03000000u) | (choice & 3u) << 24 | PPU_TCR_FIE);
}
static inline void ppu_fixed_interval_stop(void) { ppu_mtspr(PPU_SPR_TCR, ppu_mfspr(PPU_SPR_TCR) & ~PPU_TCR_FIE); }

#endif
