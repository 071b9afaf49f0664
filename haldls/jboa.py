"""The I2C devices of the JBOA board: temperature and current meters, potentiometers, DAC, multiplexer and expander."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from halco import (
    AD5252ChannelConfigOnBoard,
    AD5252ChannelConfigPersistentOnBoard,
    DAC6573ChannelOnBoard,
    INA219ConfigOnBoard,
    INA219StatusOnBoard,
    Linear,
    TCA9546ChannelOnBoard,
    TCA9546OnBoard,
    TCA9554ChannelOnBoard,
    TCA9554ConfigOnBoard,
    TCA9554InputsOnBoard,
    TMP112StatusOnBoard,
)
from haldls.container import Address, Container
from haldls.fields import Array, Field

__all__ = [
    "AD5252ChannelConfig", "AD5252ChannelConfigPersistent", "DAC6573ChannelConfig", "INA219Config", "INA219Status", "TCA9546ChannelConfig",
    "TCA9554Config", "TCA9554Inputs", "TMP112Status",
]  # fmt: skip

NOT_SIMULATED = ("simulation",)


class DAC6573ChannelConfig(Container):
    """Output of the 10-bit DAC."""

    coordinate = DAC6573ChannelOnBoard
    backends = ("I2CDAC6573RwRegister",)
    address = Address(0, stride=1)
    no_read_on = NOT_SIMULATED
    constructor = ("value",)

    class Value(Linear, max=1023):
        """LSB of the DAC."""

    value = Field(Value, "w0[9:0]", unit="LSB", doc="output voltage")


class AD5252ChannelConfig(Container):
    """Wiper of a digital potentiometer, which sets a supply voltage. Volatile."""

    coordinate = AD5252ChannelConfigOnBoard
    backends = ("I2CAD5252RwRegister",)
    address = Address(0, stride=(2, 4))
    no_read_on = NOT_SIMULATED

    class WiperSetting(Linear, max=255, default=0x90):
        """Position of the wiper."""

    default_pot_25: ClassVar[AD5252ChannelConfig]
    default_pot_12: ClassVar[AD5252ChannelConfig]
    default_pot_12_digital: ClassVar[AD5252ChannelConfig]
    value = Field(WiperSetting, "w0[7:0]", doc="position of the wiper")


AD5252ChannelConfig.default_pot_25 = AD5252ChannelConfig(value=0xA7)
"""For the 2.5 V supplies."""
AD5252ChannelConfig.default_pot_12 = AD5252ChannelConfig(value=0xA8)
"""For the analog 1.2 V supplies."""
AD5252ChannelConfig.default_pot_12_digital = AD5252ChannelConfig(value=0x93)
"""For the digital 1.2 V supply, which runs at 1.25 V."""


class AD5252ChannelConfigPersistent(Container):
    """Wiper position that a potentiometer wakes up with. The memory wears out: do not write it in a loop."""

    coordinate = AD5252ChannelConfigPersistentOnBoard
    backends = ("I2CAD5252RwRegister",)
    address = Address(1, stride=(2, 4))
    no_read_on = NOT_SIMULATED

    class WiperSetting(Linear, max=255, default=0x90):
        """Position of the wiper."""

    value = Field(WiperSetting, "w0[7:0]", doc="position of the wiper at power-up")


class TCA9546ChannelConfig(Container):
    """Branches of the board's I2C bus that are connected."""

    coordinate = TCA9546OnBoard
    backends = ("I2CTCA9546Register",)
    address = Address(0)
    no_read_on = NOT_SIMULATED
    default_mux: ClassVar[TCA9546ChannelConfig]
    channel_status = Array(TCA9546ChannelOnBoard, bool, lambda channel: f"w0[{channel}]", default=True, doc="branch connected")


TCA9546ChannelConfig.default_mux = TCA9546ChannelConfig(channel_status=[True, True, True, False])
"""The branches that the board uses."""


class TCA9554Config(Container):
    """Pins of the board's I/O expander."""

    coordinate = TCA9554ConfigOnBoard
    backends = ("I2CTCA9554RwRegister",)
    address = Address(0, words=3)
    no_read_on = NOT_SIMULATED

    class ChannelPolarity(IntEnum):
        """Sense of an input."""

        normal = 0
        inverted = 1

    class ChannelMode(IntEnum):
        """Direction of a pin."""

        output = 0
        input = 1

    channel_output = Array(TCA9554ChannelOnBoard, bool, lambda pin: f"w0[{pin}]", doc="level of the pins that are outputs")
    channel_polarity = Array(TCA9554ChannelOnBoard, ChannelPolarity, lambda pin: f"w1[{pin}]", doc="sense of the pins that are inputs")
    channel_mode = Array(TCA9554ChannelOnBoard, ChannelMode, lambda pin: f"w2[{pin}]", doc="direction of the pins")


class TCA9554Inputs(Container):
    """Levels at the pins of the board's I/O expander."""

    coordinate = TCA9554InputsOnBoard
    backends = ("I2CTCA9554RoRegister",)
    read_address = Address(0)
    no_read_on = NOT_SIMULATED
    channel_input = Array(TCA9554ChannelOnBoard, bool, read=lambda pin: f"w0[{pin}]", doc="level at the pin")


class TMP112Status(Container):
    """Temperature of the board."""

    coordinate = TMP112StatusOnBoard
    backends = ("I2CTempRegister",)
    read_address = Address(0)
    no_read_on = NOT_SIMULATED

    class Temperature(Linear, min=-14080, max=32752):
        """1/256 degree Celsius, of which the sensor resolves sixteenths."""

        def toUncalibratedTemperature(self) -> float:  # noqa: N802
            """Degrees Celsius by the data sheet."""
            return int(int(self) / 16) * 0.0625

    temperature = Field(Temperature, read="w0[15:0]", is_signed=True, unit="1/256 degree Celsius", doc="temperature")


class INA219Config(Container):
    """Resolution of a current meter."""

    coordinate = INA219ConfigOnBoard
    backends = ("I2CINA219RwRegister",)
    address = Address(0, stride=2)
    no_read_on = NOT_SIMULATED
    constants = {0: 0x7}  # shunt and bus voltage continuously, smallest ranges

    class ADCMode(IntEnum):
        """Bits of a sample, or number of 12-bit samples averaged."""

        bits9 = 0
        bits10 = 1
        bits11 = 2
        bits12 = 3
        bits12_samples1 = 4
        bits12_samples2 = 5
        bits12_samples4 = 6
        bits12_samples8 = 7
        bits12_samples16 = 8
        bits12_samples32 = 9
        bits12_samples64 = 10
        bits12_samples128 = 11

    bus_adc_mode = Field(ADCMode, "w0[10:7]", default=ADCMode.bits12, doc="resolution of the supply voltage")
    shunt_adc_mode = Field(ADCMode, "w0[6:3]", default=ADCMode.bits12, doc="resolution of the current")


class INA219Status(Container):
    """Supply voltage and current as a current meter sees them."""

    coordinate = INA219StatusOnBoard
    backends = ("I2CINA219RoRegister",)
    read_address = Address(0, stride=4, offsets=(1, 0))
    no_read_on = NOT_SIMULATED

    class BusVoltage(Linear, max=4000):
        """Steps of 4 mV."""

        def toUncalibratedVoltage(self) -> float:  # noqa: N802
            """Volt by the data sheet."""
            return int(self) * 4e-3

    class ShuntVoltage(Linear, min=-4000, max=4000):
        """Steps of 10 uV."""

        def toUncalibratedVoltage(self) -> float:  # noqa: N802
            """Volt by the data sheet."""
            return int(self) * 1e-5

    @dataclass
    class UncalibratedPower:
        """Power by the data sheets of meter (V) and shunt (Ohm)."""

        uncalibrated_bus_voltage: float
        uncalibrated_shunt_voltage: float
        shunt_resistance: float = 0.027

        def calculate(self) -> float:
            """Watt."""
            return self.uncalibrated_bus_voltage * self.uncalibrated_shunt_voltage / self.shunt_resistance

        def __repr__(self) -> str:
            return f"UncalibratedPower({self.calculate()} W)"

    bus_voltage = Field(BusVoltage, read="w0[15:3]", unit="4 mV", doc="supply voltage")
    bus_voltage_overflow = Field(bool, read="w0[0]", doc="the current or power is beyond the meter's range")
    shunt_voltage = Field(ShuntVoltage, read="w1[15] w1[11:0]", is_signed=True, unit="10 uV", doc="voltage across the shunt resistor")

    def toUncalibratedPower(self) -> INA219Status.UncalibratedPower:  # noqa: N802
        """Power by the data sheets."""
        return INA219Status.UncalibratedPower(self.bus_voltage.toUncalibratedVoltage(), self.shunt_voltage.toUncalibratedVoltage())
