/* The step of a block for several instruction sets; all of them compute the same bits. */
#include "core_kernel.h"
#include "core_math.h"

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#define HAS_LEVELS 1
#else
#define HAS_LEVELS 0
#endif

#if HAS_LEVELS
#define STEP(name) name##_sse2
#define TARGET
#define V __m128d
#define WIDTH 2
#define LOAD _mm_loadu_pd
#define STORE _mm_storeu_pd
#define ALL _mm_set1_pd
#define MIN _mm_min_pd
#define MAX _mm_max_pd
#define IF_POSITIVE(key, a, b) select_sse2(_mm_cmpgt_pd(key, _mm_setzero_pd()), a, b)
#define OR _mm_or_pd
#define XOR _mm_xor_pd
#define SCALE(p, y) _mm_castsi128_pd(_mm_add_epi64(_mm_castpd_si128(p), _mm_slli_epi64(_mm_castpd_si128(y), 52)))
ALWAYS_INLINE __m128d select_sse2(__m128d mask, __m128d a, __m128d b) { return _mm_or_pd(_mm_and_pd(mask, a), _mm_andnot_pd(mask, b)); }
#include "core_step_template.h"

#define STEP(name) name##_avx2
#define TARGET __attribute__((target("avx2")))
#define V __m256d
#define WIDTH 4
#define LOAD _mm256_loadu_pd
#define STORE _mm256_storeu_pd
#define ALL _mm256_set1_pd
#define MIN _mm256_min_pd
#define MAX _mm256_max_pd
#define IF_POSITIVE(key, a, b) _mm256_blendv_pd(b, a, _mm256_cmp_pd(key, _mm256_setzero_pd(), _CMP_GT_OQ))
#define OR _mm256_or_pd
#define XOR _mm256_xor_pd
#define SCALE(p, y) _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(p), _mm256_slli_epi64(_mm256_castpd_si256(y), 52)))
#include "core_step_template.h"

#define STEP(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512dq")))
#define V __m512d
#define WIDTH 8
#define LOAD _mm512_loadu_pd
#define STORE _mm512_storeu_pd
#define ALL _mm512_set1_pd
#define MIN _mm512_min_pd
#define MAX _mm512_max_pd
#define IF_POSITIVE(key, a, b) _mm512_mask_blend_pd(_mm512_cmp_pd_mask(key, _mm512_setzero_pd(), _CMP_GT_OQ), b, a)
#define OR _mm512_or_pd
#define XOR _mm512_xor_pd
#define SCALE(p, y) _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(p), _mm512_slli_epi64(_mm512_castpd_si512(y), 52)))
#include "core_step_template.h"
#else
#define STEP(name) name##_scalar
#define TARGET
#define V double
#define WIDTH 1
#define LOAD(address) (*(address))
#define STORE(address, x) (*(address) = (x))
#define ALL(x) (x)
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define IF_POSITIVE(key, a, b) ((key) > 0.0 ? (a) : (b))
#define OR(a, b) double_of(bits_of(a) | bits_of(b))
#define XOR(a, b) double_of(bits_of(a) ^ bits_of(b))
#define SCALE(p, y) double_of(bits_of(p) + (bits_of(y) << 52))
#include "core_step_template.h"
#endif

/* by WITH_EXPONENTIAL | WITH_ADAPTATION */
#define VARIANTS(level) {plain_##level, exponential_##level, adaptation_##level, all_##level}

#if HAS_LEVELS
static const StepFunction STEPS[3][FEATURE_SETS] = {VARIANTS(sse2), VARIANTS(avx2), VARIANTS(avx512)};
#else
static const StepFunction STEPS[1][FEATURE_SETS] = {VARIANTS(scalar)};
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

StepFunction kernel_step(int level, int features) { return STEPS[level][features]; }
