/* The vector unit in time. (facts: ppu/isa_vector; stages and their order follow the public hardware description)
 *
 * An instruction waits in a queue and leaves it in order, when its unit has a free entry and no older reader or writer of its destination is left.
 * Its unit then takes one instruction after the other: a cycle to look at it, one for each operand at the port of the registers, one to start it.
 * Results go back through the same port. The port is given away in the order of the program, not of the cycles: what is approximate here.
 */
#include "pipeline.h"

#include <string.h>

enum { MADD, COMPARE, MEMORY, BUS, PERMUTE };
enum {
    QUEUE_DELAY = 3,   /* from the issue to the way out of the queue, and until the core sees the queue filled */
    QUEUE_FULL = 2,    /* waiting operations at which the core stalls */
    MADD_DELAY = 6,    /* from the start to the result */
    COMPARE_DELAY = 1,
    LOAD_DELAY = 35,
    STORE_DELAY = 34,
    BUS_DELAY = 3,
    PERMUTE_DELAY = 2,
    TURNS = 6,         /* of the port's arbiter, which excludes one unit more with each request before it starts again */
};
static const int entries[5] = {4, 2, 2, 16, 2};

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

void ppu_vector_reset_time(ppu_state *s) {
    memset(s->v_ready, 0, sizeof s->v_ready);
    memset(s->v_read, 0, sizeof s->v_read);
    memset(s->v_issued, 0, sizeof s->v_issued);
    memset(s->v_pushed, 0, sizeof s->v_pushed);
    memset(s->v_unit, 0, sizeof s->v_unit);
    memset(s->v_idle, 0, sizeof s->v_idle);
    memset(s->v_retired, 0, sizeof s->v_retired);
    memset(s->v_entry, 0, sizeof s->v_entry);
    s->v_flags_ready = s->v_flags_read = s->v_drained = s->v_memory_started = s->v_memory_ready = 0;
    s->v_count = s->v_turn = 0;
}

/* The port of the registers: the first free cycle from t on, which is taken. The multiplier is always served. */
static int64_t taken(ppu_state *s, int64_t t, int unit) {
    int wait = unit != MADD && s->v_turn > unit ? TURNS - s->v_turn : 0;
    s->v_turn = (s->v_turn + wait + 1) % TURNS;
    t += wait;
    while (s->v_port[t & 255] == t) t++;
    s->v_port[t & 255] = t;
    return t;
}

/* When the core can issue: it stalls while it sees too many operations in the queue, and sees them late. */
static int64_t queued(ppu_state *s, int64_t t, int count) {
    for (int back = 4; back >= QUEUE_FULL; back--)
        if (back == 4 || t - s->v_pushed[(count - back + 5) & 3] >= QUEUE_DELAY) t = later(t, s->v_issued[(count - back + 4) & 3] + 1);
    return s->v_pushed[count] = t;
}

/* When it leaves the queue. */
static int64_t popped(ppu_state *s, const ppu_instruction *i, int64_t t, int count, int unit, int uses) {
    int64_t pop = later(t + QUEUE_DELAY, s->v_issued[(count + 3) & 3] + 1);
    pop = later(pop, s->v_unit[unit][s->v_entry[unit]]);
    if (uses & WRITES_T) pop = later(pop, later(s->v_ready[i->d], s->v_read[i->d]));
    if (unit == COMPARE) pop = later(pop, later(s->v_flags_ready, s->v_flags_read));
    return s->v_issued[count] = pop;
}

/* When its operands are there. */
static int64_t operands(const ppu_state *s, const ppu_instruction *i, int64_t t, int uses) {
    if (uses & READS_A) t = later(t, s->v_ready[i->a]);
    if (uses & READS_B) t = later(t, s->v_ready[i->b]);
    if (uses & READS_T) t = later(t, s->v_ready[i->d]);
    return uses & READS_FLAGS ? later(t, s->v_flags_ready) : t;
}

/* Reads a register at cycle t or when the port is free; a writer may leave the queue two cycles later. */
static int64_t fetched(ppu_state *s, int r, int64_t t, int unit) {
    t = taken(s, t, unit);
    s->v_read[r] = later(s->v_read[r], t + 2);
    return t;
}

/* From the cycle in which the unit looks at the operation to the one in which it starts it. The unit for loads and stores looks at the next
 * operation once as soon as it has started one, and then not before it is done. */
static int64_t started(ppu_state *s, const ppu_instruction *i, int64_t look, int unit, int uses) {
    int64_t t = look + 1;
    if (unit == MEMORY) t = look <= s->v_memory_started ? s->v_memory_ready : later(look, s->v_memory_ready) + 1;
    if (uses & (READS_A | READS_T)) t = fetched(s, uses & READS_A ? i->a : i->d, t, unit) + 1;
    if (uses & READS_B) t = fetched(s, i->b, t, unit) + 1;
    if (uses & READS_FLAGS) s->v_flags_read = later(s->v_flags_read, t + 1);
    return t;
}

static int64_t delay(int op, int unit) {
    switch (unit) {
    case MADD: return MADD_DELAY;
    case COMPARE: return COMPARE_DELAY;
    case MEMORY: return op == PPU_OP_fxvlax ? LOAD_DELAY : STORE_DELAY;
    case BUS: return BUS_DELAY;
    default: return PERMUTE_DELAY;
    }
}

int64_t ppu_vector_time(ppu_state *s, const ppu_instruction *i, int64_t t, int extra) {
    int unit = unit_of(i->op), uses = uses_of(i), count = s->v_count++ & 3, entry = s->v_entry[unit];
    int64_t look, begun, done;
    t = queued(s, t, count);
    look = later(popped(s, i, t, count, unit, uses) + 1, s->v_idle[unit]);
    begun = started(s, i, operands(s, i, look, uses), unit, uses) + 1;
    done = later(begun + delay(i->op, unit) + extra, s->v_retired[unit] + 1);
    if (unit == MEMORY) {
        s->v_memory_started = begun;
        s->v_memory_ready = done + 1;
    }
    if (uses & WRITES_T) done = taken(s, done, unit);
    s->v_retired[unit] = done;
    s->v_idle[unit] = begun + (unit == BUS ? extra : 0);
    s->v_unit[unit][entry] = done + 1;
    s->v_entry[unit] = (entry + 1) % entries[unit];
    if (uses & WRITES_T) s->v_ready[i->d] = done + 1;
    if (unit == COMPARE) s->v_flags_ready = done + 1;
    s->v_drained = later(s->v_drained, done);
    return t;
}
