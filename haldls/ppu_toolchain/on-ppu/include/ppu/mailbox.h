/* Text for the host. It always ends with a byte 0; what does not fit is left out. */
#ifndef PPU_MAILBOX_H
#define PPU_MAILBOX_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PPU_MAILBOX_SIZE 4092u /* bytes, with the final 0; ppu_hemisphere uses the 4 behind them */

extern volatile uint8_t ppu_mailbox[PPU_MAILBOX_SIZE];

void ppu_put(char character);
void ppu_print(const char *text);
void ppu_print_int(int32_t number);
void ppu_print_unsigned(uint32_t number);
/* The `digits` lower hexadecimal digits, 1 to 8. */
void ppu_print_hex(uint32_t number, int digits);

/* Ends the program from anywhere; `code` is what the host gets as the return code. */
void ppu_exit(int code) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
