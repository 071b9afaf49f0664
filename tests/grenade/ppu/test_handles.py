"""Synapses, neurons and converters through the handles of a kernel."""

import numpy as np
import pytest
from ppu_rules import BOTH, BOTTOM, MS, TOP, Chip, fire, firing, place, rule

from grenade.ppu import Array, NeuronView, PerNeuron, PerSynapse, Status, SynapseView, program
from halco import HemisphereOnDLS, SynapseWeightRowOnDLS
from haldls.lola import SynapseWeightRow

COLUMNS, ROWS = (1, 2, 5, 200, 255), (3, 100, 250)


@pytest.mark.parametrize("hemisphere", [TOP, BOTTOM])
def test_weights_change_in_the_columns_of_the_view(hemisphere: HemisphereOnDLS, chip: Chip) -> None:
    """And on the chip where the host reads them; kernels see all columns, the other hemisphere nothing."""
    before = np.random.default_rng(3).integers(0, 64, (512, 256), dtype=np.uint8)
    for row in (*ROWS, *(256 + row for row in ROWS)):
        weights = SynapseWeightRow()
        weights.values.from_numpy(before[row])
        chip.put(SynapseWeightRowOnDLS(row), weights)
    body = """
        if (synapses[0].hemisphere != ppu) { return; }
        for (size_t i = 0; i < synapses[0].rows.size(); ++i) {
            auto const weights = synapses[0].get_weights(i);
            std::get<0>(recording.found)[i] = weights;
            size_t j = 0;
            for (auto column : synapses[0].columns) { std::get<0>(recording.packed)[i][j++] = weights[column]; }
            synapses[0].set_weights(VectorRowMod8(63) - weights, i);
        }"""
    observables = {"found": PerSynapse("uint8", True), "packed": PerSynapse("uint8", False)}
    recorded = chip.once(rule(body, observables, synapses=(SynapseView(hemisphere, COLUMNS, ROWS),)))
    own, wanted = [256 * int(hemisphere) + row for row in ROWS], before.copy()
    wanted[np.ix_(own, COLUMNS)] = 63 - wanted[np.ix_(own, COLUMNS)]
    for row in (*ROWS, *(256 + row for row in ROWS)):
        np.testing.assert_array_equal(chip.weights(row), wanted[row])
    for name in observables:
        np.testing.assert_array_equal(recorded.synapses[name][0][0], before[np.ix_(own, COLUMNS)])


@pytest.mark.parametrize("wrong", ["synapses[0].get_weights(1)", "synapses[0].set_weights(VectorRowMod8(0), 7)"])
def test_rows_beyond_the_view_end_the_program(wrong: str, chip: Chip) -> None:
    made = program([rule(f"if (synapses[0].hemisphere == ppu) {{ {wrong}; }}", None)])
    chip.start(made)
    with pytest.raises(AssertionError):
        chip.schedule(made, MS)
    assert chip.get(made.variable("status", BOTH[0])).to_numpy().tolist() == [Status.scheduler]


def test_spike_counters_are_read_and_reset(chip: Chip) -> None:
    """255 stands for more than can be counted; columns of other neurons are zero; a second reading finds the counters reset."""
    counts = {0: 1, 5: 2, 130: 300, 256 + 5: 4, 256 + 255: 255}
    firing(chip, list(counts))
    views = (NeuronView(TOP, (0, 5, 130, 131)), NeuronView(BOTTOM, (255, 5)))
    body = """
        hate::for_each([](auto& view, auto& before, auto& after, auto& single) {
            if (view.hemisphere != ppu) { return; }
            for (size_t i = 0; i < view.columns.size(); ++i) { single[i] = view.get_rate_counter(i, false); }
            before = view.get_rate_counters(true);
            after = view.get_rate_counters(false);
        }, neurons, recording.before, recording.after, recording.single);"""
    observables = {"before": PerNeuron("uint8"), "after": PerNeuron("uint8"), "single": PerNeuron("uint8", False)}
    made = program([rule(body, observables, neurons=views)])
    chip.start(made)
    fire(chip, counts)
    chip.schedule(made, MS)
    recorded = made.recorded(made.rules[0], chip.get(made.recording(made.rules[0])))
    for name in ("before", "single"):
        assert [view[0].tolist() for view in recorded.neurons[name]] == [[1, 2, 255, 0], [255, 4]]
    assert [view[0].tolist() for view in recorded.neurons["after"]] == [[0, 0, 0, 0], [0, 0]]
    assert all(int(chip.get(place(neuron).toSpikeCounterReadOnDLS()).count) == 0 for neuron in counts)


def test_counters_over_the_omnibus(chip: Chip) -> None:
    """By the coordinates of halco: a neuron's column and row, its number, or all counters one after the other."""
    counts = {3: 2, 256 + 200: 3}
    firing(chip, list(counts))
    body = """
        using namespace halco::hicann_dls::vx::v3;
        using haldls::vx::v3::SpikeCounterRead;
        using stadls::vx::v3::ppu::read;
        if (ppu == PPUOnDLS::bottom) { return; }
        using halco::common::iter_all;
        AtomicNeuronOnDLS const two[] = {{NeuronColumnOnDLS(3), NeuronRowOnDLS()}, AtomicNeuronOnDLS(halco::common::Enum(456))};
        for (size_t i = 0; i < 2; ++i) { recording.found[i] = read<SpikeCounterRead>(two[i].toSpikeCounterReadOnDLS()).get_count(); }
        for (auto one : iter_all<SpikeCounterReadOnDLS>()) { recording.found[2] += read<SpikeCounterRead>(one).get_count(); }
        for (auto one : iter_all<SpikeCounterResetOnDLS>()) { stadls::vx::v3::ppu::write(one, haldls::vx::v3::SpikeCounterReset()); }
        recording.found[3] = SpikeCounterRead::Count::max;"""
    made = program([rule(body, {"found": Array("uint8", 4)})])
    chip.start(made)
    fire(chip, counts)
    chip.schedule(made, MS)
    recorded = made.recorded(made.rules[0], chip.get(made.recording(made.rules[0])))
    assert recorded.arrays["found"][0].tolist() == [2, 3, 5, 255]
    assert all(int(chip.get(place(neuron).toSpikeCounterReadOnDLS()).count) == 0 for neuron in counts)


MASKED = "VectorRowMod8 mask; mask[7] = 1; reset_neurons(mask.even, mask.odd);"


@pytest.mark.parametrize(("reset", "fired"), [("reset_neurons();", {4, 7, 256 + 4}), (MASKED, {7})])
def test_neurons_are_reset(reset: str, fired: set[int], chip: Chip) -> None:
    """All of a hemisphere, or those of a mask: a reset makes a spike."""
    neurons = [4, 7, 256 + 4]
    firing(chip, neurons)
    made = program([rule(reset, None)])
    chip.start(made)
    chip.schedule(made, MS)
    assert {neuron for neuron in neurons if int(chip.get(place(neuron).toSpikeCounterReadOnDLS()).count)} == fired


def test_random_numbers(chip: Chip) -> None:
    """Each column has its own; the same seed gives the same ones again."""
    body = """
        if (ppu != PPUOnDLS::top) { return; }
        for (size_t run = 0; run < 2; ++run) {
            parallel_rng_seed(VectorRowMod8(77));
            for (size_t i = 0; i < 40; ++i) { parallel_rng_rand<VectorRowMod8>(); }
            (run == 0 ? std::get<0>(recording.a) : std::get<0>(recording.b)) = parallel_rng_rand<VectorRowMod8>();
        }
        std::get<0>(recording.c) = static_cast<VectorRowMod8>(parallel_rng_rand<VectorRowFracSat8>());"""
    view = (NeuronView(TOP, tuple(range(256))),)
    recorded = chip.once(rule(body, {name: PerNeuron("uint8") for name in "abc"}, neurons=view))
    a, b, c = (recorded.neurons[name][0][0] for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert len(np.unique(a)) > 100 and np.mean(a == c) < 0.2


def test_rows_of_a_view_one_by_one(chip: Chip) -> None:
    """Weights stay in 0 to 63; a pair of views is one of positive and negative weights."""
    headers = '#include "grenade/vx/ppu/synapse_row_view_handle_range.h"\n#include "grenade/vx/ppu/translate_columns.h"\n'
    one = """
        if (synapses[0].hemisphere != ppu) { return; }
        for (auto const row : make_synapse_row_view_handle_range(synapses)) { row.set_weights(row.get_weights() + 60); }"""
    view = SynapseView(TOP, (1, 2), (8, 9))
    for row, value in ((8, 2), (9, 40)):
        weights = SynapseWeightRow()
        weights.values.from_numpy(np.full(256, value, dtype=np.uint8))
        chip.put(SynapseWeightRowOnDLS(row), weights)
    made = program([rule(one, None, before=headers, synapses=(view,))])
    chip.start(made)
    chip.schedule(made, MS)
    assert [chip.weights(row)[:3].tolist() for row in (8, 9)] == [[2, 62, 62], [40, 63, 63]]
    both = """
        if (synapses[0].hemisphere != ppu) { return; }
        for (auto const row : make_synapse_row_view_handle_range(synapses)) { row.set_weights(row.get_weights() - 70); }
        VectorRowMod8 source; source[1] = 5; source[2] = 6;
        auto const moved = translate_columns(source, synapses[0], synapses[1]);
        for (size_t i = 0; i < 3; ++i) { recording.moved[i] = moved[synapses[1].columns[i]]; }"""
    views = (SynapseView(TOP, (1, 2), (8, 9)), SynapseView(TOP, (1, 2, 4), (10, 11)))
    recorded = chip.once(rule(both, {"moved": Array("uint8", 3)}, before=headers, synapses=views))
    assert recorded.arrays["moved"][0].tolist() == [5, 6, 6]
    assert [chip.weights(row)[[1, 2, 4]].tolist() for row in (8, 9, 10, 11)] == [[0, 0, 2], [0, 0, 40], [8, 8, 63], [7, 7, 30]]
