/* What stands where, seen from a PPU. (facts: ppu/memory_map) */
#ifndef PPU_MEMORY_H
#define PPU_MEMORY_H

#include <stdint.h>

#include <ppu/registers.h>

/* -- parallel bus: locations for fxvinx and fxvoutx, own hemisphere only -----------------------------------------------------------

   Synapses and sensors: location = base + PPU_ROW(row, parity); byte i of the vector belongs to column 2 * i + parity. */
#define PPU_ROWS 256
#define PPU_COLUMNS 256
#define PPU_EVEN 0
#define PPU_ODD 1
#define PPU_ROW(row, parity) (2u * (uint32_t)(row) + (uint32_t)(parity))

#define PPU_WEIGHTS 0x00000000u     /* 6 bits */
#define PPU_LABELS 0x00040000u      /* 6 bits */
#define PPU_TIME_CALIB 0x00010000u  /* 2 bits */
#define PPU_AMP_CALIB 0x00020000u   /* 2 bits */
#define PPU_CELLS 0x000f0000u       /* the cells as they are: rows of weight and time calib take turns with label and amp calib */

/* Reading converts the whole row with all converters of the hemisphere (200 cycles and more) and gives one half of the result;
   with PPU_CADC_BUFFERED added, reading gives the last result and converts nothing. */
#define PPU_CADC_CAUSAL 0x00080000u
#define PPU_CADC_ACAUSAL 0x000c0000u
#define PPU_CADC_BUFFERED 0x00200000u

/* Writing resets correlation sensors: bit 0 of a lane the causal one, bit 1 the acausal one. */
#define PPU_CORRELATION_RESET 0x00080000u

/* Writing resets the neurons of the lanes that are written, whatever the value; + parity. */
#define PPU_NEURON_RESET 0x00c90200u

/* 256 generators of random bytes; + parity. Reading draws, writing sets their state. */
#define PPU_RANDOM 0x000e0000u

/* External memory in units of 16 bytes; a vector is 128 bytes whose 32-bit words are in reversed order. */
#define PPU_EXTERNAL_VECTORS 0x80000000u
#define PPU_EXTERNAL_DRAM_VECTORS 0x81000000u

/* -- scalar accesses: addresses in bytes ------------------------------------------------------------------------------------------ */
#define PPU_SRAM_SIZE 0x4000u
#define PPU_EXTERNAL 0x40000000u
#define PPU_EXTERNAL_SIZE 0x20000u
#define PPU_EXTERNAL_DRAM 0x50000000u
#define PPU_EXTERNAL_DRAM_SIZE 0x10000000u
#define PPU_OMNIBUS 0x80000000u

/* Where a vector access finds what scalar code sees at `address`, a multiple of 16 in external memory. */
static inline uint32_t ppu_external_location(const volatile void *address) {
    uint32_t where = (uint32_t)(uintptr_t)address;
    if (where >= PPU_EXTERNAL_DRAM)
        return PPU_EXTERNAL_DRAM_VECTORS + ((where - PPU_EXTERNAL_DRAM) >> 4);
    return PPU_EXTERNAL_VECTORS + ((where - PPU_EXTERNAL) >> 4);
}

/* Places a function or a variable in the external memories. A store to external memory and a load of the same place right behind it
   need another instruction between them (erratum of the chip): ppu_external_settle(). */
#define PPU_FAR_ __attribute__((longcall))
#define PPU_ZEROES_(section) section ",\"aw\",@nobits#" /* or the file would hold all the zeros */
#define PPU_EXTERNAL_CODE PPU_FAR_ __attribute__((section("ext.text"), noinline))
#define PPU_EXTERNAL_DATA __attribute__((section("ext.data")))
#define PPU_EXTERNAL_ZERO __attribute__((section(PPU_ZEROES_("ext.bss"))))
#define PPU_DRAM_CODE PPU_FAR_ __attribute__((section("ext.dram.text"), noinline))
#define PPU_DRAM_DATA __attribute__((section("ext.dram.data")))
#define PPU_DRAM_ZERO __attribute__((section(PPU_ZEROES_("ext.dram.bss"))))
static inline void ppu_external_settle(void) { __asm__ volatile("nop" : : : "memory"); }

/* -- omnibus: registers of the chip by word address, as in the register documentation ---------------------------------------------- */
#define PPU_TOP 0
#define PPU_BOTTOM 1
#define PPU_SRAM_WORDS(ppu) ((ppu) == PPU_TOP ? 0x02800000u : 0x03800000u)
#define PPU_SYNRAM_WORDS(ppu) ((ppu) == PPU_TOP ? 0x02c00000u : 0x03c00000u)
#define PPU_SPIKE_COUNTER(neuron) (0x00122800u + PPU_NEURON_OFFSET(neuron))       /* [7:0] spikes, [8] they went over 255 */
#define PPU_SPIKE_COUNTER_RESET(neuron) (0x00122c00u + PPU_NEURON_OFFSET(neuron)) /* writing sets the counter to 0 */
/* Neurons count row by row, 256 to a hemisphere; their counters stand by left and right half. */
#define PPU_NEURON_OFFSET(neuron) ((((uint32_t)(neuron) & 128u) << 8) + 4u * (((uint32_t)(neuron) & 127u) | ((uint32_t)(neuron) & 256u) >> 1))

/* Writing sends an event to the synapse drivers of a hemisphere: on the buses in the mask, to drivers with the row select address, with the
   address that synapses compare with their label. */
#define PPU_PADI_EVENT(ppu) ((ppu) == PPU_TOP ? 0x00110000u : 0x00118000u)
#define PPU_PADI_EVENT_VALUE(buses, row_select, address) ((uint32_t)(row_select) << 22 | (uint32_t)(address) << 16 | (uint32_t)(buses))

static inline volatile uint32_t *ppu_omnibus(uint32_t word) { return (volatile uint32_t *)(uintptr_t)(PPU_OMNIBUS | word << 2); }
static inline uint32_t ppu_omnibus_read(uint32_t word) { return *ppu_omnibus(word); }
static inline void ppu_omnibus_write(uint32_t word, uint32_t value) { *ppu_omnibus(word) = value; }

/* What the other, or either, PPU sees at `address` of its own memory. */
static inline volatile uint32_t *ppu_memory_of(int ppu, const volatile void *address) {
    return ppu_omnibus(PPU_SRAM_WORDS(ppu) + ((uint32_t)(uintptr_t)address >> 2));
}

/* Which PPU this is: PPU_TOP or PPU_BOTTOM. Uses the last word of the mailboxes. */
#ifdef __cplusplus
extern "C"
#endif
int ppu_hemisphere(void);

#endif
