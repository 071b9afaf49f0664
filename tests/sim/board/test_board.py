"""Devices of the board through programs: SPI shift register and DACs, I2C sensors and EEPROM."""

import pytest

NACK = 1 << 31


def i2c_read(words, device, register, n=2):
    """What the driver sends for one register: its number, n-1 bytes, one byte with stop."""
    base = 0x88007800 + device
    return [*words.write(base, register), *words.read(base) * (n - 1), *words.read(base | 0x80)]


def word(answer):
    return sum(value << 8 * (len(answer) - 1 - i) for i, value in enumerate(answer))


def test_shift_register_default(lab, words):
    lab.run(words.golden("write_ShiftRegister"), words.halt)
    shift = lab.system.board.shift_register
    assert shift.value == 0xFF9C40
    assert all(shift.supply_enabled(n) for n in range(6)) and not any(shift.led(n) for n in range(6))
    assert [shift.analog_input(n) for n in range(3)] == [0, 0, 0]


def test_leds_and_multiplexers(lab, words):
    value = 0xFF9C40 & ~(1 << 15) | 0b11_10_01
    lab.run(
        words.write(0x88007001, value >> 16),
        words.write(0x88007001, value >> 8 & 255),
        words.write(0x88007001, value & 255 | NACK),
        words.halt,
    )
    shift = lab.system.board.shift_register
    assert [shift.led(n) for n in range(6)] == [False, False, False, True, False, False]
    assert [shift.analog_input(n) for n in range(3)] == [1, 2, 3]


def test_system_init_programs_the_dacs(ready):
    first, second = ready.system.board.dacs
    assert first.outputs == [0] * 8 and second.outputs == [608, 2090, 608, 1630, 440, 440, 0, 0]
    assert all(dac.enabled(channel) for dac in (first, second) for channel in range(8))


def test_dac_channel_needs_its_load_command(lab, words):
    board = lab.system.board
    lab.run(words.golden("write_DACControl"), words.write(0x88007002, 7 << 4 | 8), words.write(0x88007002, 0x00 | NACK), words.halt)
    assert board.dacs[0].inputs[7] == 0x800 and board.dac_volts(7) == 0
    lab.run(words.write(0x88007002, 0xA0), words.write(0x88007002, 2 | NACK), words.halt)
    assert board.dac_volts(7) == pytest.approx(2.5 * 0x800 / 4095)
    lab.run(words.write(0x88007002, 0xC0), words.write(0x88007002, 0x80 | NACK), words.halt)
    assert board.dac_volts(7) == 0, "channel 7 powered down"
    with pytest.raises(IndexError, match=r"0\.\.7"):
        board.dac_volts(8)


def test_bytes_to_no_device_are_counted(lab, words):
    lab.run(words.write(0x88007005, 1 | NACK), words.halt)
    assert lab.system.counters["bytes to missing SPI devices"] == 1


def test_eeprom_answers_the_serial_number_of_the_hardware_data_base(make_lab, words):
    lab = make_lab(serial=0x63E2DA)
    answer = lab.data(i2c_read(words, 0x50, 0xFC, 4), words.halt)
    assert word(answer) == lab.connection.hwdb_entry.fpgas[0].wing.eeprom_chip_serial == 0x63E2DA
    assert lab.data(i2c_read(words, 0x50, 0x10, 1), words.halt) == [0xFF]


def test_thermometer(make_lab, words):
    """Carriers have one from serial number 75 on; elsewhere nobody acknowledges."""
    lab = make_lab(serial=75)
    assert 15 <= (word(lab.data(i2c_read(words, 0x48, 0), words.halt)) >> 4) / 16 <= 45
    lab.system.board.carrier.temperature = -10.5
    assert word(lab.data(i2c_read(words, 0x48, 0), words.halt)) == (-10.5 * 16) % 0x1000 * 16
    assert make_lab(serial=74).data(i2c_read(words, 0x48, 0), words.halt) == [NACK, NACK]


@pytest.mark.parametrize("monitor, volts", list(enumerate((1.25, 2.5, 1.2, 2.5, 1.2, 1.2))))
def test_supplies_after_init(ready, words, monitor, volts):
    bus = word(ready.data(i2c_read(words, 0x40 + monitor, 2), words.halt))
    assert (bus >> 3) * 4e-3 == pytest.approx(volts, rel=0.05) and not bus & 1
    assert word(ready.data(i2c_read(words, 0x40 + monitor, 1), words.halt)) > 0, "current through the shunt"


def test_switched_off_supply(ready, words):
    value = 0xFF9C40 & ~(1 << 17)
    ready.run(
        words.write(0x88007001, value >> 16),
        words.write(0x88007001, value >> 8 & 255),
        words.write(0x88007001, value & 255 | NACK),
        words.halt,
    )
    assert word(ready.data(i2c_read(words, 0x40, 2), words.halt)) >> 3 == 0, "monitor 0 is vdd12_digital"
    assert word(ready.data(i2c_read(words, 0x41, 2), words.halt)) >> 3 == 625


def test_registers_keep_what_is_written(lab, words):
    base = 0x88007840
    write = [*words.write(base, 5), *words.write(base, 0x12), *words.write(base | 0x80, 0x34)]
    assert word(lab.data(write, i2c_read(words, 0x40, 5), words.halt)) == 0x1234
    assert word(lab.data(i2c_read(words, 0x40, 0), words.halt)) == 0x399F
    assert len(lab.data(words.golden("read_INA219Status"), words.halt)) == 4


def test_read_only_register_stays(make_lab, words):
    lab = make_lab(serial=75)
    base = 0x88007848
    before = lab.data(i2c_read(words, 0x48, 0), words.halt)
    assert lab.data(words.write(base, 0), words.write(base, 1), words.write(base | 0x80, 2), i2c_read(words, 0x48, 0), words.halt) == before


def test_missing_device_does_not_acknowledge(lab, words):
    assert lab.data(i2c_read(words, 0x38, 0), words.halt) == [NACK, NACK]
    assert lab.data(i2c_read(words, 0x50, 0xFC, 1), words.halt)[0] & NACK == 0, "the bus recovers"


@pytest.mark.parametrize("prescaler", [313, 100])
def test_bytes_take_their_time(lab, words, prescaler):
    """Nine bits each, at 125 MHz / prescaler; the address goes before the first one."""
    setting = words.write(0x88007A00, prescaler)
    (value,) = lab.data(words.read(0x88007A00), words.halt)
    assert value == 313, "what software relies on"
    first, second = words.write(0x88007840, 5), words.write(0x88007840, 0)
    timer = [*words.barrier(1), *words.read(0x8800000C)]
    one, two = lab.data(setting, words.setup, first, timer, second, timer, words.halt)
    assert one == pytest.approx(2 * 9 * prescaler, abs=10) and two - one == pytest.approx(9 * prescaler, abs=10)


def test_nets_of_the_board(ready, words):
    board = ready.system.board
    codes = {1: 2048, 4: 1000, 5: 3000, 7: 4095}
    for channel, code in codes.items():
        program = [*words.write(0x88007002, channel << 4 | code >> 8), *words.write(0x88007002, code & 255 | NACK)]
        ready.run(program, words.write(0x88007002, 0xA0), words.write(0x88007002, 2 | NACK), words.halt)
    nets = board.voltages()
    expected = {"v_res_meas": 2048 / 4095 * 1.2, "i_ref_board": 1000 / 4095 * 2.5, "ana_readout_debug_0": 3000 / 4095 * 2.5}
    assert {name: nets[name] for name in expected} == pytest.approx(expected)
    assert nets["v_reset"] == 0 and not [name for name in nets if name.startswith(("readout_chain", "analog_readout"))]
    value = 0xFF9C40 | 1 << 8 | 0b00_11_01  # readout line 0 from the DAC; first multiplexer: that line, second: mux_dac_25
    for shift in (16, 8):
        ready.run(words.write(0x88007001, value >> shift & 255), words.halt)
    ready.run(words.write(0x88007001, value & 255 | NACK), words.halt)
    nets = board.voltages()
    assert nets["readout_chain_0"] == nets["analog_readout_mux_1"] == pytest.approx(3000 / 4095 * 2.5)
    assert nets["analog_readout_mux_2"] == 2.5 and "analog_readout_mux_3" not in nets and "readout_chain_1" not in nets


def test_supplies_follow_their_dac_channels(ready, words):
    board = ready.system.board
    assert board.voltages()["vdd12_digital"] == pytest.approx(1.25) and board.voltages()["vdd25_analog"] == pytest.approx(2.5)
    load = [*words.write(0x88007004, 0xA0), *words.write(0x88007004, 2 | NACK)]
    ready.run(words.write(0x88007004, 3 << 4 | 2090 >> 8), words.write(0x88007004, 2090 & 255 | NACK), load, words.halt)
    assert board.voltages()["vdd12_analog"] == pytest.approx(1.25)
    assert (word(ready.data(i2c_read(words, 0x42, 2), words.halt)) >> 3) * 4e-3 == pytest.approx(1.25, abs=0.004)


def test_monitor_configuration(ready, words):
    """Resolution, range and reset of a supply monitor."""

    def set_and_read(config, register=2):
        base = 0x88007840
        write = [*words.write(base, 0), *words.write(base, config >> 8), *words.write(base | 0x80, config & 255)]
        return word(ready.data(write, i2c_read(words, 0x40, register), words.halt))

    full, coarse = (set_and_read(config) >> 3 for config in (0x399F, 0x3800 | 0x1F))
    assert full == pytest.approx(312, abs=1) and coarse == full // 8 * 8
    assert set_and_read(0x399F, register=1) == pytest.approx(0.2 * 1.25 / 1.25 * 0.027 * 1e5, rel=0.1)
    assert set_and_read(0x0007, register=0) == 0x0007 and set_and_read(0x8000, register=0) == 0x399F


def test_repeated_start_begins_a_new_transfer(lab, words):
    """Without it the third byte would be the value of register 5."""
    base = 0x88007840
    first, second = (words.write(base, 5), words.write(base, 0x12)), (words.write(base, 0x34), words.write(base | 0x80, 0x56))
    lab.run(*first, words.write(base | 0x100, 5), *second, words.halt)
    assert word(lab.data(i2c_read(words, 0x40, 5), words.halt)) == 0x3456


def test_bytes_to_no_i2c_device_are_counted(lab, words):
    lab.run(words.write(0x88007838, 1), words.write(0x880078B8, 1), words.halt)
    assert lab.system.counters["bytes to missing I2C devices"] == 2
