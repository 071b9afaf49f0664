/* Circuits that go round a fixed cycle: they fire at the end of each refractory time because their reset potential is above the threshold. If
 * their spikes go nowhere but into a counter, and nobody looks at the membrane, such circuits are not stepped; their spikes are counted.
 *
 * A circuit is known to do so when at the end of a reset its membrane is, to the last bit, where it was ROUNDS resets before, at the same place
 * within the grid, if meanwhile no pulse was on lines that drive it and the threshold was out of reach of all noise: what follows is what followed then, for ever.
 * Whatever touches the circuit makes it leave the cycle: the steps of its last round are then made, so no bit differs. */
#include "circuit.h"
#include "schedule.h"

static int64_t period_of(const Core *core, const Neuron *n) { return n->refractory_ticks + (core->common.comparator_delay + 1) / 2 * 2; }

static int is_cycling(const Core *core, int neuron) { return core->s.cycling[block_of(neuron)] >> lane_of(neuron) & 1; }

/* Spikes of a cycle up to now: the one that began the last reset that was stepped does not count. */
static int64_t fires_since(const Core *core, int neuron) {
    const Neuron *n = &core->s.neuron[neuron];
    return (core->s.now - (core->s.release[neuron] - n->reset_ticks)) / period_of(core, n);
}

/* Lines may be watched: those that drive the membrane rest in a cycle, and the others are stepped. */
static int is_probed(const Core *core, int neuron) {
    for (int slot = 0; slot < PROBES; slot++)
        if (core->s.probe[slot].neuron == neuron && core->s.probe[slot].source == 0) return 1;
    return 0;
}

int core_enter_cycle(Core *core, int neuron) {
    const Neuron *n = &core->s.neuron[neuron];
    const Block *b = &core->s.block[block_of(neuron)];
    const int i = lane_of(neuron);
    if (!core->counting || !n->silent || n->adaptation || n->phase != PHASE_RESET || is_probed(core, neuron)) return 0;
    if (core->s.falling[block_of(neuron)] >> i & 1) return 0;
    if (core->morphology_of[neuron] >= 0 || n->fire_switches & FIRE_SLAVE || core->slaves_from[neuron] != core->slaves_from[neuron + 1]) return 0;
    if (STATE(b, v, core->s.parity, i) != core->s.rounds[neuron][n->round] || growing_count(&core->fires)) return 0;
    for (int side = 0; side < INPUTS; side++)
        if (drives(core, neuron, side) && (STATE(b, input[side].line, core->s.parity, i) != 0.0f || LANE(b, input[side].early, i) != 0.0f)) return 0;
    core->s.release[neuron] = core->s.due[neuron];
    core->s.cycling[block_of(neuron)] |= UINT64_C(1) << i;
    schedule(core, neuron, NEVER);
    return 1;
}

static void keep_lines(Lanes *to, const Lanes *from, int i) {
    for (int side = 0; side < INPUTS; side++) {
        for (int p = 0; p < 2; p++) to->input[side].line[p][i] = from->input[side].line[p][i];
        to->input[side].early[i] = from->input[side].early[i];
    }
}

/* The steps of one circuit from the one in which its reset ended; what they do to its neighbours, and its lines, is forgotten. */
static void step_again(Core *core, int neuron, int64_t release) {
    const int k = block_of(neuron), i = lane_of(neuron), parity = core->s.parity;
    const int features = core->s.features[k] | WITH_RAILS | WITH_CARE;
    const int64_t now = core->s.now, from = step_of(release) * GRID_TICKS;
    Neuron *n = &core->s.neuron[neuron];
    Block *b = &core->s.block[k], others = *b;
    const int fires = n->fires;
    n->fires = 0; /* they are counted */
    core->s.now = from, core->s.parity = parity ^ ((now - from) / GRID_TICKS & 1);
    STATE(b, v, core->s.parity, i) = core->s.rounds[neuron][n->round];
    schedule(core, neuron, release);
    while (core->s.now < now) {
        const int p = core->s.parity;
        kernel_of(core->level)->step[step_for(features)](b, p, &core->common, features, 0, 0);
        if (STATE(b, v, p ^ 1, i) >= LANE(b, threshold, i)) core_watch_step(core, neuron);
        core_settle(core, neuron, core->s.now + GRID_TICKS);
        core->s.now += GRID_TICKS, core->s.parity ^= 1;
    }
    n->fires = fires;
    keep_lines(&b->lanes, &others.lanes, i);
    for (size_t field = 0; field < sizeof b->lanes / (4 * LANES); field++)
        ((int32_t *)&others.lanes)[field * LANES + (size_t)i] = ((int32_t *)&b->lanes)[field * LANES + (size_t)i];
    *b = others;
}

/* The spikes of a circuit's cycle are told of later. */
static void end_cycle(Core *core, int neuron) {
    core->s.untold[core->s.neuron[neuron].counted][neuron] += fires_since(core, neuron) - core->s.told[neuron];
    core->s.told[neuron] = 0;
    core->s.cycling[block_of(neuron)] &= ~(UINT64_C(1) << lane_of(neuron));
}

void core_forget_cycles(Core *core) {
    for (int n = 0; n < NEURONS; n++)
        if (is_cycling(core, n)) end_cycle(core, n);
}

void core_leave_cycle(Core *core, int neuron) {
    if (!is_cycling(core, neuron)) return;
    Neuron *n = &core->s.neuron[neuron];
    const int64_t rounds = (core->s.now - core->s.release[neuron]) / period_of(core, n);
    const int64_t release = core->s.release[neuron] + rounds * period_of(core, n);
    n->round = (int32_t)((n->round + rounds) % ROUNDS);
    end_cycle(core, neuron);
    step_again(core, neuron, release);
}

void core_leave_cycles(Core *core, int k) {
    for (uint64_t mask = core->s.cycling[k]; mask;) core_leave_cycle(core, k * LANES + next_bit(&mask));
}

void core_leave_driven(Core *core, int k, int mode) {
    const uint64_t driven = (mode & 1 ? core->driven[EXCITATORY][k] : 0) | (mode & 2 ? core->driven[INHIBITORY][k] : 0);
    for (uint64_t mask = core->s.cycling[k] & driven; mask;) core_leave_cycle(core, k * LANES + next_bit(&mask));
}

int64_t core_tell(Core *core, int neuron, int counted) {
    int64_t *untold = &core->s.untold[counted][neuron];
    if (is_cycling(core, neuron) && core->s.neuron[neuron].counted == counted) {
        const int64_t fires = fires_since(core, neuron);
        *untold += fires - core->s.told[neuron];
        core->s.told[neuron] = fires;
    }
    const int64_t told = *untold;
    *untold = 0;
    return told;
}
