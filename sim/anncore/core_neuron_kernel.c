/* One neuron of the analog core: its lanes by configuration and phase, and steps of any length with spike logic inside. */
#include "core_math.h"
#include "core_neuron.h"

typedef struct {
    double v, exc, inh, w;
} State;

/* What depends on the length of a step. */
typedef struct {
    double us, lag, exc_scale, exc_loss, inh_scale, inh_loss, w_rate;
} Span;

static Amplifier amplifier_of(const Neuron *n) { return n->held || n->phase == PHASE_RESET ? n->reset : n->leak; }

static double lag_of(Amplifier a, double us) { return us - us * effective(a.rate * us); }

static void span_of(Span *s, const Neuron *n, double us) {
    const double exc = effective(n->exc_rate * us), inh = effective(n->inh_rate * us);
    s->us = us;
    s->lag = lag_of(amplifier_of(n), us);
    s->exc_scale = n->exc_scale * exc;
    s->inh_scale = n->inh_scale * inh;
    s->exc_loss = n->exc_rate * us * exc;
    s->inh_loss = n->inh_rate * us * inh;
    s->w_rate = n->adaptation ? n->w_rate * us * effective(n->w_rate * us) : 0.0;
}

static void block_flags(Core *core, int k) {
    int features = 0, bypass = 0;
    for (int i = 0; i < LANES; i++) {
        const Neuron *n = &core->neuron[k * LANES + i];
        features |= (n->exponential ? WITH_EXPONENTIAL : 0) | (n->adaptation ? WITH_ADAPTATION : 0);
        bypass |= n->bypass;
    }
    core->features[k] = features;
    core->bypass[k] = bypass;
}

/* The lanes that change with the phase. */
static void load_phase(Core *core, int neuron) {
    const Neuron *n = &core->neuron[neuron];
    Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES, gated = n->pause && (n->phase == PHASE_RESET || n->held);
    const Amplifier a = amplifier_of(n);
    b->target[i] = a.target;
    b->slew[i] = a.slew;
    b->inverse[i] = a.inverse;
    b->lag[i] = lag_of(a, STEP_US);
    b->exc_strength[i] = gated ? 0.0 : n->exc_strength;
    b->inh_strength[i] = gated ? 0.0 : n->inh_strength;
    b->exp_strength[i] = gated ? 0.0 : n->exp_strength;
    b->threshold[i] = n->comparator && n->fires && !n->held && n->phase == PHASE_READY ? n->threshold + n->jitter : UNREACHED;
    core->awake[neuron / LANES] = 1;
}

void core_load(Core *core, int neuron) {
    const Neuron *n = &core->neuron[neuron];
    Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES;
    Span s;
    span_of(&s, n, STEP_US);
    b->drift[i] = n->drift;
    b->exc_scale[i] = s.exc_scale, b->exc_shift[i] = n->exc_shift, b->exc_loss[i] = s.exc_loss, b->exc_step[i] = n->exc_step;
    b->inh_scale[i] = s.inh_scale, b->inh_shift[i] = n->inh_shift, b->inh_loss[i] = s.inh_loss, b->inh_step[i] = n->inh_step;
    b->exp_potential[i] = n->exp_potential, b->exp_limit[i] = n->exp_limit;
    b->w_rest[i] = n->w_rest, b->w_gain[i] = n->w_gain, b->w_potential[i] = n->w_potential;
    b->w_strength[i] = n->w_strength, b->w_rate[i] = s.w_rate;
    if (!n->adaptation) b->w[0][i] = b->w[1][i] = n->w_rest;
    load_phase(core, neuron);
    block_flags(core, neuron / LANES);
}

static double new_jitter(const Core *core, int neuron, int64_t tick) {
    return core->common.comparator_noise * core->normal(core->noise_key + (uint64_t)neuron, (uint64_t)tick);
}

void core_place(Core *core, int neuron) {
    Block *b = &core->block[neuron / LANES];
    Neuron *n = &core->neuron[neuron];
    const int i = neuron % LANES;
    n->phase = PHASE_READY;
    n->stamp = NEVER;
    n->jitter = new_jitter(core, neuron, core->now);
    core_due(core, neuron, NEVER);
    b->v[0][i] = b->v[1][i] = clip(amplifier_of(n).target, core->common.node_low, core->common.node_high);
    b->exc[0][i] = b->exc[1][i] = b->inh[0][i] = b->inh[1][i] = 0.0;
    b->w[0][i] = b->w[1][i] = n->w_rest;
    core_load(core, neuron);
}

void core_due(Core *core, int neuron, int64_t tick) {
    const int first = neuron / LANES * LANES;
    int64_t next = core->due[neuron] = tick;
    for (int k = first; k < first + LANES; k++) next = core->due[k] < next ? core->due[k] : next;
    core->next_due[neuron / LANES] = next;
}

static double lattice(double x) { return (x + LATTICE) - LATTICE; }

/* The equations of core_step_template.h for one lane and a step of any length. */
static void advance(const Core *core, int neuron, State *s, const Span *span) {
    const Common *c = &core->common;
    const Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES, features = core->features[neuron / LANES];
    const double v = s->v, offset = s->w - b->w_rest[i];
    double current = b->exc_strength[i] * curve(s->exc * span->exc_scale + b->exc_shift[i]);
    current = current - b->inh_strength[i] * curve(s->inh * span->inh_scale + b->inh_shift[i]);
    current = current + b->drift[i];
    if (features & WITH_ADAPTATION) {
        const double pull = b->w_gain[i] * (v - b->w_potential[i]) - offset;
        s->w = clip(lattice(s->w + span->w_rate * pull), c->node_low, c->node_high);
        current = current - b->w_strength[i] * offset;
    }
    if (features & WITH_EXPONENTIAL) {
        const double upswing = b->exp_strength[i] * power_of_two((v - b->exp_potential[i]) * c->octaves);
        current = current + (upswing < b->exp_limit[i] ? upswing : b->exp_limit[i]);
    }
    const double room = clip((current > 0.0 ? c->rail_high - v : v - c->rail_low) * c->rail_inverse, 0.0, 1.0);
    const double y = clip((b->target[i] - v) * b->inverse[i], -1.0, 1.0), y2 = y * y;
    const double slope = b->slew[i] * (y * (3.0 - y2)) + current * (room * (1.5 - 0.5 * (room * room)));
    const double change = slope * (span->us - span->lag * (1.0 - y2));
    s->v = clip(lattice(v + change), c->node_low, c->node_high);
    s->exc = lattice(s->exc - s->exc * span->exc_loss);
    s->inh = lattice(s->inh - s->inh * span->inh_loss);
}

static void advance_ticks(const Core *core, int neuron, State *s, int64_t ticks) {
    Span span;
    if (ticks <= 0) return;
    span_of(&span, &core->neuron[neuron], (double)ticks * TICK_US);
    advance(core, neuron, s, &span);
}

static void record(Core *core, int neuron, int64_t tick) {
    if (core->n_spikes == core->spike_room) {
        const int32_t room = core->spike_room ? 2 * core->spike_room : 1024;
        SpikeRecord *grown = realloc(core->spikes, (size_t)room * sizeof *grown);
        if (!grown) {
            core->overruns++;
            return;
        }
        core->spikes = grown;
        core->spike_room = room;
    }
    SpikeRecord *at = core->spikes + core->n_spikes++;
    for (; at > core->spikes && (at[-1].tick > tick || (at[-1].tick == tick && at[-1].neuron > neuron)); at--) at[0] = at[-1];
    at->tick = tick;
    at->neuron = neuron;
}

static void set_phase(Core *core, int neuron, int phase, int64_t due) {
    core->neuron[neuron].phase = phase;
    core_due(core, neuron, due);
    load_phase(core, neuron);
}

static void fire(Core *core, int neuron, State *s, int64_t tick) {
    Neuron *n = &core->neuron[neuron];
    if (n->fires) record(core, neuron, tick);
    if (n->adaptation) s->w = clip(lattice(s->w + n->w_jump), core->common.node_low, core->common.node_high);
    set_phase(core, neuron, PHASE_RESET, tick + n->reset_ticks);
}

/* The phase that is due begins. */
static void turn(Core *core, int neuron, State *s, int64_t tick) {
    Neuron *n = &core->neuron[neuron];
    if (n->phase == PHASE_FIRING) {
        fire(core, neuron, s, tick);
    } else if (n->phase == PHASE_RESET) {
        set_phase(core, neuron, PHASE_REFRACTORY, tick + (n->refractory_ticks - n->reset_ticks));
    } else {
        n->jitter = new_jitter(core, neuron, tick);
        set_phase(core, neuron, PHASE_READY, NEVER);
    }
}

/* Tick at which the comparator's output has passed the backend: interpolated crossing, delay, next edge of the 4 ns clock. */
static int64_t firing_tick(const Core *core, double before, double after, double threshold, int64_t tick, int64_t ticks) {
    const double part = before >= threshold ? 0.0 : (threshold - before) / (after - before);
    return (tick + (int64_t)(part * (double)ticks) + core->common.comparator_delay + 1) / 2 * 2;
}

/* If the membrane met its threshold on the way: the neuron is going to fire. */
static int watch_threshold(Core *core, int neuron, double before, double after, int64_t tick, int64_t ticks) {
    const double threshold = core->block[neuron / LANES].threshold[neuron % LANES];
    if (after < threshold || ticks <= 0) return 0;
    set_phase(core, neuron, PHASE_FIRING, firing_tick(core, before, after, threshold, tick, ticks));
    return 1;
}

void core_crossed(Core *core, int neuron) {
    const Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES, p = core->parity;
    watch_threshold(core, neuron, b->v[p][i], b->v[p ^ 1][i], core->now, GRID_TICKS);
}

/* Index of the next artificial fire of a neuron up to a tick, or -1. */
static int next_fire(const Core *core, int neuron, int from, int64_t until) {
    for (int k = from; k < core->fire_end && core->fires[k].tick <= until; k++)
        if (core->fires[k].neuron == neuron) return k;
    return -1;
}

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

void core_again(Core *core, int neuron) {
    const Neuron *n = &core->neuron[neuron];
    Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES, p = core->parity;
    const int64_t end = core->now + GRID_TICKS;
    State s = {b->v[p][i], b->exc[p][i], b->inh[p][i], b->w[p][i]};
    int artificial = next_fire(core, neuron, core->fire_first, end);
    int64_t tick = core->now;
    core->neuron[neuron].stamp = end;
    while (tick < end || core->due[neuron] <= tick || artificial >= 0) {
        const int64_t asked = artificial < 0 ? NEVER : later(core->fires[artificial].tick, tick);
        const int64_t stop = sooner(sooner(asked, end), later(core->due[neuron], tick));
        const State before = s;
        advance_ticks(core, neuron, &s, stop - tick);
        if (watch_threshold(core, neuron, before.v, s.v, tick, stop - tick) && core->due[neuron] < stop) {
            s = before;
            continue;
        }
        tick = stop;
        if (core->due[neuron] <= tick) {
            turn(core, neuron, &s, tick);
        } else if (asked <= tick) {
            if (n->clocked && n->phase <= PHASE_FIRING) fire(core, neuron, &s, tick);
            artificial = next_fire(core, neuron, artificial + 1, end);
        }
    }
    b->v[p ^ 1][i] = s.v, b->exc[p ^ 1][i] = s.exc, b->inh[p ^ 1][i] = s.inh, b->w[p ^ 1][i] = s.w;
}
