"""The xBoard that carries the chip: shift register for supplies and analog switches, and the DACs of its voltages."""

from __future__ import annotations

from enum import IntEnum

from halco import DACChannelOnBoard, DACChannelOnDAC, DACOnBoard, LEDOnBoard, Linear, ShiftRegisterOnBoard, VDDOnBoard
from haldls.container import Address, Container, DifferentialWriteTrait
from haldls.fields import Array, Field

__all__ = ["DACChannel", "DACControl", "ShiftRegister"]


class ShiftRegister(Container, DifferentialWriteTrait):
    """Switches of the board: supplies, analog readout, reference current, ADC and lamps."""

    coordinate = ShiftRegisterOnBoard
    backends = ("SPIShiftRegister",)
    write_address = Address(0)

    class AnalogReadoutMux1Input(IntEnum):
        """Sources of the first readout multiplexer."""

        off = 0
        readout_chain_0 = 1
        readout_chain_1 = 2
        mux_rfu_0 = 3

    class AnalogReadoutMux2Input(IntEnum):
        """Sources of the second readout multiplexer."""

        off = 0
        v_reset = 1
        vdd_res_meas = 2
        mux_dac_25 = 3

    class AnalogReadoutMux3Input(IntEnum):
        """Sources of the third readout multiplexer."""

        off = 0
        i_ref = 1
        mux_rfu_1 = 2
        mux_rfu_2 = 3

    enable_i_ref_board = Field(bool, "w0[6]", default=True, doc="supply the chip's reference current from the board")
    enable_measure_i_ref = Field(bool, "w0[7]", doc="lead the reference current to the measuring resistor")
    select_analog_readout_mux_1_input = Field(AnalogReadoutMux1Input, "w0[1:0]", doc="what the first readout multiplexer shows")
    select_analog_readout_mux_2_input = Field(AnalogReadoutMux2Input, "w0[3:2]", doc="what the second readout multiplexer shows")
    select_analog_readout_mux_3_input = Field(AnalogReadoutMux3Input, "w0[5:4]", doc="what the third readout multiplexer shows")
    enable_dac_to_readout_0 = Field(bool, "w0[8]", doc="drive readout line 0 from a DAC of the board")
    enable_dac_to_readout_1 = Field(bool, "w0[9]", doc="drive readout line 1 from a DAC of the board")
    enable_led = Array(LEDOnBoard, bool, lambda led: f"~w0[{(10, 11, 12, 15, 22, 23)[led]}]", doc="lamp on")
    enable_adc_power_down = Field(bool, "w0[13]", doc="switch the board's ADC off")
    enable_adc_reset = Field(bool, "w0[14]", doc="hold the board's ADC in reset")
    enable_vdd = Array(VDDOnBoard, bool, lambda vdd: f"w0[{16 + vdd}]", default=True, doc="supply voltage on")
    get_enable_led, set_enable_led = enable_led.accessors("enable_led")
    get_enable_vdd, set_enable_vdd = enable_vdd.accessors("enable_vdd")


class DACChannel(Container, DifferentialWriteTrait):
    """Output of a DAC of the board: supplies, references and debug voltages."""

    coordinate = DACChannelOnBoard
    backends = ("SPIDACDataRegister",)
    write_address = Address(0, stride=(1, 8))
    constructor = ("value",)

    class Value(Linear, max=4095):
        """LSB of the DAC."""

    value = Field(Value, "w0[11:0]", unit="LSB", doc="output voltage")


class DACControl(Container, DifferentialWriteTrait):
    """Which channels of a DAC are powered. The other control word, reference and gain, is the same for all setups."""

    coordinate = DACOnBoard
    backends = ("SPIDACControlRegister",)
    write_address = Address(0, stride=4, offsets=(0, 2))
    constants = {0: 0xC}
    enable_channel = Array(DACChannelOnDAC, bool, lambda channel: f"~w1[{channel}]", default=True, doc="channel powered")
    get_enable_channel, set_enable_channel = enable_channel.accessors("enable_channel")
