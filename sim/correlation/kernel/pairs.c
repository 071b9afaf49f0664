/* One loop, compiled for several instruction sets. */
#include "pairs.h"

#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#if defined(__GNUC__) && defined(__x86_64__)
#define HAS_LEVELS 1
#define FOR(set) __attribute__((target(set)))
#else
#define HAS_LEVELS 0
#endif

/* The integer part of y becomes the exponent, a polynomial (cubic, equal errors) takes 2^fraction from the mantissa. */
INLINE float power(float y) {
    const int32_t octaves = (int32_t)y;
    int32_t bits = (octaves & 0x7fffff) | 0x3f800000;
    float x;
    memcpy(&x, &bits, sizeof x);
    x = ((0.07802452f * x - 0.008006371f) * x + 0.4777727f) * x + 0.45213437f;
    memcpy(&bits, &x, sizeof bits);
    bits += (int32_t)((uint32_t)octaves & 0xff800000u);
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE float trace(float rate, int32_t age) {
    const float y = (float)age * rate, least = -OCTAVES * OCTAVE;
    return y > least ? power(y) : 0.0f;
}

INLINE void store(float *restrict stored, const float *restrict amplitude, const float *restrict rate, const int32_t *restrict latest,
                  const uint8_t *restrict labels, const uint8_t *restrict keys, int32_t now) {
    for (int k = 0; k < SENSORS; k++) {
        const int32_t match = -(int32_t)(labels[k] == keys[k]);
        stored[k] += amplitude[k] * trace(rate[k], now - (latest[k] & match));
    }
}

#define STORE(name) \
    void name(float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels, const uint8_t *keys, int32_t now) { \
        store(stored, amplitude, rate, latest, labels, keys, now); \
    }

static STORE(store_baseline)
#if HAS_LEVELS
FOR("avx2") static STORE(store_avx2)
FOR("avx512f,avx512dq,avx512bw,avx512vl,prefer-vector-width=512") static STORE(store_avx512)
#endif

typedef void Store(float *, const float *, const float *, const int32_t *, const uint8_t *, const uint8_t *, int32_t);

#if HAS_LEVELS
static Store *const STORES[] = {store_baseline, store_avx2, store_avx512};
#else
static Store *const STORES[] = {store_baseline};
#endif

static int best_level(void) {
#if HAS_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl"))
        return 2;
    if (__builtin_cpu_supports("avx2")) return 1;
#endif
    return 0;
}

int pairs_level(int wanted) {
    const int best = best_level();
    return wanted >= 0 && wanted < best ? wanted : best;
}

float pairs_power(float y) { return power(y); }

void pairs_store(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels,
                 const uint8_t *keys, int32_t now) {
    STORES[level](stored, amplitude, rate, latest, labels, keys, now);
}

void pairs_store_mixed(int level, float *stored, const float *amplitude, const float *rate, const int32_t *times, const uint8_t *labels,
                       int32_t now) {
    int32_t latest[SENSORS];
    for (int k = 0; k < SENSORS; k++) latest[k] = times[k * ADDRESSES + labels[k]];
    STORES[level](stored, amplitude, rate, latest, labels, labels, now);
}
