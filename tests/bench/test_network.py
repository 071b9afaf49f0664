"""Speed of the analog core: the common network workload beside Brian2, and idle waits.

The network on the chip has the codes that come nearest to the biological parameters (17.5 mV on the chip per biological mV, times
divided by 1000); what counts is the work per step: 512 adaptive exponential neurons with both synaptic inputs, 131 072 synapses, every
input spike on the rows of both hemispheres, an output rate like that of the other engines. Ratios are of CPU times in one session.
"""

import importlib.util
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from halco import CapMemCellOnCapMemBlock, CapMemRowOnCapMemBlock
from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig
from hicannx_sim.anncore.core import LEVELS, AnalogCore
from hicannx_sim.base.virtual_chip import VirtualChip

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("network_workload", HERE / "network.py")
assert spec is not None and spec.loader is not None
net = importlib.util.module_from_spec(spec)
spec.loader.exec_module(net)

STEPS, GRID = 10_000, 50
CONFIG = {
    "membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_leak_degeneration": 1,
    "enable_reset_multiplication": 1, "enable_synaptic_input_excitatory": 1, "enable_synaptic_input_inhibitory": 1,
}  # fmt: skip
ADEX = {"enable_exponential": 1, "enable_adaptation": 1}
BACKEND = {"refractory_time": 125, "enable_adaptation_pulse": 1}
CELLS = {
    "v_leak": 760, "i_bias_leak": 320, "v_exp": 811, "i_bias_exp": 44, "v_threshold": 525, "v_reset": 545, "i_bias_reset": 1022,
    "v_adapt_ref": 500, "v_adapt_leak": 317, "i_bias_adapt_a": 4, "i_bias_adapt_b": 576, "i_bias_adapt_tau": 90,
    "i_bias_synin_exc_tau": 40, "i_bias_synin_inh_tau": 40, "i_bias_synin_exc_gm": 500, "i_bias_synin_inh_gm": 500,
    "i_bias_synin_exc_shift": 310, "i_bias_synin_inh_shift": 310,
}  # fmt: skip
LIF_CELLS = CELLS | {"v_threshold": 470}
DAC = 200


def words(container: Any, **fields: int) -> np.ndarray:
    layout = container.layout("Omnibus")
    slots = layout.decode_array(np.asarray(container().words()).reshape(1, -1))
    for name, value in fields.items():
        slots[0, layout.slot(name)] = value
    return layout.encode_array(slots)[0]


def build(exponential_and_adaptation: bool) -> AnalogCore:
    core = AnalogCore(VirtualChip(1, "ideal"))
    configure(core, CONFIG | (ADEX if exponential_and_adaptation else {}), BACKEND, CELLS if exponential_and_adaptation else LIF_CELLS)
    return core


def configure(
    core: AnalogCore, neurons: dict[str, int], backends: dict[str, int], cells: dict[str, int] | None = None, dac: int = DAC
) -> None:
    """Neurons and synapses of the network."""
    core.neuron_config[:] = words(NeuronConfig, **neurons)
    core.neuron_backend[:] = words(NeuronBackendConfig, **backends)
    core.backend_common[:] = words(CommonNeuronBackendConfig, clock_scale_adaptation_pulse=6)
    for name, code in (cells or CELLS).items():
        row = int(getattr(CapMemRowOnCapMemBlock, name)) * 130
        core.capmem[:, row : row + 128] = code
    core.capmem[:, int(CapMemCellOnCapMemBlock.syn_i_bias_dac.toEnum())] = dac
    core.weights[:256], core.weights[256:] = net.WEIGHTS[:, :256], net.WEIGHTS[:, 256:]
    core.touch_all()


class Run:
    """A millisecond of the network after the other; counts output spikes."""

    def __init__(self, core: AnalogCore) -> None:
        self.core = core
        step, source = net.input_spikes(1.0)
        self.ticks = np.repeat(step * GRID, 2)
        self.rows = np.stack([source, source + 256], axis=1).ravel()
        self.modes = np.repeat(np.where(source < net.EXCITATORY, 1, 2), 2)
        self.spikes = 0

    def __call__(self) -> None:
        begin = self.core.now
        self.core.row_pulses(begin + self.ticks, self.rows, 0, 1.0, self.modes)
        self.spikes = self.core.collect(begin + STEPS * GRID).size


@pytest.mark.benchmark(group="1 ms of network on the analog core", timer=time.process_time)
@pytest.mark.parametrize("level", range(len(LEVELS)), ids=LEVELS)
@pytest.mark.parametrize("kind", ["AdEx", "LIF"])
def test_network(benchmark: Any, kind: str, level: int, brian2_peer: dict[str, float] | None) -> None:
    core = build(kind == "AdEx")
    core.level = level
    run = Run(core)
    benchmark.pedantic(run, rounds=7, warmup_rounds=1)
    rate = run.spikes / net.NEURONS
    assert 10 < rate < 40  # the other engines: 16.8 Hz for AdEx
    if kind == "AdEx":
        compare(benchmark, LEVELS[level], rate, brian2_peer)


def compare(benchmark: Any, name: str, rate: float, peer: dict[str, float] | None) -> None:
    """Prints the ratio and keeps it with the result."""
    if peer is None:
        return
    used, theirs = 1e3 * benchmark.stats.stats.median, 1e3 * peer["cpu_per_second"]
    benchmark.extra_info["brian2_cpu_ms"], benchmark.extra_info["ratio"] = theirs, used / theirs
    print(f"\n{name}: {used:.1f} ms CPU per ms of hardware time, {rate:.1f} spikes per neuron", end="; ")
    print(f"Brian2 {theirs:.1f} ms, {peer['rate']:.1f} spikes; ratio {used / theirs:.2f}")


def timed(run: Run) -> float:
    """CPU seconds of a run."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def join(core: AnalogCore, neurons: int) -> None:
    """Makes neurons of four circuits each, the first of which fires for all, of the first circuits."""
    for k in range(4 * neurons):
        switches = {"connect_fire_to_right": 1} if k % 4 < 3 else {}
        switches["enable_neuron_slave" if k % 4 else "enable_neuron_master"] = 1
        core.neuron_config[k] = words(
            NeuronConfig, **CONFIG | ADEX | {"connect_membrane_right": k % 4 < 3, "enable_threshold_comparator": k % 4 == 0}
        )
        core.neuron_backend[k] = words(NeuronBackendConfig, **BACKEND | switches)
    core.touch_all()


@pytest.mark.benchmark(group="1 ms of network on the analog core", timer=time.process_time)
def test_neurons_of_four_circuits(benchmark: Any) -> None:
    """64 neurons of four circuits each among 256 plain ones, beside 512 plain ones."""
    plain, core = Run(build(True)), build(True)
    join(core, 64)
    joined = Run(core)
    times = np.array([[timed(plain), timed(joined)] for _ in range(8)][1:])
    benchmark.pedantic(joined, rounds=1)
    assert 10 < joined.spikes / net.NEURONS < 40
    benchmark.extra_info["ratio"] = ratio = times[:, 1].min() / times[:, 0].min()
    print(f"\n{ratio:.2f} of the plain network's time")


@pytest.mark.benchmark(group="20 ms idle wait on the analog core", timer=time.process_time)
def test_idle_wait(benchmark: Any) -> None:
    """A configured chip without input, after it has settled."""
    core = build(True)
    for cell, code in (("v_leak", 517), ("i_bias_exp", 0)):
        row = int(getattr(CapMemRowOnCapMemBlock, cell)) * 130
        core.capmem[:, row : row + 128] = code
    core.touch_all()
    core.run(10_000_000)
    before = core.steps
    benchmark.pedantic(lambda: core.run(core.now + 10_000_000), rounds=20)
    assert core.steps == before


@pytest.mark.benchmark(group="configuration of the analog core", timer=time.process_time)
def test_parameters_of_512_neurons(benchmark: Any) -> None:
    core = build(True)

    def derive() -> None:
        core.touch_all()
        core.voltage(0, 0)

    benchmark.pedantic(derive, rounds=20)


@pytest.mark.benchmark(group="configuration of the analog core", timer=time.process_time)
def test_new_core(benchmark: Any) -> None:
    benchmark.pedantic(lambda: AnalogCore(VirtualChip(1)), rounds=20)
