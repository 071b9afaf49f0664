/* The vector unit in time. (facts: ppu/isa_vector; stages and their order follow the public hardware description)
 *
 * An instruction waits in a queue and leaves it in order, when its unit has a free entry and no older reader or writer of its destination is left.
 * Its unit then takes one instruction after the other: a cycle to look at it, one for each operand at the port of the registers, one to start it.
 * Results go back through the same port. The port is given away in the order of the program, not of the cycles: what is approximate here.
 */
#include "pipeline.h"

#include <string.h>

static const int entries[PPU_UNITS] = PPU_UNIT_ENTRIES;

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
    s->v_count = 0;
    s->v_turn = 0;
}

/* The port of the registers: the first free cycle from t on, which is taken. The multiplier is always served. */
static int64_t taken(ppu_state *s, int64_t t, int unit) {
    int wait = unit != PPU_UNIT_MULTIPLY && s->v_turn > unit ? PPU_PORT_TURNS - s->v_turn : 0;
    s->v_turn = (s->v_turn + wait + 1) % PPU_PORT_TURNS;
    t += wait;
    while (s->v_port[t & 255] == t) t++;
    s->v_port[t & 255] = t;
    return t;
}

/* When the core can issue: it stalls while it sees too many operations in the queue, and sees them late. */
static int64_t queued(ppu_state *s, int64_t t, int count) {
    for (int back = 4; back >= PPU_QUEUE_FULL; back--)
        if (back == 4 || t - s->v_pushed[(count - back + 5) & 3] >= PPU_QUEUE_DELAY) t = later(t, s->v_issued[(count - back + 4) & 3] + 1);
    return s->v_pushed[count] = t;
}

/* When it leaves the queue. */
static int64_t popped(ppu_state *s, const ppu_instruction *i, int64_t t, int count, int unit, int uses) {
    int64_t pop = later(t + PPU_QUEUE_DELAY, s->v_issued[(count + 3) & 3] + 1);
    pop = later(pop, s->v_unit[unit][s->v_entry[unit]]);
    if (uses & PPU_WRITES_T) pop = later(pop, later(s->v_ready[i->d], s->v_read[i->d]));
    if (unit == PPU_UNIT_COMPARE) pop = later(pop, later(s->v_flags_ready, s->v_flags_read));
    return s->v_issued[count] = pop;
}

/* When its operands are there. */
static int64_t operands(const ppu_state *s, const ppu_instruction *i, int64_t t, int uses) {
    if (uses & PPU_READS_A) t = later(t, s->v_ready[i->a]);
    if (uses & PPU_READS_B) t = later(t, s->v_ready[i->b]);
    if (uses & PPU_READS_T) t = later(t, s->v_ready[i->d]);
    return uses & PPU_READS_FLAGS ? later(t, s->v_flags_ready) : t;
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
    if (unit == PPU_UNIT_MEMORY) t = look <= s->v_memory_started ? s->v_memory_ready : later(look, s->v_memory_ready) + 1;
    if (uses & (PPU_READS_A | PPU_READS_T)) t = fetched(s, uses & PPU_READS_A ? i->a : i->d, t, unit) + 1;
    if (uses & PPU_READS_B) t = fetched(s, i->b, t, unit) + 1;
    if (uses & PPU_READS_FLAGS) s->v_flags_read = later(s->v_flags_read, t + 1);
    return t;
}

int64_t ppu_vector_time(ppu_state *s, const ppu_instruction *i, int64_t t, int extra) {
    const ppu_traits *traits = &ppu_traits_of[i->op];
    int unit = traits->unit, uses = i->flags & 3 ? traits->uses : traits->uses & ~PPU_READS_FLAGS, count = (int)(s->v_count++ & 3), entry = s->v_entry[unit];
    int64_t look, begun, done;
    t = queued(s, t, count);
    look = later(popped(s, i, t, count, unit, uses) + 1, s->v_idle[unit]);
    begun = started(s, i, operands(s, i, look, uses), unit, uses) + 1;
    done = later(begun + traits->latency + extra, s->v_retired[unit] + 1);
    if (unit == PPU_UNIT_MEMORY) {
        s->v_memory_started = begun;
        s->v_memory_ready = done + 1;
    }
    if (uses & PPU_WRITES_T) done = taken(s, done, unit);
    s->v_retired[unit] = done;
    s->v_idle[unit] = begun + (unit == PPU_UNIT_BUS ? extra : 0);
    s->v_unit[unit][entry] = done + 1;
    s->v_entry[unit] = (entry + 1) % entries[unit];
    if (uses & PPU_WRITES_T) s->v_ready[i->d] = done + 1;
    if (unit == PPU_UNIT_COMPARE) s->v_flags_ready = done + 1;
    s->v_drained = later(s->v_drained, done);
    return t;
}
