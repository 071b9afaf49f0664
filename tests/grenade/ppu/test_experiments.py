"""Whole experiments in the shape of published ones: weights set row by row, rates held, learning by correlation, synapses watched."""

from typing import Any

import numpy as np
import pytest
from ppu_rules import BOTTOM, HEADERS, MS, TOP, Chip, fire, firing, rule

from grenade.network import PlasticityRule
from grenade.network.graph import RuleOnHardware
from grenade.network.graph import SynapseView as ViewOfGraph
from grenade.ppu import (
    Array,
    NeuronView,
    OnlyRecordingPlasticityRuleGenerator,
    PerSynapse,
    Rule,
    SynapseView,
    TimedRecording,
    Timer,
    placed,
    program,
)
from halco import PPUOnDLS, SynapseWeightRowOnDLS
from haldls.lola import SynapseWeightRow

Observable = OnlyRecordingPlasticityRuleGenerator.Observable


def test_an_image_as_weights(chip: Chip) -> None:
    """A column of the image each millisecond into all rows; the host sees it arrive."""
    image = np.random.default_rng(4).integers(0, 64, (20, 12))
    text = ",".join("{" + ",".join(map(str, line)) + "}" for line in image)
    body = """
        if (synapses[0].hemisphere != ppu) { return; }
        for (size_t row = 0; row < synapses[0].rows.size(); ++row) {
            vector_row_t weights;
            size_t line = 0;
            for (auto const column : synapses[0].columns) { weights[column] = image[line++][next]; }
            synapses[0].set_weights(weights, row);
        }
        ++next;"""
    before = f"uint8_t const image[20][12] = {{{text}}}; uint32_t next = 0;"
    columns, rows = tuple(range(30, 50)), tuple(range(100, 164))
    for now in (3, 12):  # milliseconds that have passed at the end
        made = program([rule(body, None, before=before, synapses=(SynapseView(TOP, columns, rows),), timer=Timer(0, MS, 12))])
        chip.start(made)
        chip.schedule(made, now * MS // 2 - 5000)
        assert chip.read(made, "next", PPUOnDLS.top) == [now] and chip.read(made, "next", PPUOnDLS.bottom) == [0]
        for row in (100, 163):
            np.testing.assert_array_equal(chip.weights(row)[30:50], image[:, now - 1])
            assert not chip.weights(row)[:30].any() and not chip.weights(row)[50:].any()


HOMEOSTASIS = """
VectorRowFracSat8 direction(VectorRowFracSat8 const& difference)
{
    return vector_if(difference, VectorIfCondition::equal, VectorRowFracSat8(0),
        vector_if(difference, VectorIfCondition::greater_equal, VectorRowFracSat8(1), VectorRowFracSat8(-1)));
}
template <size_t N>
void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, N>& synapses, std::array<NeuronViewHandle, N>& neurons, Recording& recording)
{
    recording.time = now();
    hate::for_each([&ppu](SynapseArrayViewHandle const& view, NeuronViewHandle& there, auto& kept) {
        if (view.hemisphere != ppu) { return; }
        auto const counts = there.get_rate_counters(true);
        for (size_t row = 0; row < view.rows.size(); ++row) {
            auto weights = static_cast<VectorRowFracSat8>(view.get_weights(row));
            weights += direction(VectorRowFracSat8(6.0) - static_cast<VectorRowFracSat8>(counts));
            weights = vector_if(weights, VectorIfCondition::greater, weights, VectorRowFracSat8(0));
            weights = vector_if(weights -63, VectorIfCondition::greater, VectorRowFracSat8(63), weights);
            view.set_weights(static_cast<VectorRowMod8>(weights), row);
            for (size_t c = 0; c < view.columns.size(); ++c) { kept[row][c] = weights[view.columns[c]]; }
        }
    }, synapses, neurons, recording.w);
}
"""


def test_rates_are_held(chip: Chip) -> None:
    """Weights rise by one where a neuron was too slow and fall where it was too fast, between 0 and 63, in both hemispheres."""
    neurons, rows = {3: 2, 4: 6, 5: 9, 256 + 3: 7, 256 + 5: 1}, (10, 200)
    firing(chip, list(neurons))
    columns = (3, 4, 5)
    views = tuple(SynapseView(half, columns, rows) for half in (TOP, BOTTOM)), tuple(NeuronView(half, columns) for half in (TOP, BOTTOM))
    recording = TimedRecording({"w": PerSynapse("uint8", False)})
    made = program([Rule(HEADERS + HOMEOSTASIS, Timer(0, 10 * MS, 1), *views, recording)])
    start = {10: [0, 30, 0], 200: [63, 30, 20]}
    for half in range(2):
        for row, values in start.items():
            weights = SynapseWeightRow()
            weights.values.from_numpy(np.array([0] * 3 + values + [0] * 250, dtype=np.uint8))
            chip.put(SynapseWeightRowOnDLS(256 * half + row), weights)
    chip.start(made)
    fire(chip, neurons)
    chip.schedule(made, MS)
    recorded = made.recorded(made.rules[0], chip.get(made.recording(made.rules[0])))
    wanted = [[[1, 30, 0], [63, 30, 19]], [[0, 31, 1], [62, 31, 21]]]  # too slow, right, too fast; too fast, silent, too slow
    for half in range(2):
        assert recorded.synapses["w"][half][0].tolist() == wanted[half]
        assert [chip.weights(256 * half + row)[3:6].tolist() for row in rows] == wanted[half]


def test_synapses_are_watched(chip: Chip) -> None:
    """The generated rule records weights at its times and changes none."""
    rows, columns = np.array([5, 6]), np.array([0, 128, 255])
    made, found = observed(chip, {Observable.weights}, [ViewOfGraph(None, TOP, rows, columns), ViewOfGraph(None, BOTTOM, rows, columns)])  # type: ignore[arg-type]
    assert np.allclose(found.times, [2 * MS, 3 * MS], atol=5000)
    for half in range(2):
        wanted = np.stack([chip.weights(256 * half + row)[columns] for row in rows])
        assert wanted.any()
        for run in range(2):
            np.testing.assert_array_equal(found.synapses["weights"][half][run], wanted)
    assert made.rules[0].recording == TimedRecording({"weights": PerSynapse("int8", False)})


def observed(chip: Chip, what: set[Any], views: list[ViewOfGraph]) -> Any:
    """A program of the generated rule, and what it has recorded after two runs; weights are set before."""
    entity = OnlyRecordingPlasticityRuleGenerator(what).generate()
    entity.timer = PlasticityRule.Timer(PlasticityRule.Timer.Value(2 * MS), PlasticityRule.Timer.Value(MS), 2)
    one = placed(RuleOnHardware(entity, views, []))
    made = program([one])
    for row in range(512):
        weights = SynapseWeightRow()
        weights.values.from_numpy(np.full(256, row % 64, dtype=np.uint8))
        chip.put(SynapseWeightRowOnDLS(row), weights)
    chip.start(made)
    chip.schedule(made, 3 * MS)
    return made, made.recorded(one, chip.get(made.recording(one)))


@pytest.mark.parametrize(
    "what", [{"correlation_causal"}, {"correlation_acausal"}, {"correlation_causal", "correlation_acausal", "weights"}]
)
def test_correlation_is_watched(what: set[str], chip: Chip) -> None:
    """All that is asked for is there, one element per synapse."""
    views = [ViewOfGraph(None, BOTTOM, np.array([7]), np.array([1, 2]))]  # type: ignore[arg-type]
    _, found = observed(chip, {Observable[name] for name in what}, views)
    assert set(found.synapses) == what and all(found.synapses[name][0].shape == (2, 1, 2) for name in what)


def test_only_observables_are_taken() -> None:
    with pytest.raises(TypeError, match=r"an observable is one of .*, not 'weights'"):
        OnlyRecordingPlasticityRuleGenerator({"weights"})  # type: ignore[arg-type]


LEARNING = """
float mean[2] = {1.0, 1.0};
VectorRowMod8 baseline()
{
    reset_all_correlations();
    VectorRowMod16 sum(0);
    for (size_t row = 0; row < 256; ++row) {
        VectorRowMod8 result;
        get_causal_correlation(&result.even.data, &result.odd.data, row);
        sum += static_cast<VectorRowMod16>(result);
    }
    return VectorRowMod8(sum >> 8);
}
VectorRowMod8 baselines = baseline();
class Seed {
public:
    Seed() { parallel_rng_seed(VectorRowMod8(17)); for (size_t i = 0; i < 100; ++i) parallel_rng_rand<VectorRowMod8>(); }
};
Seed seed;
void PLASTICITY_RULE_KERNEL(
    std::array<SynapseArrayViewHandle, 1>& synapses, std::array<NeuronViewHandle, 0>& /* neurons */, Recording& recording)
{
    if (synapses[0].hemisphere != ppu) { return; }
    size_t counts[3];
    for (size_t i = 0; i < 3; ++i) {
        auto where = halco::hicann_dls::vx::v3::AtomicNeuronOnDLS(
            halco::hicann_dls::vx::v3::NeuronColumnOnDLS(i), halco::hicann_dls::vx::v3::NeuronRowOnDLS()).toSpikeCounterReadOnDLS();
        haldls::vx::v3::SpikeCounterRead container = stadls::vx::v3::ppu::read<haldls::vx::v3::SpikeCounterRead>(where);
        counts[i] = container.get_count();
    }
    float const reward = (4 * static_cast<int>(counts[0]) - static_cast<int>(counts[1])) / 100.;
    float const rate = (reward - mean[0]) * 0.5;
    for (size_t row = 0; row < synapses[0].rows.size(); ++row) {
        VectorRowMod8 result;
        get_causal_correlation(&result.even.data, &result.odd.data, synapses[0].rows[row]);
        VectorRowFracSat8 const correlation = (baselines >> 1).convert_contiguous() - (result >> 1).convert_contiguous();
        VectorRowFracSat8 const change = (VectorRowFracSat8(64) + correlation) * static_cast<int8_t>(rate * 128);
        auto weights = static_cast<VectorRowFracSat8>(synapses[0].get_weights(row)) + change;
        weights = vector_if(weights, VectorIfCondition::greater, weights, VectorRowFracSat8(0));
        synapses[0].set_weights(static_cast<VectorRowMod8>(weights), row);
    }
    mean[0] = (0.75 * mean[0]) + (0.25 * reward);
    unsigned char bytes[4];
    *reinterpret_cast<float*>(bytes) = mean[0];
    for (size_t i = 0; i < 4; ++i) { recording.reward[i] = bytes[i]; }
    recording.best[0] = std::max_element(&counts[0], &counts[3]) - &counts[0];
}
"""


def test_learning_by_reward(chip: Chip) -> None:
    """Floats, counters, correlation and random numbers in one kernel: reward and weights are what the same arithmetic gives here."""
    counts = {0: 30, 1: 10, 2: 40}
    firing(chip, list(counts))
    recording = TimedRecording({"reward": Array("uint8", 4), "best": Array("uint8", 1)})
    view = SynapseView(TOP, (0, 1, 2), (8, 9))
    made = program([Rule("#include <algorithm>\n" + HEADERS + LEARNING, Timer(0, MS, 1), (view,), (), recording)])
    weights = SynapseWeightRow()
    weights.values.from_numpy(np.full(256, 40, dtype=np.uint8))
    chip.put(SynapseWeightRowOnDLS(8), weights)
    chip.start(made, 1_250_000)
    fire(chip, counts)
    chip.schedule(made, MS)
    recorded = made.recorded(made.rules[0], chip.get(made.recording(made.rules[0])))
    reward = np.float32((4 * 30 - 10) / 100.0)
    assert recorded.arrays["reward"][0].astype(np.uint8).tobytes() == np.array(0.75 * 1.0 + 0.25 * reward, dtype=">f4").tobytes()
    assert recorded.arrays["best"][0].tolist() == [2]
    change = 64 * int(np.float32((reward - np.float32(1)) * 0.5) * 128) >> 7  # sensors that saw nothing have their baseline
    np.testing.assert_allclose(chip.weights(8)[:3].astype(int), 40 + change, atol=1)
    np.testing.assert_allclose(chip.weights(9)[:3].astype(int), 0 + change, atol=1)
    assert chip.weights(8)[3] == 40
