"""hxtorch's module for spiking networks under its original name: a network of neurons that fire for every event, and tensors."""

import numpy as np
import pytest
from networks import INSTANCE, POPULATION, external, neuron, projection

torch = pytest.importorskip("torch")  # what follows imports it

import _hxtorch_core as core  # noqa: E402
import _hxtorch_spiking as spiking  # noqa: E402
import hicannx  # noqa: E402
import pygrenade_vx as grenade  # noqa: E402
from haldls.lola import AtomicNeuron  # noqa: E402

SIZE, BATCH, STEPS, DT = 4, 3, 60, 1e-6
CIRCUITS = (0, 1, 256, 300)
NEURONS = POPULATION(1)


@pytest.fixture(scope="module", autouse=True)
def connection():
    core.init_hardware()
    yield
    core.release_hardware()


@pytest.fixture(scope="module")
def graph():
    network = grenade.network.NetworkBuilder()
    network.add(external(SIZE))
    network.add(grenade.network.Population([neuron(circuit) for circuit in CIRCUITS]))
    network.add(projection(0, 1, [(i, i) for i in range(SIZE)], weight=63))
    recording = grenade.network.CADCRecording()
    recording.neurons = [_place(number) for number in range(SIZE)]
    network.add(recording)
    built = network.done()
    return grenade.network.build_network_graph(built, grenade.network.routing.PortfolioRouter()(built))


def _place(number):
    one = grenade.network.CADCRecording.Neuron()
    one.coordinate.population, one.coordinate.neuron_on_population = NEURONS, number
    one.source = AtomicNeuron.Readout.Source.membrane
    return one


@pytest.fixture(scope="module")
def trains():
    """Spikes in steps: neuron i of batch entry b at 10 + 10 * i + b."""
    times = torch.zeros(STEPS, BATCH, SIZE)
    for entry in range(BATCH):
        for source in range(SIZE):
            times[10 + 10 * source + entry, entry, source] = 1
    return times


@pytest.fixture(scope="module")
def output(graph, trains):
    generator = grenade.network.InputGenerator(graph, BATCH)
    generator.add(spiking.tensor_to_spike_times(trains, DT / 1e-3), POPULATION(0))
    inputs = grenade.signal_flow.InputData()
    inputs.snippets = [generator.done()]
    inputs.snippets[0].runtime = [{INSTANCE: STEPS * 125}] * BATCH
    chip = hicannx.calibrated_chip("spiking")
    for block in chip.synapse_driver_blocks:
        block.padi_bus.dacen_pulse_extension.fill(15)
    for circuit in CIRCUITS:
        one = chip.neuron_block.atomic_neurons[circuit]
        one.event_routing.enable_bypass_excitatory, one.threshold.enable = True, False
    return spiking.run({INSTANCE: {grenade.common.ChipOnConnection(): chip}}, graph, inputs, {})


def test_times_of_a_tensor_by_batch_entry_and_source():
    times = torch.zeros(4, 2, 3)
    times[1, 0, 2] = times[3, 0, 2] = times[2, 1, 0] = 0.5
    assert spiking.tensor_to_spike_times(times, dt=0.25) == [[[], [], [0.25, 0.75]], [[0.5], [], []]]


@pytest.mark.parametrize("shape, text", [((3, 3), "dim = 3"), ((3, 0, 3), "size = 0 along one dimension")])
def test_tensors_of_another_form_are_refused(shape, text):
    with pytest.raises(RuntimeError, match=text):
        spiking.tensor_to_spike_times(torch.zeros(shape), 1.0)


def test_every_neuron_fires_when_its_source_does(graph, output, trains):
    found = spiking.extract_spikes(output, graph)
    assert set(found) == {NEURONS}
    handle = found[NEURONS]
    assert (handle.batch_size, handle.population_size, len(handle.get_data())) == (BATCH, SIZE, SIZE * BATCH)
    dense = handle.to_dense(STEPS * DT, DT)
    assert dense.dtype == torch.uint8 and tuple(dense.shape) == (STEPS + 1, BATCH, SIZE)
    assert np.abs(np.argwhere(dense.numpy().transpose(1, 2, 0)) - np.argwhere(trains.numpy().transpose(1, 2, 0))).max() <= 1


def test_voltages_of_all_neurons_are_sampled(graph, output):
    handle = spiking.extract_cadc(output, graph)[NEURONS]
    dense = handle.to_dense(STEPS * DT, DT)
    assert dense.dtype == torch.float32 and tuple(dense.shape) == (STEPS + 1, BATCH, SIZE) and bool(torch.isfinite(dense).all())
    assert bool(((dense >= -128) & (dense < 128)).all())
    values, times = handle.to_raw()
    assert values.shape == times.shape and 1.5 < float(np.diff(times.numpy(), axis=0).mean()) / 125 < 2.5, "a sample every 2 us or so"
    mean, step = handle.to_dense(STEPS * DT)
    nearest, _ = handle.to_dense(STEPS * DT, "nn")
    assert 1.5e-6 < step < 2.5e-6 and mean.shape == nearest.shape


def test_the_first_spikes_of_each_batch_entry(graph, output):
    (found,) = core.extract_n_spikes(output, graph, 25 * 125, {NEURONS: 3}).values()
    neurons, times = found
    assert neurons.tolist() == [[0, 1, -1]] * BATCH and times.shape == (BATCH, 3)
    assert core.extract_n_spikes(output, graph, 25 * 125, {})[NEURONS][0].shape == (BATCH, 0)


def test_nothing_is_sampled_by_the_fast_converter(graph, output):
    assert spiking.extract_madc(output, graph) == {}


def test_handles_of_tuples():
    spikes = spiking.SpikeHandle([(0, 0, 0)], 1, 1)
    spikes.set_data([(125, 1, 2)], batch_size=2, population_size=3)
    assert spikes.get_data() == [(125, 1, 2)] and torch.nonzero(spikes.to_dense(2e-6, 1e-6)).tolist() == [[1, 1, 2]]
    raw = spiking.MADCHandle([(300, 10, 0, 0), (310, 14, 0, 0)], 1, 1).to_raw()
    assert raw.tolist() == [[[10], [14]], [[300], [310]]]
    with pytest.raises(RuntimeError, match="neuron 1; there are 1"):
        spiking.CADCHandle(data=[(1, 2, 0, 1)], batch_size=1, population_size=1)


def test_without_a_connection_nothing_runs(graph, monkeypatch):
    monkeypatch.setattr("grenade.hardware.HARDWARE._executor", None)
    with pytest.raises(RuntimeError, match="No connection present"):
        spiking.run({}, graph, grenade.signal_flow.InputData(), {})
