/* State and interfaces of the analog core's C part.
 *
 * Circuits are packed in blocks of 64 lanes, which rest or run together. The state is held twice: `p` is the present, `p ^ 1` the past or the future, so that a circuit in which something happens inside
 * a step can be stepped again from where it was.
 *
 * Units of lanes: nodes and lines as in arithmetic.h; slopes in node units per whole step; rates per whole step. Units of `Neuron`: volts
 * as read, microseconds. Time outside the equations: ticks of 2 ns.
 */
#ifndef SIM_ANNCORE_CORE_H
#define SIM_ANNCORE_CORE_H

#include "sim/base/clock.h"
#include "sim/base/growing.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden) /* what the parts of the engine call of each other is called directly */
#endif

enum { EXCITATORY, INHIBITORY, INPUTS };
enum { LANES = 64, BLOCKS = 8, NEURONS = LANES * BLOCKS };
enum { MASTERS_END = NEURONS + 1, ROWS = 512, COLUMNS = 256, HISTORY = 64, PROBES = 8, REST_STEPS = 8 };

#define STEP_US 0.1
#define UNREACHED (1 << 30) /* a threshold no membrane meets */

/* Which terms beyond the leaky membrane with synaptic input a block needs. */
/* A step is compiled for each set of these; the latter: currents may fade at the rails */
enum { WITH_EXPONENTIAL = 1, WITH_ADAPTATION = 2, WITH_RAILS = 4, FEATURE_SETS = 8 };
/* and for each of them with and without circuits whose amplifier takes the membrane far within a step, as in a reset; with and without membranes
 * that are connected */
enum { WITH_CARE = 256, WITH_CONNECTIONS = 64, STEPS = 4 * FEATURE_SETS };
/* and one asks for these: conductance-based input, currents that are limited to `longest` */
enum { WITH_MODULATION = 16, WITH_LEAPS = 32, WITH_RARE = WITH_MODULATION | WITH_LEAPS };
enum { HAS_BYPASS = 128 };
/* Beside the bits of lines that pulses came to between grid points: all circuits of the block are connected */
enum { NONE_ALONE = 4 };
/* What a step of a block finds: something moves (or may, if not watchful), a threshold is met; or WITH_RAILS. */
enum { BLOCK_MOVES = 1, BLOCK_CROSSES = 2, BLOCK_DECAYS = 16 /* of all that may move only lines did */ };

typedef struct {
    float line[2][LANES];   /* distance from rest, >= 0, in such units that its mean over a step is what the amplifier gets */
    float early[LANES];     /* part of a line's mean over the coming step that its state counts, although its pulses come later */
    float shift[LANES];     /* y = line - early + shift */
    float strength[LANES];          /* slope = strength * curve(y); negative for inhibition */
    float keep[LANES];              /* what a step leaves of the line, relative */
    float slope[LANES], middle[LANES];  /* conductance-based: the strength grows by slope * (v - middle) */
} LanesInput;

/* Circuits of a block, by field: a step reads and writes vectors of them. */
typedef struct {
    int32_t v[2][LANES]; /* membrane */
    int32_t threshold[LANES];
    /* what drives the membrane now: leak or reset amplifier */
    int32_t target[LANES]; /* its potential */
    float inverse[LANES];  /* 1 / distance at which it saturates */
    float slew[LANES];     /* half its largest slope */
    float lag[LANES];      /* 1 - effective part of a step of a relaxing membrane */
    float drift[LANES];    /* constant currents, and what the adaptation's distance from 0 counts too much */
    LanesInput input[INPUTS];
    /* exponential term: 2^((v - target) * octaves + exponent), at most limit */
    float exponent[LANES], limit[LANES];
    /* adaptation: state, slope per node unit, half of what it would move in a step: w_base - w_lead * (target - v) - w_rate * w */
    int32_t w[2][LANES];
    float w_strength[LANES], w_base[LANES], w_lead[LANES], w_rate[LANES];
    /* of connected circuits, what their compartments need: slope, its growth within the step, parts of it */
    float slope[LANES], growth[LANES], bow[LANES], upswing[LANES], drive[LANES];
    float rate[LANES];      /* of the amplifier in its linear range */
    float careful[LANES];   /* 1 / that, if it takes the membrane far within a step, else 0 */
    int32_t alone[LANES];   /* all bits; 0 if it is connected */
} Lanes;

/* What the step of a circuit says about its slope: as in the lanes of connected circuits. */
typedef struct {
    float slope, growth, bow, upswing, limit, drive;
} NeuronCurrents;

/* A circuit that is stepped alone over a part of a step: state before and after, and what differs from its lanes. */
typedef struct {
    int32_t v, w;
    float mean[INPUTS], lag, w_base, w_lead, w_rate;
    NeuronCurrents currents;
} NeuronLanes;

/* What a pulse does to a line; apart from the lanes of a step, which do not need it. */
typedef struct {
    float step[LANES]; /* of the line per event and weight unit */
    float rate[LANES]; /* of the line */
    float lift[LANES]; /* 1 / mean of a decaying line over a step */
    float limit[LANES], limit_inverse[LANES];
} PulseLanes;

typedef struct {
    _Alignas(64) Lanes lanes; /* on cache lines: vectors do not cross them */
    PulseLanes pulse[INPUTS];
} Block;

/* Lane i of a field of a block, and of a doubled one; which lane a circuit has. */
#define LANE(block, field, i) ((block)->lanes.field[i])
#define STATE(block, field, p, i) ((block)->lanes.field[p][i])
static inline int block_of(int neuron) { return (int)((unsigned)neuron / LANES); }
static inline int lane_of(int neuron) { return (int)((unsigned)neuron % LANES); }

/* What is the same for the whole chip, in the units of lanes. */
typedef struct {
    double middle;                       /* [V as read]: 0 of node units */
    int32_t fade_from;                   /* distance from the middle beyond which currents may fade towards a rail */
    float rail, rail_inverse;            /* distance of the rails from the middle, 1 / width of the fading */
    int32_t node_low, node_high;         /* hard limits */
    float octaves;                       /* of the exponential per node unit */
    float slope_inverse;                 /* 1 / slope of the exponential */
    float longest;                       /* no membrane moves further within a step */
    double line_opening;                 /* what the amplifiers of the inputs get [1/V] */
    double line_limit, bypass_step;      /* [V] */
    double line_rest, line_gain;         /* [V], per V */
    double comparator_noise;             /* [V] */
    int64_t comparator_delay;            /* ticks */
    int32_t sticks;                      /* a circuit that its reset leaves above its threshold does not fire again by itself */
} Common;

/* Connections of a circuit: membrane to the right neighbour's, to that of the other row, to the soma line; soma line to the right; membrane to
 * soma line through the conductance. And of its fire signal: onto its line, from its line, line to the other row, to the right. */
enum { CONNECT_RIGHT = 1, CONNECT_BOTTOM = 2, CONNECT_SOMA = 4, CONNECT_SOMA_RIGHT = 8, CONNECT_CONDUCTANCE = 16 };
enum { FIRE_MASTER = 1, FIRE_SLAVE = 2, FIRE_BOTTOM = 4, FIRE_RIGHT = 8 };

enum { PHASE_READY, PHASE_FIRING, PHASE_RESET, PHASE_REFRACTORY };

/* One amplifier in front of the membrane [V, V/us, 1/V, 1/us]. */
typedef struct {
    double target, slew, inverse;
    double rate; /* 1 / time constant within the linear range */
} Amplifier;

/* A synaptic input: y = line_opening * line + shift, slope = strength * curve(y); rate: 1 / time constant of the line; step: per event and weight
 * unit. With conductance-based input the strength grows by slope * (v - middle), and is never below 0. */
typedef struct {
    double shift, strength, rate, step;
    double slope, middle;
} Input;

/* What the configuration says about a circuit, and where its spike logic stands. What a spike needs is on one cache line. */
typedef struct {
    _Alignas(64) int64_t stamp; /* end of the last step that was done again for this neuron */
    int64_t reset_ticks, refractory_ticks;
    int32_t phase;
    int32_t jitter;           /* of the threshold until the next spike */
    int32_t clocked;          /* the backend runs: artificial fires work */
    int32_t fires;            /* and its fires become spikes */
    int32_t watched;          /* by the comparator, when it is ready */
    int32_t pause, held, adaptation;
    int32_t comparator;
    int32_t rounds, round;    /* number of those that may be a fixed cycle, and place of the next one in `rounds` of the state; see cycle.c */
    int32_t silent, counted;  /* spikes go nowhere, but perhaps into the neuron's counter */
    int32_t exponential, modulation;
    int32_t bypass;           /* bits as in a pulse's mode */
    int32_t switches;         /* bits of CONNECT_... */
    int32_t fire_switches;    /* bits of FIRE_... */
    Amplifier leak, reset;
    double drift, threshold;
    Input input[INPUTS];
    double exp_potential, exp_strength, exp_limit;
    double w_rest, w_gain, w_potential, w_strength, w_rate, w_jump;
    double capacitance;       /* [pF] */
    double conductance;       /* between membrane and soma line [uS] */
} Neuron;

typedef struct {
    int64_t tick;
    int32_t neuron;
} SpikeRecord;

/* Circuits whose membranes are connected: compartments (one or several circuits with one potential), and conductances between them. What
 * follows from the configuration lies in arrays of the core, from these places on. */
typedef struct {
    int32_t member, members;  /* place in `member`, their number */
    int32_t compartment, compartments; /* of all compartments, the first of its own, their number */
    int32_t matrix;
    int32_t blocks;           /* bit per block that it has members in */
    int32_t small;            /* place among the small ones with as many compartments, -1 */
    int32_t stale;            /* an amplifier has changed since the matrix of a step was made */
} Morphology;

/* A circuit of a morphology: its compartment, and its share of the capacitance there. */
typedef struct {
    int32_t neuron, compartment;
    float share;
} CompartmentNeuron;

/* Morphologies of up to SMALL circuits, those with as many compartments side by side for the vector units. Those with fewer circuits have the
 * first one again with no share. */
enum { SMALL = 4, PAIRS = NEURONS / 2, TOGETHER = 16, AMPLIFIED = 1 << 16, UPSWINGS = 1 << 20 };

typedef struct {
    int32_t count;
    int32_t morphology[PAIRS];
    int32_t compartment[SMALL][PAIRS];   /* of all compartments */
    int32_t lane[SMALL][PAIRS];          /* of a circuit: place of its lanes in the memory of the blocks, in fields of 4 bytes, less the field's own */
    int32_t stride[SMALL][PAIRS / TOGETHER]; /* 1, 2 or 4 if the lanes of TOGETHER of them are so far apart each, else 0 */
    int32_t node[SMALL][PAIRS];          /* of a circuit that has a compartment's potential */
    float share[SMALL][SMALL][PAIRS];    /* of circuit [1] in compartment [0] */
    float limit[SMALL][PAIRS];           /* of a compartment */
    int16_t circuit[SMALL][PAIRS];       /* -1 */
    float flow[SMALL][SMALL][PAIRS], matrix[SMALL][SMALL][PAIRS]; /* see Morphology */
    /* what TOGETHER of them need: bit 4 c + j: circuit j is part of compartment c, AMPLIFIED << j: it has an amplifier at work, UPSWINGS << j: an exponential term */
    int32_t needs[PAIRS / TOGETHER];
    uint64_t stale;                      /* bit per TOGETHER of them: an amplifier has changed */
} SmallMorphologies;

typedef struct {
    int64_t tick;
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

/* What the lanes of a circuit change to with its phase: with the leak [0] or reset [1] amplifier, when its inputs are not gated. */
typedef struct {
    int32_t target[2];
    float slew[2], inverse[2], lag[2], rate[2];
    float strength[INPUTS], slope[INPUTS];
    float exponent[2], w_base[2];
    int32_t threshold, w_jump;
    int32_t steep, limited; /* from there on the exponential term grows fast within a step, and no more */
} PhaseLanes;

enum { ROUNDS = GRID_TICKS / 2 }; /* after so many rounds a cycle has come back to its place within the grid: spikes come at even ticks */

/* What a snapshot keeps of the engine, beside the arrays that grow. */
typedef struct {
    Block block[BLOCKS];       /* on cache lines */
    int64_t due[NEURONS];      /* tick of a neuron's next change of phase, NEVER */
    PhaseLanes phases[NEURONS];
    uint8_t needs[NEURONS];    /* of a circuit: bits of WITH_... and HAS_BYPASS */
    /* circuits on a fixed cycle, see cycle.c */
    uint64_t cycling[BLOCKS];  /* lanes */
    int32_t rounds[NEURONS][ROUNDS]; /* membrane at the beginning of the steps in which the last resets have ended */
    int64_t release[NEURONS];  /* end of the first reset that was not stepped */
    int64_t told[NEURONS];     /* of the spikes of this cycle, those that somebody has been told of */
    int64_t untold[2][NEURONS]; /* spikes of earlier cycles that nobody has been told of; [1]: a counter counts them */
    Neuron neuron[NEURONS];
    int64_t now;
    int32_t parity;
    int32_t awake;             /* blocks in which something moves, bit per block */
    int32_t features[BLOCKS], bypass[BLOCKS];
    uint64_t careful[BLOCKS];  /* lanes */
    uint64_t falling[BLOCKS];  /* lanes in a reset whose exponential terms change fast in the coming step: it is made once more */
    int32_t far[BLOCKS];       /* WITH_RAILS, if a membrane may be where currents fade */
    int32_t early[BLOCKS];     /* lines of the block that pulses came to between grid points, bits as in a pulse's mode */
    int64_t steps, block_steps;
    int64_t pulses, missed;    /* on rows, and those that met no synapse with their address and a weight */
    Probe probe[PROBES];
} State;

/* A membrane with a constant slope and an exponential term, which ends at `limit` where the membrane is `edge` further on. Node units and steps. */
typedef struct {
    float slope, term, limit, edge;
    float inverse; /* 1 / slope of the exponential */
} Upswing;

/* Where a circuit was at `from` of the step that is being made, in which it meets its threshold at `until`; and how it has climbed from there, unless the
 * limit is 0: then the adaptation moves by `w_drift` per step, and `w_lead` of the membrane's way. */
typedef struct {
    int64_t step;
    int32_t neuron, v, w;
    float from, until;
    Upswing upswing;
    float w_drift, w_lead;
} SpikeNodes;

/* See schedule.h. */
enum { SLOTS = 256 };
typedef struct {
    uint64_t lanes[SLOTS][BLOCKS]; /* by index of the step modulo SLOTS */
    int32_t blocks[SLOTS];         /* those that may have any, bit per block */
    uint64_t later[BLOCKS];
} Schedule;

typedef struct {
    State s;
    Schedule schedule;
    Common common;
    /* connections; they follow from the configuration */
    Growing morphologies;     /* Morphology */
    Growing members;          /* CompartmentNeuron, by morphology */
    Growing matrices;         /* of each morphology, N x N: the step, and the flow between compartments per step */
    SmallMorphologies small[SMALL]; /* by compartments - 1 */
    int32_t large;            /* number of the others */
    int32_t compartments;     /* of all morphologies */
    int16_t morphology_of[NEURONS]; /* index, -1 */
    int32_t compartment_of[NEURONS]; /* of all compartments, 0 for circuits alone */
    float ways[NEURONS];      /* of compartments in the step being made */
    int32_t far_before[BLOCKS]; /* `far` of the state as the last step found it */
    SpikeNodes crossing;
    int32_t linked[BLOCKS];   /* blocks that step together, bit per block */
    uint64_t connected[BLOCKS]; /* lanes */
    Growing slaves;           /* int16_t: circuits that fire with a master */
    int32_t slaves_from[MASTERS_END]; /* of each master, in `slaves` */
    uint64_t driven[INPUTS][BLOCKS]; /* lanes whose membranes a line acts on, if their circuits let it */
    int32_t decaying;       /* awake blocks in which only lines move, which drive no membrane; bit per block */
    int32_t jumping;        /* 0: step through quiet spans too */
    int32_t counting;       /* 1: spikes on fixed cycles may be counted instead of recorded */
    int32_t level;          /* instruction set, see kernel_level */
    uint64_t noise_key;
    const uint8_t *weights, *labels;
    const float *gains;     /* [ROWS][COLUMNS] or NULL */
    Growing pulses;         /* Pulse, to come */
    int64_t applied;        /* of them in the step that is being made */
    Growing fires;          /* SpikeRecord: artificial ones to come */
    Growing spikes;         /* SpikeRecord: of the last run */
    double (*normal)(uint64_t key, uint64_t counter);
} Core;

/* The functions over blocks for one instruction set. */
typedef struct {
    /* by set of features, the last one for those with rare ones; the result has bits of BLOCK_... */
    int (*step[STEPS + 1])(Block *block, int p, const Common *common, int features, int early, int watchful);
    int (*lines)(Block *block, int p, int64_t first, int64_t steps); /* only its lines, in place; whether they still decay */
    int (*deliver)(Block *block, int p, const Pulse *pulse, float part, Synapses synapses); /* 0 if no label fits */
    uint64_t (*crossed)(const Block *block, int p);
    int (*far)(const Block *block, int p, const Common *common); /* WITH_RAILS, if a membrane is where they count */
    /* ways of compartments by what the steps of their blocks have found; far: some may be near a rail */
    void (*join)(const Block *blocks, int p, const SmallMorphologies *small, int compartments, int far, const Common *common, float *ways);
    int (*follow)(Block *block, int p, int features, const int32_t *compartment_of, const float *ways, const Common *common); /* bits as of a step */
} Kernel;

/* Sums over the circuits of a compartment, weighted by capacitance: as in the lanes of connected circuits. */
typedef struct {
    float slope, growth, bow, upswing, limit;
} CompartmentCurrents;

/* Instruction sets: 0 any machine, 1 AVX2 with FMA, 2 AVX-512. The best the machine has, or at most `wanted` if that is not negative. */
int kernel_level(int wanted);
const Kernel *kernel_of(int level);

/* Which of its steps a block with some features needs. */
static inline int step_for(int features) {
    if (features & WITH_RARE) return STEPS;
    return (features & (FEATURE_SETS - 1)) | (features & WITH_CARE ? FEATURE_SETS : 0) | (features & WITH_CONNECTIONS ? 2 * FEATURE_SETS : 0);
}

/* What counts of them over `length` of a step, as in the step of the small morphologies. */
float compartment_slope(const CompartmentCurrents *sums, const Common *common, float length);

/* Something is done to circuits of a block. */
static inline void core_wake(Core *core, int block) {
    core->s.awake |= 1 << block;
    core->decaying &= ~(1 << block);
}

void core_free(Core *core);
void core_load(Core *core, int neuron);                /* configuration of a neuron -> lanes, by phase */
void core_lines(Core *core, int neuron);               /* the same if nothing has changed but what its lines are connected to */
void core_hold(Core *core, int neuron);                /* the same if nothing has changed but whether it is held in reset */
void core_clear(Core *core, int64_t tick);             /* no events ahead, time at a grid point */
void core_restored(Core *core);                        /* the state was put in: what follows from it, and connections, anew */
void core_connect(Core *core);                         /* connections of all circuits anew */
void core_place(Core *core, int neuron);               /* put a neuron to its resting state */
void core_leave_cycle(Core *core, int neuron);         /* something is going to change for it, or somebody looks */
int64_t core_tell(Core *core, int neuron, int counted); /* spikes that were not recorded, since it was last asked; those that a counter counts, or the others */
void core_pulse(Core *core, int64_t tick, int row, int address, double charge, int mode);
void core_fire(Core *core, int neuron, int64_t tick);
int64_t core_run(Core *core, int64_t until);
int64_t core_quiet(const Core *core);                  /* tick up to which nothing happens if nothing is done to it: now, if something moves */
const char *core_problem(const Core *core); /* what a state that was put in has and none can have, or NULL */
double core_voltage(Core *core, int neuron, int source);
void core_voltages(Core *core, int row, const uint8_t *sources, double *volts); /* of 256 neurons; 0 for sources above 3 */
void core_watch(Core *core, int slot, int neuron, int source);
double core_probe(const Core *core, int slot, int64_t tick);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
