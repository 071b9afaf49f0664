/* Connected circuits: which they are, and a step of each morphology as one.
 *
 * A compartment is a set of circuits with one potential: capacitances add, and so do currents. Conductances connect compartments. The step
 * of a block gives what each circuit's currents would do to its own capacitance; their means, weighted by capacitance, are the slopes of the
 * compartments. With slopes S, growths G of the slopes by what is not linear, and A the linear part (amplifiers, conductances):
 *     step of the potentials = phi(A) P S,   phi(A) = (exp(A) - 1) / A,   P = 1 + G / 2 + ...
 * phi(A) is a matrix, made anew only when an amplifier changes. */
#include <math.h>

#include "circuit.h"

enum { LINES = NEURONS, PLACES = 2 * NEURONS }; /* places: membranes, then soma lines */

static int root(const int16_t *up, int place) {
    while (up[place] != place) place = up[place];
    return place;
}

static void join(int16_t *up, int a, int b) {
    a = root(up, a), b = root(up, b);
    if (a < b) up[b] = (int16_t)a;
    if (b < a) up[a] = (int16_t)b;
}

static int right_of(int neuron) { return neuron % COLUMNS + 1 < COLUMNS ? neuron + 1 : -1; }

/* What switches join to one node. */
static void join_switches(const Core *core, int16_t *up) {
    for (int n = 0; n < PLACES; n++) up[n] = (int16_t)n;
    for (int n = 0; n < NEURONS; n++) {
        const int switches = core->s.neuron[n].switches, right = right_of(n);
        if (switches & CONNECT_RIGHT && right >= 0) join(up, n, right);
        if (switches & CONNECT_BOTTOM) join(up, n, n ^ COLUMNS);
        if (switches & CONNECT_SOMA) join(up, n, LINES + n);
        if (switches & CONNECT_SOMA_RIGHT && right >= 0) join(up, LINES + n, LINES + right);
    }
}

/* What conductances connect, too. */
static void join_conductances(const Core *core, const int16_t *nodes, int16_t *up) {
    memcpy(up, nodes, PLACES * sizeof *up);
    for (int n = 0; n < NEURONS; n++)
        if (core->s.neuron[n].conductance > 0.0) join(up, n, LINES + n);
}

float *step_matrix(const Core *core, const Morphology *m) { return growing_at(&core->matrices, m->matrix, sizeof(float)); }
float *flow_matrix(const Core *core, const Morphology *m) { return step_matrix(core, m) + m->compartments * m->compartments; }
const CompartmentNeuron *members_of(const Core *core, const Morphology *m) { return growing_at(&core->members, m->member, sizeof(CompartmentNeuron)); }

/* Flow between compartments per step, relative to capacitances: each soma line that is no compartment's node is a star of conductances. */
static void fill_flow(const Core *core, const Morphology *m, const int16_t *nodes, double *flow) {
    const int size = m->compartments;
    const CompartmentNeuron *members = members_of(core, m);
    double capacitance[NEURONS];
    for (int i = 0; i < size; i++) capacitance[i] = 0.0;
    for (int k = 0; k < m->members; k++) capacitance[members[k].compartment] += core->s.neuron[members[k].neuron].capacitance;
    for (int a = 0; a < m->members; a++) {
        const int line = nodes[LINES + members[a].neuron];
        const double g = core->s.neuron[members[a].neuron].conductance;
        double sum = 0.0;
        int owner = -1;
        if (g == 0.0) continue;
        for (int b = 0; b < m->members; b++) {
            if (nodes[members[b].neuron] == line) owner = members[b].compartment;
            if (nodes[LINES + members[b].neuron] == line) sum += core->s.neuron[members[b].neuron].conductance;
        }
        for (int b = 0; b < m->members; b++) {
            const double other = core->s.neuron[members[b].neuron].conductance;
            const int from = members[a].compartment, to = owner >= 0 ? owner : members[b].compartment;
            if (owner >= 0 ? b != a : nodes[LINES + members[b].neuron] != line || other == 0.0) continue;
            const double between = owner >= 0 ? g : 0.5 * g * other / sum; /* a star is met from both ends */
            if (from == to) continue;
            flow[from * size + to] += between / capacitance[from] * STEP_US, flow[from * size + from] -= between / capacitance[from] * STEP_US;
            flow[to * size + from] += between / capacitance[to] * STEP_US, flow[to * size + to] -= between / capacitance[to] * STEP_US;
        }
    }
}

/* One more of those that are stepped side by side. */
static int add_small(Core *core, const Morphology *m) {
    SmallMorphologies *all = &core->small[m->compartments - 1];
    const CompartmentNeuron *members = members_of(core, m);
    const float *flow = flow_matrix(core, m);
    const int at = all->count++;
    int32_t *needs = &all->needs[at / TOGETHER];
    if (at % TOGETHER == 0) *needs = 0;
    all->stale |= UINT64_C(1) << at / TOGETHER;
    all->morphology[at] = (int32_t)growing_count(&core->morphologies);
    for (int k = 0; k < m->compartments; k++) {
        all->compartment[k][at] = m->compartment + k, all->limit[k][at] = 0.0f;
        for (int from = 0; from < m->compartments; from++) all->flow[k][from][at] = flow[k * m->compartments + from];
    }
    for (int j = 0; j < SMALL; j++) {
        const CompartmentNeuron *member = &members[j < m->members ? j : 0];
        all->lane[j][at] = block_of(member->neuron) * (int)(sizeof(Block) / 4) + lane_of(member->neuron);
        for (int k = 0; k < m->compartments; k++) all->share[k][j][at] = 0.0f;
        all->circuit[j][at] = (int16_t)(j < m->members ? member->neuron : -1);
        if (j >= m->members) continue;
        all->share[member->compartment][j][at] = member->share;
        all->node[member->compartment][at] = all->lane[j][at];
        all->limit[member->compartment][at] += member->share * LANE(&core->s.block[block_of(member->neuron)], limit, lane_of(member->neuron));
        *needs |= 1 << (4 * member->compartment + j);
    }
    return at;
}

/* How far the lanes of TOGETHER of them are apart. */
static int32_t stride_of(const int32_t *lane, int count) {
    const int32_t stride = count > 1 ? lane[1] - lane[0] : 0;
    for (int k = 1; k < count; k++)
        if (lane[k] - lane[k - 1] != stride) return 0;
    return stride == 1 || stride == 2 || stride == 4 ? stride : 0;
}

static void find_strides(SmallMorphologies *all) {
    for (int j = 0; j < SMALL; j++)
        for (int at = 0; at < all->count; at += TOGETHER)
            all->stride[j][at / TOGETHER] = stride_of(&all->lane[j][at], all->count - at < TOGETHER ? all->count - at : TOGETHER);
}

/* Places by the group that they are in: the first circuit of each group, and the next one after each. */
typedef struct {
    int16_t node[PLACES], group[PLACES];
    int16_t compartment[PLACES]; /* by node, within its morphology, -1 */
    int16_t first[PLACES], next[NEURONS], count[PLACES];
} Connections;

static void find_groups(const Core *core, Connections *all) {
    memset(all, -1, sizeof *all);
    memset(all->count, 0, sizeof all->count);
    join_switches(core, all->node);
    for (int n = 0; n < PLACES; n++) all->node[n] = (int16_t)root(all->node, n);
    join_conductances(core, all->node, all->group);
    for (int n = 0; n < PLACES; n++) all->group[n] = (int16_t)root(all->group, n);
    for (int n = NEURONS - 1; n >= 0; n--) {
        const int group = all->group[n];
        all->next[n] = all->first[group], all->first[group] = (int16_t)n, all->count[group]++;
    }
}

/* The circuits of a group and the compartments that they make up. */
static int add_members(Core *core, Morphology *m, Connections *all, int group) {
    CompartmentNeuron *members = growing_extend(&core->members, all->count[group], sizeof *members);
    double capacitance[NEURONS];
    if (!members) return 0;
    for (int n = all->first[group]; n >= 0; n = all->next[n]) {
        int16_t *compartment = &all->compartment[all->node[n]];
        if (*compartment < 0) capacitance[m->compartments] = 0.0, *compartment = (int16_t)m->compartments++;
        members[m->members++] = (CompartmentNeuron){n, *compartment, 0.0f};
        capacitance[*compartment] += core->s.neuron[n].capacitance;
        m->blocks |= 1 << block_of(n);
    }
    for (int k = 0; k < m->members; k++) {
        const int n = members[k].neuron;
        members[k].share = (float)(core->s.neuron[n].capacitance / capacitance[members[k].compartment]);
        core->morphology_of[n] = (int16_t)growing_count(&core->morphologies);
        core->compartment_of[n] = m->compartment + members[k].compartment;
        core->connected[block_of(n)] |= UINT64_C(1) << lane_of(n);
    }
    return 1;
}

static void add_morphology(Core *core, Connections *all, int group) {
    Morphology m = {.compartment = core->compartments, .member = (int32_t)growing_count(&core->members), .matrix = (int32_t)growing_count(&core->matrices), .stale = 1};
    if (!add_members(core, &m, all, group)) return;
    const size_t entries = (size_t)m.compartments * (size_t)m.compartments;
    double *flow = calloc(entries, sizeof *flow);
    if (!flow || !growing_extend(&core->matrices, (int64_t)(2 * entries), sizeof(float))) {
        free(flow);
        return;
    }
    if (m.compartments > 1) fill_flow(core, &m, all->node, flow);
    for (size_t k = 0; k < entries; k++) flow_matrix(core, &m)[k] = (float)flow[k];
    free(flow);
    core->compartments += m.compartments;
    m.small = m.members <= SMALL ? add_small(core, &m) : -1, core->large += m.small < 0;
    Morphology *place = growing_append(&core->morphologies, sizeof m);
    if (place) *place = m;
}

static void find_slaves(Core *core);

/* Blocks with members of one morphology step together, and so do those that share a block. */
static void link_blocks(Core *core) {
    for (int k = 0; k < BLOCKS; k++) core->linked[k] = 1 << k;
    for (int64_t i = 0; i < growing_count(&core->morphologies); i++) {
        int all = morphology_at(core, i)->blocks;
        for (int k = 0; k < BLOCKS; k++)
            if (all >> k & 1) all |= core->linked[k];
        for (int k = 0; k < BLOCKS; k++)
            if (all >> k & 1) core->linked[k] = all;
    }
}

/* Potentials of circuits that have been joined: charge stays. */
static void share_charge(Core *core, const Morphology *m) {
    const CompartmentNeuron *members = members_of(core, m);
    double sum[NEURONS];
    int32_t first[NEURONS];
    int differ = 0;
    memset(sum, 0, (size_t)m->compartments * sizeof *sum);
    for (int k = 0; k < m->members; k++) {
        const int32_t v = STATE(&core->s.block[block_of(members[k].neuron)], v, core->s.parity, lane_of(members[k].neuron));
        sum[members[k].compartment] += (double)members[k].share * v;
        first[members[k].compartment] = v;
    }
    for (int k = 0; k < m->members; k++)
        differ |= STATE(&core->s.block[block_of(members[k].neuron)], v, core->s.parity, lane_of(members[k].neuron)) != first[members[k].compartment];
    for (int k = 0; differ && k < m->members; k++) {
        Block *b = &core->s.block[block_of(members[k].neuron)];
        STATE(b, v, 0, lane_of(members[k].neuron)) = STATE(b, v, 1, lane_of(members[k].neuron)) = nearest(sum[members[k].compartment]);
        core_wake(core, block_of(members[k].neuron));
        core->s.far[block_of(members[k].neuron)] = WITH_RAILS;
    }
}

void core_connect(Core *core) {
    Connections all;
    for (int k = 0; k < BLOCKS; k++) core_leave_cycles(core, k);
    growing_clear(&core->morphologies), growing_clear(&core->members), growing_clear(&core->matrices);
    memset(core->morphology_of, -1, sizeof core->morphology_of);
    memset(core->connected, 0, sizeof core->connected);
    for (int k = 0; k < SMALL; k++) core->small[k].count = 0, core->small[k].stale = 0;
    core->compartments = core->large = 0;
    memset(core->compartment_of, 0, sizeof core->compartment_of), memset(core->ways, 0, sizeof core->ways);
    find_groups(core, &all);
    for (int group = 0; group < PLACES; group++)
        if (all.count[group] > 1) add_morphology(core, &all, group);
    for (int k = 0; k < SMALL; k++) find_strides(&core->small[k]);
    link_blocks(core);
    find_slaves(core);
    for (int64_t i = 0; i < growing_count(&core->morphologies); i++) share_charge(core, morphology_at(core, i));
    for (int n = 0; n < NEURONS; n++) LANE(&core->s.block[block_of(n)], alone, lane_of(n)) = core->morphology_of[n] < 0 ? -1 : 0;
    for (int k = 0; k < BLOCKS; k++) core_flags(core, k);
}

/* -- fire signals */

/* The lines that a fire signal reaches from the line of a circuit: over closed switches to the other row, and to the right. */
static void reach(const Core *core, int line, uint8_t *reached) {
    if (reached[line]) return;
    reached[line] = 1;
    const int other = line ^ COLUMNS, right = right_of(line);
    if ((core->s.neuron[line].fire_switches | core->s.neuron[other].fire_switches) & FIRE_BOTTOM) reach(core, other, reached);
    if (core->s.neuron[line].fire_switches & FIRE_RIGHT && right >= 0) reach(core, right, reached);
}

static void find_slaves(Core *core) {
    int any = 0;
    growing_clear(&core->slaves);
    for (int n = 0; n < NEURONS; n++) any |= core->s.neuron[n].fire_switches;
    for (int n = 0; n < NEURONS; n++) {
        core->slaves_from[n] = (int32_t)growing_count(&core->slaves);
        if (!(any & FIRE_SLAVE && core->s.neuron[n].fire_switches & FIRE_MASTER)) continue;
        uint8_t reached[NEURONS] = {0};
        reach(core, n, reached);
        for (int other = 0; other < NEURONS; other++)
            if (reached[other] && other != n && core->s.neuron[other].fire_switches & FIRE_SLAVE) {
                int16_t *slave = growing_append(&core->slaves, sizeof *slave);
                if (slave) *slave = (int16_t)other;
            }
    }
    core->slaves_from[NEURONS] = (int32_t)growing_count(&core->slaves);
}

/* -- a step */

ALWAYS_INLINE void multiply_sized(const double *a, const double *b, double *out, int size) {
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            double sum = 0.0;
            for (int k = 0; k < size; k++) sum += a[i * size + k] * b[k * size + j];
            out[i * size + j] = sum;
        }
}

/* Matrices; most are small. */
static void multiply(const double *a, const double *b, double *out, int size) {
    if (size == 2) {
        multiply_sized(a, b, out, 2);
    } else if (size == 3) {
        multiply_sized(a, b, out, 3);
    } else if (size == 4) {
        multiply_sized(a, b, out, 4);
    } else {
        multiply_sized(a, b, out, size);
    }
}

/* phi(A) = (exp(A) - 1) / A: a series for A / 2^n, then doubled n times by phi(2 A) = (A phi(A) / 2 + 1) phi(A). */
static void phi(double *a, double *out, double *spare, int size) {
    const int entries = size * size;
    double largest = 0.0;
    int halvings = 0;
    for (int k = 0; k < entries; k++) largest = fabs(a[k]) > largest ? fabs(a[k]) : largest;
    for (largest *= 2.0; largest > 0.25; largest *= 0.5) halvings++;
    for (int k = 0; k < entries; k++) a[k] = ldexp(a[k], -halvings), out[k] = k % (size + 1) == 0;
    for (int degree = 7; degree > 1; degree--) {
        multiply(a, out, spare, size);
        for (int k = 0; k < entries; k++) out[k] = (k % (size + 1) == 0) + spare[k] / degree;
    }
    for (; halvings > 0; halvings--) {
        multiply(a, out, spare, size);
        for (int k = 0; k < entries; k++) spare[k] = 0.5 * spare[k] + (k % (size + 1) == 0);
        double *doubled = spare + entries;
        multiply(spare, out, doubled, size);
        memcpy(out, doubled, (size_t)entries * sizeof *out);
        for (int k = 0; k < entries; k++) a[k] *= 2.0;
    }
}

/* The matrix of a step of some length: length * phi(length * A). */
void morphology_matrix(const Core *core, const Morphology *m, float length, float *out) {
    const int size = m->compartments, entries = size * size;
    const CompartmentNeuron *members = members_of(core, m);
    const float *flow = flow_matrix(core, m);
    if (size == 1) {
        double rate = 0.0;
        for (int k = 0; k < m->members; k++)
            rate += (double)members[k].share * LANE(&core->s.block[block_of(members[k].neuron)], rate, lane_of(members[k].neuron));
        out[0] = (float)((double)length * effective(rate * (double)length));
        return;
    }
    double *a = malloc(4 * (size_t)entries * sizeof *a);
    if (!a) return;
    for (int k = 0; k < entries; k++) a[k] = (double)flow[k] * (double)length;
    for (int k = 0; k < m->members; k++)
        a[members[k].compartment * (size + 1)] -=
            (double)members[k].share * LANE(&core->s.block[block_of(members[k].neuron)], rate, lane_of(members[k].neuron)) * (double)length;
    phi(a, a + entries, a + 2 * entries, size);
    for (int k = 0; k < entries; k++) out[k] = (float)((double)length * a[entries + k]);
    free(a);
}

/* From the slopes of its circuits to the steps of the compartments. v: potentials; matrix: of this length. */
void morphology_steps(const Core *core, const Morphology *m, const float *matrix, float length, const NeuronCurrents *slopes, const int32_t *v,
                      float *steps) {
    const int size = m->compartments;
    const CompartmentNeuron *members = members_of(core, m);
    const float *flow = flow_matrix(core, m);
    CompartmentCurrents sums[NEURONS];
    float slope[NEURONS];
    memset(sums, 0, (size_t)size * sizeof *sums);
    for (int k = 0; k < m->members; k++) {
        CompartmentCurrents *s = &sums[members[k].compartment];
        const float share = members[k].share;
        s->slope += share * slopes[k].slope, s->growth += share * slopes[k].growth, s->bow += share * slopes[k].bow;
        s->upswing += share * slopes[k].upswing, s->limit += share * slopes[k].limit;
    }
    for (int i = 0; i < size; i++) {
        float total = sums[i].slope;
        for (int j = 0; j < size; j++)
            if (flow[i * size + j] != 0.0f) total += flow[i * size + j] * (float)(v[j] - v[i]);
        sums[i].slope = total;
        slope[i] = compartment_slope(&sums[i], &core->common, length);
    }
    for (int i = 0; i < size; i++) {
        float step = 0.0f;
        for (int j = 0; j < size; j++) step += matrix[i * size + j] * slope[j];
        steps[i] = (float)clip(step, -core->common.longest, core->common.longest);
    }
}
