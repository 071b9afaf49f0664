/* One loop, compiled for several instruction sets. */
#include "pairs.h"
#include "sim/base/levels.h"

#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

#define FOR(set) __attribute__((target(set)))

/* 2^fraction by a cubic with equal errors, without its leading coefficient: (x + A) ((x + B)^2 + D), x = 1 + fraction. */
#define A 0.83833938f
#define B -0.47047644f
#define D 6.6908560f

/* 2^(y / OCTAVE) / PAIRS_SCALE: the integer part of the octaves becomes the exponent. */
INLINE float power(float y) {
    const int32_t octaves = (int32_t)y;
    int32_t bits = (octaves & 0x7fffff) | 0x3f800000;
    float x;
    memcpy(&x, &bits, sizeof x);
    x = (x + A) * ((x + B) * (x + B) + D);
    memcpy(&bits, &x, sizeof bits);
    bits += (int32_t)((uint32_t)octaves & 0xff800000u);
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE float trace(float rate, int32_t age) {
    const float y = (float)age * rate;
    return y > -OCTAVES * OCTAVE ? power(y) : 0.0f;
}

INLINE void store(float *restrict stored, const float *restrict amplitude, const float *restrict rate, const int32_t *restrict latest, int32_t now) {
    for (int k = 0; k < SENSORS; k++) stored[k] += amplitude[k] * trace(rate[k], now - latest[k]);
}

INLINE void store_labelled(float *restrict stored, const float *restrict amplitude, const float *restrict rate, const int32_t *restrict latest,
                           const uint8_t *restrict labels, const uint8_t *restrict keys, int32_t now) {
    for (int k = 0; k < SENSORS; k++) {
        const int32_t match = -(int32_t)(labels[k] == keys[k]);
        stored[k] += amplitude[k] * trace(rate[k], now - (latest[k] & match));
    }
}

#define PLAIN(name) \
    void name(float *stored, const float *amplitude, const float *rate, const int32_t *latest, int32_t now) { \
        store(stored, amplitude, rate, latest, now); \
    }
#define LABELLED(name) \
    void name(float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels, const uint8_t *keys, int32_t now) { \
        store_labelled(stored, amplitude, rate, latest, labels, keys, now); \
    }

static PLAIN(plain_baseline)
static LABELLED(labelled_baseline)
#if HAS_LEVELS
#define AVX2 "avx2"
#define AVX512 "avx512f,avx512dq,avx512bw,avx512vl,prefer-vector-width=512"
FOR(AVX2) static PLAIN(plain_avx2)
FOR(AVX2) static LABELLED(labelled_avx2)
FOR(AVX512) static PLAIN(plain_avx512)
FOR(AVX512) static LABELLED(labelled_avx512)
#endif

typedef void Plain(float *, const float *, const float *, const int32_t *, int32_t);
typedef void Labelled(float *, const float *, const float *, const int32_t *, const uint8_t *, const uint8_t *, int32_t);

#if HAS_LEVELS
static Plain *const PLAINS[] = {plain_baseline, plain_avx2, plain_avx512};
static Labelled *const LABELLEDS[] = {labelled_baseline, labelled_avx2, labelled_avx512};
#else
static Plain *const PLAINS[] = {plain_baseline};
static Labelled *const LABELLEDS[] = {labelled_baseline};
#endif

int pairs_level(int wanted) { return level_of(wanted); }

float pairs_power(float y) { return power(y) * PAIRS_SCALE; }

void pairs_store(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, int32_t now) {
    PLAINS[level](stored, amplitude, rate, latest, now);
}

void pairs_store_labelled(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels,
                          const uint8_t *keys, int32_t now) {
    LABELLEDS[level](stored, amplitude, rate, latest, labels, keys, now);
}

void pairs_latest(int32_t *latest, const int32_t *times, const uint8_t *labels) {
    for (int k = 0; k < SENSORS; k++) latest[k] = times[k * ADDRESSES + labels[k]];
}
