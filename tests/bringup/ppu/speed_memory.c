/* How long vector accesses last, in cycles, until the processor is done with them. One line per kind for the host: name and cycles. */
#include <ppu.h>

static ppu_vector value;

#define MEASURE(name, ...)                          \
    for (int round = 0; round < 2; round++) {       \
        ppu_sync();                                 \
        uint32_t before = ppu_time();               \
        __VA_ARGS__;                                \
        ppu_sync();                                 \
        uint32_t after = ppu_time();                \
        if (round) {                                \
            ppu_print(name " ");                    \
            ppu_print_unsigned(after - before - 1); \
            ppu_put('\n');                          \
        }                                           \
    }

int main(void) {
    register uint32_t zero = 0, other = 2;
    __asm__ volatile("" : "+r"(zero), "+r"(other));
    register uint32_t causal = PPU_CADC_CAUSAL, buffered = PPU_CADC_CAUSAL + PPU_CADC_BUFFERED, reset = PPU_NEURON_RESET;
    register uint32_t external = PPU_EXTERNAL_VECTORS, memory = (uint32_t)&value;
    __asm__ volatile("" : "+r"(causal), "+r"(buffered), "+r"(reset), "+r"(external), "+r"(memory));
    MEASURE("fxvstax", fxvstax(0, 0, memory))
    MEASURE("fxvlax", fxvlax(0, 0, memory))
    MEASURE("weights_out", fxvoutx(0, 0, zero))
    MEASURE("weights_in", fxvinx(0, 0, zero))
    MEASURE("neuron_reset", fxvoutx(0, 0, reset))
    MEASURE("cadc", fxvinx(0, 0, causal); fxvinx(1, 0, buffered))
    MEASURE("external_out", fxvoutx(0, 0, external))
    MEASURE("external_in", fxvinx(0, 0, external))
    return (int)other - 2;
}
