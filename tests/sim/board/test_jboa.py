"""The jBOA board through programs: multiplexer, potentiometers, expander, DAC, and what they do to the supplies."""

import pytest

NACK = 1 << 31
I2C = 0x88007800
MUX, EXPANDER, DAC = 0x70, 0x38, 0x4C


def put(words, device, register, *data):
    """Register number and bytes of its value."""
    *middle, last = data
    value = [word for byte in middle for word in words.write(I2C + device, byte)]
    return [*words.write(I2C + device, register), *value, *words.write(I2C + device + 0x80, last)]


def get(words, device, register, n=1):
    return [*words.write(I2C + device, register), *words.read(I2C + device) * (n - 1), *words.read(I2C + device + 0x80)]


def select(words, branches):
    return words.write(I2C + MUX + 0x80, branches)


@pytest.fixture
def jboa(make_lab):
    return make_lab(setup="jboa", serial=80)


@pytest.fixture
def ready_jboa(jboa, words):
    jboa.init = jboa.run(words.golden("SystemInit_Jboa"), words.halt)
    return jboa


def test_system_init_runs_to_its_halt(ready_jboa, words):
    answer = ready_jboa.init
    assert answer.loopback["tick"].tolist() == [0] and len(answer.timeouts) == 0
    assert sorted(answer.highspeed_link_notifications["value"]) == [phy << 5 | 1 << 4 for phy in range(8)]
    assert ready_jboa.system.board.i2c.unacknowledged == 0 and ready_jboa.system.board.spi.lost == 0
    assert ready_jboa.data(words.write(0, 77), words.read(0), words.halt) == [77]


def test_supplies_after_init(ready_jboa):
    nets = ready_jboa.system.board.voltages()
    expected = {"vdd25_digital": 2.5, "vdd12_digital": 1.25, "vdd25_analog": 2.5, "vdd12_analog": 1.2, "vdd12_madc": 1.2, "vdd12_pll": 1.2}
    assert {name: nets[name] for name in expected} == pytest.approx(expected)
    assert ready_jboa.system.board.leds() == (True,)


@pytest.mark.parametrize("monitor, volts", list(enumerate((1.25, 2.5, 1.2, 2.5, 1.2, 1.2))))
def test_monitors_after_init(ready_jboa, words, monitor, volts):
    high, low = ready_jboa.data(get(words, 0x40 + monitor, 2, 2), words.halt)
    assert ((high << 8 | low) >> 3) * 4e-3 == pytest.approx(volts, rel=0.05)


def test_carrier_answers_without_initialisation(jboa, words):
    assert jboa.data(get(words, 0x50, 0xFC, 4), words.halt) == [0, 0, 0, 80]
    high, low = jboa.data(get(words, 0x48, 0, 2), words.halt)
    assert 15 <= (high << 8 | low) / 256 <= 45


def test_multiplexer_connects_branches(jboa, words):
    devices = {"wiper": 0x2C, "expander": EXPANDER, "monitor": 0x40}

    def answering():
        return {name for name, device in devices.items() if jboa.data(get(words, device, 1), words.halt)[0] < NACK}

    assert jboa.data(get(words, MUX, 0), words.halt) == [0] and answering() == set(), "all off at power-up"
    found = []
    for branch in range(4):
        jboa.run(select(words, 1 << branch), words.halt)
        found.append(answering())
    assert found == [{"wiper"}, {"expander"}, {"monitor"}, set()]
    jboa.run(select(words, 0xF), words.halt)
    assert answering() == {"wiper", "expander", "monitor"} and jboa.data(get(words, MUX, 0), words.halt) == [0xF]
    assert jboa.data(words.golden("read_TCA9546ChannelConfig"), words.halt) == [0xF], "reading as software does disconnects nothing"


def test_bytes_to_a_disconnected_branch_are_counted(jboa, words):
    jboa.run(put(words, 0x2C, 1, 0x40), words.halt)
    assert jboa.system.counters["bytes to missing I2C devices"] == 2


@pytest.mark.parametrize("device", [0x2C, 0x2D, 0x2E])
@pytest.mark.parametrize("register", [1, 3])
def test_wipers_set_supplies(ready_jboa, words, device, register):
    supply = {
        (0x2C, 1): "vdd25_digital",
        (0x2C, 3): "vdd12_digital",
        (0x2D, 1): "vdd12_pll",
        (0x2D, 3): "vdd12_madc",
        (0x2E, 1): "vdd12_analog",
        (0x2E, 3): "vdd25_analog",
    }[device, register]
    before = ready_jboa.system.board.voltages()
    assert ready_jboa.data(put(words, device, register, 0x40), get(words, device, register), words.halt) == [0x40]
    after = ready_jboa.system.board.voltages()
    assert {name for name in after if after[name] != before[name]} == {supply} and after[supply] > before[supply]


def test_memory_of_the_potentiometers_outlives_the_power(jboa, words):
    jboa.run(select(words, 1), words.halt)
    assert jboa.data(words.golden("read_AD5252ChannelConfigPersistent"), words.halt) == [0x90]
    jboa.run(put(words, 0x2C, 0x21, 0x33), put(words, 0x2C, 1, 0x44), words.halt)
    assert jboa.data(get(words, 0x2C, 1), get(words, 0x2C, 0x21), words.halt) == [0x44, 0x33]
    jboa.system.reset()
    assert jboa.data(select(words, 1), get(words, 0x2C, 1), get(words, 0x2C, 3), words.halt) == [0x33, 0x90]


def test_expander(ready_jboa, words):
    assert ready_jboa.data(words.golden("read_TCA9554Inputs"), words.halt) == [0]
    board = ready_jboa.system.board
    ready_jboa.run(put(words, EXPANDER, 1, 1 << 5 | 1 << 6), words.halt)
    assert board.voltages()["vdd12_analog"] == 0 and board.leds() == (False,) and board.voltages()["vdd12_pll"] > 1
    assert ready_jboa.data(get(words, EXPANDER, 0), words.halt) == [1 << 5 | 1 << 6]
    ready_jboa.run(put(words, EXPANDER, 3, 1 << 5), words.halt)
    assert board.voltages()["vdd12_analog"] > 1, "an input drives nothing"
    assert ready_jboa.data(put(words, EXPANDER, 2, 0xFF), get(words, EXPANDER, 0), words.halt) == [0xFF ^ 1 << 6], "inverted"
    ready_jboa.run(put(words, EXPANDER, 1, 1 << 7), words.halt)
    assert all(volts == 0 for name, volts in board.voltages().items() if name.startswith("vdd"))


def test_expander_at_power_up(jboa, words):
    jboa.run(select(words, 7), words.halt)
    assert [jboa.data(get(words, EXPANDER, register), words.halt)[0] for register in range(4)] == [0, 0xFF, 0, 0xFF]


def test_dac(ready_jboa, words):
    """10 bits, left aligned in two bytes; the control byte holds channel and mode."""
    board, code = ready_jboa.system.board, 0x2AB
    for channel, (net, full) in enumerate((("v_reset", 1.2), ("i_ref_board", 2.5), ("v_res_meas", 1.2), ("v_readout", 2.5))):
        ready_jboa.run(put(words, DAC, 0x10 | channel << 1, code >> 2, code << 6 & 0xFF), words.halt)
        assert board.voltages()[net] == pytest.approx(code / 1023 * full)
        assert ready_jboa.data(get(words, DAC, 0x10 | channel << 1, 2), words.halt) == [code >> 2, code << 6 & 0xFF]
    ready_jboa.run(put(words, DAC, 0x00, 0xFF, 0xC0), words.halt)
    assert board.voltages()["v_reset"] == pytest.approx(code / 1023 * 1.2), "only the input register"
    ready_jboa.run(put(words, DAC, 0x22, 0, 0), words.halt)
    assert board.voltages()["v_reset"] == pytest.approx(1.2) and board.voltages()["i_ref_board"] == 0, "all outputs"
    ready_jboa.run(put(words, DAC, 0x11, 0, 0), words.halt)
    assert board.voltages()["v_reset"] == 0, "powered down"
    ready_jboa.run(put(words, DAC, 0x30, 0x80, 0), words.halt)
    assert board.voltages()["v_readout"] == pytest.approx(512 / 1023 * 2.5), "all channels"


def test_no_spi_devices(ready_jboa, words):
    ready_jboa.run(words.golden("write_ShiftRegister"), words.halt)
    assert ready_jboa.system.counters["bytes to missing SPI devices"] == 3


def test_board_is_part_of_a_snapshot(ready_jboa, words):
    board = ready_jboa.system.board
    data = ready_jboa.system.snapshot()
    nets = board.voltages()
    ready_jboa.run(put(words, 0x2C, 1, 0x10), put(words, DAC, 0x10, 0xFF, 0xC0), put(words, EXPANDER, 1, 1), words.halt)
    assert board.voltages() != nets
    ready_jboa.system.restore(data)
    assert board.voltages() == nets
