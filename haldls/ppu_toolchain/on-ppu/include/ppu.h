/* Everything a program for a PPU of HICANN-X uses: #include <ppu.h>.

   The program is freestanding C. It begins in main() and ends when main() returns: the host then sees the PPU asleep and reads
   the returned number. It has 12 kB of the PPU's own memory for code, variables and stack, and prints into a mailbox of 4 kB. */
#ifndef PPU_H
#define PPU_H

#include <stddef.h>
#include <stdint.h>

#include <ppu/registers.h>
#include <ppu/vector.h>
#include <ppu/memory.h>
#include <ppu/mailbox.h>
#include <ppu/interrupts.h>

#endif
