"""What a supply that is off does to the chip."""

import numpy as np
import pytest

from haldls import CADCConfig, CADCSampleQuad, CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig, NeuronReset

NACK = 1 << 31
ALL_ON = 0xFF9C40
SUPPLIES = ("vdd25_digital", "vdd12_digital", "vdd25_analog", "vdd12_analog", "vdd12_madc", "vdd12_pll")
DIGITAL, ANALOG = SUPPLIES[:2], SUPPLIES[2:4]
IDCODE = 0x348580AF


def switch(words, *off):
    """Writes the shift register; the named supplies are off."""
    value = ALL_ON & ~sum(1 << 16 + SUPPLIES.index(name) for name in off)
    parts = [words.write(0x88007001, value >> shift & 0xFF | (NACK if shift == 0 else 0)) for shift in (16, 8, 0)]
    return [word for part in parts for word in part] + words.barrier(1)


def put(words, container, place=0):
    addresses = type(container).write_addresses([place])[0].tolist()
    return [word for address, data in zip(addresses, container.encode().tolist(), strict=True) for word in words.write(address, data)]


def up(lab):
    return sum(lab.system.link.up(lab.fpga.cycle * 4))


def test_a_board_that_nobody_initialised_has_its_supplies_on(lab, words):
    assert lab.system.board.supplies.on() == 0x3F
    assert lab.run(words.jtag_init, words.scan(0, 32), words.barrier(2), words.halt).jtag["data"].tolist() == [IDCODE]


@pytest.mark.parametrize("name", DIGITAL)
def test_without_a_digital_supply_the_chip_is_dead_and_forgets(ready, words, name):
    ready.run(words.write(0, 5), words.chip_over_jtag(0, 7), words.barrier(3), words.halt)
    assert ready.data(words.read(0), words.halt) == [7]
    notified = ready.run(switch(words, name), words.setup, words.wait(1000), words.halt).highspeed_link_notifications
    assert len(notified) == 8 and not any(int(word) >> 4 & 1 for word in notified["value"]) and up(ready) == 0
    answer = ready.run(words.jtag_init, words.scan(0, 32), words.barrier(2), words.halt)
    assert answer.jtag["data"].tolist() == [0], "nobody drives the line"
    answer = ready.run(words.read(0), words.barrier(1), words.tick, words.halt)
    assert len(answer.timeouts) == 1 and not len(answer.omnibus)
    ready.run(switch(words), words.halt)
    assert ready.data(words.read(0x88007841), words.halt) and up(ready) == 0
    answer = ready.run(words.jtag_init, words.scan(0, 32), words.chip_over_jtag(0), words.barrier(2), words.halt)
    assert answer.jtag["data"].tolist() == [IDCODE, 0]
    ready.run(words.golden("SystemInit_ZeroMock"), words.halt)
    assert up(ready) == 8 and ready.data(words.write(0, 9), words.read(0), words.halt) == [9]


def test_releasing_the_reset_line_does_not_replace_power(ready, words):
    ready.run(switch(words, "vdd12_digital"), words.reset(True), words.setup, words.wait(10), words.reset(False), words.halt)
    answer = ready.run(words.jtag_init, words.scan(0, 32), words.barrier(2), words.halt)
    assert answer.jtag["data"].tolist() == [0]
    ready.run(words.reset(True), switch(words), words.halt)
    assert ready.run(words.jtag_init, words.scan(0, 32), words.barrier(2), words.halt).jtag["data"].tolist() == [0], "still in reset"
    ready.run(words.reset(False), words.halt)
    assert ready.run(words.jtag_init, words.scan(0, 32), words.barrier(2), words.halt).jtag["data"].tolist() == [IDCODE]


def test_without_the_supply_of_the_pll_there_is_no_link(ready, words):
    ready.run(words.write(0, 5), words.barrier(1), switch(words, "vdd12_pll"), words.halt)
    assert up(ready) == 0
    assert ready.run(words.chip_over_jtag(0), words.barrier(2), words.halt).jtag["data"].tolist() == [5], "nothing is forgotten"
    test = [*words.chip_over_jtag(0x80005, 1 | 8 << 1 | 2 << 8 | 10240 << 12), *words.setup, *words.barrier(2), *words.wait(10_000)]
    status = ready.run(test, words.chip_over_jtag(0x80007), words.barrier(2), words.halt).jtag["data"]
    assert status.tolist() == [1 << 20], "finished without having counted anything"
    notified = ready.run(switch(words), words.setup, words.wait(10_000), words.halt).highspeed_link_notifications
    assert len(notified) == 8 and up(ready) == 8
    assert ready.data(words.read(0), words.halt) == [5]


@pytest.mark.parametrize("name", ANALOG)
def test_without_an_analog_supply_nothing_fires(ready, words, name):
    """And the registers stay, so that neurons fire again when it is back."""
    program = [*put(words, CommonNeuronBackendConfig(), 0), *put(words, NeuronConfig(enable_fire=True), 3)]
    program += put(words, NeuronBackendConfig(enable_spike_out=True, refractory_time=5), 3)
    fire, counts = [*put(words, NeuronReset(), 3), *words.setup, *words.wait(2000)], []
    for supplies in ((), (name,), ()):
        counts.append(len(ready.run(switch(words, *supplies), program, fire, words.halt).spikes))
        program = []
    assert counts[1] == 0 < counts[0] == counts[2]
    assert up(ready) == 8


DUMMY = (0x3500, 0xC060, 0, 0, 0x103, 0x1C9, 0x1 | 1 << 1, 0xF9, 0, 0x51)  # default words of MADCConfig with dummy data


def recording(words):
    wake, start, stop = (words.write(0xC0000, word) for word in (1, 1 << 1 | 1 << 4, 1 << 2))
    return [*wake, *words.setup, *words.wait(12_500), *start, *words.wait(25_000), *stop, *words.wait(27_000)]


def test_without_its_supply_the_fast_converter_is_off(ready, words):
    config = [word for i, value in enumerate(DUMMY) for word in words.write(0xC0001 + i, value)]
    counts = [
        len(ready.run(switch(words, *off), config, recording(words), words.halt).madc_samples)
        for off in ((), ("vdd12_madc",), ("vdd25_analog",), ())
    ]
    assert counts[1] == 0 and counts[0] == counts[2] == counts[3] > 1000, "its test pattern needs no analog supply"
    ready.run(words.write(0xC0000, 1), words.setup, words.wait(12_500), words.write(0xC0000, 1 << 1 | 1 << 4), words.halt)
    assert len(ready.run(words.setup, words.wait(1000), words.halt).madc_samples) > 100, "is recording"
    ready.run(switch(words, "vdd12_madc"), words.halt)
    assert len(ready.run(words.setup, words.wait(1000), words.halt).madc_samples) == 0


def test_the_parallel_converter_sees_nothing(ready, words):
    """Enabled and without biases its ramp crosses nothing, which is 255 less an offset of 128; without supply it gives 0."""
    config = CADCConfig()
    config.enable = True
    ready.run(put(words, config), words.halt)
    read = words.read(int(CADCSampleQuad.read_addresses([0])[0, 0]))
    found = [ready.data(switch(words, *off), read, words.halt) for off in ((), ("vdd25_analog",), ())]
    assert found == [[0x7F7F7F7F], [0], [0x7F7F7F7F]]


def test_supplies_are_part_of_a_snapshot(ready, words):
    ready.run(switch(words, "vdd12_digital", "vdd12_analog"), words.halt)
    data = ready.system.snapshot()
    ready.run(switch(words), words.golden("SystemInit_ZeroMock"), words.halt)
    assert up(ready) == 8
    ready.system.restore(data)
    assert up(ready) == 0 and ready.system.fpga.power.held and ready.system.fpga.power.rails == 0x3F & ~(1 << 1 | 1 << 3)


def test_the_expander_of_a_jboa_switches_its_chip(make_lab, words):
    """Pin 0 of the expander switches vdd25_digital off, pin 7 everything."""
    lab = make_lab(setup="jboa")
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    assert up(lab) == 8
    lab.run(words.write(0x88007870 | 0x80, 0x7), words.barrier(1), words.halt)
    for pin in (0, 7):
        for outputs, links in ((1 << pin, 0), (0, 8)):
            pins = [*words.write(0x88007838, 1), *words.write(0x88007838 | 0x80, outputs)]
            pins += [*words.write(0x88007838, 3), *words.write(0x88007838 | 0x80, 0), *words.barrier(1)]
            lab.run(pins, words.halt)
            if links:
                lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
            assert up(lab) == links, (pin, outputs)


def test_random_switching_ends_well(ready, words):
    """Whatever was off in whatever order: with everything on and an initialisation the chip is as new."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        off = [SUPPLIES[n] for n in range(6) if rng.random() < 0.4]
        ready.run(switch(words, *off), words.spikes(1, 2, 3), words.setup, words.wait(int(rng.integers(100, 5000))), words.halt)
    ready.run(switch(words), words.golden("SystemInit_ZeroMock"), words.halt)
    ready.run(words.spikes(1, 2, 3), words.setup, words.wait(1000), words.halt)
    assert sorted(ready.answer.spikes["label"].tolist()) == [1, 2, 3]
