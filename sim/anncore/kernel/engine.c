/* Time of the analog core: steps on the absolute grid, jumps over quiet spans, synaptic events, probes. */
#include "arithmetic.h"
#include "neuron.h"

static int64_t grid_up(int64_t tick) { return (tick + GRID_TICKS - 1) / GRID_TICKS * GRID_TICKS; }

/* Room for one more entry behind `end`: moves what is left to the front, or grows. */
static void *room_for(void *items, int32_t *first, int32_t *end, int32_t *room, size_t size) {
    if (*end < *room) return items;
    if (*first > *room / 2) {
        memmove(items, (char *)items + (size_t)*first * size, (size_t)(*end - *first) * size);
        *end -= *first;
        *first = 0;
        return items;
    }
    const int32_t larger = *room ? 2 * *room : 256;
    void *grown = realloc(items, (size_t)larger * size);
    if (grown) *room = larger;
    return grown;
}

void core_clear(Core *core, int64_t tick) {
    core->now = tick;
    core->pulse_first = core->pulse_end = core->fire_first = core->fire_end = core->n_spikes = 0;
    for (int n = 0; n < NEURONS; n++) core->due[n] = UNDUE;
    for (int k = 0; k < BLOCKS; k++) core->next_due[k] = UNDUE;
}

int core_pulse(Core *core, int64_t tick, int row, int address, double charge, int mode) {
    Pulse *pulses = room_for(core->pulses, &core->pulse_first, &core->pulse_end, &core->pulse_room, sizeof *pulses);
    if (!pulses) return core->overruns++, -1;
    core->pulses = pulses;
    const Pulse pulse = {grid_up(tick > core->now ? tick : core->now), charge, (int16_t)row, (uint8_t)address, (uint8_t)mode};
    int at = core->pulse_end++;
    for (; at > core->pulse_first && pulses[at - 1].tick > pulse.tick; at--) pulses[at] = pulses[at - 1];
    pulses[at] = pulse;
    return 0;
}

int core_fire(Core *core, int neuron, int64_t tick) {
    SpikeRecord *fires = room_for(core->fires, &core->fire_first, &core->fire_end, &core->fire_room, sizeof *fires);
    if (!fires) return core->overruns++, -1;
    core->fires = fires;
    int at = core->fire_end++;
    for (; at > core->fire_first && fires[at - 1].tick > tick; at--) fires[at] = fires[at - 1];
    fires[at].tick = tick;
    fires[at].neuron = neuron;
    return 0;
}

static void bypass(Core *core, int k, const Pulse *pulse, Synapses s, int mode) {
    for (int i = 0; i < LANES; i++) {
        if (s.labels[i] != pulse->address) continue;
        const int neuron = k * LANES + i;
        const double amount = s.weights[i] * pulse->charge * (s.gains ? (double)s.gains[i] : 1.0);
        const double step = mode == 1 ? LANE(&core->block[k], exc_step, i) : LANE(&core->block[k], inh_step, i);
        if ((core->neuron[neuron].bypass & mode) && amount * step > core->common.bypass_step) core_fire(core, neuron, core->now);
    }
}

static void apply(Core *core, const Pulse *pulse) {
    for (int part = 0; part < COLUMNS / LANES; part++) {
        const size_t at = (size_t)pulse->row * COLUMNS + (size_t)part * LANES;
        const int k = pulse->row / COLUMNS * (COLUMNS / LANES) + part;
        const Synapses synapses = {core->weights + at, core->labels + at, core->gains ? core->gains + at : NULL};
        if (!kernel_of(core->level)->deliver(&core->block[k], core->parity, pulse, synapses, core->common.line_limit)) continue;
        if (core->bypass[k] & pulse->mode & 1) bypass(core, k, pulse, synapses, 1);
        if (core->bypass[k] & pulse->mode & 2) bypass(core, k, pulse, synapses, 2);
        core->awake[k] = 1;
    }
}

static void apply_pulses(Core *core) {
    while (core->pulse_first < core->pulse_end && core->pulses[core->pulse_first].tick <= core->now) {
        const Pulse pulse = core->pulses[core->pulse_first++];
        apply(core, &pulse);
    }
    if (core->pulse_first == core->pulse_end) core->pulse_first = core->pulse_end = 0;
}

static void again_once(Core *core, int neuron) {
    if (core->neuron[neuron].stamp != core->now + GRID_TICKS) core_again(core, neuron);
}

/* Takes the lowest bit out of a mask. */
static int next_bit(uint64_t *mask) {
    int bit = 0;
#if defined(__GNUC__)
    bit = __builtin_ctzll(*mask);
#else
    while (!(*mask >> bit & 1)) bit++;
#endif
    *mask &= *mask - 1;
    return bit;
}

static void find_crossed(Core *core, int k) {
    uint64_t mask = kernel_of(core->level)->crossed(&core->block[k], core->parity ^ 1);
    while (mask) core_watch_step(core, k * LANES + next_bit(&mask));
}

/* Neurons of a block to which something happens inside the step just made. */
static void settle_block(Core *core, int k, int64_t end) {
    const Kernel *kernel = kernel_of(core->level);
    uint64_t mask = kernel->due(core->due + k * LANES, (double)end);
    while (mask) {
        const int n = k * LANES + next_bit(&mask);
        if (core->neuron[n].phase == PHASE_REFRACTORY && core->fire_first == core->fire_end) core_watch_step(core, n);
        if (core->due[n] <= (double)end) again_once(core, n);
    }
    core->next_due[k] = kernel->earliest(core->due + k * LANES);
}

/* The artificial fires inside the step just made. */
static void settle_fires(Core *core) {
    const int64_t end = core->now + GRID_TICKS;
    int first = core->fire_first;
    for (; first < core->fire_end && core->fires[first].tick <= end; first++) again_once(core, core->fires[first].neuron);
    core->fire_first = first;
    if (core->fire_first == core->fire_end) core->fire_first = core->fire_end = 0;
}

/* The watched voltages at a grid point. */
static void remember(Core *core) {
    for (int slot = 0; slot < PROBES; slot++) {
        Probe *probe = &core->probe[slot];
        if (probe->neuron >= 0) probe->past[core->now / GRID_TICKS % HISTORY] = core_voltage(core, probe->neuron, probe->source);
    }
}

/* Steps a block if it moves. Returns whether a membrane is at or above its threshold. */
static int step_block(Core *core, int k) {
    if (!core->awake[k] && core->jumping) return 0;
    const uint64_t result = kernel_of(core->level)->step[core->features[k]](&core->block[k], core->parity, &core->common);
    core->awake[k] = result & 1;
    core->block_steps++;
    return result >> 1 != 0;
}

/* Block by block: what happens inside the step finds the block still in the cache. */
static void step(Core *core) {
    const int64_t end = core->now + GRID_TICKS;
    for (int k = 0; k < BLOCKS; k++) {
        if (step_block(core, k)) find_crossed(core, k);
        if (core->next_due[k] <= (double)end) settle_block(core, k, end);
    }
    settle_fires(core);
    core->now = end;
    core->parity ^= 1;
    core->steps++;
    remember(core);
}

static int is_awake(const Core *core) {
    int any = !core->jumping;
    for (int k = 0; k < BLOCKS; k++) any |= core->awake[k];
    return any;
}

/* Grid point up to which nothing happens if nothing moves. */
static int64_t quiet_until(const Core *core, int64_t until) {
    int64_t quiet = until / GRID_TICKS * GRID_TICKS;
    int64_t event = NEVER;
    for (int k = 0; k < BLOCKS; k++)
        if (core->next_due[k] < (double)event) event = (int64_t)core->next_due[k];
    if (core->fire_first < core->fire_end && core->fires[core->fire_first].tick < event) event = core->fires[core->fire_first].tick;
    if (event < NEVER && grid_up(event) - GRID_TICKS < quiet) quiet = grid_up(event) - GRID_TICKS;
    if (core->pulse_first < core->pulse_end && core->pulses[core->pulse_first].tick < quiet) quiet = core->pulses[core->pulse_first].tick;
    return quiet;
}

static void jump(Core *core, int64_t target) {
    const int64_t steps = (target - core->now) / GRID_TICKS;
    for (int64_t k = steps < HISTORY ? steps : HISTORY; k > 0; k--) {
        core->now = target - (k - 1) * GRID_TICKS;
        remember(core);
    }
    core->now = target;
}

int64_t core_run(Core *core, int64_t until) {
    core->n_spikes = 0;
    while (core->now + GRID_TICKS <= until && !core->n_spikes) {
        apply_pulses(core);
        const int64_t quiet = is_awake(core) ? core->now : quiet_until(core, until);
        if (quiet > core->now) {
            jump(core, quiet);
        } else {
            step(core);
        }
    }
    return core->now;
}

double core_voltage(const Core *core, int neuron, int source) {
    const Block *b = &core->block[neuron / LANES];
    const int i = neuron % LANES, p = core->parity;
    if (source == 0) return STATE(b, v, p, i);
    if (source == 3) return STATE(b, w, p, i);
    return core->common.line_rest - core->common.line_gain * (source == 1 ? STATE(b, exc, p, i) : STATE(b, inh, p, i));
}

/* Membranes of a row of neurons in one go, then the few that show something else. */
void core_voltages(const Core *core, int row, const uint8_t *sources, double *volts) {
    for (int i = 0; i < COLUMNS; i += WIDEST) {
        const Group *group = &core->block[(row * COLUMNS + i) / LANES].group[i % LANES / WIDEST];
        memcpy(volts + i, group->v[core->parity], sizeof group->v[0]);
    }
    for (int i = 0; i < COLUMNS; i++)
        if (sources[i]) volts[i] = sources[i] > 3 ? 0.0 : core_voltage(core, row * COLUMNS + i, sources[i]);
}

void core_watch(Core *core, int slot, int neuron, int source) {
    Probe *probe = &core->probe[slot];
    probe->neuron = neuron;
    probe->source = source;
    for (int k = 0; neuron >= 0 && k < HISTORY; k++) probe->past[k] = core_voltage(core, neuron, source);
}

double core_probe(const Core *core, int slot, int64_t tick) {
    const int64_t newest = core->now / GRID_TICKS, oldest = newest - (HISTORY - 1);
    const double *past = core->probe[slot].past;
    const int64_t left = tick / GRID_TICKS;
    if (core->probe[slot].neuron < 0) return 0.0;
    if (left >= newest) return past[newest % HISTORY];
    if (left < oldest || left < 0) return past[(oldest < 0 ? 0 : oldest) % HISTORY];
    const double part = (double)(tick % GRID_TICKS) / GRID_TICKS, a = past[left % HISTORY], b = past[(left + 1) % HISTORY];
    return a + (b - a) * part;
}
