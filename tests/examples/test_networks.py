"""Networks on several chips: where the mapper puts them, what chips make of their neurons and synapses, and that they live as in NEST."""

import dataclasses
import importlib
import json
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "networks"
AS_LONG = 1000.0
"""ms that NEST's numbers are of."""


@pytest.fixture
def of(scripts_in):
    """Modules of the example, by name."""
    scripts_in(FOLDER)
    return importlib.import_module


def inner(network, neurons):
    """The first neurons with their synapses among each other."""
    kept = (network.post < neurons) & (network.pre < neurons)
    return dataclasses.replace(
        network,
        populations={"all": neurons},
        sources=neurons,
        excitatory=network.excitatory[:neurons],
        pre=network.pre[kept],
        post=network.post[kept],
        weight=network.weight[kept],
        drive=network.drive[:neurons],
    )


def test_networks_are_the_published_ones(of):
    network = of("random_network").network()
    assert network.neurons == 2083 and len(network.pre) == 431_181 + 416_600
    assert np.bincount(network.post).tolist() == [166 + 41 + 200] * 2083
    circuit, published = of("microcircuit"), [499, 528, 281, 589, 494, 274, 256, 243]
    network = circuit.network()
    assert network.neurons == 7713 and len(network.pre) == 2_987_316
    degrees = [np.bincount(network.post, minlength=7713)[one].mean() for one in network.members().values()]
    assert np.abs(np.array(degrees) - published).max() < 1
    excitatory = network.amplitudes()[network.excitatory[network.pre]]
    assert excitatory.min() > 0.9 * circuit.EXCITATORY.min() and network.weight.max() == 63
    np.testing.assert_allclose(excitatory.mean(), circuit.EXCITATORY.mean(), rtol=0.1)


@pytest.mark.parametrize("circuits", [1, 2, 4])
def test_a_placed_synapse_is_found_where_its_source_is_heard(of, circuits):
    """Follows each event: its label leads to a driver, whose rows have the label and the weight in a column of the neuron."""
    network, mapper = inner(of("random_network").network(), 600), of("mapper")
    places = mapper.place(network, circuits)
    assert len(places) == -(-600 * circuits // 512)
    for chip in places:
        labels = chip.spike_labels()
        source, neuron = network.pre[chip.synapse], network.post[chip.synapse] - chip.first
        bus, row_address, label = labels[source] >> 14, labels[source] >> 6 & 31, labels[source] & 63
        half, row = chip.row // 256, chip.row % 256
        assert (row // 2 == 4 * row_address + bus).all()
        assert (chip.labels[half, row, chip.column] == label).all()
        assert (chip.weights[half, row, chip.column] == network.weight[chip.synapse]).all()
        assert (chip.inhibitory[row // 2] == ~network.excitatory[source]).all()
        assert ((half * 256 + chip.column) // circuits == neuron).all()
        assert len(np.unique((chip.row, chip.column), axis=1).T) == len(chip.synapse), "each in a place of its own"
        heard = labels[chip.heard()]
        assert len(np.unique(heard)) == len(heard)
        assert len(np.unique(chip.event_labels())) == chip.size


def test_losses_are_counted(of):
    """One circuit has two synapses with a driver: too few for some. Four have enough."""
    network, mapper = inner(of("random_network").network(), 1024), of("mapper")
    for circuits, least, most in ((1, 1, 20_000), (4, 0, 0)):
        places = mapper.place(network, circuits)
        wanted, lost = mapper.losses(network, places)["all"]
        assert wanted == len(network.pre) and lost == wanted - sum(len(chip.synapse) for chip in places)
        assert least <= lost <= most


def test_neurons_are_as_wanted_on_every_chip(of):
    network, mapper, circuits = inner(of("random_network").network(), 256), of("mapper"), of("circuits")
    cell = network.cell
    for serial, place in enumerate(mapper.place(network)):
        found = circuits.Circuits(circuits.VirtualChip(serial), network, place).realised()
        for name in ("rest", "reset", "threshold", "tau_m", "tau_excitatory", "tau_inhibitory"):
            assert getattr(found, name) == pytest.approx(getattr(cell, name), abs=0.5, rel=0.03), name
        ratio = found.amplitude / network.amplitudes()[place.synapse]
        assert ratio.mean() == pytest.approx(1, abs=0.02) and 0.05 < ratio.std() < 0.15, "synapses differ by some per cent"


def test_chips_rest_and_fire_as_said(of):
    """Membranes without input rest where `realised` says; with a constant drive neurons fire as the equation of their parameters has it."""
    network = inner(of("random_network").network(), 130)
    network = dataclasses.replace(network, pre=network.pre[:0], post=network.post[:0], weight=network.weight[:0])
    network.drive[:] = np.where(np.arange(130) % 2, 30.0, 0.0)
    mapper, emulation, cell = of("mapper"), of("emulation"), network.cell
    with emulation.Emulation(network, mapper.place(network)) as chips:
        chips.boot()
        system = of("hicannx").system_of(chips.connection, 0)
        found, scale = chips.realised(), network.scale
        first = chips.circuits[0].of[:, 0]
        assert system is not None
        membranes = (system.chip.fabric.analog.membranes(0)[first] - scale.rest_volts) / scale.volts_per_mv + cell.rest
        silent = np.arange(128) % 2 == 0
        assert membranes[silent] == pytest.approx(found.rest[:128][silent], abs=1.2e-3 / scale.volts_per_mv)
        spikes = chips.run(200)
    above = [np.maximum(found.rest - level, 1e-9) for level in (found.reset, found.threshold)]
    period = found.tau_m * np.log(above[0] / above[1]) + cell.refractory
    assert set(spikes.neurons.tolist()) == set(range(1, 130, 2))
    intervals = [np.diff(np.sort(spikes.times[spikes.neurons == neuron])).mean() for neuron in range(1, 130, 2)]
    assert intervals == pytest.approx(period[1::2], rel=0.05)


def test_a_network_is_irregular_and_balanced(of):
    """The random network with half of the input that would bring a membrane to its threshold is silent; above, rates are near NEST's."""
    random, experiments = of("random_network"), of("experiments")
    mapped = experiments.Runs(150.0, peers=False).random([(8, 0.4), (8, 1.6)])
    silent, lively = mapped.points
    assert mapped.losses["all"] == (847_781, 0) and mapped.chips == 17 and random.NEURONS == 2083
    assert silent.chips["rate"] < 0.1
    assert lively.nest is not None
    assert lively.chips["rate"] == pytest.approx(lively.nest["rate"], rel=0.15) and lively.chips["lost"] == 0
    assert lively.chips["cv"] > 0.6
    figures = of("figures")
    figure = of("matplotlib.figure").Figure()
    figures.random_network(figure, mapped, 200.0)
    assert len(figure.axes) == 3


@pytest.mark.long
def test_rates_follow_nest_over_the_published_points(of):
    """At g 8 and 10 they are NEST's, and at g 8 up to eta 1.6 irregularity is; where inhibition is weaker the order of rates still is. No
    synapse is lost."""
    random, experiments = of("random_network"), of("experiments")
    strong, weak = (
        experiments.Runs(ms, peers=False).random([(g, eta) for g in random.GS if condition(g) for eta in random.ETAS])
        for ms, condition in ((AS_LONG, lambda g: g >= 8), (200.0, lambda g: g < 8))
    )
    assert strong.losses["all"] == (847_781, 0)
    points = strong.points + weak.points
    chips, nest = ([one["rate"] for one in kind] for kind in zip(*((p.chips, p.nest) for p in points), strict=True))
    for point in strong.points:
        assert point.nest["ms"] == AS_LONG, "how irregular spikes look depends on how long one looks"
        assert point.chips["rate"] == pytest.approx(point.nest["rate"], rel=0.15), point.name
        assert point.chips["lost"] == 0, point.name
        if point.name.endswith(("g 8, eta 0.8", "g 8, eta 1.6")):
            assert point.chips["cv"] == pytest.approx(point.nest["cv"], abs=0.15), point.name
    ranks = np.array([np.argsort(np.argsort(rates)) for rates in (chips, nest)])
    assert np.corrcoef(ranks)[0, 1] > 0.95


@pytest.mark.long
def test_populations_of_the_microcircuit_follow_nest(of):
    mapped = of("experiments").Runs(600.0, peers=False).microcircuit()
    (point,) = mapped.points
    assert mapped.losses["all"] == (2_987_316, 0) and mapped.chips == 61 and point.chips["lost"] == 0
    rates, expected = point.chips["populations"], point.nest["populations"]
    for name, rate in rates.items():
        assert expected[name] / 1.5 < rate < expected[name] * 1.5, name
    assert min(rates, key=rates.get) == min(expected, key=expected.get) == "23e"


def test_irregularity(of):
    measures = of("measures")
    regular = np.arange(0, 1000, 10.0)
    assert measures.irregularity(regular, np.zeros(100, int)) == pytest.approx(0)
    draw = np.random.default_rng(1)
    poisson = np.sort(draw.uniform(0, 10_000, 2000))
    assert measures.irregularity(poisson, draw.integers(0, 4, 2000)) == pytest.approx(1, abs=0.1)


def test_what_nest_has_said_is_kept():
    """At least for the points whose rates are compared, with its version."""
    kept = json.loads((FOLDER / "nest.json").read_text())
    compared = {f"random network, g 8, eta {eta}" for eta in (0.8, 1.6, 2.4, 3.2)} | {"cortical microcircuit at 10 %"}
    assert compared <= set(kept)
    assert all(one["version"] and one["rate"] > 0 and one["populations"] for one in kept.values())
