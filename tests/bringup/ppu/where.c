/* A PPU knows which one it is. */
#include <ppu.h>

int main(void) { return 100 + ppu_hemisphere(); }
