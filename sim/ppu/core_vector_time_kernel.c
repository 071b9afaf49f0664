/* The vector unit in time: instructions wait in a queue, leave it in order when their unit has a free entry and no older reader or writer of the
 * destination is left, and then run in their unit in order. (facts: ppu/isa_vector, derived from its cycle costs and the golden programs)
 */
#include "core_pipeline.h"

#include <string.h>

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
