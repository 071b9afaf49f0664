/* The 53 instructions of the vector unit as macros, with the operands of the assembler. (facts: ppu/isa_vector)

   Vector registers are plain numbers 0..31 that the program chooses; the compiler knows nothing of them. Scalar operands (x, base,
   index) are C expressions. The last operand of most, a condition, may be left out:

       fxvlax(1, 0, row);                 registers 1 and 2 from memory
       fxvlax(2, 0, limit);
       fxvsubbfs(3, 1, 2);                3 = saturated difference
       fxvcmpb(3);                        compare each byte with 0
       fxvsel(1, 1, 2, PPU_GT);           1 = 3 > 0 ? 2 : 1
       fxvoutx(1, PPU_WEIGHTS, 2 * 17);   even columns of row 17

   Vector accesses to memory neither wait for scalar ones nor the other way round: ppu_sync() between them, or ppu_load_vector and
   ppu_store_vector, which do it. Interrupt handlers share the vector registers with the program. */
#ifndef PPU_VECTOR_H
#define PPU_VECTOR_H

#include <stdint.h>

#include <ppu/registers.h>

#define PPU_LANES 128

/* Conditions: what the last comparison of a lane with 0 gave. Lanes that do not meet it keep their value. */
#define PPU_ALWAYS 0
#define PPU_GT 1
#define PPU_LT 2
#define PPU_EQ 3

/* Contents of a vector register: 128 bytes or 64 halfwords. */
typedef union {
    uint8_t u8[PPU_LANES];
    int8_t s8[PPU_LANES];
    uint16_t u16[PPU_LANES / 2];
    int16_t s16[PPU_LANES / 2];
} __attribute__((aligned(PPU_LANES))) ppu_vector;

#define PPU_TEXT_(...) #__VA_ARGS__
#define PPU_TEXT(...) PPU_TEXT_(__VA_ARGS__)
#ifdef __cplusplus
#define PPU_ASSERT_ static_assert
#else
#define PPU_ASSERT_ _Static_assert
#endif
#define PPU_IN_(value, low, high) PPU_ASSERT_((value) >= (low) && (value) <= (high), "operand out of range: " #value)
#define PPU_WORD_(xo, t, a, b, ...) \
    ".long (4<<26)|((" PPU_TEXT(t) ")<<21)|((" a ")<<16)|(((" b ")&31)<<11)|(" #xo "<<2)|(" PPU_TEXT(__VA_ARGS__) "+0)"
/* registers only */
#define PPU_VVV_(xo, t, a, b, ...)                                                                    \
    do {                                                                                              \
        PPU_IN_(t, 0, 31); PPU_IN_(a, 0, 31); PPU_IN_(b, -16, 31); PPU_IN_(__VA_ARGS__ + 0, 0, 3);     \
        __asm__ volatile(PPU_WORD_(xo, t, PPU_TEXT(a), PPU_TEXT(b), __VA_ARGS__));                    \
    } while (0)
/* a scalar into all lanes */
#define PPU_VR_(xo, t, x)                                                                       \
    do {                                                                                        \
        PPU_IN_(t, 0, 31);                                                                      \
        __asm__ volatile(PPU_WORD_(xo, t, "%0", "0", ) : : "b"((uint32_t)(x)));                  \
    } while (0)
/* an access at base + index, where a base that is the constant 0 takes no register */
#define PPU_VRR_(xo, t, base, index, ...)                                                                                    \
    do {                                                                                                                     \
        PPU_IN_(t, 0, 31); PPU_IN_(__VA_ARGS__ + 0, 0, 3);                                                                    \
        __asm__ volatile(PPU_WORD_(xo, t, "%0", "%1", __VA_ARGS__) : : "bO"((uint32_t)(base)), "r"((uint32_t)(index)) : "memory"); \
    } while (0)

/* t = a + b, t = a - b: m modulo, fs saturating; b bytes, h halfwords */
#define fxvaddbm(t, a, b, ...) PPU_VVV_(461, t, a, b, __VA_ARGS__)
#define fxvaddhm(t, a, b, ...) PPU_VVV_(460, t, a, b, __VA_ARGS__)
#define fxvaddbfs(t, a, b, ...) PPU_VVV_(477, t, a, b, __VA_ARGS__)
#define fxvaddhfs(t, a, b, ...) PPU_VVV_(476, t, a, b, __VA_ARGS__)
#define fxvsubbm(t, a, b, ...) PPU_VVV_(333, t, a, b, __VA_ARGS__)
#define fxvsubhm(t, a, b, ...) PPU_VVV_(332, t, a, b, __VA_ARGS__)
#define fxvsubbfs(t, a, b, ...) PPU_VVV_(349, t, a, b, __VA_ARGS__)
#define fxvsubhfs(t, a, b, ...) PPU_VVV_(348, t, a, b, __VA_ARGS__)
/* t = a * b: fs as fractions in [-1, 1) */
#define fxvmulbm(t, a, b, ...) PPU_VVV_(77, t, a, b, __VA_ARGS__)
#define fxvmulhm(t, a, b, ...) PPU_VVV_(76, t, a, b, __VA_ARGS__)
#define fxvmulbfs(t, a, b, ...) PPU_VVV_(93, t, a, b, __VA_ARGS__)
#define fxvmulhfs(t, a, b, ...) PPU_VVV_(92, t, a, b, __VA_ARGS__)
/* t = accumulator + a * b */
#define fxvmabm(t, a, b, ...) PPU_VVV_(13, t, a, b, __VA_ARGS__)
#define fxvmahm(t, a, b, ...) PPU_VVV_(12, t, a, b, __VA_ARGS__)
#define fxvmabfs(t, a, b, ...) PPU_VVV_(29, t, a, b, __VA_ARGS__)
#define fxvmahfs(t, a, b, ...) PPU_VVV_(28, t, a, b, __VA_ARGS__)
/* accumulator = a: as it is, or as the upper half (f) */
#define fxvmtacb(a, ...) PPU_VVV_(14, 0, a, 0, __VA_ARGS__)
#define fxvmtach(a, ...) PPU_VVV_(15, 0, a, 0, __VA_ARGS__)
#define fxvmtacbf(a, ...) PPU_VVV_(30, 0, a, 0, __VA_ARGS__)
#define fxvmtachf(a, ...) PPU_VVV_(31, 0, a, 0, __VA_ARGS__)
/* accumulator += a * b */
#define fxvmatacbm(a, b, ...) PPU_VVV_(45, 0, a, b, __VA_ARGS__)
#define fxvmatachm(a, b, ...) PPU_VVV_(44, 0, a, b, __VA_ARGS__)
#define fxvmatacbfs(a, b, ...) PPU_VVV_(61, 0, a, b, __VA_ARGS__)
#define fxvmatachfs(a, b, ...) PPU_VVV_(60, 0, a, b, __VA_ARGS__)
/* accumulator = a * b */
#define fxvmultacbm(a, b, ...) PPU_VVV_(109, 0, a, b, __VA_ARGS__)
#define fxvmultachm(a, b, ...) PPU_VVV_(108, 0, a, b, __VA_ARGS__)
#define fxvmultacbfs(a, b, ...) PPU_VVV_(125, 0, a, b, __VA_ARGS__)
#define fxvmultachfs(a, b, ...) PPU_VVV_(124, 0, a, b, __VA_ARGS__)
/* t = accumulator + a: lower half of the sum (m), upper half of it with a in the upper half (fs) */
#define fxvaddacbm(t, a, ...) PPU_VVV_(397, t, a, 0, __VA_ARGS__)
#define fxvaddachm(t, a, ...) PPU_VVV_(396, t, a, 0, __VA_ARGS__)
#define fxvaddacbfs(t, a, ...) PPU_VVV_(413, t, a, 0, __VA_ARGS__)
#define fxvaddachfs(t, a, ...) PPU_VVV_(412, t, a, 0, __VA_ARGS__)
/* accumulator += a, the same ways */
#define fxvaddactacbm(a, ...) PPU_VVV_(365, 0, a, 0, __VA_ARGS__)
#define fxvaddactachm(a, ...) PPU_VVV_(364, 0, a, 0, __VA_ARGS__)
#define fxvaddactacbf(a, ...) PPU_VVV_(381, 0, a, 0, __VA_ARGS__)
#define fxvaddactachf(a, ...) PPU_VVV_(380, 0, a, 0, __VA_ARGS__)
/* accumulator = a + b */
#define fxvaddtacb(a, b, ...) PPU_VVV_(429, 0, a, b, __VA_ARGS__)
#define fxvaddtach(a, b, ...) PPU_VVV_(428, 0, a, b, __VA_ARGS__)
/* sets the conditions of all lanes: a compared with 0, as signed numbers */
#define fxvcmpb(a) PPU_VVV_(301, 0, a, 0, )
#define fxvcmph(a) PPU_VVV_(300, 0, a, 0, )
/* per byte t = b where the condition holds, else a; without condition b */
#define fxvsel(t, a, b, ...) PPU_VVV_(319, t, a, b, __VA_ARGS__)
/* all lanes of t = scalar x */
#define fxvsplatb(t, x) PPU_VR_(269, t, x)
#define fxvsplath(t, x) PPU_VR_(268, t, x)
/* t = a shifted, n from -16 to 15: to the left if positive, to the right with zeros coming in if negative */
#define fxvshb(t, a, n) do { PPU_IN_(n, -16, 15); PPU_VVV_(317, t, a, n, ); } while (0)
#define fxvshh(t, a, n) do { PPU_IN_(n, -16, 15); PPU_VVV_(316, t, a, n, ); } while (0)
/* halfwords to bytes and back inside each 16 bytes, n from 0 to 3 */
#define fxvpckbu(t, a, b, n) PPU_VVV_(239, t, a, b, n)
#define fxvpckbl(t, a, b, n) PPU_VVV_(255, t, a, b, n)
#define fxvupckbl(t, a, b, n) PPU_VVV_(287, t, a, b, n)
#define fxvupckbr(t, a, b, n) PPU_VVV_(271, t, a, b, n)
/* memory at byte base + index, which is a multiple of 4 */
#define fxvlax(t, base, index, ...) PPU_VRR_(492, t, base, index, __VA_ARGS__)
#define fxvstax(t, base, index, ...) PPU_VRR_(508, t, base, index, __VA_ARGS__)
/* parallel access to the location base + index (ppu/memory.h); fxvoutx writes only lanes that meet the condition */
#define fxvinx(t, base, index, ...) PPU_VRR_(236, t, base, index, __VA_ARGS__)
#define fxvoutx(t, base, index, ...) PPU_VRR_(252, t, base, index, __VA_ARGS__)

/* Register t from memory, and back, in order with scalar accesses. */
#define ppu_load_vector(t, pointer) do { ppu_sync(); fxvlax(t, 0, pointer); } while (0)
#define ppu_store_vector(t, pointer) do { fxvstax(t, 0, pointer); ppu_sync(); } while (0)

#endif
