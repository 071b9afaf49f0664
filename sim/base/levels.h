/* Instruction sets that kernels are compiled for, by number: 0 what every machine of its kind has, 1 AVX2 with FMA, 2 AVX-512 (f, dq, bw, vl). */
#ifndef HICANNX_LEVELS_H
#define HICANNX_LEVELS_H

#if defined(__GNUC__) && defined(__x86_64__)
#define HAS_LEVELS 1
#else
#define HAS_LEVELS 0
#endif

static inline int best_level(void) {
#if HAS_LEVELS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
    return 0;
}

/* The wanted one if this machine has it, else the best that it has. */
static inline int level_of(int wanted) {
    const int best = best_level();
    return wanted >= 0 && wanted < best ? wanted : best;
}

#endif
