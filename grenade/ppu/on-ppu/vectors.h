/* Vectors of 128 bytes in memory: each function loads its operands into vector registers, works on them and stores the result. The compiler
   does not know the registers, so nothing stays in them between two calls. Names end with b or h: bytes or halfwords. */
#ifndef GRENADE_PPU_VECTORS_H
#define GRENADE_PPU_VECTORS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRENADE_BINARY(name) void vector_##name(void *target, const void *a, const void *b)
GRENADE_BINARY(addbm); /* modulo */
GRENADE_BINARY(addhm);
GRENADE_BINARY(subbm);
GRENADE_BINARY(subhm);
GRENADE_BINARY(mulbm);
GRENADE_BINARY(mulhm);
GRENADE_BINARY(addbfs); /* saturating; products of fractions */
GRENADE_BINARY(addhfs);
GRENADE_BINARY(subbfs);
GRENADE_BINARY(subhfs);
GRENADE_BINARY(mulbfs);
GRENADE_BINARY(mulhfs);

/* halfwords of the bytes of a and b inside each 16 bytes, left and right halves, and back: lower or upper bytes */
GRENADE_BINARY(interleave_left);
GRENADE_BINARY(interleave_right);
GRENADE_BINARY(lower_bytes);
GRENADE_BINARY(upper_bytes);

void vector_copy(void *target, const void *source);
void vector_fillb(void *target, uint32_t value);
void vector_fillh(void *target, uint32_t value);

/* logical shifts by 0 to 7, 0 to 15 bits */
void vector_rightb(void *target, const void *source, uint32_t bits);
void vector_righth(void *target, const void *source, uint32_t bits);

/* target = mask compared with zero ? a : b, in signed numbers */
enum { GRENADE_GREATER = 1, GRENADE_LESSER = 2, GRENADE_EQUAL = 3 };
void vector_selectb(void *target, const void *mask, const void *a, const void *b, uint32_t condition);
void vector_selecth(void *target, const void *mask, const void *a, const void *b, uint32_t condition);

/* parallel bus; masked: only lanes whose mask is above zero, as signed bytes */
void vector_in(void *target, uint32_t location);
void vector_out(const void *source, uint32_t location);
void vector_out_masked(const void *source, const void *mask, uint32_t location);

/* both halves of a row; the second one without another conversion if `base` is that of converters */
void vector_in_row(void *even, void *odd, uint32_t base, uint32_t odd_base, uint32_t row);

#ifdef __cplusplus
}
#endif
#endif
