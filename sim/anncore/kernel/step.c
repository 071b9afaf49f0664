/* The step of a block for several instruction sets; all of them compute the same bits. */
#include "core.h"
#include "arithmetic.h"

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#define HAS_LEVELS 1
#else
#define HAS_LEVELS 0
#endif

/* What the terms of a group hand on can live in registers only if their loops are unrolled. */
#if defined(__GNUC__)
#define UNROLLED _Pragma("GCC unroll 4")
#else
#define UNROLLED
#endif

#if HAS_LEVELS
#define STEP(name) name##_sse2
#define TARGET
#define V __m128d
#define WIDTH 2
#define LOAD _mm_load_pd
#define FROM_BYTES(address) _mm_set_pd((double)(address)[1], (double)(address)[0])
#define FROM_FLOATS(address) _mm_set_pd((double)(address)[1], (double)(address)[0])
#define STORE _mm_storeu_pd
#define ALL _mm_set1_pd
#define MIN _mm_min_pd
#define MAX _mm_max_pd
#define UNIT_CLIP(x) _mm_max_pd(_mm_min_pd(x, ALL(1.0)), ALL(-1.0))
#define IF_POSITIVE(key, a, b) select_sse2(_mm_cmpgt_pd(key, _mm_setzero_pd()), a, b)
#define OR _mm_or_pd
#define XOR _mm_xor_pd
#define ANY_BIT(x) (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_castpd_si128(x), _mm_setzero_si128())) != 0xffff)
#define AT_LEAST(a, b) _mm_movemask_pd(_mm_cmpge_pd(a, b))
#define SCALE(p, y) _mm_castsi128_pd(_mm_add_epi64(_mm_castpd_si128(p), _mm_slli_epi64(_mm_castpd_si128(y), 52)))
ALWAYS_INLINE __m128d select_sse2(__m128d mask, __m128d a, __m128d b) { return _mm_or_pd(_mm_and_pd(mask, a), _mm_andnot_pd(mask, b)); }
#include "step_template.h"

#define STEP(name) name##_avx2
#define TARGET __attribute__((target("avx2")))
#define V __m256d
#define WIDTH 4
#define LOAD _mm256_loadu_pd
#define FROM_BYTES(address) _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_loadu_si32(address)))
#define FROM_FLOATS(address) _mm256_cvtps_pd(_mm_loadu_ps(address))
#define STORE _mm256_storeu_pd
#define ALL _mm256_set1_pd
#define MIN _mm256_min_pd
#define MAX _mm256_max_pd
#define UNIT_CLIP(x) _mm256_max_pd(_mm256_min_pd(x, ALL(1.0)), ALL(-1.0))
#define IF_POSITIVE(key, a, b) _mm256_blendv_pd(b, a, _mm256_cmp_pd(key, _mm256_setzero_pd(), _CMP_GT_OQ))
#define OR _mm256_or_pd
#define XOR _mm256_xor_pd
#define ANY_BIT(x) (!_mm256_testz_si256(_mm256_castpd_si256(x), _mm256_castpd_si256(x)))
#define AT_LEAST(a, b) _mm256_movemask_pd(_mm256_cmp_pd(a, b, _CMP_GE_OQ))
#define SCALE(p, y) _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), _mm256_slli_epi64(_mm256_castpd_si256(y), 52)))
#include "step_template.h"

#define STEP(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512dq")))
#define V __m512d
#define WIDTH 8
#define LOAD _mm512_loadu_pd
#define FROM_BYTES(address) _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(address))))
#define FROM_FLOATS(address) _mm512_cvtps_pd(_mm256_loadu_ps(address))
#define STORE _mm512_storeu_pd
#define ALL _mm512_set1_pd
#define MIN _mm512_min_pd
#define MAX _mm512_max_pd
#define UNIT_CLIP(x) _mm512_range_pd(x, ALL(1.0), 2) /* the smaller magnitude with the sign of x */
#define IF_POSITIVE(key, a, b) _mm512_mask_blend_pd(_mm512_cmp_pd_mask(key, _mm512_setzero_pd(), _CMP_GT_OQ), b, a)
#define OR _mm512_or_pd
#define XOR _mm512_xor_pd
#define ANY_BIT(x) _mm512_test_epi64_mask(_mm512_castpd_si512(x), _mm512_castpd_si512(x))
#define AT_LEAST(a, b) _mm512_cmp_pd_mask(a, b, _CMP_GE_OQ)
#define SCALE(p, y) _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p), _mm512_slli_epi64(_mm512_castpd_si512(y), 52)))
#include "step_template.h"
#else
#define STEP(name) name##_scalar
#define TARGET
#define V double
#define WIDTH 1
#define LOAD(address) (*(address))
#define FROM_BYTES(address) ((double)*(address))
#define FROM_FLOATS(address) ((double)*(address))
#define STORE(address, x) (*(address) = (x))
#define ALL(x) (x)
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define UNIT_CLIP(x) MAX(MIN(x, 1.0), -1.0)
#define IF_POSITIVE(key, a, b) ((key) > 0.0 ? (a) : (b))
#define OR(a, b) double_of(bits_of(a) | bits_of(b))
#define XOR(a, b) double_of(bits_of(a) ^ bits_of(b))
#define ANY_BIT(x) (bits_of(x) != 0)
#define AT_LEAST(a, b) ((a) >= (b))
#define SCALE(p, y) double_of(bits_of(p) + (bits_of(y) << 52))
#include "step_template.h"
#endif

#define KERNEL(level) \
    {{plain_##level, exponential_##level, adaptation_##level, all_##level}, deliver_##level, crossed_##level, due_##level, earliest_##level}

#if HAS_LEVELS
static const Kernel KERNELS[3] = {KERNEL(sse2), KERNEL(avx2), KERNEL(avx512)};
#else
static const Kernel KERNELS[1] = {KERNEL(scalar)};
#endif

static int best_level(void) {
#if HAS_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return 2;
    if (__builtin_cpu_supports("avx2")) return 1;
#endif
    return 0;
}

int kernel_level(int wanted) {
    const int best = best_level();
    return wanted >= 0 && wanted < best ? wanted : best;
}

const Kernel *kernel_of(int level) { return &KERNELS[level]; }
