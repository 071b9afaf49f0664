"""Runs in which the processors have something to do: periodic samples of the parallel converters, variables of their program."""

from __future__ import annotations

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MEMBRANE, MS, Example, runtime

from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor, extract_cadc_samples, run
from grenade.execution.ppu_program import ProgramError
from grenade.execution.processors import SymbolError
from grenade.network.graph import AnalogReadout, CADCView
from grenade.network.recordings import AtomicNeuronOnExecutionInstance
from halco import AtomicNeuronOnDLS, Enum, HemisphereOnDLS
from haldls import PPUMemoryBlock
from haldls.lola import ExternalPPUDRAMMemoryBlock

pytestmark = pytest.mark.usefixtures("compiler")


def recording(neurons: tuple[int, ...] = (3, 300), v_leak: tuple[int, ...] = (450, 600)) -> Example:
    """Resting neurons whose membranes are recorded."""
    example = Example(neurons)
    for chain in example.chip.cadc_readout_chains:
        chain.ramp.enable = True
    views: dict[HemisphereOnDLS, CADCView] = {}
    for index, (number, leak) in enumerate(zip(neurons, v_leak, strict=True)):
        circuit = AtomicNeuronOnDLS(Enum(number))
        neuron = example.chip.neuron_block.atomic_neurons[circuit]
        neuron.leak.v_leak, neuron.leak.i_bias, neuron.threshold.enable = leak, 1000, False
        readout = AnalogReadout(circuit, MEMBRANE, AtomicNeuronOnExecutionInstance(0, index, 0, 0))
        views.setdefault(HemisphereOnDLS(number // 256), CADCView([])).readouts.append(readout)
        example.hardware.readout_sources[circuit] = MEMBRANE
    example.hardware.cadc = views
    return example


def hooks(**options: object) -> dict[object, ExecutionInstanceHooks]:
    return {INSTANCE: ExecutionInstanceHooks(CHIP, ExecutionInstanceHooks.Chip(**options))}


def test_membranes_are_sampled_all_the_time(executor: JITGraphExecutor) -> None:
    example = recording()
    for _ in range(2):
        output = run(executor, example.graph, example.config, runtime(MS // 10))
        [samples] = extract_cadc_samples(output.snippets[0], example.graph)
        times = [samples.time[samples.neuron_on_population == neuron] for neuron in (0, 1)]
        assert all(len(train) > 30 and train.min() < 0.01 and 0.09 < train.max() < 0.1 for train in times)
        assert all(1.5e-3 < np.diff(train).mean() < 3e-3 for train in times), "some 2 us"


def test_samples_of_snippets_count_from_their_begins(executor: JITGraphExecutor) -> None:
    example = recording()
    output = run(executor, [example.graph] * 2, [example.config] * 2, runtime(MS // 20, MS // 20))
    for snippet in output.snippets:
        [samples] = extract_cadc_samples(snippet, example.graph)
        assert len(samples.time) > 20 and samples.time.min() < 0.005 and samples.time.max() < 0.05


def test_more_samples_than_there_is_room_for_are_announced(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    example = recording()
    output = run(executor, example.graph, example.config, runtime(MS))
    [samples] = extract_cadc_samples(output.snippets[0], example.graph)
    assert (samples.neuron_on_population == 0).sum() <= 100
    assert "only the first 100 can be recorded" in caplog.text


def test_variables_are_written_before_and_read_after(executor: JITGraphExecutor) -> None:
    example, block = recording(), PPUMemoryBlock(1)
    output = run(executor, example.graph, example.config, runtime(1000), hooks(read_ppu_symbols={"ppu"}))
    found = output.read_ppu_symbols[0][INSTANCE][CHIP]["ppu"]
    assert [int(found[HemisphereOnDLS(side)].to_numpy()[0]) for side in (0, 1)] == [0, 1]
    with pytest.raises(SymbolError, match="no variable 'nothing'"):
        run(executor, example.graph, example.config, runtime(1000), hooks(read_ppu_symbols={"nothing"}))
    with pytest.raises(ProgramError, match="'cadc_result' takes a PPUMemoryBlock of size 64"):
        run(executor, example.graph, example.config, runtime(1000), hooks(write_ppu_symbols={"cadc_result": {HemisphereOnDLS(0): block}}))


def test_variables_that_no_program_has_are_left_out_with_a_warning(executor: JITGraphExecutor, caplog: pytest.LogCaptureFixture) -> None:
    symbols = hooks(write_ppu_symbols={"ppu": {}}, read_ppu_symbols={"ppu"})
    output = run(executor, Example().graph, Example().config, runtime(1000), symbols)
    assert output.read_ppu_symbols == []
    assert "its variables are not written: ppu" in caplog.text and "its variables are not read: ppu" in caplog.text


@pytest.mark.parametrize(
    "symbols, text",
    [
        ({"ppu": 3}, r"variable 'ppu' is in the processors' own memory: \{HemisphereOnDLS: PPUMemoryBlock\}, not 3"),
        ({"periodic_cadc_samples_top": PPUMemoryBlock(1)}, "variable 'periodic_cadc_samples_top' takes a ExternalPPUMemoryBlock of size"),
    ],
)
def test_variables_take_what_fits_their_memory(executor: JITGraphExecutor, symbols: dict[str, object], text: str) -> None:
    example = recording()
    with pytest.raises(ProgramError, match=text):
        run(executor, example.graph, example.config, runtime(1000), hooks(write_ppu_symbols=symbols))


def test_samples_that_go_into_dram_are_the_same_and_their_variable_takes_a_block_of_it(executor: JITGraphExecutor) -> None:
    example = recording()
    for view in example.hardware.cadc.values():
        assert view.readouts
    example.hardware.cadc_on_dram = True
    output = run(executor, example.graph, example.config, runtime(MS // 20))
    [samples] = extract_cadc_samples(output.snippets[0], example.graph)
    assert (samples.neuron_on_population == 0).sum() > 10
    wrong = hooks(write_ppu_symbols={"periodic_cadc_samples_top": ExternalPPUDRAMMemoryBlock(3)})
    with pytest.raises(ProgramError, match="takes a ExternalPPUDRAMMemoryBlock of size"):
        run(executor, example.graph, example.config, runtime(MS // 20), wrong)


def test_snippets_sample_into_one_memory(executor: JITGraphExecutor) -> None:
    first, second = recording(), recording()
    second.hardware.cadc_on_dram = True
    with pytest.raises(ProgramError, match="all snippets record the parallel converters into the same memory"):
        run(executor, [first.graph, second.graph], [first.config, second.config], runtime(1000, 1000))


def test_contents_of_a_variable_are_there_before_the_start(executor: JITGraphExecutor) -> None:
    example, content = recording(), PPUMemoryBlock(64)
    content[3] = 77
    given = {"cadc_result": {HemisphereOnDLS(0): content}}
    output = run(executor, example.graph, example.config, runtime(1000), hooks(write_ppu_symbols=given))
    written = output.snippets[0].pre_execution_chips[INSTANCE][CHIP].ppu_memory
    counts = [sum(memory.get_word(word) == 77 for word in range(4096)) for memory in written]
    assert counts[0] == counts[1] + 1
