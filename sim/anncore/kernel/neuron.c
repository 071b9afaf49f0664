/* One neuron of the analog core: its lanes by configuration and phase, and steps of any length with spike logic inside. */
#include "arithmetic.h"
#include "neuron.h"

typedef struct {
    double v, line[INPUTS], w;
} Single;

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

static const Amplifier *amplifier_of(const Neuron *n) { return n->held || n->phase == PHASE_RESET ? &n->reset : &n->leak; }

/* Whether synaptic inputs and exponential term are switched off for now. */
static int gated(const Neuron *n) { return n->pause && (n->phase == PHASE_RESET || n->held); }

static double lag_of(const Amplifier *a, double us) { return us - us * effective(a->rate * us); }

/* Part of a deviation that decays within a step. */
static double loss_of(double rate, double us) { return rate * us * effective(rate * us); }

static void block_flags(Core *core, int k) {
    int features = 0, bypass = 0;
    for (int i = 0; i < LANES; i++) {
        const Neuron *n = &core->s.neuron[k * LANES + i];
        features |= (n->exponential ? WITH_EXPONENTIAL : 0) | (n->adaptation ? WITH_ADAPTATION : 0);
        bypass |= n->bypass;
    }
    core->s.features[k] = features;
    core->s.bypass[k] = bypass;
}

/* The lane that changes with every phase. */
static void load_threshold(Core *core, int neuron) {
    const Neuron *n = &core->s.neuron[neuron];
    const int watches = n->comparator && n->fires && !n->held && n->phase == PHASE_READY;
    LANE(&core->s.block[neuron / LANES], threshold, neuron % LANES) = watches ? n->threshold + n->jitter : UNREACHED;
    core->s.awake[neuron / LANES] = 1;
}

/* The lanes that change when the reset begins and ends. */
static void load_phase(Core *core, int neuron) {
    const Neuron *n = &core->s.neuron[neuron];
    Block *b = &core->s.block[neuron / LANES];
    const int i = neuron % LANES, off = gated(n);
    const Amplifier *a = amplifier_of(n);
    LANE(b, target, i) = a->target;
    LANE(b, slew, i) = a->slew;
    LANE(b, inverse, i) = a->inverse;
    LANE(b, lag, i) = a->lag;
    for (int side = 0; side < INPUTS; side++) LANE(b, input[side].strength, i) = off ? 0.0 : n->input[side].strength;
    LANE(b, exp_strength, i) = off ? 0.0 : n->exp_strength;
    load_threshold(core, neuron);
}

static void load_input(Block *b, int side, int i, const Input *in) {
    const double mean = effective(in->rate * STEP_US);
    LANE(b, input[side].scale, i) = in->scale * mean, LANE(b, input[side].loss, i) = in->rate * STEP_US * mean;
    LANE(b, input[side].shift, i) = in->shift, LANE(b, input[side].step, i) = in->step;
}

void core_load(Core *core, int neuron) {
    Neuron *n = &core->s.neuron[neuron];
    Block *b = &core->s.block[neuron / LANES];
    const int i = neuron % LANES;
    n->idle = n->input[EXCITATORY].strength * curve(n->input[EXCITATORY].shift)
              + n->input[INHIBITORY].strength * curve(n->input[INHIBITORY].shift) + n->drift;
    n->leak.lag = lag_of(&n->leak, STEP_US), n->reset.lag = lag_of(&n->reset, STEP_US);
    LANE(b, drift, i) = n->drift;
    for (int side = 0; side < INPUTS; side++) load_input(b, side, i, &n->input[side]);
    LANE(b, exp_potential, i) = n->exp_potential, LANE(b, exp_limit, i) = n->exp_limit;
    LANE(b, w_rest, i) = n->w_rest, LANE(b, w_gain, i) = n->w_gain, LANE(b, w_potential, i) = n->w_potential;
    LANE(b, w_strength, i) = n->w_strength, LANE(b, w_rate, i) = n->adaptation ? loss_of(n->w_rate, STEP_US) : 0.0;
    if (!n->adaptation) STATE(b, w, 0, i) = STATE(b, w, 1, i) = n->w_rest;
    load_phase(core, neuron);
    block_flags(core, neuron / LANES);
}

static double new_jitter(const Core *core, int neuron, int64_t tick) {
    return core->common.comparator_noise * core->normal(core->noise_key + (uint64_t)neuron, (uint64_t)tick);
}

void core_place(Core *core, int neuron) {
    Block *b = &core->s.block[neuron / LANES];
    Neuron *n = &core->s.neuron[neuron];
    const int i = neuron % LANES;
    n->phase = PHASE_READY;
    n->stamp = NEVER;
    n->jitter = new_jitter(core, neuron, core->s.now);
    core_due(core, neuron, NEVER);
    STATE(b, v, 0, i) = STATE(b, v, 1, i) = clip(amplifier_of(n)->target, core->common.node_low, core->common.node_high);
    for (int side = 0; side < INPUTS; side++) STATE(b, input[side].line, 0, i) = STATE(b, input[side].line, 1, i) = 0.0;
    STATE(b, w, 0, i) = STATE(b, w, 1, i) = n->w_rest;
    core_load(core, neuron);
}

/* The block's `next_due` is a lower bound, made exact when it is met. */
void core_due(Core *core, int neuron, int64_t tick) {
    core->s.due[neuron] = tick >= NEVER ? UNDUE : (double)tick;
    if (core->s.due[neuron] < core->s.next_due[neuron / LANES]) core->s.next_due[neuron / LANES] = core->s.due[neuron];
}

static int64_t due_of(const Core *core, int neuron) { return core->s.due[neuron] >= UNDUE ? NEVER : (int64_t)core->s.due[neuron]; }

static double lattice(double x) { return (x + LATTICE) - LATTICE; }

/* Slope by the synaptic inputs and constant currents; the lines decay. At rest, where most neurons' lines are most of the time, there is
 * nothing to compute. */
static double synapses(const Neuron *n, Single *s, double us) {
    if (s->line[EXCITATORY] == 0.0 && s->line[INHIBITORY] == 0.0) return gated(n) ? n->drift : n->idle;
    const double open = gated(n) ? 0.0 : 1.0;
    double slope[INPUTS];
    for (int side = 0; side < INPUTS; side++) {
        const Input *in = &n->input[side];
        const double mean = effective(in->rate * us), line = s->line[side];
        slope[side] = open * in->strength * curve(line * (in->scale * mean) + in->shift);
        s->line[side] = lattice(line - line * (in->rate * us * mean));
    }
    return slope[EXCITATORY] + slope[INHIBITORY] + n->drift;
}

/* Slope by the adaptation, which moves itself. */
static double adaptation(const Common *c, const Neuron *n, Single *s, double us) {
    const double offset = s->w - n->w_rest, pull = n->w_gain * (s->v - n->w_potential) - offset;
    const double rate = n->adaptation ? loss_of(n->w_rate, us) : 0.0;
    s->w = clip(lattice(s->w + rate * pull), c->node_low, c->node_high);
    return n->w_strength * offset;
}

static double upswing(const Common *c, const Neuron *n, double v) {
    const double slope = (gated(n) ? 0.0 : n->exp_strength) * power_of_two((v - n->exp_potential) * c->octaves);
    return slope < n->exp_limit ? slope : n->exp_limit;
}

/* `lag_of` by ticks: neurons that fire all the time ask for the same ones again and again. */
static double remembered_lag(Core *core, int neuron, const Amplifier *a, int64_t ticks) {
    Lags *lags = &core->lags[neuron][a == &core->s.neuron[neuron].reset];
    if (lags->rate != a->rate) {
        lags->rate = a->rate;
        for (int k = 0; k <= GRID_TICKS; k++) lags->us[k] = -1.0;
    }
    if (lags->us[ticks] < 0.0) lags->us[ticks] = lag_of(a, (double)ticks * TICK_US);
    return lags->us[ticks];
}

/* The equations of step_template.h for one lane and a step of any length. */
static void advance(Core *core, int neuron, Single *s, int64_t ticks) {
    const Common *c = &core->common;
    const Neuron *n = &core->s.neuron[neuron];
    const Amplifier *a = amplifier_of(n);
    const int features = core->s.features[neuron / LANES];
    const double v = s->v, us = (double)ticks * TICK_US, lag = remembered_lag(core, neuron, a, ticks);
    double current = synapses(n, s, us);
    if (features & WITH_ADAPTATION) current = current - adaptation(c, n, s, us);
    if (features & WITH_EXPONENTIAL) current = current + upswing(c, n, v);
    const double room = clip((current > 0.0 ? c->rail_high - v : v - c->rail_low) * c->rail_inverse, 0.0, 1.0);
    const double y = clip((a->target - v) * a->inverse, -1.0, 1.0), y2 = y * y;
    const double slope = a->slew * (y * (3.0 - y2)) + current * (room * (1.5 - 0.5 * (room * room)));
    s->v = clip(lattice(v + slope * (us - lag * (1.0 - y2))), c->node_low, c->node_high);
}

static void record(Core *core, int neuron, int64_t tick) {
    int64_t place = growing_count(&core->spikes);
    for (; place > 0; place--) {
        const SpikeRecord *earlier = growing_at(&core->spikes, place - 1, sizeof *earlier);
        if (earlier->tick < tick || (earlier->tick == tick && earlier->neuron <= neuron)) break;
    }
    SpikeRecord *spike = growing_insert(&core->spikes, place, sizeof *spike);
    if (spike) spike->tick = tick, spike->neuron = neuron;
}

static void set_phase(Core *core, int neuron, int phase, int64_t due) {
    core->s.neuron[neuron].phase = phase;
    core_due(core, neuron, due);
    if (phase == PHASE_RESET || phase == PHASE_REFRACTORY) {
        load_phase(core, neuron);
    } else {
        load_threshold(core, neuron);
    }
}

static void fire(Core *core, int neuron, Single *s, int64_t tick) {
    Neuron *n = &core->s.neuron[neuron];
    if (n->fires) record(core, neuron, tick);
    if (n->adaptation) s->w = clip(lattice(s->w + n->w_jump), core->common.node_low, core->common.node_high);
    set_phase(core, neuron, PHASE_RESET, tick + n->reset_ticks);
}

/* The phase that is due begins. The end of the refractory time changes nothing but the threshold. */
static void begin_phase(Core *core, int neuron, Single *s, int64_t tick) {
    Neuron *n = &core->s.neuron[neuron];
    if (n->phase == PHASE_FIRING) {
        fire(core, neuron, s, tick);
    } else if (n->phase == PHASE_RESET) {
        set_phase(core, neuron, PHASE_REFRACTORY, tick + (n->refractory_ticks - n->reset_ticks));
    } else {
        n->jitter = new_jitter(core, neuron, tick);
        set_phase(core, neuron, PHASE_READY, NEVER);
    }
}

/* If the membrane met its threshold between two times, the neuron is going to fire: at the interpolated crossing, but not before
 * `earliest`, plus the delay of the comparator, at the next edge of the backend's 4 ns clock. */
static int watch_threshold(Core *core, int neuron, double before, double after, int64_t tick, int64_t ticks, int64_t earliest) {
    const double threshold = LANE(&core->s.block[neuron / LANES], threshold, neuron % LANES);
    if (after < threshold || ticks <= 0) return 0;
    const double part = before >= threshold ? 0.0 : (threshold - before) / (after - before);
    const int64_t crossing = later(tick + (int64_t)(part * (double)ticks), earliest);
    set_phase(core, neuron, PHASE_FIRING, (crossing + core->common.comparator_delay + 1) / 2 * 2);
    return 1;
}

void core_watch_step(Core *core, int neuron) {
    const Block *b = &core->s.block[neuron / LANES];
    const int i = neuron % LANES, p = core->s.parity;
    int64_t earliest = core->s.now;
    if (core->s.neuron[neuron].phase == PHASE_REFRACTORY) {
        earliest = due_of(core, neuron);
        begin_phase(core, neuron, NULL, earliest);
    }
    watch_threshold(core, neuron, STATE(b, v, p, i), STATE(b, v, p ^ 1, i), core->s.now, GRID_TICKS, earliest);
}

/* Index of the next artificial fire of a neuron up to a tick, or -1. */
static int next_fire(const Core *core, int neuron, int from, int64_t until) {
    for (int k = from; k < growing_count(&core->fires) && fire_at(core, k)->tick <= until; k++)
        if (fire_at(core, k)->neuron == neuron) return k;
    return -1;
}

static Single load_state(const Block *b, int p, int i) {
    Single s = {.v = STATE(b, v, p, i), .w = STATE(b, w, p, i)};
    for (int side = 0; side < INPUTS; side++) s.line[side] = STATE(b, input[side].line, p, i);
    return s;
}

static void store_state(Block *b, int p, int i, const Single *s) {
    STATE(b, v, p, i) = s->v, STATE(b, w, p, i) = s->w;
    for (int side = 0; side < INPUTS; side++) STATE(b, input[side].line, p, i) = s->line[side];
}

void core_repeat(Core *core, int neuron) {
    const Neuron *n = &core->s.neuron[neuron];
    Block *b = &core->s.block[neuron / LANES];
    const int i = neuron % LANES, p = core->s.parity;
    const int64_t end = core->s.now + GRID_TICKS;
    Single s = load_state(b, p, i);
    int artificial = next_fire(core, neuron, 0, end);
    int64_t tick = core->s.now;
    core->s.neuron[neuron].stamp = end;
    while (tick < end || due_of(core, neuron) <= tick || artificial >= 0) {
        const int64_t asked = artificial < 0 ? NEVER : later(fire_at(core, artificial)->tick, tick);
        const int64_t due = n->phase == PHASE_REFRACTORY ? NEVER : later(due_of(core, neuron), tick);
        const int64_t stop = sooner(sooner(asked, end), due);
        const Single before = s;
        int64_t earliest = tick;
        if (stop > tick) advance(core, neuron, &s, stop - tick);
        if (n->phase == PHASE_REFRACTORY && due_of(core, neuron) <= stop) {
            earliest = due_of(core, neuron);
            begin_phase(core, neuron, &s, earliest);
        }
        if (watch_threshold(core, neuron, before.v, s.v, tick, stop - tick, earliest) && due_of(core, neuron) < stop) {
            s = before;
            continue;
        }
        tick = stop;
        if (due_of(core, neuron) <= tick) {
            begin_phase(core, neuron, &s, tick);
        } else if (asked <= tick) {
            if (n->clocked && n->phase <= PHASE_FIRING) fire(core, neuron, &s, tick);
            artificial = next_fire(core, neuron, artificial + 1, end);
        }
    }
    store_state(b, p ^ 1, i, &s);
}
