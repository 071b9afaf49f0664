/* What an interpreter without any model of time costs: decodes each word anew and switches. It knows the instructions of the benchmarks only. */
#include <stdint.h>

static uint32_t part(const uint32_t *memory, uint32_t address, unsigned bits) {
    return memory[address >> 2] >> (32 - bits - 8 * (address & 3)) & (uint32_t)((UINT64_C(1) << bits) - 1);
}

static void set_part(uint32_t *memory, uint32_t address, unsigned bits, uint32_t value) {
    unsigned shift = 32 - bits - 8 * (address & 3);
    uint32_t mask = (uint32_t)((UINT64_C(1) << bits) - 1) << shift;
    memory[address >> 2] = (memory[address >> 2] & ~mask) | (value << shift & mask);
}

static uint32_t mask_of(unsigned begin, unsigned end) {
    uint32_t from = UINT32_MAX >> begin, to = UINT32_MAX << (31 - end);
    return begin <= end ? (from & to) : (from | to);
}

/* `size` in bytes is a power of two. Runs from address 0 to the first word it does not know; returns how many it ran. */
int64_t switch_run(uint32_t *memory, uint32_t size, uint32_t *r) {
    uint32_t pc = 0, ctr = 0, cr = 0;
    for (int64_t done = 0;; done++) {
        uint32_t word = memory[(pc & (size - 1)) >> 2], d = word >> 21 & 31, a = word >> 16 & 31, b = word >> 11 & 31;
        int32_t low = (int16_t)word;
        uint32_t ea = ((a ? r[a] : 0) + (uint32_t)low) & (size - 1);
        pc += 4;
        switch (word >> 26) {
        case 11: cr = (int32_t)r[a] < low ? 8 : (int32_t)r[a] > low ? 4 : 2; break;
        case 14: r[d] = (a ? r[a] : 0) + (uint32_t)low; break;
        case 16: if (--ctr) pc += (uint32_t)(low & ~3) - 4; break;
        case 21: r[a] = (b ? r[d] << b | r[d] >> (32 - b) : r[d]) & mask_of(word >> 6 & 31, word >> 1 & 31); break;
        case 32: r[d] = part(memory, ea, 32); break;
        case 34: r[d] = part(memory, ea, 8); break;
        case 36: set_part(memory, ea, 32, r[d]); break;
        case 38: set_part(memory, ea, 8, r[d]); break;
        case 40: r[d] = part(memory, ea, 16); break;
        case 44: set_part(memory, ea, 16, r[d]); break;
        case 31:
            switch (word >> 1 & 1023) {
            case 28: r[a] = r[d] & r[b]; break;
            case 40: r[d] = r[b] - r[a]; break;
            case 266: r[d] = r[a] + r[b]; break;
            case 316: r[a] = r[d] ^ r[b]; break;
            case 467: ctr = r[d]; break;
            default: r[0] = cr; return done;
            }
            break;
        default: r[0] = cr; return done;
        }
    }
}
