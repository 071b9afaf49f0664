/* Hello from a plasticity processor. */
#include <ppu.h>

int main(void) {
    ppu_print("Hello from the ");
    ppu_print(ppu_hemisphere() == PPU_TOP ? "top" : "bottom");
    ppu_print(" PPU after ");
    ppu_print_unsigned(ppu_time());
    ppu_print(" cycles of 4 ns\n");
    return 0;
}
