"""Every container that the original constructs from values takes them here, by position and by the original's names."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import fisch
import haldls
from halco import NeuronBackendAddressOut, PPUMemoryBlockOnPPU, PPUMemoryWordOnDLS, SpikeIOAddress, SpikeLabel
from haldls import lola

# class, {the original's parameter: value}, {attribute: its value afterwards}; the constructors of its headers
CONSTRUCTORS: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (haldls.PollingOmnibusBlock, {"enable_expects_equality": False}, {"enable_expects_equality": False}),
    (haldls.CapMemCell, {"value": 5}, {"value": 5}),
    (haldls.CapMemCell, {"value": haldls.CapMemCell.DisableRefresh()}, {"value": haldls.CapMemCell.DisableRefresh()}),
    (haldls.SpikePack1ToChip, {"labels": [1]}, {"labels": [1]}),
    (haldls.SpikePack2ToChip, {"labels": [1, 2]}, {"labels": [1, 2]}),
    (haldls.SpikePack3ToChip, {"labels": [1, 2, SpikeLabel(3)]}, {"labels": [1, 2, 3]}),
    (
        haldls.SpikeFromChip,
        {"label": SpikeLabel(3), "fpga_time": haldls.FPGATime(4), "chip_time": haldls.ChipTime(5)},
        {"label": SpikeLabel(3), "fpga_time": 4, "chip_time": 5},
    ),
    (
        haldls.MADCSampleFromChip,
        {
            "value": haldls.MADCSampleFromChip.Value(3),
            "channel": haldls.MADCSampleFromChip.Channel(1),
            "fpga_time": haldls.FPGATime(4),
            "chip_time": haldls.ChipTime(5),
        },
        {"value": 3, "channel": 1, "fpga_time": 4, "chip_time": 5},
    ),
    (haldls.FPGASystimeSyncNumRetries, {"value": 5}, {"value": 5}),
    (haldls.FPGASystimeSyncLastRTT, {"value": 5}, {"value": 5}),
    (haldls.FPGASystimeSyncLastAsicSystime, {"value": 5}, {"value": 5}),
    (haldls.FPGASystimeSyncActiveState, {"active_state": True}, {"active_state": True}),
    (haldls.FPGADeviceDNA, {"value": 5}, {"value": 5}),
    (haldls.ExternalPPUMemoryByte, {"value": 5}, {"value": 5}),
    (haldls.ExternalPPUDRAMMemoryByte, {"value": 5}, {"value": 5}),
    (haldls.SpikeIOInputRoute, {"label": SpikeLabel(5)}, {"target": 5}),
    (haldls.SpikeIOOutputRoute, {"serial_address": SpikeIOAddress(5)}, {"target": 5}),
    (haldls.DAC6573ChannelConfig, {"value": 5}, {"value": 5}),
    (haldls.JTAGClockScaler, {"value": 5}, {"value": 5}),
    (haldls.PerfTest, {"value": True}, {"enable": True}),
    (haldls.PPUMemoryWord, {"value": 5}, {"value": 5}),
    (haldls.PPUMemoryBlock, {"size": 5}, {"words": [haldls.PPUMemoryWord()] * 5}),
    (haldls.PPUMemory, {"words": [haldls.PPUMemoryWord(5)] * 4096}, {"words": [haldls.PPUMemoryWord(5)] * 4096}),
    (haldls.ResetChip, {"value": True}, {"value": True}),
    (haldls.CrossbarInputDropCounter, {"value": 5}, {"value": 5}),
    (haldls.CrossbarOutputEventCounter, {"value": 5}, {"value": 5}),
    (haldls.DACChannel, {"value": 5}, {"value": 5}),
    (haldls.SystimeSyncBase, {"value": 5}, {"value": 5}),
    (haldls.SystimeSync, {"do_sync": False}, {"do_sync": False}),
    (haldls.Timer, {"value": 5}, {"value": 5}),
    (haldls.VectorGeneratorNotificationAddress, {"word": PPUMemoryWordOnDLS(4099)}, {"value": 0x3800003}),
    (
        lola.MCSafeAtomicNeuron,
        {"source": lola.AtomicNeuron(leak=lola.AtomicNeuron.Leak(v_leak=7))},
        {"leak": lola.AtomicNeuron.Leak(v_leak=7)},
    ),
    (
        lola.MCSafeAtomicNeuron.Multicompartment,
        {"source": lola.AtomicNeuron.Multicompartment(i_bias_nmda=7, connect_right=True)},
        {"i_bias_nmda": 7},
    ),
    (lola.ExternalPPUMemoryBlock, {"size": 5}, {"bytes": [haldls.ExternalPPUMemoryByte()] * 5}),
    (lola.ExternalPPUDRAMMemoryBlock, {"size": 5}, {"bytes": [haldls.ExternalPPUDRAMMemoryByte()] * 5}),
    (
        lola.PPUProgram.Symbol,
        {"type": lola.PPUProgram.Symbol.Type.object, "coord": PPUMemoryBlockOnPPU(3, 5)},
        {"coordinate": PPUMemoryBlockOnPPU(3, 5)},
    ),
    (lola.ChipAndSinglechipFPGA, {"chip": lola.Chip(), "fpga": lola.SinglechipFPGA()}, {"fpga": lola.SinglechipFPGA()}),
    (
        lola.ChipAndMultichipJboaLeafFPGA,
        {"chip": lola.Chip(), "fpga": lola.MultichipJboaLeafFPGA()},
        {"fpga": lola.MultichipJboaLeafFPGA()},
    ),
    (
        lola.AtomicNeuron.EventRouting,
        {
            "analog_output": lola.AtomicNeuron.EventRouting.AnalogOutputMode.strong,
            "enable_digital": True,
            "enable_bypass_excitatory": False,
            "enable_bypass_inhibitory": True,
            "address": NeuronBackendAddressOut(9),
            "enable_post_overwrite": True,
        },
        {"analog_output": 2, "enable_digital": True, "enable_bypass_inhibitory": True, "address": 9, "enable_post_overwrite": True},
    ),
]


@pytest.mark.parametrize(("cls", "values", "meant"), CONSTRUCTORS, ids=[row[0].__qualname__ for row in CONSTRUCTORS])
def test_constructor(cls: Any, values: dict[str, Any], meant: dict[str, Any]) -> None:
    for made in (cls(*values.values()), cls(**values)):
        for name, value in meant.items():
            assert getattr(made, name) == value, name
    if hasattr(cls, "fields"):
        with pytest.raises(TypeError):
            cls(*values.values(), *[0] * 9)
        with pytest.raises(TypeError):
            cls(*values.values(), **values)
        assert pickle.loads(pickle.dumps(made)) == cls(made) == made


@pytest.mark.parametrize("cls", list(fisch.CONTAINERS.values()), ids=lambda cls: cls.__name__)
def test_containers_of_the_wire_are_made_from_their_value(cls: Any) -> None:
    if cls.Value is None:
        return
    assert cls().get() == cls(cls().get()).get() == cls(value=cls().get()).get()
    if issubclass(cls.Value, tuple):
        for wrong in (5, [1] * 9, ["x"] * cls.Value.labels):
            with pytest.raises((TypeError, RuntimeError), match=r"SpikePack|SpikeLabel"):
                cls(wrong)
        return
    assert int(cls(np.int64(1)).get()) == int(cls(1).get()) == 1
    for wrong in ("1", [1, 2], object()):
        with pytest.raises((TypeError, RuntimeError), match=cls.__name__):
            cls(wrong)


@pytest.mark.parametrize("cls", [fisch.PollingOmnibusBlock, fisch.SystimeSync, fisch.ResetChip])
def test_flags_of_the_wire_are_whatever_python_calls_true(cls: Any) -> None:
    container = cls()
    for value, meant in ((5, 1), (-3, 1), (1.0, 1), (np.int64(7), 1), (np.bool_(True), 1), (None, 0), (0.0, 0), (np.uint8(0), 0)):
        assert cls.Value(value) == meant
        container.set(cls.Value(value))
        assert container.get() == meant
        if value is not None:
            container.set(value)
            assert container.get() == cls(value).get() == meant
    for wrong in ("1", [1], {}):
        with pytest.raises(TypeError, match=cls.__name__):
            cls.Value(wrong)
    word = fisch.Omnibus.Value(3, [np.int64(1), 0.0, None, 5])
    assert word.byte_enables == (True, False, False, True)
    with pytest.raises(TypeError, match="byte enables"):
        fisch.Omnibus.Value(3, ["1", "0", "1", "1"])
