"""What calix' default calibrations take, how much of it the stack and the model, beside what it takes here to fit curves as calix does.

Needs calix (the folder src/py of a checkout on PYTHONPATH) and some minutes. Times are processor seconds of one run; the kernel stands
beside them so that machines can be compared: calix fits an exponential to the trace of each neuron, which is half a spiking calibration.
"""

import time
from importlib.util import find_spec

import numpy as np
import pytest

import hicannx
from dlens_vx_v3 import hal, halco, hxcomm, lola, sta
from hicannx_sim import ModelConnection, VirtualChip

FITS, SAMPLES = 512, 2600
SERIAL, NEURONS = 7, 512
MULTIPLEXER = hal.ReadoutSourceSelection.SourceMultiplexer
CYCLES = int(hal.Timer.Value.fpga_clock_cycles_per_us)


def kernel() -> float:
    """Processor seconds for as many fits as a step of a search makes."""
    from scipy.optimize import curve_fit

    times = np.arange(SAMPLES) * 0.034
    traces = 300 - 150 * np.exp(-times / 10) + np.random.default_rng(1).normal(0, 2, (FITS, SAMPLES))
    start = time.process_time()
    for trace in traces:
        curve_fit(lambda t, offset, height, tau: offset + height * np.exp(-t / tau), times, trace, (290, -100, 8))
    return time.process_time() - start


@pytest.fixture
def in_the_model(monkeypatch):
    """Processor seconds of each program from its words to the words that come back."""
    spent, execute = [], ModelConnection._execute

    def timed(self, words):
        start = time.process_time()
        answer = execute(self, words)
        spent.append(time.process_time() - start)
        return answer

    monkeypatch.setattr(ModelConnection, "_execute", timed)
    return spent


@pytest.mark.skipif(find_spec("calix") is None, reason="calix is not on PYTHONPATH")
@pytest.mark.parametrize("name", ["hagen_synin", "hagen", "spiking"])
def test_default_calibration(benchmark, in_the_model, name):
    if not benchmark.enabled:
        pytest.skip("takes minutes")
    from hicannx.calibration import calix_engine
    from hicannx.calibration.kinds import kind_of

    fits, start = kernel(), time.process_time()
    found, _ = benchmark.pedantic(calix_engine.search, (kind_of(name), VirtualChip(SERIAL)), rounds=1)
    took = time.process_time() - start
    benchmark.extra_info |= {
        "processor seconds": round(took, 1),
        "of it in the model": f"{sum(in_the_model) / took:.0%}",
        "programs": len(in_the_model),
        f"{FITS} fits": round(fits, 2),
        "in units of them": round(took / fits, 1),
    }
    assert all(mask.mean() <= 0.03 for mask in found.failed.values()), {place: int(mask.sum()) for place, mask in found.failed.items()}


def firing_chip() -> lola.Chip:
    """Thresholds at code 0, below the reset potential: every neuron fires at the end of each refractory time, and its spikes go nowhere."""
    chip = hicannx.calibrated_chip("spiking", SERIAL)
    for place in halco.iter_all(halco.AtomicNeuronOnDLS):
        neuron = chip.neuron_block.atomic_neurons[place]
        neuron.threshold.v_threshold, neuron.reset.v_reset = 0, 700
        neuron.event_routing.analog_output = lola.AtomicNeuron.EventRouting.AnalogOutputMode.normal
        neuron.readout.source = lola.AtomicNeuron.Readout.Source.exc_synin
    return chip


def recordings(builder: sta.PlaybackProgramBuilder, chip: lola.Chip) -> None:
    """The MADC looks at the excitatory line of one neuron after the other, which takes 0.8 ms each."""
    madc = hal.MADCControl(wake_up=True, enable_pre_amplifier=True)
    builder.write(halco.MADCControlOnDLS(), madc)
    madc.wake_up = False
    for number in range(NEURONS):
        place = halco.AtomicNeuronOnDLS(halco.common.Enum(number))
        config, selected, inputs = chip.neuron_block.atomic_neurons[place].asNeuronConfig(), hal.ReadoutSourceSelection(), MULTIPLEXER()
        config.enable_readout = True
        (inputs.neuron_odd if number % 2 else inputs.neuron_even)[place.toNeuronRowOnDLS().toHemisphereOnDLS()] = True
        selected.set_buffer(halco.SourceMultiplexerOnReadoutSourceSelection(0), inputs)
        builder.write(place.toNeuronConfigOnDLS(), config)
        builder.write(halco.ReadoutSourceSelectionOnDLS(), selected)
        for madc.start_recording in (True, False):
            builder.write(halco.MADCControlOnDLS(), madc)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(800 * CYCLES))
        config.enable_readout = False
        builder.write(place.toNeuronConfigOnDLS(), config)


def spikes(connection: hxcomm.ConnectionHandle) -> int:
    """Of one neuron in a millisecond, as its counter has them."""
    place, builder = halco.NeuronConfigOnDLS(), sta.PlaybackProgramBuilder()
    builder.write(place.toSpikeCounterResetOnDLS(), hal.SpikeCounterReset())
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(100 * CYCLES))
    counted = builder.read(place.toSpikeCounterReadOnDLS())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(connection, [builder.done()])
    return int(counted.get().count)


def test_recording_of_all_neurons_while_they_fire_for_ever(benchmark):
    """0.4 s of the chip, in which its neurons fire a hundred million times and nobody wants to know."""
    chip = firing_chip()
    with hicannx.connect(serial=SERIAL) as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        builder.write(halco.ChipOnDLS(), chip)
        builder.write(halco.MADCConfigOnDLS(), hal.MADCConfig(number_of_samples=1500))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        sta.run(connection, [builder.done()])
        assert spikes(connection) > 30
        builder = sta.PlaybackProgramBuilder()
        recordings(builder, chip)
        program = builder.done()
        start = time.process_time()
        benchmark.pedantic(sta.run, (connection, [program]), rounds=1)
        benchmark.extra_info["processor seconds"] = round(time.process_time() - start, 2)
        assert len(program.madc_samples) > 0.9 * NEURONS * 1500
