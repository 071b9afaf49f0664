/* The pairs of columns as numbers of 16 bits, which compilers make vector code of. */
#include "synram.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static int place(int parity) { return parity ? 0 : 8; }
#else
static int place(int parity) { return parity ? 8 : 0; }
#endif

void synram_read(const uint8_t *row, int parity, uint8_t *lanes) {
    uint16_t pairs[HALF_ROW];
    int shift = place(parity);
    memcpy(pairs, row, sizeof pairs);
    for (int i = 0; i < HALF_ROW; i++) lanes[i] = (uint8_t)(pairs[i] >> shift);
}

void synram_write(uint8_t *row, int parity, const uint8_t *lanes, const uint8_t *enables, uint8_t mask) {
    uint16_t pairs[HALF_ROW];
    int shift = place(parity);
    memcpy(pairs, row, sizeof pairs);
    for (int i = 0; i < HALF_ROW; i++) {
        uint16_t written = (uint16_t)(enables[i] << shift), value = (uint16_t)((lanes[i] & mask) << shift);
        pairs[i] = (uint16_t)((pairs[i] & ~written) | (value & written));
    }
    memcpy(row, pairs, sizeof pairs);
}
