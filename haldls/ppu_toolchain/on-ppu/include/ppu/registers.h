/* Special registers, time base, and the two instructions that wait. (facts: ppu/isa_scalar 4) */
#ifndef PPU_REGISTERS_H
#define PPU_REGISTERS_H

#include <stdint.h>

#define PPU_CYCLES_PER_US 250u /* the clock is 250 MHz */

/* numbers of the special registers */
#define PPU_SPR_DEC 22   /* counts down every cycle */
#define PPU_SPR_SRR0 26  /* where an interrupt came from */
#define PPU_SPR_SRR1 27  /* MSR before an interrupt */
#define PPU_SPR_DECAR 54 /* what DEC begins again with */
#define PPU_SPR_ESR 62
#define PPU_SPR_GIN 65
#define PPU_SPR_GOUT 66
#define PPU_SPR_GOE 67
#define PPU_SPR_ICCR 68
#define PPU_SPR_TBL 284 /* cycles since the reset */
#define PPU_SPR_TBU 285
#define PPU_SPR_TSR 336
#define PPU_SPR_TCR 340

#define PPU_MSR_EE 0x00008000u /* interrupts are taken */
#define PPU_TCR_DIE 0x04000000u
#define PPU_TCR_ARE 0x00400000u
#define PPU_TCR_FIE 0x00800000u
#define PPU_TSR_DIS 0x08000000u
#define PPU_TSR_FIS 0x04000000u

#define ppu_mfspr(number)                                                    \
    __extension__({                                                          \
        uint32_t value_;                                                     \
        __asm__ volatile("mfspr %0,%1" : "=r"(value_) : "i"(number) : "memory"); \
        value_;                                                              \
    })
#define ppu_mtspr(number, value) __asm__ volatile("mtspr %1,%0" : : "r"((uint32_t)(value)), "i"(number) : "memory")

/* Waits until everything before it is done, in the vector unit too. Needed between scalar and vector accesses to the same memory. */
static inline void ppu_sync(void) { __asm__ volatile(".long 0x7c0004ac" : : : "memory"); }

/* Sleeps until an interrupt or, with interrupts disabled, until a timer that is switched on in TCR. To the host a sleeping PPU has
   finished. An interrupt that is taken comes back to this instruction: its handler adds 4 to frame->pc to go on behind it. */
static inline void ppu_wait(void) { __asm__ volatile(".long 0x7c00007c" : : : "memory"); }

static inline uint32_t ppu_get_msr(void) {
    uint32_t value;
    __asm__ volatile("mfmsr %0" : "=r"(value) : : "memory");
    return value;
}
static inline void ppu_set_msr(uint32_t value) { __asm__ volatile("mtmsr %0" : : "r"(value) : "memory"); }

/* Cycles since the PPU was started, modulo 2**32: 17 s. */
static inline uint32_t ppu_time(void) { return ppu_mfspr(PPU_SPR_TBL); }

/* The same in 64 bits. */
static inline uint64_t ppu_time64(void) {
    uint32_t upper, lower;
    do {
        upper = ppu_mfspr(PPU_SPR_TBU);
        lower = ppu_mfspr(PPU_SPR_TBL);
    } while (upper != ppu_mfspr(PPU_SPR_TBU));
    return (uint64_t)upper << 32 | lower;
}

/* Is busy until `time`, at most 2**31 cycles ahead; a time in the past returns at once. */
static inline void ppu_delay_until(uint32_t time) {
    while ((int32_t)(ppu_time() - time) < 0) {
    }
}

/* Is busy for so many cycles. */
static inline void ppu_delay(uint32_t cycles) { ppu_delay_until(ppu_time() + cycles); }

#endif
