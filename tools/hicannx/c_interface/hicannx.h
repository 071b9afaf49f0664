/* A virtual chip with its FPGA and board: words of 64 bits in, words of 64 bits out, as the real FPGA takes and gives them.
 *
 * Link with -lhicannx. All functions may be called from any thread; those on one handle take turns. Functions that return an int64_t or int return
 * -1 after an error, which hicannx_error then tells. */
#ifndef HICANNX_H
#define HICANNX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this interface: grows with each function that is added; none is ever changed or taken away. */
int hicannx_version(void);

/* Powers a chip on and returns its handle, 0 or more. serial: whose fixed pattern it has; ideal: without fixed pattern and noise; seed: of the
 * trial noise; strict: accesses to what is undefined or not modelled are errors. */
int hicannx_open(uint32_t serial, int ideal, uint64_t seed, int strict);
void hicannx_close(int handle);

/* Runs a program, closed by its halt. Returns the number of words that it answers with; hicannx_words copies them. */
int64_t hicannx_execute(int handle, const uint64_t *words, size_t count);

/* The same in pieces: begin, feed as often as wanted, finish. How a program is cut makes no difference. feed and finish return numbers of words. */
int hicannx_begin(int handle);
int64_t hicannx_feed(int handle, const uint64_t *words, size_t count);
int64_t hicannx_finish(int handle);

/* Copies the words of the last execute, feed or finish: as many as it has said. */
int hicannx_words(int handle, uint64_t *words);

/* The whole state: returns its size in bytes; hicannx_bytes copies it. From it, restore goes on to the bit, in any process. */
int64_t hicannx_snapshot(int handle);
int hicannx_bytes(int handle, uint8_t *bytes);
int hicannx_restore(int handle, const uint8_t *bytes, size_t count);

/* Time on the chip in ticks of 2 ns. */
int64_t hicannx_now(int handle);

/* What went wrong last, as text; empty if nothing did. Valid until the next call. */
const char *hicannx_error(void);

#ifdef __cplusplus
}
#endif
#endif
