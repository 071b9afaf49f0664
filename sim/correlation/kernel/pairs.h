/* What a pulse stores in all sensors of a row or a column: docs/correlation.md.
 *
 * Only IEEE + - * and conversions of single numbers in a written order, never contracted: the same bytes on every instruction set. */
#ifndef SIM_CORRELATION_PAIRS_H
#define SIM_CORRELATION_PAIRS_H

#include <stdint.h>

enum {
    SENSORS = 256, /* of one branch in a row, and in a column of one hemisphere */
    ADDRESSES = 64,
};

#define OCTAVE 8388608.0f /* of a decay: 2^23, so that whole octaves are the exponent of a float */
#define OCTAVES 30.0f     /* a trace that has decayed by this many, to 1e-9 of its amplitude, adds nothing */

/* 2^(y / OCTAVE) for -100 octaves < y <= 0, relative error below 1e-4 */
float pairs_power(float y);

/* Index of the best instruction set up to `wanted` (-1: of all) that this machine has. */
int pairs_level(int wanted);

/* A pulse at `now` meets the latest pulses of the other side; 0 is a time so long ago that nothing is left. rate: octaves per tick times OCTAVE,
 * negative. amplitude: for a trace of 1 / PAIRS_SCALE. */
#define PAIRS_SCALE 0.07802452f
void pairs_store(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, int32_t now);

/* The same; sensors whose label is not the key have seen no pulse. */
void pairs_store_labelled(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels,
                          const uint8_t *keys, int32_t now);

/* Latest pulses that sensors have seen by their labels, from those of each address: times[sensor][address]. */
void pairs_latest(int32_t *latest, const int32_t *times, const uint8_t *labels);

#endif
