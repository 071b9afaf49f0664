/* Arrays of vectors of 128 bytes in memory: each function loads its operands into vector registers, works on them and stores the result. The
   compiler does not know the registers, so nothing stays in them between two calls. Names end with b or h: bytes or halfwords. */
#ifndef GRENADE_PPU_VECTORS_H
#define GRENADE_PPU_VECTORS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* modulo (m) and saturating (fs), the latter with products of fractions; b is an array, or one number for all lanes */
#define GRENADE_ARITHMETIC(name)                                                                \
    void vector_##name(void *target, const void *a, const void *b, uint32_t vectors);           \
    void vector_##name##_number(void *target, const void *a, int32_t b, uint32_t vectors)
GRENADE_ARITHMETIC(addbm);
GRENADE_ARITHMETIC(addhm);
GRENADE_ARITHMETIC(subbm);
GRENADE_ARITHMETIC(subhm);
GRENADE_ARITHMETIC(mulbm);
GRENADE_ARITHMETIC(mulhm);
GRENADE_ARITHMETIC(addbfs);
GRENADE_ARITHMETIC(addhfs);
GRENADE_ARITHMETIC(subbfs);
GRENADE_ARITHMETIC(subhfs);
GRENADE_ARITHMETIC(mulbfs);
GRENADE_ARITHMETIC(mulhfs);

void vector_copy(void *target, const void *source, uint32_t vectors);
void vector_fillb(void *target, int32_t value, uint32_t vectors);
void vector_fillh(void *target, int32_t value, uint32_t vectors);

/* logical shifts by 0 to 7, 0 to 15 bits */
void vector_rightb(void *target, const void *source, uint32_t bits, uint32_t vectors);
void vector_righth(void *target, const void *source, uint32_t bits, uint32_t vectors);

/* shifts to the left by 1 to 7, 1 to 15 bits that leave the sign in its place */
void vector_left_signedb(void *target, const void *source, uint32_t bits, uint32_t vectors);
void vector_left_signedh(void *target, const void *source, uint32_t bits, uint32_t vectors);

/* target = mask compared with zero ? a : b, in signed numbers */
enum { GRENADE_GREATER = 1, GRENADE_LESSER = 2, GRENADE_EQUAL = 3 };
void vector_selectb(void *target, const void *mask, const void *a, const void *b, uint32_t condition, uint32_t vectors);
void vector_selecth(void *target, const void *mask, const void *a, const void *b, uint32_t condition, uint32_t vectors);

/* one vector of bytes to two of halfwords and back: `upper` and `lower` give the bytes of each; from the upper or the lower bytes */
void vector_unpack(void *left_and_right, const void *upper, const void *lower);
void vector_pack_upper(void *target, const void *left_and_right);
void vector_pack_lower(void *target, const void *left_and_right);

/* parallel bus; masked: only lanes whose mask is above zero, as signed bytes */
void vector_in(void *target, uint32_t location);
void vector_out(const void *source, uint32_t location);
void vector_out_masked(const void *source, const void *mask, uint32_t location);

/* both halves of a row, from two places: converters convert for the first one and give the other without */
void vector_in_row(void *even, void *odd, uint32_t even_base, uint32_t odd_base, uint32_t row);

#ifdef __cplusplus
}
#endif
#endif
