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

/* A pulse at `now` meets the latest pulses of the other side; 0 is a time so long ago that nothing is left. Sensors whose label is not the key
 * have seen none. rate: octaves per tick times OCTAVE, negative. */
void pairs_store(int level, float *stored, const float *amplitude, const float *rate, const int32_t *latest, const uint8_t *labels,
                 const uint8_t *keys, int32_t now);

/* The same where each sensor finds its latest pulse by its label: times[sensor][label]. */
void pairs_store_mixed(int level, float *stored, const float *amplitude, const float *rate, const int32_t *times, const uint8_t *labels, int32_t now);

#endif
