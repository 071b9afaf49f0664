"""The wire's containers: the string forms, ranges and defaults of the original, capabilities, copies."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fisch
from fisch.backends import ACCESS, Backend, Sequence
from halco import Enum, OmnibusAddress, RangeError, SpikeLabel

ALL = list(fisch.CONTAINERS.values())
NUMBERS = [cls for cls in ALL if cls.Value is not None and hasattr(cls.Value, "max")]

# class, largest value, default value
RANGES = [
    (fisch.PollingOmnibusBlock, 1, 1),
    (fisch.Barrier, 0x1F, 0),
    (fisch.WaitUntil, 0xFFFFFFFF, 0),
    (fisch.SystimeSync, 1, 0),
    (fisch.OmnibusChipOverJTAG, 0xFFFFFFFF, 0),
    (fisch.JTAGClockScaler, 0xFF, 0),
    (fisch.JTAGIdCode, 0xFFFFFFFF, 0),
    (fisch.JTAGPLLRegister, 0xFFFFFFFF, 0),
    (fisch.JTAGPhyRegister, 0x3FFFFF, 0),
    (fisch.ResetChip, 1, 0),
    (fisch.Timer, 0xFFFFFFFF, 0),
    (fisch.SPIDACDataRegister, 0xFFF, 0),
    (fisch.SPIDACControlRegister, 0x1FFF, 0),
    (fisch.SPIShiftRegister, 0xFFFFFF, 0),
    (fisch.I2CIdRegister, 0xFFFFFFFF, 0),
    (fisch.I2CTempRegister, 0xFFFF, 0),
    (fisch.I2CINA219RoRegister, 0xFFFF, 0),
    (fisch.I2CINA219RwRegister, 0xFFFF, 0),
    (fisch.I2CTCA9554RoRegister, 0xFF, 0),
    (fisch.I2CTCA9554RwRegister, 0xFF, 0),
    (fisch.I2CAD5252RwRegister, 0xFF, 0),
    (fisch.I2CDAC6573RwRegister, 0x3FF, 0),
    (fisch.I2CTCA9546Register, 0xFF, 0),
]


@pytest.mark.parametrize(
    ("container", "text"),
    [
        (fisch.JTAGIdCode(), "JTAGIdCode(0x0)"),
        (fisch.JTAGIdCode(0x348580AF), "JTAGIdCode(0x348580af)"),
        (fisch.JTAGClockScaler(3), "JTAGClockScaler(3)"),
        (fisch.ResetJTAGTap(), "ResetJTAGTap()"),
        (fisch.OmnibusChipOverJTAG(12), "OmnibusChipOverJTAG(0d12 0xc 0b00000000000000000000000000001100)"),
        (
            fisch.Omnibus(fisch.Omnibus.Value(12, [True, True, False, True])),
            "Omnibus(0d12 0xc 0b00000000000000000000000000001100, byte_enables: 1101)",
        ),
        (fisch.JTAGPLLRegister(12), "JTAGPLLRegister(0d12 0xc 0b00000000000000000000000000001100)"),
        (fisch.JTAGPhyRegister(12), "JTAGPhyRegister(0d12 0xc 0b0000000000000000001100)"),
        (fisch.ResetChip(True), "ResetChip(true)"),
        (fisch.Timer(), "Timer(0)"),
        (fisch.WaitUntil(12), "WaitUntil(12)"),
        (fisch.Barrier(5), "Barrier(0d5 0x5 0b00101)"),
        (fisch.PollingOmnibusBlock(False), "PollingOmnibusBlock(false)"),
        (fisch.SystimeSync(True), "SystimeSync(true)"),
        (fisch.SPIShiftRegister(12), "SPIShiftRegister(0d12 0xc 0b000000000000000000001100)"),
        (fisch.SPIDACDataRegister(12), "SPIDACDataRegister(0d12 0xc 0b000000001100)"),
        (fisch.SPIDACControlRegister(12), "SPIDACControlRegister(0d12 0xc 0b0000000001100)"),
        (fisch.SpikePack2ToChip([SpikeLabel(10), 11]), "SpikePack2ToChip(SpikeLabel(10), SpikeLabel(11))"),
        (fisch.NullPayloadReadable(), "NullPayloadReadable()"),
        (fisch.I2CIdRegister(12), "I2CIdRegister(0d12 0xc 0b00000000000000000000000000001100)"),
        (fisch.I2CTempRegister(12), "I2CTempRegister(0d12 0xc 0b0000000000001100)"),
        (fisch.I2CDAC6573RwRegister(12), "I2CDAC6573RwRegister(0d12 0xc 0b0000000000001100)"),
        (fisch.I2CAD5252RwRegister(12), "I2CAD5252RwRegister(0d12 0xc 0b00001100)"),
        (
            fisch.SpikeFromChip(SpikeLabel(12), fisch.ChipTime(3), fisch.FPGATime(6)),
            "SpikeFromChip(SpikeLabel(12), ChipTime(3), FPGATime(6))",
        ),
        (
            fisch.MADCSampleFromChip(
                fisch.MADCSampleFromChip.Value(5), fisch.MADCSampleFromChip.Channel(1), fisch.ChipTime(3), fisch.FPGATime(7)
            ),
            "MADCSampleFromChip(Value(5), Channel(1), ChipTime(3), FPGATime(7))",
        ),
        (
            fisch.HighspeedLinkNotification(fisch.HighspeedLinkNotification.Value(12), fisch.FPGATime(6)),
            "HighspeedLinkNotification(Value(12), FPGATime(6))",
        ),
    ],
    ids=str,
)
def test_string_forms_are_the_originals(container, text):
    assert str(container) == repr(container) == text


def test_there_is_one_container_per_backend():
    assert list(fisch.CONTAINERS) == list(Backend)
    for backend, cls in fisch.CONTAINERS.items():
        assert cls.__name__ == backend.name
        assert cls.coordinate_type.__name__ == ACCESS[backend].coordinate
    assert len({cls.coordinate_type for cls in ALL}) == len(Backend)


@pytest.mark.parametrize(("cls", "largest", "default"), RANGES, ids=lambda part: getattr(part, "__name__", None))
def test_ranges_and_defaults_are_the_originals(cls, largest, default):
    assert int(cls().get()) == default
    assert (cls.Value.min, cls.Value.max) == (0, largest)
    assert cls(largest).get() == cls.Value(largest)
    if largest == 1:  # a flag of the original's
        assert int(cls(2).get()) == int(cls(-1).get()) == 1
        return
    for wrong in (largest + 1, -1):
        with pytest.raises(RangeError) as caught:
            cls(wrong)
        assert isinstance(caught.value, OverflowError)


def test_every_number_is_in_the_table_of_ranges():
    assert [cls for cls, *_ in RANGES] == NUMBERS


@pytest.mark.parametrize("cls", NUMBERS, ids=lambda cls: cls.__name__)
@given(st.data())
def test_values_come_back(cls, data):
    number = data.draw(st.integers(0, cls.Value.max))
    container = cls()
    container.set(cls.Value(number))
    assert int(container.get()) == number and type(container.get()) is cls.Value
    assert container == cls(number)
    assert (container == cls(cls.Value.max - number)) == (number == cls.Value.max - number)


@given(st.integers(0, 2**32 - 1), st.lists(st.booleans(), min_size=4, max_size=4))
def test_omnibus_values_come_back(word, enables):
    value = fisch.Omnibus.Value(word, enables)
    container = fisch.Omnibus(value)
    assert container.get() == value and container.get().byte_enables == tuple(enables)
    assert int(value) == word and isinstance(value.word, fisch.Omnibus.Value.Word)
    assert (container == fisch.Omnibus(word)) == all(enables)


@pytest.mark.parametrize("cls", [fisch.SpikePack1ToChip, fisch.SpikePack2ToChip, fisch.SpikePack3ToChip])
@given(st.data())
def test_labels_come_back(cls, data):
    n = cls.Value.labels
    labels = data.draw(st.lists(st.integers(0, 0xFFFF), min_size=n, max_size=n))
    assert [int(label) for label in cls(labels).get()] == labels
    assert all(isinstance(label, SpikeLabel) for label in cls(labels).get())
    for wrong in (labels[1:], [*labels, 0]):
        with pytest.raises(fisch.UsageError, match=f"takes {n} labels, not {len(wrong)}"):
            cls(wrong)


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_copies_are_equal_and_independent(cls):
    container = cls()
    for other in (copy.copy(container), copy.deepcopy(container), pickle.loads(pickle.dumps(container))):
        assert other == container and other is not container
    assert container != object()


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_containers_can_be_derived_from(cls):
    """Somebody's own variant with attributes of its own stands on the same coordinate."""

    class Derived(cls):
        def __init__(self, *args):
            super().__init__(*args)
            self.note = 3

    builder, original = fisch.PlaybackProgramBuilder(), fisch.PlaybackProgramBuilder()
    if ACCESS[cls.backend].write != Sequence.NONE:
        builder.write(cls.coordinate_type(), Derived())
        original.write(cls.coordinate_type(), cls())
        assert builder.words.tolist() == original.words.tolist() != []
    assert Derived().note == 3 and str(Derived()) == str(cls())


def test_values_of_other_classes_are_refused():
    for wrong in (fisch.Timer.Value(0), Enum(0), "0", 0.5, [0]):
        with pytest.raises(TypeError):
            fisch.Barrier(wrong)
    with pytest.raises(fisch.UsageError, match=r"^Barrier takes a Barrier, not Timer\(0\)$"):
        fisch.Barrier(fisch.Timer.Value(0))
    with pytest.raises(fisch.UsageError, match="has no value"):
        fisch.ResetJTAGTap(1)


def test_barriers_have_names():
    names = ("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")
    assert [int(getattr(fisch.Barrier.Value, name)) for name in names] == [1, 2, 4, 8, 16]


def test_reports_compare_by_value():
    spike = fisch.SpikeFromChip(SpikeLabel(12))
    assert spike == fisch.SpikeFromChip(SpikeLabel(12)) != fisch.SpikeFromChip(SpikeLabel(13))
    spike.chip_time = fisch.ChipTime(3)
    assert spike != fisch.SpikeFromChip(SpikeLabel(12))
    assert fisch.FPGATime.max == fisch.ChipTime.max == 2**43 - 1
    assert (fisch.TimeoutNotification.TraceStallCnt.max, fisch.TimeoutNotification.OmnibusReadInFlightCnt.max) == (96, 52)


def test_addresses_of_the_omnibus_are_no_containers():
    with pytest.raises(fisch.UsageError, match="is not a container of the wire"):
        fisch.PlaybackProgramBuilder().write_array(OmnibusAddress, [0], [0])
