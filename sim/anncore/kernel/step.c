/* The step of a block for several instruction sets; all of them compute the same bits. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "arithmetic.h"
#include "core.h"
#include "sim/base/levels.h"

#if HAS_LEVELS
#include <immintrin.h>
#endif

#define FIELD(name) (int)(offsetof(Block, lanes.name) / 4)
#if HAS_LEVELS
#include "sse2.h"

/* a b + c of two elements in double precision, where the product is exact: rounded to odd, so that it can be rounded once more. */
ALWAYS_INLINE __m128d fused_wide(__m128d a, __m128d b, __m128d c) {
    const __m128d product = _mm_mul_pd(a, b), sum = _mm_add_pd(product, c), part = _mm_sub_pd(sum, product);
    const __m128d lost = _mm_add_pd(_mm_sub_pd(product, _mm_sub_pd(sum, part)), _mm_sub_pd(c, part)), inexact = _mm_cmpneq_pd(lost, _mm_setzero_pd());
    const __m128i beyond = _mm_srli_epi64(_mm_castpd_si128(_mm_xor_pd(sum, lost)), 63);
    const __m128i odd = _mm_or_si128(_mm_sub_epi64(_mm_castpd_si128(sum), beyond), _mm_set1_epi64x(1));
    return _mm_castsi128_pd(select_sse2(_mm_castpd_si128(inexact), odd, _mm_castpd_si128(sum)));
}

ALWAYS_INLINE __m128 fused_sse2(__m128 a, __m128 b, __m128 c) {
    const __m128d low = fused_wide(_mm_cvtps_pd(a), _mm_cvtps_pd(b), _mm_cvtps_pd(c));
    const __m128d high = fused_wide(_mm_cvtps_pd(_mm_movehl_ps(a, a)), _mm_cvtps_pd(_mm_movehl_ps(b, b)), _mm_cvtps_pd(_mm_movehl_ps(c, c)));
    return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}

#define STEP(name) name##_sse2
#define TARGET
#define SIZE LANES
#define OF(part, lanes) (lanes)
#define WIDTH 4
#define LOADF _mm_loadu_ps
#define LOADI(address) _mm_loadu_si128((const __m128i *)(address))
#define STOREF _mm_storeu_ps
#define STOREI(address, x) _mm_storeu_si128((__m128i *)(address), x)
#define ALLF _mm_set1_ps
#define ALLI _mm_set1_epi32
#define EVEN(a, b) _mm_shuffle_ps(a, b, 0x88)
#define GATHER(base, at) _mm_set_ps((base)[(at)[3]], (base)[(at)[2]], (base)[(at)[1]], (base)[(at)[0]])
#define GATHERI(base, at) _mm_set_epi32((base)[(at)[3]], (base)[(at)[2]], (base)[(at)[1]], (base)[(at)[0]])
#define FUSED fused_sse2
#define LESS(c, a, b) fused_sse2(_mm_sub_ps(_mm_setzero_ps(), a), b, c)
#define FROM_BYTES(address) _mm_set_ps((float)(address)[3], (float)(address)[2], (float)(address)[1], (float)(address)[0])
#include "step_template.h"

#define STEP(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define SIZE LANES
#define OF(part, lanes) (lanes)
#define F __m256
#define I __m256i
#define WIDTH 8
#define LOADF _mm256_loadu_ps
#define LOADI(address) _mm256_loadu_si256((const __m256i *)(address))
#define STOREF _mm256_storeu_ps
#define STOREI(address, x) _mm256_storeu_si256((__m256i *)(address), x)
#define ALLF _mm256_set1_ps
#define ALLI _mm256_set1_epi32
#define FLOAT _mm256_cvtepi32_ps
#define ROUND _mm256_cvtps_epi32
#define ADD _mm256_add_epi32
#define SUB _mm256_sub_epi32
#define LEAST _mm256_min_epi32
#define MOST _mm256_max_epi32
#define EITHER _mm256_or_si256
#define BOTH _mm256_and_si256
#define MIN _mm256_min_ps
#define MAX _mm256_max_ps
#define UNIT_CLIP(x) _mm256_max_ps(_mm256_min_ps(x, ALLF(1.0f)), ALLF(-1.0f))
#define IF_POSITIVE(key, a, b) _mm256_blendv_ps(b, a, _mm256_cmp_ps(key, _mm256_setzero_ps(), _CMP_GT_OQ))
#define ROOT _mm256_sqrt_ps
#define FUSED _mm256_fmadd_ps
#define LESS(c, a, b) _mm256_fnmadd_ps(a, b, c)
#define SCALE(p, y) _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(y), 23)))
#define ANY(x) (!_mm256_testz_si256(x, x))
#define REACHES(a, b) (_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(b, a))) ^ 0xff)
#define BITS _mm256_castps_si256
#define ALL_NEGATIVE(x) (_mm256_movemask_ps(_mm256_castsi256_ps(x)) == 0xff)
#define SPREAD_FIRST ALLI(INT32_MIN), ALLI(INT32_MAX)
#define SPREAD(a, b, x, rail) a = MOST(a, x), b = LEAST(b, x)
#define SPREAD_BEYOND(a, b, rail) ANY(_mm256_or_si256(_mm256_cmpgt_epi32(a, ALLI(rail)), _mm256_cmpgt_epi32(ALLI(-(rail)), b)))
#define EVEN(a, b) _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88)), 0xd8))
#define GATHER(base, at) _mm256_i32gather_ps(base, LOADI(at), 4)
#define GATHERI(base, at) _mm256_i32gather_epi32(base, LOADI(at), 4)
#define PICK(mask, a, b) _mm256_blendv_epi8(b, a, mask)
#define FROM_BYTES(address) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(address))))
#include "step_template.h"

#define STEP(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define SIZE LANES
#define OF(part, lanes) (lanes)
#define F __m512
#define I __m512i
#define WIDTH 16
#define LOADF _mm512_loadu_ps
#define LOADI _mm512_loadu_si512
#define STOREF _mm512_storeu_ps
#define STOREI _mm512_storeu_si512
#define ALLF _mm512_set1_ps
#define ALLI _mm512_set1_epi32
#define FLOAT _mm512_cvtepi32_ps
#define ROUND _mm512_cvtps_epi32
#define ADD _mm512_add_epi32
#define SUB _mm512_sub_epi32
#define LEAST _mm512_min_epi32
#define MOST _mm512_max_epi32
#define EITHER _mm512_or_si512
#define BOTH _mm512_and_si512
#define MIN _mm512_min_ps
#define MAX _mm512_max_ps
#define UNIT_CLIP(x) _mm512_range_ps(x, ALLF(1.0f), 2) /* the smaller magnitude with the sign of x */
#define IF_POSITIVE(key, a, b) _mm512_mask_blend_ps(_mm512_cmp_ps_mask(key, _mm512_setzero_ps(), _CMP_GT_OQ), b, a)
#define ROOT _mm512_sqrt_ps
#define FUSED _mm512_fmadd_ps
#define LESS(c, a, b) _mm512_fnmadd_ps(a, b, c)
#define SCALE(p, y) _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(y), 23)))
#define ANY(x) (_mm512_test_epi32_mask(x, x) != 0)
#define REACHES(a, b) ((int)_mm512_cmpge_epi32_mask(a, b))
#define BITS _mm512_castps_si512
#define ALL_NEGATIVE(x) (_mm512_movepi32_mask(x) == 0xffff)
#define SPREAD_FIRST ALLI(INT32_MIN), ALLI(INT32_MAX)
#define SPREAD(a, b, x, rail) a = MOST(a, x), b = LEAST(b, x)
#define SPREAD_BEYOND(a, b, rail) ((_mm512_cmpgt_epi32_mask(a, ALLI(rail)) | _mm512_cmpgt_epi32_mask(ALLI(-(rail)), b)) != 0)
#define EVEN(a, b) _mm512_permutex2var_ps(a, _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0), b)
#define GATHER(base, at) _mm512_i32gather_ps(LOADI(at), base, 4)
#define GATHERI(base, at) _mm512_i32gather_epi32(LOADI(at), base, 4)
#define PICK(mask, a, b) _mm512_mask_blend_epi32(_mm512_movepi32_mask(mask), b, a)
#define FROM_BYTES(address) _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(address))))
#include "step_template.h"
#else
#define STEP(name) name##_scalar
#define FUSED fmaf
#define LESS(c, a, b) fmaf(-(a), b, c)
#define TARGET
#define SIZE LANES
#define OF(part, lanes) (lanes)
#define EVEN(a, b) (a)
#define GATHER(base, at) (base)[*(at)]
#define GATHERI GATHER
#define PICK(mask, a, b) ((mask) ? (a) : (b))
#define FROM_BYTES(address) ((float)*(address))
#include "scalar.h"
#include "step_template.h"
#endif

#define EIGHT(level, name) \
    name##0_##level, name##1_##level, name##2_##level, name##3_##level, name##4_##level, name##5_##level, name##6_##level, name##7_##level
#define KERNEL(level)                                                                                                              \
    {{EIGHT(level, set), EIGHT(level, care), EIGHT(level, joined), EIGHT(level, joined_care), all_##level}, lines_##level, \
     deliver_##level, crossed_##level, far_##level, join_##level, follow_##level}

#if HAS_LEVELS
static const Kernel KERNELS[3] = {KERNEL(sse2), KERNEL(avx2), KERNEL(avx512)};
#else
static const Kernel KERNELS[1] = {KERNEL(scalar)};
#endif

int kernel_level(int wanted) { return level_of(wanted); }

const Kernel *kernel_of(int level) { return &KERNELS[level]; }
