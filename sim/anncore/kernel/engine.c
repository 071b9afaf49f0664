/* Time of the analog core: steps on the absolute grid, jumps over quiet spans, synaptic events, probes. */
#include "circuit.h"
#include "schedule.h"

static int64_t grid_down(int64_t tick) { return tick / GRID_TICKS * GRID_TICKS; }

static Pulse *pulse_at(const Core *core, int64_t k) { return growing_at(&core->pulses, k, sizeof(Pulse)); }

void core_clear(Core *core, int64_t tick) {
    core_forget_cycles(core);
    core->s.now = tick;
    core->decaying = 0;
    growing_clear(&core->pulses), growing_clear(&core->fires), growing_clear(&core->spikes);
    for (int n = 0; n < NEURONS; n++) core->s.due[n] = NEVER;
    core->crossing.neuron = -1;
    schedule_anew(core);
}

void core_restored(Core *core) {
    core->decaying = 0, core->crossing.neuron = -1;
    schedule_anew(core);
    for (int n = 0; n < NEURONS; n++) core_note_driven(core, n);
    core_connect(core);
}

void core_free(Core *core) {
    Growing *all[] = {&core->pulses, &core->fires, &core->spikes, &core->morphologies, &core->members, &core->matrices, &core->slaves};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) growing_free(all[k]);
}

void core_pulse(Core *core, int64_t tick, int row, int address, double charge, int mode) {
    const Pulse pulse = {tick, charge, (int16_t)row, (uint8_t)address, (uint8_t)mode};
    int64_t place = growing_count(&core->pulses);
    while (place > 0 && pulse_at(core, place - 1)->tick > pulse.tick) place--;
    Pulse *at = growing_insert(&core->pulses, place, sizeof pulse);
    if (at) *at = pulse;
}

void core_fire(Core *core, int neuron, int64_t tick) {
    int64_t place = growing_count(&core->fires);
    core_leave_cycle(core, neuron);
    while (place > 0 && fire_at(core, place - 1)->tick > tick) place--;
    SpikeRecord *at = growing_insert(&core->fires, place, sizeof *at);
    if (at) at->tick = tick, at->neuron = neuron;
}

/* Pulses that are strong enough make bypassed circuits fire. */
static void bypass(Core *core, int k, const Pulse *pulse, Synapses s, int side) {
    for (int i = 0; i < LANES; i++) {
        if (s.labels[i] != pulse->address) continue;
        const int neuron = k * LANES + i;
        const double amount = s.weights[i] * pulse->charge * (s.gains ? (double)s.gains[i] : 1.0);
        const double step = core->s.neuron[neuron].input[side].step;
        if (core->s.neuron[neuron].bypass >> side & 1 && amount * step > core->common.bypass_step) core_fire(core, neuron, pulse->tick);
    }
}

/* A pulse in the coming step, or one that became known too late: then it acts as if it had been on time, up to a step ago. */
static void apply(Core *core, const Pulse *pulse) {
    const float asked = (float)(pulse->tick - core->s.now) / GRID_TICKS, part = asked > -1.0f ? asked : -1.0f;
    int met = 0;
    for (int quarter = 0; quarter < COLUMNS / LANES; quarter++) {
        const size_t at = (size_t)pulse->row * COLUMNS + (size_t)quarter * LANES;
        const int k = pulse->row / COLUMNS * (COLUMNS / LANES) + quarter;
        if (core->s.cycling[k]) core_leave_driven(core, k, pulse->mode);
        const Synapses synapses = {core->weights + at, core->labels + at, core->gains ? core->gains + at : NULL};
        if (!kernel_of(core->level)->deliver(&core->s.block[k], core->s.parity, pulse, part, synapses)) continue;
        met = 1;
        if (part != 0.0f) core->s.early[k] |= pulse->mode;
        for (int side = 0; side < INPUTS; side++)
            if (core->s.bypass[k] && pulse->mode >> side & 1) bypass(core, k, pulse, synapses, side);
        core_wake(core, k);
    }
    core->s.pulses++;
    core->s.missed += !met;
}

static void apply_pulses(Core *core) {
    core->applied = 0;
    while (core->applied < growing_count(&core->pulses) && pulse_at(core, core->applied)->tick < core->s.now + GRID_TICKS)
        apply(core, pulse_at(core, core->applied++));
}

static void repeat_once(Core *core, int neuron) {
    if (core->s.neuron[neuron].stamp != core->s.now + GRID_TICKS) core_repeat(core, neuron);
}

static void find_crossed(Core *core, int k) {
    uint64_t mask = kernel_of(core->level)->crossed(&core->s.block[k], core->s.parity ^ 1) & ~core->connected[k];
    while (mask) core_watch_step(core, k * LANES + next_bit(&mask));
}

void core_settle(Core *core, int neuron, int64_t end) {
    if (core->s.due[neuron] > end) {
        if (core->s.falling[block_of(neuron)] >> lane_of(neuron) & 1) core_repeat_fall(core, neuron);
        return;
    }
    if (core->s.neuron[neuron].phase == PHASE_REFRACTORY && !growing_count(&core->fires)) core_watch_step(core, neuron);
    if (core->s.due[neuron] <= end) repeat_once(core, neuron);
}

/* Neurons of a block to which something happens inside the step just made. Some of them are not where the step took them. */
static void settle_block(Core *core, int k, int64_t end) {
    for (uint64_t mask = (core->schedule.lanes[slot_of(core->s.now / GRID_TICKS)][k] | core->s.falling[k]) & ~core->connected[k]; mask;) {
        const int n = k * LANES + next_bit(&mask);
        if (core->s.neuron[n].rounds < ROUNDS || !core_enter_cycle(core, n)) core_settle(core, n, end);
    }
    if (core->s.far[k]) core->s.far[k] = kernel_of(core->level)->far(&core->s.block[k], core->s.parity ^ 1, &core->common);
}

/* The artificial fires inside the step just made. */
static void settle_fires(Core *core) {
    const int64_t end = core->s.now + GRID_TICKS;
    int64_t done = 0;
    for (; done < growing_count(&core->fires) && fire_at(core, done)->tick <= end; done++) repeat_once(core, fire_at(core, done)->neuron);
    growing_drop(&core->fires, done);
}

/* The watched voltages at a grid point. */
static void remember(Core *core) {
    for (int slot = 0; slot < PROBES; slot++) {
        Probe *probe = &core->s.probe[slot];
        if (probe->neuron >= 0) probe->past[core->s.now / GRID_TICKS % HISTORY] = core_voltage(core, probe->neuron, probe->source);
    }
}

/* Blocks in which something moves, bit per block. */
static int awake_blocks(const Core *core) { return core->jumping ? core->s.awake : (1 << BLOCKS) - 1; }

/* And those that step with them. */
static int linked_to(const Core *core, int blocks) {
    int mask = blocks;
    for (int k = 0; growing_count(&core->morphologies) && k < BLOCKS; k++)
        if (core->linked[k] & blocks) mask |= 1 << k;
    return mask;
}

/* Whether the lines of a block drive no membrane. */
static int lines_are_off(const Core *core, int k) {
    const LanesInput *input = core->s.block[k].lanes.input;
    int on = core->s.features[k] & WITH_MODULATION || core->connected[k];
    for (int side = 0; side < INPUTS; side++)
        for (int i = 0; i < LANES; i++) on |= input[side].strength[i] != 0.0f;
    return !on;
}

/* Steps a block. Returns whether a membrane may be at or above its threshold. */
static int step_block(Core *core, const Kernel *kernel, int k) {
    const int features = core->s.features[k] | core->s.far[k] | (core->s.careful[k] ? WITH_CARE : 0);
    const int watchful = core->s.now / GRID_TICKS % REST_STEPS == 0;
    const int early = core->s.early[k] | (core->connected[k] == ~UINT64_C(0) ? NONE_ALONE : 0);
    const int result = kernel->step[step_for(features)](&core->s.block[k], core->s.parity, &core->common, features, early, watchful);
    core->s.awake = (core->s.awake & ~(1 << k)) | (result & BLOCK_MOVES) << k;
    core->decaying &= ~(1 << k);
    if (core->jumping && (result & (BLOCK_DECAYS | BLOCK_CROSSES)) == BLOCK_DECAYS && lines_are_off(core, k)) core->decaying |= 1 << k;
    core->far_before[k] = core->s.far[k], core->s.far[k] = result & WITH_RAILS;
    core->s.block_steps++;
    return result & BLOCK_CROSSES;
}

static void forget_early(Core *core, int k) {
    LanesInput *input = core->s.block[k].lanes.input;
    for (int side = 0; side < INPUTS; side++) memset(input[side].early, 0, sizeof input[side].early);
    core->s.early[k] = 0;
}

/* Connected circuits follow their compartments; then what happens to them inside the step. */
static void step_morphologies(Core *core, int stepped, const uint64_t *due) {
    const Kernel *kernel = kernel_of(core->level);
    const int p = core->s.parity;
    uint64_t happens[NEURONS / 64] = {0};
    if (stepped) core_join(core);
    for (int i = 0; core->large && i < growing_count(&core->morphologies); i++)
        if (morphology_at(core, i)->small < 0 && morphology_at(core, i)->blocks & stepped) core_step_morphology(core, i);
    for (int k = 0; k < BLOCKS; k++) {
        const int follows = core->connected[k] && stepped >> k & 1;
        const int result = follows ? kernel->follow(&core->s.block[k], p, core->s.features[k], core->compartment_of + k * LANES, core->ways, &core->common) : 0;
        uint64_t lanes = (due[k] | (follows ? core->s.falling[k] : 0)) & core->connected[k];
        if (result & BLOCK_MOVES) core->s.awake |= 1 << k;
        core->s.far[k] |= result & WITH_RAILS;
        if (result & BLOCK_CROSSES) lanes |= kernel->crossed(&core->s.block[k], p ^ 1) & core->connected[k];
        while (lanes) {
            const int m = core->morphology_of[k * LANES + next_bit(&lanes)];
            happens[m / 64] |= UINT64_C(1) << m % 64;
        }
    }
    for (int k = 0; k < NEURONS / 64; k++)
        while (happens[k]) core_settle_morphology(core, 64 * k + next_bit(&happens[k]));
}

/* Block by block: what happens inside the step finds the block still in the cache. */
static void step(Core *core) {
    const Kernel *kernel = kernel_of(core->level);
    const int64_t end = core->s.now + GRID_TICKS;
    const int slot = slot_of(core->s.now / GRID_TICKS), stepped = linked_to(core, awake_blocks(core));
    for (uint64_t mask = (uint64_t)(stepped | core->schedule.blocks[slot]); mask;) {
        const int k = next_bit(&mask);
        if (stepped >> k & 1 && step_block(core, kernel, k)) find_crossed(core, k);
        if (core->schedule.lanes[slot][k] | core->s.falling[k]) settle_block(core, k, end);
    }
    if (growing_count(&core->morphologies)) step_morphologies(core, stepped, core->schedule.lanes[slot]);
    core->schedule.blocks[slot] = 0;
    if (growing_count(&core->fires)) settle_fires(core);
    growing_drop(&core->pulses, core->applied);
    for (int k = 0; core->applied && k < BLOCKS; k++)
        if (core->s.early[k]) forget_early(core, k);
    core->s.now = end;
    core->s.parity ^= 1;
    core->s.steps++;
    if (end / GRID_TICKS % (SLOTS / 2) == 0) schedule_refill(core);
    remember(core);
}

/* Grid point up to which nothing happens if nothing moves. */
static int64_t quiet_until(const Core *core, int64_t until) {
    int64_t quiet = schedule_next(core, until / GRID_TICKS) * GRID_TICKS;
    if (growing_count(&core->fires) && step_of(fire_at(core, 0)->tick) * GRID_TICKS < quiet) quiet = step_of(fire_at(core, 0)->tick) * GRID_TICKS;
    if (growing_count(&core->pulses) && grid_down(pulse_at(core, 0)->tick) < quiet) quiet = grid_down(pulse_at(core, 0)->tick);
    return quiet;
}

int64_t core_quiet(const Core *core) { return core->applied || awake_blocks(core) ? core->s.now : quiet_until(core, NEVER); }

/* Blocks that are awake only for their lines go on to a grid point before which nothing happens. */
static void decay(Core *core, int64_t target) {
    const int64_t first = core->s.now / GRID_TICKS, steps = (target - core->s.now) / GRID_TICKS;
    for (uint64_t mask = (uint64_t)core->s.awake; mask;) {
        const int k = next_bit(&mask);
        if (!kernel_of(core->level)->lines(&core->s.block[k], core->s.parity, first, steps)) core->s.awake &= ~(1 << k);
    }
    core->decaying &= core->s.awake;
}

/* To a grid point before which nothing happens. */
static void glide(Core *core, int64_t target) {
    const int64_t steps = (target - core->s.now) / GRID_TICKS;
    if (core->s.awake && steps > HISTORY) decay(core, target - HISTORY * GRID_TICKS);
    for (int64_t k = steps < HISTORY ? steps : HISTORY; k > 0; k--) {
        const int64_t next = target - (k - 1) * GRID_TICKS;
        if (core->s.awake) core->s.now = next - GRID_TICKS, decay(core, next);
        core->s.now = next;
        remember(core);
    }
    schedule_refill(core);
}

int64_t core_run(Core *core, int64_t until) {
    growing_clear(&core->spikes);
    while (core->s.now + GRID_TICKS <= until && !growing_count(&core->spikes)) {
        apply_pulses(core);
        const int64_t quiet = core->applied || (awake_blocks(core) & ~core->decaying) ? core->s.now : quiet_until(core, until);
        if (quiet > core->s.now) {
            glide(core, quiet);
        } else {
            step(core);
        }
    }
    return core->s.now;
}

static int lies_within(int64_t value, int64_t low, int64_t high) { return low <= value && value <= high; }

const char *core_problem(const Core *core) {
    const State *s = &core->s;
    if (!lies_within(s->parity, 0, 1)) return "parity";
    if (s->now % GRID_TICKS) return "now";
    for (int k = 0; k < PROBES; k++)
        if (!lies_within(s->probe[k].neuron, -1, NEURONS - 1) || !lies_within(s->probe[k].source, 0, 3)) return "probe";
    for (int k = 0; k < BLOCKS; k++)
        if (!lies_within(s->features[k], 0, WITH_RARE | WITH_CONNECTIONS | (FEATURE_SETS - 1)) || !lies_within(s->early[k], 0, 3) || s->far[k] & ~WITH_RAILS) return "features";
    for (int n = 0; n < NEURONS; n++) {
        const Neuron *neuron = &s->neuron[n];
        if (!lies_within(neuron->phase, PHASE_READY, PHASE_REFRACTORY)) return "phase";
        if (s->due[n] <= s->now) return "due";
        if (!lies_within(neuron->round, 0, ROUNDS - 1)) return "round";
        if (s->cycling[block_of(n)] >> lane_of(n) & 1 && !lies_within(s->release[n], s->now - NEVER, s->now)) return "release";
        if (!lies_within(neuron->reset_ticks, 0, neuron->refractory_ticks)) return "refractory_ticks";
    }
    return NULL;
}

double core_voltage(Core *core, int neuron, int source) {
    if (source == 0) core_leave_cycle(core, neuron);
    const Block *b = &core->s.block[block_of(neuron)];
    const int i = lane_of(neuron), p = core->s.parity;
    if (source == 0) return core->common.middle + NODE_UNIT * STATE(b, v, p, i);
    if (source == 3) return core->common.middle + NODE_UNIT * STATE(b, w, p, i);
    const double line = (double)STATE(b, input[source - 1].line, p, i) * b->pulse[source - 1].lift[i] / core->common.line_opening;
    return core->common.line_rest - core->common.line_gain * line;
}

/* Membranes of a row of neurons in one go, then the few that show something else. */
void core_voltages(Core *core, int row, const uint8_t *sources, double *volts) {
    for (int i = 0; i < COLUMNS; i++)
        if (sources[i] == 0) core_leave_cycle(core, row * COLUMNS + i);
    for (int i = 0; i < COLUMNS; i += LANES) {
        const int32_t *v = core->s.block[block_of(row * COLUMNS + i)].lanes.v[core->s.parity];
        for (int lane = 0; lane < LANES; lane++) volts[i + lane] = core->common.middle + NODE_UNIT * v[lane];
    }
    for (int i = 0; i < COLUMNS; i++)
        if (sources[i]) volts[i] = sources[i] > 3 ? 0.0 : core_voltage(core, row * COLUMNS + i, sources[i]);
}

void core_watch(Core *core, int slot, int neuron, int source) {
    Probe *probe = &core->s.probe[slot];
    if (neuron >= 0 && source == 0) core_leave_cycle(core, neuron);
    probe->neuron = neuron;
    probe->source = source;
    for (int k = 0; neuron >= 0 && k < HISTORY; k++) probe->past[k] = core_voltage(core, neuron, source);
}

double core_probe(const Core *core, int slot, int64_t tick) {
    const int64_t newest = core->s.now / GRID_TICKS, oldest = newest - (HISTORY - 1);
    const double *past = core->s.probe[slot].past;
    const int64_t left = tick / GRID_TICKS;
    if (core->s.probe[slot].neuron < 0) return 0.0;
    if (left >= newest) return past[newest % HISTORY];
    if (left < oldest || left < 0) return past[(oldest < 0 ? 0 : oldest) % HISTORY];
    const double part = (double)(tick % GRID_TICKS) / GRID_TICKS, a = past[left % HISTORY], b = past[(left + 1) % HISTORY];
    return a + (b - a) * part;
}
