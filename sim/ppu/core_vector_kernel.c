/* The vector unit: 32 registers of 128 bytes, an accumulator of twice that, flags per byte lane. (facts: ppu/isa_vector)
 *
 * Lanes are held so that a halfword lane is a native number; byte lanes are then swapped in pairs on little-endian machines, which matters only
 * to what mixes lanes. Results are masked per byte lane, whatever the size of the elements.
 */
#include "core_kernel.h"

#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { SWAP = 0 };
#else
enum { SWAP = 1 };
#endif
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

int ppu_lane(int byte) { return byte ^ SWAP; }

void ppu_vector_get(const ppu_vector *v, uint8_t *lanes) {
    for (int i = 0; i < PPU_LANES; i++) lanes[i] = v->b[i ^ SWAP];
}

void ppu_vector_set(ppu_vector *v, const uint8_t *lanes) {
    for (int i = 0; i < PPU_LANES; i++) v->b[i ^ SWAP] = lanes[i];
}

static inline int32_t low16(uint32_t x) { return (int16_t)(uint16_t)x; }
static inline int32_t clamp(int32_t x, int32_t most) { return x > most ? most : x < -most - 1 ? -most - 1 : x; }
static inline int64_t clamp32(int64_t x) { return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x; }
static inline int32_t halves_product(int32_t a, int32_t b) { /* 2ab, both minimum: maximum */
    uint32_t doubled = (uint32_t)(a * b) << 1;
    return doubled == 0x80000000u && a == b ? INT32_MAX : (int32_t)doubled;
}
static inline int32_t bytes_product(int32_t a, int32_t b) { return clamp(2 * a * b, 32767); }

/* One loop per operation: `a`, `b` elements, `c` accumulator element, all signed. */
#define HALF_RESULT(name, value)                                                                                                            \
    WIDE static void name(uint16_t *restrict t, const uint16_t *x, const uint16_t *y, const uint32_t *acc) {                                \
        for (int k = 0; k < PPU_HALVES; k++) {                                                                                              \
            int32_t a = low16(x[k]), b = low16(y[k]), c = (int32_t)acc[k];                                                                  \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint16_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define BYTE_RESULT(name, value)                                                                                                            \
    WIDE static void name(uint8_t *restrict t, const uint8_t *x, const uint8_t *y, const uint16_t *acc) {                                   \
        for (int k = 0; k < PPU_LANES; k++) {                                                                                               \
            int32_t a = (int8_t)x[k], b = (int8_t)y[k], c = (int16_t)acc[k];                                                                \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint8_t)(value);                                                                                                        \
        }                                                                                                                                   \
    }
#define HALF_ACC(name, value)                                                                                                               \
    WIDE static void name(uint32_t *restrict t, const uint16_t *x, const uint16_t *y, const uint32_t *acc) {                                \
        for (int k = 0; k < PPU_HALVES; k++) {                                                                                              \
            int32_t a = low16(x[k]), b = low16(y[k]), c = (int32_t)acc[k];                                                                  \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint32_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define BYTE_ACC(name, value)                                                                                                               \
    WIDE static void name(uint16_t *restrict t, const uint8_t *x, const uint8_t *y, const uint16_t *acc) {                                  \
        for (int k = 0; k < PPU_LANES; k++) {                                                                                               \
            int32_t a = (int8_t)x[k], b = (int8_t)y[k], c = (int16_t)acc[k];                                                                \
            (void)a, (void)b, (void)c;                                                                                                      \
            t[k] = (uint16_t)(value);                                                                                                       \
        }                                                                                                                                   \
    }
#define WRAPPED(x, y) ((uint32_t)(x) + (uint32_t)(y))
#define TOP16(x) ((uint32_t)(x) >> 16)
#define TOP8(x) ((uint32_t)(x) >> 8)

HALF_RESULT(half_add, WRAPPED(a, b))
HALF_RESULT(half_sub, a - b)
HALF_RESULT(half_add_sat, clamp(a + b, 32767))
HALF_RESULT(half_sub_sat, clamp(a - b, 32767))
HALF_RESULT(half_mul, a * b)
HALF_RESULT(half_mul_sat, TOP16(halves_product(a, b)))
HALF_RESULT(half_ma, WRAPPED(c, a * b))
HALF_RESULT(half_ma_sat, TOP16(clamp32((int64_t)c + halves_product(a, b))))
HALF_RESULT(half_addac, WRAPPED(c, a))
HALF_RESULT(half_addac_sat, TOP16(clamp32((int64_t)c + a * 65536)))
BYTE_RESULT(byte_add, a + b)
BYTE_RESULT(byte_sub, a - b)
BYTE_RESULT(byte_add_sat, clamp(a + b, 127))
BYTE_RESULT(byte_sub_sat, clamp(a - b, 127))
BYTE_RESULT(byte_mul, a * b)
BYTE_RESULT(byte_mul_sat, TOP8(bytes_product(a, b)))
BYTE_RESULT(byte_ma, c + a * b)
BYTE_RESULT(byte_ma_sat, TOP8(clamp(c + bytes_product(a, b), 32767)))
BYTE_RESULT(byte_addac, c + a)
BYTE_RESULT(byte_addac_sat, TOP8(clamp(c + a * 256, 32767)))
HALF_ACC(half_mtac, a)
HALF_ACC(half_mtac_f, (uint32_t)a << 16)
HALF_ACC(half_matac, WRAPPED(c, a * b))
HALF_ACC(half_matac_sat, clamp32((int64_t)c + halves_product(a, b)))
HALF_ACC(half_multac, a * b)
HALF_ACC(half_multac_sat, halves_product(a, b))
HALF_ACC(half_addactac, WRAPPED(c, a))
HALF_ACC(half_addactac_f, clamp32((int64_t)c + a * 65536))
HALF_ACC(half_addtac, a + b)
BYTE_ACC(byte_mtac, a)
BYTE_ACC(byte_mtac_f, (uint32_t)a << 8)
BYTE_ACC(byte_matac, c + a * b)
BYTE_ACC(byte_matac_sat, clamp(c + bytes_product(a, b), 32767))
BYTE_ACC(byte_multac, a * b)
BYTE_ACC(byte_multac_sat, bytes_product(a, b))
BYTE_ACC(byte_addactac, c + a)
BYTE_ACC(byte_addactac_f, clamp(c + a * 256, 32767))
BYTE_ACC(byte_addtac, a + b)

WIDE static void merge(uint8_t *restrict t, const uint8_t *from, const uint8_t *mask) {
    for (int k = 0; k < PPU_LANES; k++) t[k] = (uint8_t)((from[k] & mask[k]) | (t[k] & ~mask[k]));
}

WIDE static void merge_acc(uint16_t *restrict t, const uint16_t *from, const uint8_t *mask) {
    for (int k = 0; k < PPU_LANES; k++) {
        uint16_t wide = (uint16_t)(mask[k] * 257);
        t[k] = (uint16_t)((from[k] & wide) | (t[k] & ~wide));
    }
}

WIDE static void compare_halves(ppu_vector *flags, const uint16_t *x) {
    for (int k = 0; k < PPU_HALVES; k++) {
        int32_t a = low16(x[k]);
        flags[1].h[k] = a > 0 ? 0xffff : 0;
        flags[2].h[k] = a < 0 ? 0xffff : 0;
        flags[3].h[k] = a == 0 ? 0xffff : 0;
    }
}

WIDE static void compare_bytes(ppu_vector *flags, const uint8_t *x) {
    for (int k = 0; k < PPU_LANES; k++) {
        int32_t a = (int8_t)x[k];
        flags[1].b[k] = a > 0 ? 0xff : 0;
        flags[2].b[k] = a < 0 ? 0xff : 0;
        flags[3].b[k] = a == 0 ? 0xff : 0;
    }
}

WIDE static void shift_halves(uint16_t *t, const uint16_t *x, int n) {
    for (int k = 0; k < PPU_HALVES; k++) t[k] = (uint16_t)(n >= 0 ? (uint32_t)x[k] << n : (uint32_t)x[k] >> -n);
}

WIDE static void shift_bytes(uint8_t *t, const uint8_t *x, int n) {
    for (int k = 0; k < PPU_LANES; k++) t[k] = (uint8_t)(n >= 0 ? (uint32_t)x[k] << n : (uint32_t)x[k] >> -n);
}

/* Inside slices of 16 bytes; x, y in the order of the byte lanes. */
static void pack(uint8_t *t, const uint8_t *x, const uint8_t *y, int n, int lower) {
    for (int slice = 0; slice < PPU_LANES; slice += 16)
        for (int k = 0; k < 16; k++) {
            const uint8_t *pair = k < 8 ? x + slice + 2 * k : y + slice + 2 * k - 16;
            if (lower) t[slice + k] = (uint8_t)(((unsigned)pair[0] << (8 - 2 * n) | pair[1] >> 2 * n) & ((1u << (8 - n)) - 1));
            else t[slice + k] = (uint8_t)(pair[0] >> n);
        }
}

static void unpack(uint8_t *t, const uint8_t *x, const uint8_t *y, int n, int right) {
    for (int slice = 0; slice < PPU_LANES; slice += 16)
        for (int k = 0; k < 8; k++) {
            unsigned a = x[slice + 8 * right + k], b = y[slice + 8 * right + k];
            t[slice + 2 * k] = (uint8_t)(a << n | (b >> (8 - 2 * n) & ((1u << n) - 1)));
            t[slice + 2 * k + 1] = (uint8_t)(b << 2 * n);
        }
}

static void packed(ppu_vector *result, const ppu_vector *a, const ppu_vector *b, const ppu_instruction *i) {
    uint8_t x[PPU_LANES], y[PPU_LANES], t[PPU_LANES];
    int n = (int)(i->flags & 3);
    ppu_vector_get(a, x);
    ppu_vector_get(b, y);
    if (i->op == PPU_OP_fxvpckbu || i->op == PPU_OP_fxvpckbl) pack(t, x, y, n, i->op == PPU_OP_fxvpckbl);
    else unpack(t, x, y, n, i->op == PPU_OP_fxvupckbr);
    ppu_vector_set(result, t);
}

#define RESULT_PAIR(op, function)                                                                                                           \
    case PPU_OP_fxv##op: function(r.h, a->h, b->h, s->acc.h); merge(t->b, r.b, mask); return;
#define RESULT_BYTE(op, function)                                                                                                           \
    case PPU_OP_fxv##op: function(r.b, a->b, b->b, s->acc.b); merge(t->b, r.b, mask); return;
#define ACC_PAIR(op, function)                                                                                                              \
    case PPU_OP_fxv##op: function(wide.h, a->h, b->h, s->acc.h); merge_acc(s->acc.b, wide.b, mask); return;
#define ACC_BYTE(op, function)                                                                                                              \
    case PPU_OP_fxv##op: function(wide.b, a->b, b->b, s->acc.b); merge_acc(s->acc.b, wide.b, mask); return;

void ppu_vector_execute(ppu_state *s, const ppu_instruction *i) {
    ppu_vector r, *t = &s->vr[i->d];
    const ppu_vector *a = &s->vr[i->a], *b = &s->vr[i->b];
    const uint8_t *mask = s->flags[i->flags & 3].b;
    ppu_accumulator wide;
    int amount = i->b < 16 ? i->b : i->b - 32;
    switch (i->op) {
        RESULT_PAIR(addhm, half_add) RESULT_PAIR(subhm, half_sub) RESULT_PAIR(addhfs, half_add_sat) RESULT_PAIR(subhfs, half_sub_sat)
        RESULT_PAIR(mulhm, half_mul) RESULT_PAIR(mulhfs, half_mul_sat) RESULT_PAIR(mahm, half_ma) RESULT_PAIR(mahfs, half_ma_sat)
        RESULT_PAIR(addachm, half_addac) RESULT_PAIR(addachfs, half_addac_sat)
        RESULT_BYTE(addbm, byte_add) RESULT_BYTE(subbm, byte_sub) RESULT_BYTE(addbfs, byte_add_sat) RESULT_BYTE(subbfs, byte_sub_sat)
        RESULT_BYTE(mulbm, byte_mul) RESULT_BYTE(mulbfs, byte_mul_sat) RESULT_BYTE(mabm, byte_ma) RESULT_BYTE(mabfs, byte_ma_sat)
        RESULT_BYTE(addacbm, byte_addac) RESULT_BYTE(addacbfs, byte_addac_sat)
        ACC_PAIR(mtach, half_mtac) ACC_PAIR(mtachf, half_mtac_f) ACC_PAIR(matachm, half_matac) ACC_PAIR(matachfs, half_matac_sat)
        ACC_PAIR(multachm, half_multac) ACC_PAIR(multachfs, half_multac_sat) ACC_PAIR(addactachm, half_addactac)
        ACC_PAIR(addactachf, half_addactac_f) ACC_PAIR(addtach, half_addtac)
        ACC_BYTE(mtacb, byte_mtac) ACC_BYTE(mtacbf, byte_mtac_f) ACC_BYTE(matacbm, byte_matac) ACC_BYTE(matacbfs, byte_matac_sat)
        ACC_BYTE(multacbm, byte_multac) ACC_BYTE(multacbfs, byte_multac_sat) ACC_BYTE(addactacbm, byte_addactac)
        ACC_BYTE(addactacbf, byte_addactac_f) ACC_BYTE(addtacb, byte_addtac)
    case PPU_OP_fxvcmph: compare_halves(s->flags, a->h); return;
    case PPU_OP_fxvcmpb: compare_bytes(s->flags, a->b); return;
    case PPU_OP_fxvsplath:
        for (int k = 0; k < PPU_HALVES; k++) t->h[k] = (uint16_t)s->gpr[i->a];
        return;
    case PPU_OP_fxvsplatb: memset(t->b, (int)(s->gpr[i->a] & 0xff), sizeof t->b); return;
    case PPU_OP_fxvshh: shift_halves(t->h, a->h, amount); return;
    case PPU_OP_fxvshb: shift_bytes(t->b, a->b, amount); return;
    case PPU_OP_fxvsel:
        r = *a;
        merge(r.b, b->b, mask);
        *t = r;
        return;
    case PPU_OP_fxvpckbu: case PPU_OP_fxvpckbl: case PPU_OP_fxvupckbl: case PPU_OP_fxvupckbr:
        packed(&r, a, b, i);
        *t = r;
        return;
    default: return;
    }
}

/* ---- time ----
 *
 * Instructions wait in a queue, leave it in order when their unit has a free entry and no older reader or writer of the destination is
 * left, and then run in their unit in order.
 */
enum { MADD, COMPARE, MEMORY, BUS, PERMUTE };
enum { QUEUE_DELAY = 2, QUEUE_SEEN = 3, TURNS = 6 };
static const int entries[5] = {4, 2, 2, 4, 2};

static int unit_of(int op) {
    switch (op) {
    case PPU_OP_fxvcmph: case PPU_OP_fxvcmpb: return COMPARE;
    case PPU_OP_fxvlax: case PPU_OP_fxvstax: return MEMORY;
    case PPU_OP_fxvinx: case PPU_OP_fxvoutx: return BUS;
    case PPU_OP_fxvsplath: case PPU_OP_fxvsplatb: case PPU_OP_fxvshh: case PPU_OP_fxvshb: case PPU_OP_fxvsel: case PPU_OP_fxvpckbu:
    case PPU_OP_fxvpckbl: case PPU_OP_fxvupckbl: case PPU_OP_fxvupckbr: return PERMUTE;
    default: return MADD;
    }
}

enum { READS_T = 1, READS_A = 2, READS_B = 4, WRITES_T = 8, READS_FLAGS = 16 };

static int uses_of(const ppu_instruction *i) {
    int conditional = i->flags & 3 ? READS_FLAGS : 0;
    switch (i->op) {
    case PPU_OP_fxvlax: return WRITES_T;
    case PPU_OP_fxvstax: return READS_T;
    case PPU_OP_fxvinx: return WRITES_T | conditional;
    case PPU_OP_fxvoutx: return READS_T | conditional;
    case PPU_OP_fxvcmph: case PPU_OP_fxvcmpb: return READS_A;
    case PPU_OP_fxvsplath: case PPU_OP_fxvsplatb: return WRITES_T;
    case PPU_OP_fxvshh: case PPU_OP_fxvshb: return READS_A | WRITES_T;
    case PPU_OP_fxvsel: return READS_A | READS_B | WRITES_T | conditional;
    case PPU_OP_fxvpckbu: case PPU_OP_fxvpckbl: case PPU_OP_fxvupckbl: case PPU_OP_fxvupckbr: return READS_A | READS_B | WRITES_T;
    case PPU_OP_fxvmtach: case PPU_OP_fxvmtachf: case PPU_OP_fxvmtacb: case PPU_OP_fxvmtacbf: case PPU_OP_fxvaddactachm:
    case PPU_OP_fxvaddactachf: case PPU_OP_fxvaddactacbm: case PPU_OP_fxvaddactacbf: return READS_A | conditional;
    case PPU_OP_fxvaddachm: case PPU_OP_fxvaddachfs: case PPU_OP_fxvaddacbm: case PPU_OP_fxvaddacbfs:
        return READS_A | WRITES_T | conditional;
    case PPU_OP_fxvmatachm: case PPU_OP_fxvmatachfs: case PPU_OP_fxvmatacbm: case PPU_OP_fxvmatacbfs: case PPU_OP_fxvmultachm:
    case PPU_OP_fxvmultachfs: case PPU_OP_fxvmultacbm: case PPU_OP_fxvmultacbfs: case PPU_OP_fxvaddtach: case PPU_OP_fxvaddtacb:
        return READS_A | READS_B | conditional;
    default: return READS_A | READS_B | WRITES_T | conditional;
    }
}

static inline int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

void ppu_vector_reset_time(ppu_state *s) {
    memset(s->v_ready, 0, sizeof s->v_ready);
    memset(s->v_read, 0, sizeof s->v_read);
    memset(s->v_issued, 0, sizeof s->v_issued);
    memset(s->v_pushed, 0, sizeof s->v_pushed);
    memset(s->v_unit, 0, sizeof s->v_unit);
    memset(s->v_execute, 0, sizeof s->v_execute);
    memset(s->v_retired, 0, sizeof s->v_retired);
    memset(s->v_entry, 0, sizeof s->v_entry);
    s->v_flags_ready = s->v_flags_read = s->v_drained = 0;
    s->v_count = s->v_turn = 0;
}

static int64_t latency_of(int unit, int op, int uses) { /* from the last operand read to the result */
    switch (unit) {
    case MADD: return 7;
    case COMPARE: return 3;
    case MEMORY: return op == PPU_OP_fxvlax ? 37 : 37;
    case BUS: return op == PPU_OP_fxvinx ? 5 : 5;
    default: return uses & READS_A ? 4 : 4;
    }
}

/* The registers have one port: the first free cycle from t on, which is taken. The arbiter excludes one unit more with each request until it
 * starts again; the first unit is always served. */
static int64_t taken(ppu_state *s, int64_t t, int unit) {
    int wait = unit != MADD && s->v_turn > unit ? TURNS - s->v_turn : 0;
    s->v_turn = (s->v_turn + wait + 1) % TURNS;
    t += wait;
    while (s->v_port[t & 255] == t) t++;
    s->v_port[t & 255] = t;
    return t;
}

int64_t ppu_vector_time(ppu_state *s, const ppu_instruction *i, int64_t t, int extra) {
    int unit = unit_of(i->op), uses = uses_of(i), count = s->v_count++ & 3, entry = s->v_entry[unit];
    int64_t pop, start, done, reads;
    /* the core stalls while two waiting operations are seen in the queue, and sees them late */
    for (int back = 4; back >= 2; back--)
        if (back == 4 || t - s->v_pushed[(count - back + 5) & 3] >= QUEUE_SEEN) t = later(t, s->v_issued[(count - back + 4) & 3] + 1);
    s->v_pushed[count] = t;
    pop = later(t + QUEUE_DELAY, s->v_issued[(count + 3) & 3] + 1);
    pop = later(pop, s->v_unit[unit][entry]);
    if (uses & WRITES_T) pop = later(pop, later(s->v_ready[i->d], s->v_read[i->d]) + 1);
    if (unit == COMPARE) pop = later(pop, later(s->v_flags_ready, s->v_flags_read) + 1);
    s->v_issued[count] = pop;
    start = later(pop + 1, s->v_execute[unit]);
    if (uses & READS_A) start = later(start, s->v_ready[i->a]);
    if (uses & READS_B) start = later(start, s->v_ready[i->b]);
    if (uses & READS_T) start = later(start, s->v_ready[i->d]);
    if (uses & READS_FLAGS) start = later(start, s->v_flags_ready);
    reads = start;
    if (uses & (READS_A | READS_T)) reads = taken(s, reads + 1, unit);
    if (uses & READS_B) reads = taken(s, reads + 1, unit);
    if (uses & READS_A) s->v_read[i->a] = later(s->v_read[i->a], reads + 1);
    if (uses & READS_B) s->v_read[i->b] = later(s->v_read[i->b], reads + 1);
    if (uses & READS_T) s->v_read[i->d] = later(s->v_read[i->d], reads + 1);
    if (uses & READS_FLAGS) s->v_flags_read = later(s->v_flags_read, reads + 1);
    done = reads + latency_of(unit, i->op, uses) + extra;
    done = later(done, s->v_retired[unit] + 1);
    if (uses & WRITES_T) done = taken(s, done, unit);
    s->v_retired[unit] = done;
    s->v_execute[unit] = unit == MEMORY ? done - 2 : reads + 2 + extra;
    s->v_unit[unit][entry] = done + 1;
    s->v_entry[unit] = (entry + 1) % entries[unit];
    if (uses & WRITES_T) s->v_ready[i->d] = done + 1;
    if (unit == COMPARE) s->v_flags_ready = done + 2;
    s->v_drained = later(s->v_drained, done + 2);
    return t;
}
