/* Arithmetic of the vector unit on random numbers, beside the same in scalar code. */
#include "checks.h"

static ppu_vector a, b, r;
static const ppu_vector *result = &r;

static int clamp(int64_t value, int bits) {
    int64_t top = ((int64_t)1 << (bits - 1)) - 1;
    return (int)(value > top ? top : value < -top - 1 ? -top - 1 : value);
}

static int32_t fraction(int32_t x, int32_t y, int bits) { return clamp(2 * (int64_t)x * y, 2 * bits); }

#define STORE() do { ppu_store_vector(3, &r); } while (0)
#define BYTES(name, expression)                                            \
    do {                                                                   \
        int wrong = 0;                                                     \
        STORE();                                                           \
        for (int i = 0; i < PPU_LANES; i++) {                              \
            int x = a.s8[i], y = b.s8[i];                                  \
            wrong += result->s8[i] != (int8_t)(expression);                \
            (void)x; (void)y;                                              \
        }                                                                  \
        equal(name, (uint32_t)wrong, 0);                                   \
    } while (0)
#define HALFWORDS(name, expression)                                        \
    do {                                                                   \
        int wrong = 0;                                                     \
        STORE();                                                           \
        for (int i = 0; i < PPU_LANES / 2; i++) {                          \
            int x = a.s16[i], y = b.s16[i];                                \
            wrong += result->s16[i] != (int16_t)(expression);              \
            (void)x; (void)y;                                              \
        }                                                                  \
        equal(name, (uint32_t)wrong, 0);                                   \
    } while (0)

static void round_of_checks(void) {
    for (int i = 0; i < PPU_LANES / 2; i++) {
        a.u16[i] = (uint16_t)draw();
        b.u16[i] = (uint16_t)draw();
    }
    a.s16[0] = b.s16[0] = -32768;
    a.s8[2] = b.s8[2] = -128;
    a.s16[2] = 0;
    ppu_load_vector(1, &a);
    ppu_load_vector(2, &b);
    fxvaddbm(3, 1, 2); BYTES("addbm", x + y);
    fxvaddbfs(3, 1, 2); BYTES("addbfs", clamp(x + y, 8));
    fxvsubbm(3, 1, 2); BYTES("subbm", x - y);
    fxvsubbfs(3, 1, 2); BYTES("subbfs", clamp(x - y, 8));
    fxvmulbm(3, 1, 2); BYTES("mulbm", x * y);
    fxvmulbfs(3, 1, 2); BYTES("mulbfs", fraction(x, y, 8) >> 8);
    fxvaddhm(3, 1, 2); HALFWORDS("addhm", x + y);
    fxvaddhfs(3, 1, 2); HALFWORDS("addhfs", clamp(x + y, 16));
    fxvsubhm(3, 1, 2); HALFWORDS("subhm", x - y);
    fxvsubhfs(3, 1, 2); HALFWORDS("subhfs", clamp(x - y, 16));
    fxvmulhm(3, 1, 2); HALFWORDS("mulhm", x * y);
    fxvmulhfs(3, 1, 2); HALFWORDS("mulhfs", fraction(x, y, 16) >> 16);
    fxvsplatb(4, 0x85); fxvaddbm(3, 1, 4); BYTES("splatb", x + 0x85);
    fxvsplath(4, 0x1234); fxvaddhm(3, 1, 4); HALFWORDS("splath", x + 0x1234);
    fxvshb(3, 1, 3); BYTES("shb left", x << 3);
    fxvshb(3, 1, -3); BYTES("shb right", (x & 0xff) >> 3);
    fxvshh(3, 1, -5); HALFWORDS("shh right", (x & 0xffff) >> 5);
    fxvcmpb(1); fxvsel(3, 1, 2, PPU_GT); BYTES("sel gt", x > 0 ? y : x);
    fxvsel(3, 1, 2, PPU_LT); BYTES("sel lt", x < 0 ? y : x);
    fxvsel(3, 1, 2, PPU_EQ); BYTES("sel eq", x == 0 ? y : x);
    fxvsel(3, 1, 1); fxvaddbm(3, 2, 2, PPU_LT); BYTES("add where less", x < 0 ? y + y : x);
    fxvcmph(1); fxvsel(3, 2, 1, PPU_GT); HALFWORDS("max with 0", x > 0 ? x : y);
    fxvmtach(1); fxvmatachm(1, 2); fxvsplath(4, 0); fxvaddachm(3, 4); HALFWORDS("accumulator, lower half", x + x * y);
    fxvmtachf(1); fxvmatachfs(1, 2); fxvaddachfs(3, 4); HALFWORDS("accumulator, upper half", clamp((int64_t)x * 65536 + fraction(x, y, 16), 32) >> 16);
    fxvmultacbm(1, 2); fxvaddactacbm(1); fxvmabm(3, 1, 1); BYTES("multiply and add", x * y + x + x * x);
    fxvupckbl(5, 1, 2, 0); fxvupckbr(6, 1, 2, 0); fxvpckbu(3, 5, 6, 0); BYTES("unpack and pack, upper", x);
    fxvpckbl(3, 5, 6, 0); BYTES("unpack and pack, lower", y);
}

int main(void) {
    for (int i = 0; i < 3; i++)
        round_of_checks();
    return failures;
}
