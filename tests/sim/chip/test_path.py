"""The whole way of an event: link or neuron, crossbar, bus, driver, synapse, neuron, and back out."""

import numpy as np
import pytest

from haldls import (
    BackgroundSpikeSource,
    CapMemCell,
    CommonNeuronBackendConfig,
    CommonPADIBusConfig,
    CrossbarNode,
    NeuronBackendConfig,
    NeuronConfig,
    NeuronReset,
    PADIEvent,
    SynapseDriverConfig,
    SynapseLabelQuad,
    SynapseWeightQuad,
)

EXCITATORY, INHIBITORY = SynapseDriverConfig.RowMode.excitatory, SynapseDriverConfig.RowMode.inhibitory
SYNAPSE_BIAS = 8 * 130 + 128


def synapse(bench, row, column, weight, label, hemisphere=0):
    """Writes the quad that holds a synapse; its neighbours get weight 0."""
    quad, entry = hemisphere * 16384 + row * 64 + ((column & 1) << 5 | column >> 3), column >> 1 & 3
    for container, value in ((SynapseWeightQuad(), weight), (SynapseLabelQuad(), label)):
        container.values = [value if index == entry else 0 for index in range(4)]
        bench.put(container, quad)


def bypassed(bench, neuron, address):
    """A neuron that fires with every excitatory pulse."""
    column, row = neuron & 255, neuron >> 8
    bench.put(NeuronConfig(enable_fire=True, enable_bypass_excitatory=True), neuron)
    backend = (column >> 7) << 8 | row << 7 | column & 127
    bench.put(NeuronBackendConfig(enable_spike_out=True, address_out=address, refractory_time=50), backend)


@pytest.fixture
def wired(bench):
    """Bias of the synapses on, buses listening to the crossbar with the longest pulses, crossbar closed."""
    for block in range(4):
        bench.put(CapMemCell(1022), block * 3120 + SYNAPSE_BIAS)
    bench.connect_synapses()
    for half in range(2):
        bench.put(CommonPADIBusConfig(enable_spl1=[True] * 4, dacen_pulse_extension=[15] * 4), half)
        bench.put(CommonNeuronBackendConfig(), half)
    bench.close_crossbar()
    return bench


def open_node(bench, node, **rule):
    bench.put(CrossbarNode(**{"mask": 0, "target": 0, **rule}), node)


@pytest.mark.parametrize(("hemisphere", "column"), [(0, 40), (1, 201)])
def test_an_input_event_fires_the_neuron_whose_synapse_has_its_label(wired, hemisphere, column):
    """Link channel 2 to bus 1, driver 4 * 9 + 1 (row select 9), upper row, synapse label 23."""
    neuron, output = 256 * hemisphere + column, column // 32
    bypassed(wired, neuron, 0x5A)
    wired.put(SynapseDriverConfig(enable_receiver=True, row_mode_top=EXCITATORY), 128 * hemisphere + 37)
    synapse(wired, 2 * 37 + 1, column, 63, 23, hemisphere)
    open_node(wired, 42 + 4 * hemisphere + 1)
    open_node(wired, 3 * output + 2)
    for tick, label in ((10_000, 9 << 6 | 23), (20_000, 9 << 6 | 22), (30_000, 8 << 6 | 23), (40_000, 9 << 6 | 23)):
        wired.spike(2 << 14 | label, tick)
    spikes = wired.spikes(60_000)
    assert spikes["body"].tolist() == [(output % 4) << 14 | output << 8 | 0x5A] * 2
    assert ((spikes["tick"] - [10_000, 40_000] > 0) & (spikes["tick"] - [10_000, 40_000] < 500)).all()


def test_weights_written_later_do_not_act_earlier(wired):
    bypassed(wired, 40, 1)
    wired.put(SynapseDriverConfig(enable_receiver=True, row_mode_top=EXCITATORY), 0)
    open_node(wired, 24)
    open_node(wired, 5)
    address = int(SynapseWeightQuad.write_addresses([64 + 5])[0, 0])
    for event, write, weight in ((10_000, 12_000, 0x3F3F3F3F), (20_000, 22_000, 0), (25_000, 26_000, 0x3F3F3F3F), (30_000, 31_000, 0)):
        wired.spike(0, event)
        wired.write(address, weight, write)
    spikes = wired.spikes(60_000)
    assert (spikes["tick"] // 1000).tolist() == [20, 30]


def test_a_neurons_spike_fires_the_next_neuron(wired):
    """A chain of four neurons on event output 0, each with its own label and row; the last spike leaves to the link as well."""
    chain = [3, 10, 21, 30]
    for place, neuron in enumerate(chain):
        bypassed(wired, neuron, place)
    for place, neuron in enumerate(chain[1:]):
        synapse(wired, 1, neuron, 63, place)
    wired.put(SynapseDriverConfig(enable_receiver=True, row_address_compare_mask=0, row_mode_top=EXCITATORY), 0)
    open_node(wired, 0)
    open_node(wired, 2)
    wired.put(NeuronReset(), 3, tick=10_000)
    spikes = wired.spikes(60_000)
    assert spikes["body"].tolist() == [0, 1, 2, 3]
    steps = np.diff(spikes["tick"])
    assert (steps >= 40).all() and (steps <= 40 + 150).all()


@pytest.mark.parametrize(("mode", "sign"), [(EXCITATORY, 1), (INHIBITORY, -1)])
def test_row_modes_decide_the_sign_of_the_response(bench, mode, sign):
    """The membrane of a leaky neuron, seen by a probe, moves up or down and back."""
    chip, column = bench.chip, 40
    cells = {0: 700, 8: 200, 10: 30, 14: 30, 12: 310, 16: 310, 13: 500, 17: 500}
    for row, code in cells.items():
        bench.put(CapMemCell(code), row * 130 + column)
    for block in range(4):
        bench.put(CapMemCell(600), block * 3120 + SYNAPSE_BIAS)
    bench.connect_synapses()
    inputs = {"enable_synaptic_input_excitatory": True, "enable_synaptic_input_inhibitory": True}
    bench.put(NeuronConfig(membrane_capacitor_size=63, **inputs), column)
    bench.put(SynapseDriverConfig(enable_receiver=True, row_address_compare_mask=0, row_mode_bottom=mode), 0)
    synapse(bench, 0, column, 63, 7)
    chip.fabric.analog.set_probe(0, column, 0)
    chip.advance(500_000)
    rest = chip.fabric.analog.probe(0, chip.fabric.analog.now)
    event = PADIEvent(event_address=7)
    event.fire_bus = [True, False, False, False]
    bench.put(event, 0, tick=500_000)
    course = []
    for tick in range(500_000, 600_000, 500):
        chip.advance(tick)
        course.append((chip.fabric.analog.probe(0, chip.fabric.analog.now) - rest) * sign)
    assert max(course) == pytest.approx(63 * 1.14e-3, rel=0.5)
    assert min(course) > -1e-3
    assert abs(course[-1]) < 2e-3


def network(bench):
    """64 bypassed neurons driven by random background events and by each other, seen by the link."""
    rng = np.random.default_rng(11)
    for block in range(4):
        bench.put(CapMemCell(1022), block * 3120 + SYNAPSE_BIAS)
    bench.connect_synapses()
    for half in range(2):
        bench.put(CommonPADIBusConfig(enable_spl1=[True] * 4, dacen_pulse_extension=[15] * 4), half)
        bench.put(CommonNeuronBackendConfig(), half)
    for neuron in range(64):
        bypassed(bench, neuron, neuron)
    for driver in range(8):
        bench.put(SynapseDriverConfig(enable_receiver=True, row_address_compare_mask=0b11110, row_mode_top=EXCITATORY), driver)
    for container, high in ((SynapseWeightQuad(), 64), (SynapseLabelQuad(), 64)):
        for quad in range(16 * 64):
            container.values = rng.integers(0, high, 4).tolist()
            bench.put(container, quad)
    for source in range(4):
        random = {"enable_random": True, "rate": 200, "period": 200, "mask": 0xFF}
        bench.put(BackgroundSpikeSource(enable=True, seed=source + 1, **random), source)


@pytest.mark.parametrize("step", [7, 173, 20_000])
def test_slicing_the_time_changes_nothing(make_bench, step):
    """Everything stamped up to the tick advanced to is there, and the same whatever the ticks were."""
    trains = []
    for width in (100_000, step):
        bench = make_bench("typical")
        network(bench)
        parts = []
        for tick in [*range(0, 100_000, width), 100_000]:
            parts.append(bench.spikes(tick))
            assert (parts[-1]["tick"] <= tick).all()
        trains.append(np.concatenate(parts))
    assert len(trains[0]) > 2000
    assert (np.diff(trains[0]["tick"]) >= 0).all()
    np.testing.assert_array_equal(trains[0], trains[1])
