/* Every other column of a row of the synapse memory: byte `parity` of each of 128 pairs. */
#ifndef SIM_CHIP_SYNRAM_KERNEL_H
#define SIM_CHIP_SYNRAM_KERNEL_H

#include <stdint.h>

enum { HALF_ROW = 128 };

void synram_read(const uint8_t *row, int parity, uint8_t *lanes);
/* mask: the bits that exist; enables: 0xff per lane that is written, else 0 */
void synram_write(uint8_t *row, int parity, const uint8_t *lanes, const uint8_t *enables, uint8_t mask);
#endif
