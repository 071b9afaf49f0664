/* Spikes of one circuit: it meets its threshold, fires, is reset, and its refractory time ends, at ticks inside a step, which is made once more. */
#include "circuit.h"
#include "schedule.h"

NOT_INLINE static void record_earlier(Core *core, int neuron, int64_t tick) {
    int64_t place = growing_count(&core->spikes);
    for (; place > 0; place--) {
        const SpikeRecord *earlier = growing_at(&core->spikes, place - 1, sizeof *earlier);
        if (earlier->tick < tick || (earlier->tick == tick && earlier->neuron <= neuron)) break;
    }
    SpikeRecord *spike = growing_insert(&core->spikes, place, sizeof *spike);
    if (spike) spike->tick = tick, spike->neuron = neuron;
}

ALWAYS_INLINE void record(Core *core, int neuron, int64_t tick) {
    if (growing_count(&core->spikes)) {
        record_earlier(core, neuron, tick);
    } else {
        SpikeRecord *spike = growing_append(&core->spikes, sizeof *spike);
        if (spike) spike->tick = tick, spike->neuron = neuron;
    }
}

ALWAYS_INLINE void set_phase(const Circuit *c, int phase, int64_t due) {
    c->n->phase = phase;
    schedule(c->core, c->neuron, due);
    if (phase == PHASE_RESET || phase == PHASE_REFRACTORY) {
        load_phase(c);
    } else {
        load_threshold(c);
    }
}

int slave_at(const Core *core, int k) { return *(const int16_t *)growing_at(&core->slaves, k, sizeof(int16_t)); }

/* The fire signal of another circuit. Those of the own morphology fire with it; one whose step is done already fires in the next one. */
static void signal_slave(Core *core, int neuron, int slave, int64_t tick) {
    const int64_t end = core->s.now + GRID_TICKS;
    if (core->morphology_of[slave] >= 0 && core->morphology_of[slave] == core->morphology_of[neuron]) return;
    core_fire(core, slave, core->s.neuron[slave].stamp == end ? end + 1 : tick);
}

void fire(const Circuit *c, Nodes *s, int64_t tick) {
    Core *core = c->core;
    if (c->n->fires) record(core, c->neuron, tick);
    if (c->n->adaptation) s->w = within(&core->common, s->w + c->phases->w_jump);
    set_phase(c, PHASE_RESET, tick + c->n->reset_ticks);
    for (int k = core->slaves_from[c->neuron]; growing_count(&core->slaves) && k < core->slaves_from[c->neuron + 1]; k++)
        signal_slave(core, c->neuron, slave_at(core, k), tick);
}

/* The refractory time ends, which changes nothing but the threshold. */
ALWAYS_INLINE void become_ready(const Circuit *c, int64_t tick) {
    c->n->jitter = new_jitter(c->core, c->neuron, tick);
    set_phase(c, PHASE_READY, NEVER);
}

/* The firing or the end of the reset that is due. */
void begin_phase(const Circuit *c, Nodes *s, int64_t tick) {
    if (c->n->phase == PHASE_FIRING) {
        fire(c, s, tick);
    } else {
        set_phase(c, PHASE_REFRACTORY, tick + (c->n->refractory_ticks - c->n->reset_ticks));
    }
}

/* Ticks until a part of a step is over. */
static int whole_ticks(float part) {
    const int ticks = (int)(part * GRID_TICKS);
    return ticks + ((float)ticks < part * GRID_TICKS);
}

/* Whether a circuit needs to come from below to fire: a comparator that the reset cannot bring down makes no new edge. */
static int sticks(const Circuit *c, int32_t before, int32_t threshold) {
    return c->core->common.sticks && before >= threshold && c->phases->target[1] >= c->phases->threshold;
}

/* If the membrane met its threshold between two ticks of the step, the neuron is going to fire: at the crossing, but not before `earliest`, plus the
 * delay of the comparator, at the next edge of the backend's 4 ns clock. */
int watch_threshold(const Circuit *c, Nodes before, int32_t after, int from, int until, int earliest) {
    const int32_t threshold = LANE(c->b, threshold, c->i);
    if (after < threshold || from >= until || sticks(c, before.v, threshold)) return 0;
    const int crossing = from + whole_ticks(crossing_part(c, before, after, threshold, steps(from), steps(until - from)));
    set_phase(c, PHASE_FIRING, (c->core->s.now + (crossing > earliest ? crossing : earliest) + c->core->common.comparator_delay + 1) / 2 * 2);
    return 1;
}

static int acts(const Circuit *c, int side) { return drives(c->core, c->neuron, side) && !line_rests(c, side); }

static int lines_act(const Circuit *c) { return acts(c, EXCITATORY) || acts(c, INHIBITORY); }

/* Whether the membrane is above the threshold, whatever its noise, when the refractory time ends. Asked for those that may cycle. */
static int meets_surely(const Circuit *c, int32_t before, int32_t after) {
    const int32_t safe = c->phases->threshold + nearest(10.0 * c->core->common.comparator_noise / NODE_UNIT);
    return before >= safe && after >= safe && !lines_act(c);
}

/* The refractory time ends inside a step in which the membrane goes from one potential to another; at which tick of the step. */
int end_refractory_time(const Circuit *c, int32_t before, int32_t after) {
    const int64_t tick = c->core->s.due[c->neuron];
    if (c->n->silent && !meets_surely(c, before, after)) c->n->rounds = 0;
    become_ready(c, tick);
    return ticks_until(c->core, tick);
}

void core_watch_step(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    const Nodes before = {STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)};
    const int32_t after = STATE(c.b, v, c.p ^ 1, c.i);
    const int earliest = c.n->phase == PHASE_REFRACTORY ? end_refractory_time(&c, before.v, after) : 0;
    watch_threshold(&c, before, after, 0, GRID_TICKS, earliest);
}

/* Index of the next artificial fire of a neuron up to a tick, or -1. */
static int next_fire(const Core *core, int neuron, int from, int64_t until) {
    for (int k = from; k < growing_count(&core->fires) && fire_at(core, k)->tick <= until; k++)
        if (fire_at(core, k)->neuron == neuron) return k;
    return -1;
}

/* A reset ends: where the membrane was when the step began is kept, to find out whether it goes round a cycle. */
static void count_round(const Circuit *c, int untouched) {
    c->n->rounds = untouched && !lines_act(c) && !falls(c) ? c->n->rounds + (c->n->rounds < ROUNDS) : 0;
    c->core->s.rounds[c->neuron][c->n->round] = STATE(c->b, v, c->p, c->i);
    c->n->round = (c->n->round + 1) % ROUNDS;
}

/* What happens to a circuit in a step from a tick of it on, where it is at `s`; untouched: so far nothing has. */
NOT_INLINE static Nodes repeat_from(const Circuit *c, Nodes s, int at, int untouched) {
    Core *core = c->core;
    const int64_t *due = &core->s.due[c->neuron], begin = core->s.now, end = begin + GRID_TICKS;
    int artificial = growing_count(&core->fires) ? next_fire(core, c->neuron, 0, end) : -1;
    while (at < GRID_TICKS || *due <= end || artificial >= 0) {
        const int phase = c->n->phase, asked = artificial < 0 ? GRID_TICKS + 1 : ticks_until(core, later(fire_at(core, artificial)->tick, begin));
        int stop = phase == PHASE_REFRACTORY ? GRID_TICKS : ticks_until(core, *due), earliest = at;
        stop = stop < asked ? stop : asked, stop = stop < GRID_TICKS ? stop : GRID_TICKS, stop = stop > at ? stop : at;
        const Nodes before = s;
        if (stop > at) s = untouched ? on_the_way(c, stop) : advance(c, s, steps(at), steps(stop - at));
        if (phase == PHASE_REFRACTORY && *due <= begin + stop) earliest = end_refractory_time(c, before.v, s.v);
        if (watch_threshold(c, before, s.v, at, stop, earliest) && *due < begin + stop) {
            s = before;
            continue;
        }
        at = stop;
        if (*due <= begin + at) {
            if (phase == PHASE_RESET && c->n->silent) count_round(c, untouched);
            begin_phase(c, &s, begin + at);
        } else if (asked <= at) {
            c->n->rounds = 0;
            if (c->n->clocked && c->n->phase <= PHASE_FIRING) fire(c, &s, begin + at);
            artificial = next_fire(core, c->neuron, artificial + 1, end);
        }
        untouched &= c->n->phase == phase;
    }
    return s;
}

/* What mostly happens in a step: the circuit fires, or is released from its reset and becomes ready. */
ALWAYS_INLINE Nodes repeat_simple(const Circuit *c, int at) {
    Core *core = c->core;
    const int64_t end = core->s.now + GRID_TICKS;
    const int64_t *due = &core->s.due[c->neuron];
    Nodes s = on_the_way(c, at);
    if (c->n->phase == PHASE_RESET && c->n->silent) count_round(c, 1);
    begin_phase(c, &s, *due);
    const Nodes before = s;
    if (at < GRID_TICKS) s = advance(c, s, steps(at), steps(GRID_TICKS - at));
    if (*due > end) return s;
    if (c->n->phase != PHASE_REFRACTORY) return repeat_from(c, before, at, 0);
    const int earliest = end_refractory_time(c, before.v, s.v);
    if (!watch_threshold(c, before, s.v, at, GRID_TICKS, earliest) || *due > end) return s;
    return *due < end ? repeat_from(c, before, at, 0) : repeat_from(c, s, GRID_TICKS, 0);
}

/* Where a circuit is at the end of a step that was made once more. */
void put(const Circuit *c, Nodes s) {
    STATE(c->b, v, c->p ^ 1, c->i) = s.v, STATE(c->b, w, c->p ^ 1, c->i) = s.w;
    note_far(c->core, c->neuron, s.v);
    note_fall(c, falls_from(c, s.v));
}

void core_repeat_circuit(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    const Nodes before = {STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)};
    c.n->stamp = core->s.now + GRID_TICKS;
    const int simple = (c.n->phase == PHASE_FIRING || c.n->phase == PHASE_RESET) && !growing_count(&core->fires);
    const Nodes s = simple ? repeat_simple(&c, ticks_until(core, core->s.due[neuron])) : repeat_from(&c, before, 0, 1);
    put(&c, s);
}

void core_repeat_fall(Core *core, int neuron) {
    const Circuit c = circuit_at(core, neuron);
    put(&c, advance(&c, (Nodes){STATE(c.b, v, c.p, c.i), STATE(c.b, w, c.p, c.i)}, 0.0f, 1.0f));
}
