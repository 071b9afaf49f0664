/* State and interfaces of the analog core's C part.
 *
 * Units: volts as read, microseconds inside the equations, ticks of 2 ns outside. Neurons are packed in blocks of 64 lanes, which rest or
 * run together, blocks in groups of the widest vector; a step is done group by group. The state is held twice: `p` is the
 * present, `p ^ 1` the past or the future, so that a lane in which something happens inside a step can be stepped again from where it was.
 */
#ifndef SIM_ANNCORE_CORE_KERNEL_H
#define SIM_ANNCORE_CORE_KERNEL_H

#include "sim/base/clock.h"
#include "sim/base/growing.h"

enum { EXCITATORY, INHIBITORY, INPUTS };
enum { WIDEST = 8, LANES = 64, GROUPS = LANES / WIDEST, BLOCKS = 8, NEURONS = LANES * BLOCKS };
enum { ROWS = 512, COLUMNS = 256, HISTORY = 64, PROBES = 2 };

#define STEP_US 0.1
#define TICK_US 0.002
#define UNDUE ((double)NEVER)

/* Voltages of the state live on a lattice of 2^-33 V (0.12 nV), by adding and subtracting this. What relaxes comes to rest after some
 * 15 time constants, within 0.06 nV times the time constant in steps: then a step changes no bit, and time can be jumped over. */
#define LATTICE 786432.0 /* 1.5 * 2^19 */

/* Which terms beyond the leaky membrane with synaptic input a block needs. */
enum { WITH_EXPONENTIAL = 1, WITH_ADAPTATION = 2, FEATURE_SETS = 4 };

/* Synaptic inputs: y = line * scale + shift, slope = strength * curve(y). */
typedef struct {
    double line[2][WIDEST]; /* distance from rest [V], >= 0 */
    double scale[WIDEST], shift[WIDEST];
    double strength[WIDEST]; /* [V/us], negative for inhibition */
    double loss[WIDEST];     /* of the line per step, relative */
    double step[WIDEST];     /* of the line per event and weight unit [V] */
} InputLanes;

typedef struct {
    double v[2][WIDEST]; /* membrane [V] */
    double w[2][WIDEST]; /* adaptation voltage [V] */
    /* what drives the membrane now: leak or reset amplifier */
    double target[WIDEST];  /* its potential [V] */
    double slew[WIDEST];    /* half its largest slope [V/us] */
    double inverse[WIDEST]; /* 1 / distance at which it saturates [1/V] */
    double lag[WIDEST];     /* STEP_US minus effective step of a relaxing membrane [us] */
    double drift[WIDEST];   /* constant currents [V/us] */
    double threshold[WIDEST];
    InputLanes input[INPUTS];
    /* exponential term: strength * 2^((v - potential) * octaves per volt), at most limit */
    double exp_potential[WIDEST], exp_strength[WIDEST], exp_limit[WIDEST];
    /* adaptation: rest, feedback a, potential it refers to, membrane slope per volt, 1 - decay */
    double w_rest[WIDEST], w_gain[WIDEST], w_potential[WIDEST], w_strength[WIDEST], w_rate[WIDEST];
} Group;

typedef struct {
    Group group[GROUPS];
} Block;

/* Lane i of a field of a block, and of a doubled one. */
#define LANE(block, field, i) ((block)->group[(i) / WIDEST].field[(i) % WIDEST])
#define STATE(block, field, p, i) ((block)->group[(i) / WIDEST].field[p][(i) % WIDEST])

/* What is the same for the whole chip. */
typedef struct {
    double rail_low, rail_high, rail_inverse; /* fading of currents towards the rails */
    double node_low, node_high;               /* hard limits */
    double octaves;                           /* of the exponential per volt */
    double line_limit, bypass_step;
    double line_rest, line_gain;
    double comparator_noise;
    int64_t comparator_delay; /* ticks */
} Common;

enum { PHASE_READY, PHASE_FIRING, PHASE_RESET, PHASE_REFRACTORY };

/* One amplifier in front of the membrane. */
typedef struct {
    double target, slew, inverse; /* as in a block */
    double rate;                  /* 1 / time constant within the linear range [1/us] */
    double lag;                   /* of a whole step, as in a block; follows from the rate in core_load */
} Amplifier;

/* A synaptic input, as in `InputLanes`; rate: 1 / time constant of the line [1/us]. */
typedef struct {
    double scale, shift, strength, rate, step;
} Input;

/* What the configuration says about a neuron (rates in 1/us), and where its spike logic stands. */
typedef struct {
    Amplifier leak, reset;
    double drift, threshold;
    Input input[INPUTS];
    double exp_potential, exp_strength, exp_limit;
    double w_rest, w_gain, w_potential, w_strength, w_rate, w_jump;
    int64_t reset_ticks, refractory_ticks;
    int32_t clocked;          /* the backend runs: artificial fires work */
    int32_t fires;            /* and its fires become spikes */
    int32_t comparator, pause, held, exponential, adaptation;
    int32_t bypass;           /* bits as in a pulse's mode */
    double idle;              /* slope by constant currents and by synaptic inputs whose lines are at rest [V/us]; from core_load */
    /* progress */
    int32_t phase;
    int64_t stamp;  /* end of the last step that was done again for this neuron */
    double jitter;  /* of the threshold until the next spike [V] */
} Neuron;

typedef struct {
    int64_t tick;
    int32_t neuron;
} SpikeRecord;

typedef struct {
    int64_t tick; /* grid point at which it acts */
    double charge;
    int16_t row;
    uint8_t address;
    uint8_t mode; /* bit 0 excitatory, bit 1 inhibitory */
} Pulse;

/* From one row to the lines of one block. */
typedef struct {
    const uint8_t *weights, *labels;
    const float *gains; /* or NULL */
} Synapses;

typedef struct {
    int32_t neuron, source;
    double past[HISTORY]; /* by grid index modulo HISTORY */
} Probe;

/* Lags of an amplifier in steps of so many ticks, as far as they have been needed for its present rate; below 0 the others. */
typedef struct {
    double rate, us[GRID_TICKS + 1];
} Lags;

/* What a snapshot keeps of the engine, beside the arrays that grow. */
typedef struct {
    Block block[BLOCKS];       /* this and `due` on cache lines */
    double due[NEURONS];       /* tick of a neuron's next change of phase: whole, far below 2^53, or UNDUE */
    double next_due[BLOCKS];   /* not later than the earliest of a block */
    Neuron neuron[NEURONS];
    int64_t now;
    int32_t parity;
    int32_t features[BLOCKS], awake[BLOCKS], bypass[BLOCKS];
    int64_t steps, block_steps;
    Probe probe[PROBES];
} State;

typedef struct {
    State s;
    Common common;
    int32_t jumping;        /* 0: step through quiet spans too */
    int32_t level;          /* instruction set, see kernel_level */
    uint64_t noise_key;
    const uint8_t *weights, *labels;
    const float *gains;     /* [ROWS][COLUMNS] or NULL */
    Growing pulses;         /* Pulse, to come */
    Growing fires;          /* SpikeRecord: artificial ones to come */
    Growing spikes;         /* SpikeRecord: of the last run */
    Lags lags[NEURONS][2];  /* leak, reset; remembered to save time, follow from the rate */
    double (*normal)(uint64_t key, uint64_t counter);
} Core;

/* The functions over blocks for one instruction set. */
typedef struct {
    uint64_t (*step[FEATURE_SETS])(Block *block, int p, const Common *common); /* by WITH_... bits */
    int (*deliver)(Block *block, int p, const Pulse *pulse, Synapses synapses, double limit); /* 0 if no label fits */
    uint64_t (*crossed)(const Block *block, int p);
    uint64_t (*due)(const double *times, double now);
    double (*earliest)(const double *times);
} Kernel;

/* Instruction sets: 0 any machine, 1 AVX2, 2 AVX-512. The best the machine has, or at most `wanted` if that is not negative. */
int kernel_level(int wanted);
const Kernel *kernel_of(int level);

void core_load(Core *core, int neuron);                /* configuration of a neuron -> lanes, by phase */
void core_clear(Core *core, int64_t tick);             /* no events ahead, time at a grid point */
void core_place(Core *core, int neuron);               /* put a neuron to its resting state */
void core_free(Core *core);
void core_pulse(Core *core, int64_t tick, int row, int address, double charge, int mode);
void core_fire(Core *core, int neuron, int64_t tick);
int64_t core_run(Core *core, int64_t until);
double core_voltage(const Core *core, int neuron, int source);
void core_voltages(const Core *core, int row, const uint8_t *sources, double *volts); /* of 256 neurons; 0 for sources above 3 */
void core_watch(Core *core, int slot, int neuron, int source);
double core_probe(const Core *core, int slot, int64_t tick);

#endif
