"""Calibrations that were computed from the model's numbers do on the chip what their targets say, as well as a search would.

Tolerances are those that calix' own tests of distributions have (facts: calix_expectations 5, calix_measured 2).
"""

import numpy as np
import pytest
from calibrated_setup import Setup

from halco import (
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    SynapseDriverOnDLS,
    SynapseQuadColumnOnDLS,
    SynramOnDLS,
    iter_all,
)
from hicannx.calibration import model_engine
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS
from hicannx.calibration.sensors import are_known
from hicannx.connecting import connect
from hicannx_sim import VirtualChip
from pyccalix import HagenCalibTarget, SpikingCalibOptions, SpikingCalibTarget

SERIALS = [7, 12345]


def found(kind, serial, mode="typical"):
    chosen = KINDS[kind]
    return chosen.compute(VirtualChip(serial, mode), chosen.target(), chosen.options())


def uncalibrated_inputs(chip):
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.excitatory_input.i_bias_gm = neuron.inhibitory_input.i_bias_gm = 500


@pytest.mark.parametrize("serial", SERIALS)
@pytest.mark.parametrize("kind, leak, reset", [("spiking", 80, 70), ("spiking2", 80, 80)])
def test_potentials(kind, leak, reset, serial):
    with connect(serial=serial) as connection:
        setup = Setup(connection, found(kind, serial).cocos)
        reads = setup.reads(10).mean(axis=0)
        assert reads.mean() == pytest.approx(leak, abs=1) and reads.std() < 2
        setup.hold_reset()
        reads = setup.reads(10).mean(axis=0)
        assert reads.mean() == pytest.approx(reset, abs=1.5) and reads.std() < 2


@pytest.mark.parametrize("kind, threshold", [("spiking", 125), ("spiking2", 150)])
def test_thresholds(kind, threshold):
    """Neurons that are driven slowly beyond their threshold are read up to it."""

    def drive(chip):
        for neuron in chip.neuron_block.atomic_neurons:
            neuron.constant_current.enable, neuron.constant_current.i_offset = True, 200
            neuron.leak.i_bias, neuron.reset.v_reset = 0, 0

    with connect(serial=7) as connection:
        highest = Setup(connection, found(kind, 7).cocos, drive).reads(1500).max(axis=0)
    assert np.median(highest) == pytest.approx(threshold, abs=2) and (abs(highest - threshold) < 6).mean() > 0.97


@pytest.mark.parametrize("serial", SERIALS)
def test_inputs_are_equally_strong(serial):
    """Both inputs of all neurons move the membrane equally far; at equal codes they do not."""
    cocos, sizes, spreads = found("spiking", serial).cocos, [], []
    for mode in ("excitatory", "inhibitory"):
        for change in (lambda chip: None, uncalibrated_inputs):
            with connect(serial=serial) as connection:
                setup = Setup(connection, cocos, change)
                setup.connect_rows(mode, weight=20, rows=4)
                moved = setup.amplitudes(6)
            sizes.append(moved.mean())
            spreads.append(moved.std() / abs(moved.mean()))
    assert sizes[0] > 8 and sizes[2] == pytest.approx(-sizes[0], rel=0.1)
    assert spreads[0] < 0.5 * spreads[1] and spreads[2] < 0.5 * spreads[3]


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.can_be_computed])
def test_most_circuits_succeed(kind):
    failed = found(kind, 7).failed
    assert failed.get("neurons", np.zeros(1)).mean() <= 0.03 and failed["drivers"].mean() <= 0.03


def test_an_ideal_chip_gets_equal_codes():
    neurons = [container for place, container in found("spiking", 0, "ideal").cocos.tolist() if type(place).__name__ == "AtomicNeuronOnDLS"]
    assert len(neurons) == 512 and all(one == neurons[0] for one in neurons)


def test_quadrants_with_weaker_synapses_get_more_bias():
    writes = dict(found("hagen", 7).cocos.tolist())
    cells = [CapMemCellOnDLS(CapMemCellOnCapMemBlock.syn_i_bias_dac, block) for block in iter_all(CapMemBlockOnDLS)]
    biases = [int(writes[cell].value) for cell in cells]
    assert max(biases) == HagenCalibTarget().neuron_target.synapse_dac_bias and len(set(biases)) == 4


def test_drivers_differ_in_their_trims_only():
    writes = dict(found("hagen_synin", 7).cocos.tolist())
    drivers = [writes[place] for place in iter_all(SynapseDriverOnDLS)]
    assert len({int(one.hagen_dac_offset) for one in drivers}) > 20
    for one in drivers:
        one.hagen_dac_offset = 0
    assert all(one == drivers[0] for one in drivers)


def test_a_target_that_cannot_be_computed_is_an_error():
    target = SpikingCalibTarget()
    target.neuron_target.coba_synin.e_coba_reversal[5][0] = 200.0
    with pytest.raises(CalibrationError, match=r"e_coba_reversal.*calix"):
        model_engine.spiking(VirtualChip(0), target, SpikingCalibOptions())


@pytest.mark.skipif(not are_known(), reason="the model has no correlation sensors")
def test_correlation_sensors():
    """Pairs of pulses 1 us apart move the sensors of a quad by what amplitude and time constant of the target say."""
    with connect(serial=7) as connection:
        setup = Setup(connection, found("correlation", 7).cocos)
        moved = setup.correlation(SynapseQuadColumnOnDLS(5), SynramOnDLS(1), pairs=30, us=1)[:, :, 0] / 30
    assert np.median(moved) == pytest.approx(1.5 * np.exp(-1 / 30), rel=0.2)
    assert np.percentile(moved, 90) / np.percentile(moved, 10) < 2.5
