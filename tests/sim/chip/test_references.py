"""The reference of the analog memory's currents: the chip's own or the board's."""

import numpy as np
import pytest

from halco import CapMemRowOnCapMemBlock
from haldls import CapMemCell, CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig, NeuronReset, ReferenceGeneratorConfig
from hicannx_sim.chip.references import NOMINAL_VOLTS, current_factor

I_REF = 4  # channel of DAC 0


def words_of(**settings):
    config = ReferenceGeneratorConfig()
    for name, value in settings.items():
        setattr(config, name, value)
    return config.encode()


def test_choice():
    assert current_factor(np.zeros(9, np.uint32), 0.3) == 0.0, "neither of the two"
    assert current_factor(words_of(), 0.3) == 1.0
    assert current_factor(words_of(enable_internal_reference=False), 0.3) == 0.0
    for volts in (0.0, 0.5, NOMINAL_VOLTS, 2.5):
        assert current_factor(words_of(enable_internal_reference=False, enable_reference_input=True), volts) == volts / NOMINAL_VOLTS
        assert current_factor(words_of(enable_reference_input=True), volts) == 1.0


def put(words, container, place=0):
    addresses = type(container).write_addresses([place])[0].tolist()
    return [word for address, data in zip(addresses, container.encode().tolist(), strict=True) for word in words.write(address, data)]


def volts(words, code):
    """Puts a code into the channel i_ref_board and loads the outputs."""
    data = (I_REF << 12 | code, 0xA002)
    parts = [[*words.write(0x88007002, word >> 8), *words.write(0x88007002, word & 0xFF | 1 << 31)] for word in data]
    return [word for part in parts for word in part] + words.barrier(1)


@pytest.mark.parametrize("part", [0.5, 1.0, 2.0])
def test_currents_follow_the_board(ready, words, part):
    """A leak conductance is as its code times the reference: the membrane of a neuron relaxes so much faster."""
    cells = {"v_leak": 900, "i_bias_leak": 100, "v_reset": 865, "i_bias_reset": 1000}
    program = [*put(words, CommonNeuronBackendConfig(), 0), *put(words, NeuronConfig(membrane_capacitor_size=63, enable_fire=True), 0)]
    program += put(words, NeuronBackendConfig(refractory_time=100), 0)
    for name, code in cells.items():
        cell = int(getattr(CapMemRowOnCapMemBlock, name)) * 130
        program += put(words, CapMemCell(value=CapMemCell.Value(code)), cell)

    def rate(reference):
        """1 / time constant of the way back to the leak potential after a reset, up to a factor."""
        reset = [*words.setup, *words.wait(200_000), *put(words, NeuronReset(), 0), *words.setup, *words.wait(500)]
        ready.run(put(words, reference), reset, words.halt)
        analog, seen = ready.system.chip.fabric.analog, []
        for _ in range(2):
            seen.append(analog.voltage(0, 0))
            ready.run(words.setup, words.wait(250), words.halt)
        rest = -0.32 + 1.2e-3 * 900
        return np.log((rest - seen[0]) / (rest - seen[1]))

    external = ReferenceGeneratorConfig()
    external.enable_internal_reference, external.enable_reference_input = False, True
    ready.run(program, volts(words, round(part * NOMINAL_VOLTS / 2.5 * 4095)), words.halt)
    assert rate(external) / rate(ReferenceGeneratorConfig()) == pytest.approx(part, rel=0.05)


def test_a_switch_on_the_board_separates_it(ready, words):
    external = ReferenceGeneratorConfig()
    external.enable_internal_reference, external.enable_reference_input = False, True
    ready.run(volts(words, 2048), put(words, external), words.halt)

    def reference():
        return float(ready.system.chip.fabric.analog.arrays()["reference"][0])

    assert reference() == pytest.approx(1.0, abs=0.01)
    data = ready.system.snapshot()
    value = 0xFF9C40 & ~(1 << 6)
    for shift in (16, 8, 0):
        ready.run(words.write(0x88007001, value >> shift & 0xFF | (1 << 31 if shift == 0 else 0)), words.halt)
    assert reference() == 0
    ready.system.restore(data)
    assert reference() == pytest.approx(1.0, abs=0.01)
    ready.run(words.reset(True), words.halt)
    assert reference() == 1.0
