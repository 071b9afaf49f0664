/* Checks that count what failed and say so in the mailbox; a program returns the count. */
#ifndef CHECKS_H
#define CHECKS_H

#include <ppu.h>

static int failures;

static inline int checked(const char *name, int good) {
    failures += !good;
    if (!good) {
        ppu_print("failed: ");
        ppu_print(name);
        ppu_put('\n');
    }
    return good;
}

static inline void equal(const char *name, uint32_t found, uint32_t expected) {
    if (!checked(name, found == expected)) {
        ppu_print("  0x");
        ppu_print_hex(found, 8);
        ppu_print(" instead of 0x");
        ppu_print_hex(expected, 8);
        ppu_put('\n');
    }
}

static uint32_t random_state __attribute__((unused)) = 2463534242u;
static inline uint32_t draw(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    return random_state ^= random_state << 5;
}

#endif
