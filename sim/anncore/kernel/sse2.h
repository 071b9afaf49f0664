/* The vector type of step_template.h of what every x86-64 machine has. Whoever includes this says how its elements come from memory and go back:
 * WIDTH, LOADF, LOADI, STOREF, STOREI, ALLF, ALLI. */
#ifndef SIM_ANNCORE_SSE2_H
#define SIM_ANNCORE_SSE2_H

#include <emmintrin.h>

#include "arithmetic.h"

ALWAYS_INLINE __m128i select_sse2(__m128i mask, __m128i a, __m128i b) { return _mm_or_si128(_mm_and_si128(mask, a), _mm_andnot_si128(mask, b)); }

#endif

#define F __m128
#define I __m128i
#define FLOAT _mm_cvtepi32_ps
#define ROUND _mm_cvtps_epi32
#define ADD _mm_add_epi32
#define SUB _mm_sub_epi32
#define LEAST(a, b) select_sse2(_mm_cmpgt_epi32(a, b), b, a)
#define MOST(a, b) select_sse2(_mm_cmpgt_epi32(a, b), a, b)
#define EITHER _mm_or_si128
#define BOTH _mm_and_si128
#define MIN _mm_min_ps
#define MAX _mm_max_ps
#define UNIT_CLIP(x) _mm_max_ps(_mm_min_ps(x, ALLF(1.0f)), ALLF(-1.0f))
#define IF_POSITIVE(key, a, b) \
    _mm_castsi128_ps(select_sse2(_mm_castps_si128(_mm_cmpgt_ps(key, _mm_setzero_ps())), _mm_castps_si128(a), _mm_castps_si128(b)))
#define ROOT _mm_sqrt_ps
#define SCALE(p, y) _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(p), _mm_slli_epi32(_mm_castps_si128(y), 23)))
#define ANY(x) (_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_setzero_si128())) != 0xffff)
#define REACHES(a, b) (_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(b, a))) ^ 0xf)
#define BITS _mm_castps_si128
#define ALL_NEGATIVE(x) (_mm_movemask_ps(_mm_castsi128_ps(x)) == 0xf)
#define OUTSIDE(x, rail) _mm_or_si128(_mm_cmpgt_epi32(x, ALLI(rail)), _mm_cmpgt_epi32(ALLI(-(rail)), x))
#define SPREAD_FIRST ALLI(0), ALLI(0)
#define SPREAD(a, b, x, rail) a = EITHER(a, OUTSIDE(x, rail))
#define SPREAD_BEYOND(a, b, rail) ANY(a)
#define PICK select_sse2
