/* Arrays that grow by doubling and are emptied from the front.
 *
 * One policy when memory ends: the new item is not taken, `refused` counts it, and the run that needed it ends with a MemoryError
 * (the owner of the array says so: see `System`). Nothing is overwritten and nothing is lost in silence. */
#ifndef HICANNX_GROWING_H
#define HICANNX_GROWING_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *items;
    int64_t first, end; /* in use: first .. end - 1 */
    int64_t room;
    int64_t refused;
} Growing;

static inline int64_t growing_count(const Growing *a) { return a->end - a->first; }

/* Item k of those in use, counted from 0. */
static inline void *growing_at(const Growing *a, int64_t k, size_t size) { return a->items + (size_t)(a->first + k) * size; }

static inline int growing_make_room(Growing *a, size_t size) {
    if (a->first > a->room / 2) {
        memmove(a->items, growing_at(a, 0, size), (size_t)growing_count(a) * size);
        a->end -= a->first;
        a->first = 0;
        return 1;
    }
    const int64_t larger = a->room ? 2 * a->room : 256;
    char *items = realloc(a->items, (size_t)larger * size);
    if (!items) return a->refused++, 0;
    a->items = items;
    a->room = larger;
    return 1;
}

/* A new last item, not initialised; NULL if there is no memory for it. */
static inline void *growing_append(Growing *a, size_t size) {
    if (a->end == a->room && !growing_make_room(a, size)) return NULL;
    return a->items + (size_t)a->end++ * size;
}

/* So many new last items, not initialised; NULL if there is no memory for them. */
static inline void *growing_extend(Growing *a, int64_t n, size_t size) {
    while (a->room - a->end < n)
        if (!growing_make_room(a, size)) return NULL;
    a->end += n;
    return a->items + (size_t)(a->end - n) * size;
}

/* A new item before item k; those behind it move up. */
static inline void *growing_insert(Growing *a, int64_t k, size_t size) {
    if (!growing_append(a, size)) return NULL;
    char *at = growing_at(a, k, size);
    memmove(at + size, at, (size_t)(growing_count(a) - 1 - k) * size);
    return at;
}

/* The first items go. */
static inline void growing_drop(Growing *a, int64_t n) {
    a->first += n;
    if (a->first == a->end) a->first = a->end = 0;
}

static inline void growing_clear(Growing *a) { a->first = a->end = 0; }

/* Exactly n items, new ones zero. False if there is no memory for them: then there are none. */
static inline int growing_resize(Growing *a, int64_t n, size_t size) {
    growing_clear(a);
    if (n > a->room) {
        char *items = realloc(a->items, (size_t)n * size);
        if (!items) return a->refused++, 0;
        a->items = items;
        a->room = n;
    }
    if (n) memset(a->items, 0, (size_t)n * size);
    a->end = n;
    return 1;
}

static inline void growing_free(Growing *a) {
    free(a->items);
    memset(a, 0, sizeof *a);
}
#endif
