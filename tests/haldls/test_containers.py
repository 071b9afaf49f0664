"""What users notice of containers: fields, errors, copies, presets, accessors."""

from __future__ import annotations

import copy
import inspect
import pickle
from enum import IntEnum
from typing import Any

import numpy as np
import pytest

import haldls
from halco import (
    AtomicNeuronOnDLS,
    CapMemCellOnCapMemBlock,
    DACChannelOnDAC,
    EntryOnQuad,
    HemisphereOnDLS,
    NeuronConfigOnDLS,
    PLLClockOutputOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnPPU,
    PPUOnDLS,
    RangeError,
    SourceMultiplexerOnReadoutSourceSelection,
    SynapticInputOnNeuron,
)
from haldls import lola


class Backend(IntEnum):
    """A user's enumeration of backends; only its names count."""

    OmnibusChipOverJTAG = 0
    Omnibus = 1
    PLL = 2


def test_fields_take_numbers_and_values_of_their_type() -> None:
    config = haldls.NeuronConfig()
    config.membrane_capacitor_size = 5
    assert config.membrane_capacitor_size == haldls.NeuronConfig.MembraneCapacitorSize(5)
    config.membrane_capacitor_size = haldls.NeuronConfig.MembraneCapacitorSize(6)
    config.readout_source = haldls.NeuronConfig.ReadoutSource.adaptation
    config.enable_fire = np.True_
    assert (int(config.membrane_capacitor_size), config.readout_source.name, config.enable_fire) == (6, "adaptation", True)


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        ("membrane_capacitor_size", 64, RangeError, r"range overflow: 64 > max\(63\) \(NeuronConfig.membrane_capacitor_size takes"),
        ("membrane_capacitor_size", -1, RangeError, r"range underflow: -1 < min\(0\)"),
        ("membrane_capacitor_size", haldls.SynapseWeightQuad.Value(3), TypeError, "MembraneCapacitorSize"),
        ("membrane_capacitor_size", 1.0, TypeError, "MembraneCapacitorSize"),
        ("enable_fire", [1], TypeError, "NeuronConfig.enable_fire takes True or False"),
        ("enable_fire", "yes", TypeError, "enable_fire takes True or False"),
        ("readout_source", 4, TypeError, "membrane, exc_synin, inh_synin, adaptation"),
        ("readout_source", haldls.SynapseDriverConfig.RowMode.inhibitory, TypeError, "ReadoutSource"),
        ("enable_fyre", True, AttributeError, "enable_fyre"),
    ],
)
def test_wrong_values_are_refused_and_change_nothing(name: str, value: Any, error: type[Exception], text: str) -> None:
    config = haldls.NeuronConfig(enable_fire=True, membrane_capacitor_size=7)
    before = haldls.NeuronConfig(config)
    with pytest.raises(error, match=text):
        setattr(config, name, value)
    assert config == before


def test_range_errors_are_both_overflow_and_runtime_errors() -> None:
    assert issubclass(RangeError, OverflowError) and issubclass(RangeError, RuntimeError)


def test_construction() -> None:
    assert haldls.CapMemCell(5) == haldls.CapMemCell(value=5)
    with pytest.raises(TypeError, match="no field 'valeu'"):
        haldls.CapMemCell(valeu=5)
    with pytest.raises(TypeError, match="at most 1 values, 2"):
        haldls.CapMemCell(5, 6)
    assert haldls.SpikePack2ToChip([1, 2]).encode().tolist() == [1, 2]
    with pytest.raises(ValueError, match="labels holds 2 values, 1"):
        haldls.SpikePack2ToChip([1])


@pytest.mark.parametrize("cls", haldls.containers, ids=lambda cls: cls.__name__)
def test_copies_are_equal_and_independent(cls: Any) -> None:
    original = cls()
    for again in (cls(original), copy.copy(original), copy.deepcopy(original), pickle.loads(pickle.dumps(original))):
        assert again == original and (again != original) is False and again is not original
    assert repr(original).startswith(cls.__name__)
    with pytest.raises(TypeError):
        hash(original)


def test_copies_do_not_share_fields() -> None:
    original = haldls.SynapseQuad()
    again = haldls.SynapseQuad(original)
    again.weights[EntryOnQuad(2)] = 63
    assert original.weights[2] == 0 and again != original


@pytest.mark.parametrize("cls", haldls.containers, ids=lambda cls: cls.__name__)
def test_every_field_is_documented(cls: Any) -> None:
    assert cls.__doc__ and cls.__doc__ != haldls.Container.__doc__
    for field in cls.fields():
        assert len(field.doc) > 3, field.name


@pytest.mark.parametrize("cls", haldls.containers, ids=lambda cls: cls.__name__)
def test_stored_containers_can_be_read_again(cls: Any) -> None:
    container, again = cls(), cls()
    field = next((field for field in cls.fields() if not field.readonly and field.type is bool and field.count == 1), None)
    if field is not None:
        setattr(container, field.name, not getattr(container, field.name))
    haldls.from_json(again, haldls.to_json(container))
    assert again == container
    again = cls()
    haldls.from_portablebinary(again, haldls.to_portablebinary(container))
    assert again == container


def test_stored_containers_are_refused_where_they_do_not_fit() -> None:
    cell = haldls.CapMemCell(7)
    with pytest.raises(haldls.SerializationError, match=r"'m_value' is missing"):
        haldls.from_json(cell, haldls.to_json(haldls.Timer()))
    with pytest.raises(haldls.SerializationError, match=r"max\(1022\)"):
        haldls.from_portablebinary(cell, haldls.to_portablebinary(haldls.CapMemCell(7)).replace(b"\x07\0", b"\0\x07"))
    assert cell == haldls.CapMemCell(7)


def test_arrays_are_views() -> None:
    quad = haldls.SynapseQuad()
    quad.weights[EntryOnQuad(1)] = 9
    quad.labels.fill(5)
    quad.amp_calibs.from_numpy(np.array([0, 1, 2, 3]))
    assert quad.weights.to_numpy().tolist() == [0, 9, 0, 0]
    assert [int(label) for label in quad.labels] == [5] * 4
    assert (quad.amp_calibs.front(), quad.amp_calibs.back(), quad.amp_calibs.at(2)) == (0, 3, 2)
    assert (len(quad.weights), quad.weights.size, quad.weights.max_size, quad.weights.empty) == (4, 4, 4, False)


def test_arrays_that_are_copies_have_to_be_set_again() -> None:
    word = haldls.VectorGeneratorFIFOWord()
    values = word.values
    values[0] = 3
    assert word.values[0] == 0
    word.values = values
    assert word.values[0] == 3


def test_array_errors() -> None:
    quad = haldls.SynapseQuad()
    with pytest.raises(RangeError, match="64 > max"):
        quad.weights[0] = 64
    with pytest.raises(IndexError, match="4 elements"):
        quad.weights[4]
    with pytest.raises(TypeError, match="EntryOnQuad"):
        quad.weights[HemisphereOnDLS(1)]
    with pytest.raises(RuntimeError, match="Input shape does not match"):
        quad.weights.from_numpy(np.zeros(3, dtype=int))
    with pytest.raises(RangeError):
        quad.weights.from_numpy(np.array([1, 2, 3, 99]))
    assert quad == haldls.SynapseQuad()


def test_structures_are_given_and_taken_as_copies() -> None:
    block = haldls.PLLClockOutputBlock()
    output = block.get_clock_output(PLLClockOutputOnDLS.ppu_clk)
    assert (int(output.select_adpll), output.select_adpll_output) == (1, haldls.ADPLL.Output.core_1)
    output.enable_bypass = True
    assert block == haldls.PLLClockOutputBlock()
    block.set_clock_output(PLLClockOutputOnDLS.ppu_clk, output)
    assert block.encode()[0] == haldls.PLLClockOutputBlock().encode()[0] | 1 << 17
    with pytest.raises(TypeError, match="ClockOutput"):
        block.set_clock_output(PLLClockOutputOnDLS.ppu_clk, haldls.ColumnCurrentQuad.ColumnCurrentSwitch())
    with pytest.raises(IndexError):
        block.get_clock_output(4)


def test_readout_multiplexer() -> None:
    selection = haldls.ReadoutSourceSelection()
    multiplexer = haldls.ReadoutSourceSelection.SourceMultiplexer()
    multiplexer.neuron_even[HemisphereOnDLS.bottom] = True
    selection.set_buffer(SourceMultiplexerOnReadoutSourceSelection(1), multiplexer)
    assert selection.encode().tolist() == [0, 1 << 12]
    assert selection.get_buffer(SourceMultiplexerOnReadoutSourceSelection(1)) == multiplexer


def test_element_accessors() -> None:
    control = haldls.DACControl()
    control.set_enable_channel(DACChannelOnDAC(3), False)
    assert control.get_enable_channel(DACChannelOnDAC(3)) is False
    assert control.encode().tolist() == [0xC, 8]


def test_union() -> None:
    cell = haldls.CapMemCell(haldls.CapMemCell.DisableRefresh())
    assert cell.value == haldls.CapMemCell.DisableRefresh(1023) and cell.encode().tolist() == [1023]
    cell.value = 1022
    assert type(cell.value) is haldls.CapMemCell.Value
    with pytest.raises(RangeError, match="1023 > max"):
        cell.value = 1023


def test_only_some_values() -> None:
    block = haldls.PLLClockOutputBlock()
    with pytest.raises(ValueError, match=r"only one of \[1, 3\]"):
        block.spl1_source = PLLClockOutputOnDLS.ppu_clk
    block.spl1_source = PLLClockOutputOnDLS.madc_clk
    assert block.encode()[0] >> 31 == 1


def test_fields_that_can_only_be_read() -> None:
    status = haldls.PPUStatusRegister()
    with pytest.raises(AttributeError, match="can only be read"):
        status.sleep = True
    status.decode([4])
    assert status.sleep is True


def test_registers_may_hold_numbers_without_a_name() -> None:
    config = haldls.CapMemBlockConfig()
    words = config.encode()
    words[2] = 3
    config.decode(words)
    assert config.debug_v_ref_select == 3


def test_jtag_identity_has_a_marker() -> None:
    identity = haldls.JTAGIdCode()
    identity.decode([0x348580AF])
    assert (int(identity.version), int(identity.part_number), int(identity.manufacturer_id)) == (3, 0x4858, 0x57)
    with pytest.raises(RuntimeError, match="0x348580ae is no JTAG identity"):
        identity.decode([0x348580AE])


def test_debug_cell_of_the_capacitive_memory() -> None:
    config = haldls.CapMemBlockConfig(debug_capmem_coord=CapMemCellOnCapMemBlock(130 * 2 + 7))
    assert config.encode()[:2].tolist() == [0, 0]
    config.debug_readout_enable = True
    assert config.encode()[:2].tolist() == [1 << 21, 7]


def test_hagen_fields_are_parts_of_the_address() -> None:
    event = haldls.PADIEvent(event_address=0b100011)
    assert (int(event.hagen_address), int(event.hagen_activation)) == (1, 3)
    event.hagen_address, event.hagen_activation = 0, 17
    assert int(event.event_address) == 17
    with pytest.raises(RangeError):
        event.hagen_activation = 32


def test_thermometer_code() -> None:
    words = [int(haldls.CurrentDAC(current=value).encode()[0]) for value in (63, 64, 128, 192)]
    assert words == [63, 1 << 8, 3 << 8, 7 << 8]


def test_gray_code() -> None:
    assert haldls.CapMemSRAMTimingConfig().encode().tolist() == [0xF, 0x1E]


def test_a_byte_stands_in_its_lane() -> None:
    byte = haldls.ExternalPPUMemoryByte(0xAB)
    _, words, enables = byte.write_access(haldls.ExternalPPUMemoryByte.coordinate(6))
    assert (words.tolist(), enables.tolist()) == ([0xAB << 8], [0b10])


def test_byte_enables_are_fields() -> None:
    quad = haldls.ExternalPPUMemoryQuad(quad=[1, 2, 3, 4], enables=[True, False, False, True])
    _, words, enables = quad.write_access(haldls.ExternalPPUMemoryQuad.coordinate(0))
    assert (words.tolist(), enables.tolist()) == ([0x01020304], [0b1001])


def test_coordinates_of_another_kind_are_refused() -> None:
    for access in (haldls.NeuronConfig().write_access, haldls.NeuronConfig.read_access, haldls.NeuronConfig().encode):
        with pytest.raises(haldls.CoordinateError, match="NeuronConfig stands on NeuronConfigOnDLS, not on AtomicNeuronOnDLS"):
            access(AtomicNeuronOnDLS(3))


def test_backends_by_name_and_enumerator() -> None:
    config, place = haldls.NeuronConfig(enable_fire=True), NeuronConfigOnDLS(3)
    for backend in (None, "Omnibus", "OmnibusChipOverJTAG", Backend.Omnibus, Backend.OmnibusChipOverJTAG):
        assert config.write_access(place, backend)[0].tolist() == list(range(0x16001A, 0x160020))
    for backend in ("JTAGPLLRegister", Backend.PLL):
        with pytest.raises(
            haldls.UnknownBackendError, match=r"cannot be accessed over backend .*\(it knows: Omnibus, OmnibusChipOverJTAG\)"
        ):
            config.encode(backend=backend)


def test_what_jtag_registers_shift_out_is_not_their_contents() -> None:
    pll = haldls.ADPLL(tune=7)
    pll.decode([0, 0], backend="JTAGPLLRegister")
    assert pll == haldls.ADPLL(tune=7)
    pll.decode(haldls.ADPLL().encode(), backend="OmnibusChipOverJTAG")
    assert pll == haldls.ADPLL()


def test_a_wrong_number_of_words_is_refused() -> None:
    with pytest.raises(haldls.ContainerError, match="6 words"):
        haldls.NeuronConfig().decode([0] * 5)


def test_users_may_derive_containers() -> None:
    class Mine(haldls.NeuronConfig):
        """A user's container."""

        def quiet(self) -> bool:
            return not self.enable_fire

    assert Mine(enable_fire=True).encode().tolist() == haldls.NeuronConfig(enable_fire=True).encode().tolist()
    assert Mine().quiet()


def test_clocks() -> None:
    pll = haldls.ADPLL()
    outputs = [pll.calculate_output_frequency(output) for output in haldls.ADPLL.Output]
    assert outputs == [500e6, 250e6, 500e6]
    assert pll.calculate_output_frequency(haldls.ADPLL.Output.core_0, 25e6) == 250e6
    config = haldls.MADCConfig()
    assert config.calculate_sample_rate(500e6) == 500e6 / 17
    config.enable_madc_clock_scaling, config.madc_clock_scale_value = True, 4
    assert config.calculate_sample_rate(500e6) == 50e6 / 17


def test_swapping_readout_buffers_warns(caplog: pytest.LogCaptureFixture) -> None:
    haldls.MADCConfig(active_mux_input_select_length=1).encode()
    assert not caplog.records
    haldls.MADCConfig(active_mux_input_select_length=2).encode()
    assert [record.name for record in caplog.records] == ["haldls.MADCConfig"]


def test_presets() -> None:
    assert [
        int(getattr(haldls.Barrier, name).encode()[0]) for name in ("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")
    ] == [
        1,
        2,
        4,
        8,
        16,
    ]
    assert haldls.CrossbarNode.drop_all.encode()[0] == 1 << 16
    assert [int(preset.value) for preset in (haldls.AD5252ChannelConfig.default_pot_25, haldls.AD5252ChannelConfig.default_pot_12)] == [
        0xA7,
        0xA8,
    ]
    assert list(haldls.TCA9546ChannelConfig.default_mux.channel_status) == [True, True, True, False]
    assert haldls.SpikeIOInputRoute().target == haldls.SpikeIOInputRoute.SILENT
    assert haldls.SpikeIOOutputRoute().target == haldls.SpikeIOOutputRoute.SILENT


def test_times_and_conditions() -> None:
    assert isinstance(haldls.Timer.Value(3), haldls.BlockUntil)
    assert isinstance(haldls.PollingOmnibusBlock(), haldls.BlockUntil) and isinstance(haldls.Barrier.jtag, haldls.Encodable)
    assert haldls.Timer.Value.fpga_clock_cycles_per_us == haldls.Timer.Value(125)
    assert int(100 * haldls.Timer.Value.fpga_clock_cycles_per_us) == 12500 == int(haldls.pll_and_omnibus_settling_duration)
    assert haldls.Timer(7).encode().tolist() == [0]  # a write resets the timer whatever stands in the container


def test_board_sensors() -> None:
    meter = haldls.INA219Status(bus_voltage=300, shunt_voltage=-270)
    assert meter.bus_voltage.toUncalibratedVoltage() == pytest.approx(1.2)
    assert meter.toUncalibratedPower().calculate() == pytest.approx(-0.12)
    assert haldls.TMP112Status.Temperature(256 * 25 + 15).toUncalibratedTemperature() == 25.0
    assert haldls.TMP112Status.Temperature(-17).toUncalibratedTemperature() == -0.0625


def test_calibration_current_reaches_the_line_that_is_named() -> None:
    config = haldls.MADCConfig()
    config.connect_iconv_synapse[SynapticInputOnNeuron(0)] = True
    assert config.encode()[9] == haldls.MADCConfig().encode()[9] | 1 << 11


def interval(first: int, last: int, ppu: int = 0) -> PPUMemoryBlockOnDLS:
    """Words of a PPU's memory."""
    return PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(first), PPUMemoryWordOnPPU(last)), PPUOnDLS(ppu))


def test_memory_blocks_are_as_long_as_their_interval() -> None:
    block = haldls.PPUMemoryBlock(3)
    block[1] = 0x12345678
    addresses, words, _ = block.write_access(interval(10, 12, 1))
    assert addresses.tolist() == [0x380000A, 0x380000B, 0x380000C] and words.tolist() == [0, 0x12345678, 0]
    with pytest.raises(RuntimeError, match="block of 3 words cannot be written"):
        block.write_access(interval(10, 13))
    with pytest.raises(RuntimeError, match="holds 3 words, 1"):
        block.words = [haldls.PPUMemoryWord(1)]
    with pytest.raises(IndexError):
        block[3]
    assert block.get_subblock(1, 2).words == [haldls.PPUMemoryWord(0x12345678), haldls.PPUMemoryWord(0)]
    with pytest.raises(RuntimeError, match="not all inside"):
        block.get_subblock(2, 2)


def test_memory_as_text() -> None:
    block = haldls.PPUMemoryBlock(3)
    block.decode([int.from_bytes(b"Hi\x07\n"), int.from_bytes(b"you\0"), int.from_bytes(b"gone")])
    assert block.to_string() == "Hi\nyou"


def test_memory_images(tmp_path: Any) -> None:
    image = tmp_path / "program"
    image.write_bytes(bytes(range(1, 7)))
    memory = haldls.PPUMemory()
    memory.set_word(PPUMemoryWordOnPPU(4095), 5)
    memory.load_from_file(str(image))
    assert [int(memory.get_word(PPUMemoryWordOnPPU(word))) for word in (0, 1, 2, 4095)] == [0x01020304, 0x05060000, 0, 0]
    image.write_bytes(bytes(16385))
    with pytest.raises(RuntimeError, match="16385 bytes, the memory holds 16384"):
        memory.load_from_file(str(image))
    with pytest.raises(RuntimeError, match="No such file"):
        memory.load_from_file(str(tmp_path / "none"))


def test_memory_blocks_of_the_memory() -> None:
    memory, block = haldls.PPUMemory(), haldls.PPUMemoryBlock(2)
    block[0], block[1] = 3, 4
    part = PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(7), PPUMemoryWordOnPPU(8))
    memory.set_block(part, block)
    assert memory.get_block(part) == block and int(memory.get_word(PPUMemoryWordOnPPU(8))) == 4
    with pytest.raises(RuntimeError, match="does not fit"):
        memory.set_block(part, haldls.PPUMemoryBlock(3))


def test_cells_of_a_block() -> None:
    block = haldls.CapMemBlock()
    block.set_cell(CapMemCellOnCapMemBlock(131), haldls.CapMemCell.DisableRefresh())
    assert block.get_cell(CapMemCellOnCapMemBlock(131)) == haldls.CapMemCell.DisableRefresh()
    assert block.encode()[131] == 1023 and block.encode().sum() == 1023


def test_events_from_the_chip() -> None:
    spike = haldls.SpikeFromChip()
    assert (int(spike.label), spike.fpga_time, spike.chip_time) == (0, haldls.FPGATime(0), haldls.ChipTime(0))
    sample = haldls.MADCSampleFromChip(haldls.MADCSampleFromChip.Value(3))
    assert sample == haldls.MADCSampleFromChip(value=haldls.MADCSampleFromChip.Value(3)) != haldls.MADCSampleFromChip()
    assert haldls.HighspeedLinkNotification().link_up is False


@pytest.mark.parametrize(
    ("container", "words", "text"),
    [
        (haldls.ADPLL(open_lock=True), [0, 0], r"range underflow: 0 < min\(1\)"),
        (haldls.CapMemBlockConfig(sub_counter=3), [1, 130, 0, 0, 0, 0, 5, 0, 0, 0], r"range overflow: 130 > max\(129\)"),
        (haldls.CapMemBlockConfig(sub_counter=3), [0, 0, 0, 0, 0, 0, 7 << 24, 0, 0, 0], r"range overflow: 7 > max\(6\)"),
        (haldls.SpikeIOConfig(data_rate_scaler=3), [0], r"range underflow: 0 < min\(1\)"),
    ],
)
def test_contents_that_no_field_can_hold_are_refused_and_change_nothing(container: Any, words: list[int], text: str) -> None:
    before = copy.copy(container)
    backend = "OmnibusChipOverJTAG" if isinstance(container, haldls.ADPLL) else None
    with pytest.raises(RangeError, match=text):
        container.decode(words, backend=backend)
    assert container == before


def test_the_column_put_out_means_nothing_while_no_row_is_selected() -> None:
    config = haldls.CapMemBlockConfig(debug_readout_enable=True, debug_capmem_coord=5)
    config.decode([0, 200, 0, 0, 0, 0, 0, 0, 0, 0])
    assert (config.debug_readout_enable, int(config.debug_capmem_coord)) == (False, 0)


def test_instances_show_their_fields_and_parts_alone() -> None:
    """Clients take whatever an instance shows, in small letters and not a method, for a parameter."""
    neuron = lola.AtomicNeuron()
    shown = {name: value for name, value in inspect.getmembers(neuron) if name[0].islower() and not callable(value)}
    assert set(shown) == {field.name for field in lola.AtomicNeuron.fields()}
    for part in shown.values():
        names = {name for name, _ in inspect.getmembers(part) if name[0].islower()}
        assert names - {"bypass_exc", "bypass_inh", "enabled", "disabled"} == {field.name for field in type(part).fields()}


@pytest.mark.parametrize(
    "enums, error", [([512], RangeError), ([-1], RangeError), ([1.5], TypeError), (["a"], TypeError), (600, RangeError)]
)
def test_addresses_of_places_that_are_not_there(enums, error):
    for addresses in (haldls.NeuronConfig.write_addresses, haldls.NeuronConfig.read_addresses):
        with pytest.raises(error, match="NeuronConfigOnDLS"):
            addresses(enums)
    assert haldls.NeuronConfig.write_addresses([]).shape == (0, 6)
