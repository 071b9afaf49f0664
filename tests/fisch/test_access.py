"""Access sequences against those of the original, and the words that come out of their responses."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import fisch
from fisch import Backend, access
from fisch.backends import ACCESS, Sequence

GOLDEN = Path(__file__).parents[1] / "golden" / "ut_access.jsonl.gz"
with gzip.open(GOLDEN, "rt") as file:
    ROWS = [json.loads(line) for line in file]
PROGRAM = {row["name"]: row["words"] for row in ROWS if row["access"] == "program"}


def hexes(buffer: fisch.WordBuffer) -> list[str]:
    return [f"{word:016x}" for word in buffer.to_numpy()]


def write(*accesses) -> list[str]:
    """Words of writes, each (backend, addresses, words)."""
    buffer = fisch.WordBuffer()
    for backend, addresses, words in accesses:
        before = len(buffer)
        assert access.write(buffer, backend, addresses, words) == len(buffer) - before
    return hexes(buffer)


@pytest.mark.parametrize("row", [row for row in ROWS if row["access"] == "write"], ids=lambda row: row["name"])
def test_writes_are_the_originals(row):
    buffer = fisch.WordBuffer()
    labels = row["name"].startswith("SpikePack")
    words = row["w"][0][1] if labels else [int(word) for _, word, *_ in row["w"]]
    addresses = [0] * len(words) if labels else [address for address, *_ in row["w"]]
    enables = [word[2] if len(word) == 3 else 15 for word in row["w"]] if row["backend"] == "Omnibus" else None
    access.write(buffer, fisch.backend(row["backend"]), addresses, words, enables)
    assert hexes(buffer) == row["words"]


@pytest.mark.parametrize("row", [row for row in ROWS if row["access"] == "read"], ids=lambda row: row["name"])
def test_reads_are_the_originals(row):
    buffer = fisch.WordBuffer()
    backend = fisch.backend(row["backend"])
    if "error" in row:
        with pytest.raises(fisch.AccessError) as caught:
            access.read(buffer, backend, row["r"])
        assert str(caught.value) == row["error"]
        assert len(buffer) == 0
        return
    count = access.read(buffer, backend, row["r"])
    assert hexes(buffer) == row["words"]
    headers, payloads = fisch.decode_to_fpga(buffer.to_numpy())
    asks = ((headers == 0x0B) & (payloads >> np.uint64(36) == 1)) | ((headers == 0x03) & (payloads >> np.uint64(48) == 1))
    assert count == asks.sum()


def test_neurons_over_both_backends():
    """Six words of three neurons, written and read over the omnibus and over JTAG."""
    buffer = fisch.WordBuffer()
    for start in (0x160002, 0x160002 + 8 * 5, 0x1783FA):
        addresses, words = np.arange(start, start + 6), [0, 0, 0, 0, 4, 0]
        for backend in (Backend.Omnibus, Backend.OmnibusChipOverJTAG):
            access.write(buffer, backend, addresses, words)
            access.read(buffer, backend, addresses)
    buffer.append([0x0700000000000001])
    assert hexes(buffer) == PROGRAM["neuron_rw"]


def test_i2c_devices_of_a_multi_chip_board():
    """Multiplexer, the wipers of three potentiometers, and the expander, as its initialisation writes them."""
    words = write(
        (Backend.Omnibus, [0x88000009], [1250000]),
        (Backend.I2CTCA9546Register, [0], [7]),
        (Backend.I2CAD5252RwRegister, [0, 2, 4, 6, 8, 10], [0xA7, 0x93, 0xA8, 0xA8, 0xA8, 0xA7]),
        (Backend.I2CTCA9554RwRegister, [0, 1, 2], [0, 0, 0]),
    )
    assert words == PROGRAM["SystemInit_Jboa"][: len(words)]
    assert PROGRAM["SystemInit_Jboa"][len(words)] == "0700000000000001"


def test_spi_devices_of_a_cube():
    """The shift register, both converters with the values that the cube's initialisation gives them, then what follows up to the PLLs."""
    values = [0] * 8 + [0x260, 0x82A, 0x260, 0x65E, 0x1B8, 0x1B8, 0, 0]
    words = write(
        (Backend.Omnibus, [0x88000009], [1250000]),
        (Backend.SPIShiftRegister, [0], [0xFF9C40]),
        (Backend.SPIDACDataRegister, range(16), values),
        (Backend.SPIDACControlRegister, [0, 2, 4, 6], [12, 0, 12, 0]),
        (Backend.Timer, [0], [0]),
        (Backend.WaitUntil, [0], [125000]),
        (Backend.ResetChip, [0], [1]),
        (Backend.Timer, [0], [0]),
        (Backend.WaitUntil, [0], [10]),
        (Backend.ResetChip, [0], [0]),
        (Backend.Timer, [0], [0]),
        (Backend.WaitUntil, [0], [100]),
        (Backend.JTAGClockScaler, [0], [6]),
        (Backend.ResetJTAGTap, [0], [0]),
        (Backend.JTAGPLLRegister, [0, 1], [0x2A20A902, 0xC0CBF200]),
    )
    assert words == PROGRAM["SystemInit_ZeroMock"][: len(words)]


def test_spikes_and_blocking():
    assert write(
        (Backend.SpikePack3ToChip, [0] * 6, [0x1111, 0x2222, 0x3333, 4, 5, 6]),
        (Backend.SpikePack2ToChip, [0] * 2, [0x1111, 0x2222]),
        (Backend.Barrier, [0], [0x1F]),
        (Backend.PollingOmnibusBlock, [0], [1]),
        (Backend.SystimeSync, [0], [0]),
    ) == [
        "0f00111122223333",
        "0f00000400050006",
        "0e00000011112222",
        "070000000000001f",
        "0800000000000001",
        "0600000000000000",
    ]


def test_null_payload_is_a_tick():
    buffer = fisch.WordBuffer()
    assert access.read(buffer, Backend.NullPayloadReadable, [0]) == 1
    assert hexes(buffer) == ["0a00000000000001"]


@pytest.mark.parametrize(
    "backend, address, words",
    [
        (Backend.I2CIdRegister, 0, ["0b00000f88007850", "0c000000000000fc", *["0b00001f88007850"] * 3, "0b00001f880078d0"]),
        (Backend.I2CTempRegister, 0, ["0b00000f88007848", "0c00000000000000", "0b00001f88007848", "0b00001f880078c8"]),
        (Backend.I2CINA219RwRegister, 2 * 5 + 1, ["0b00000f88007845", "0c00000000000005", "0b00001f88007845", "0b00001f880078c5"]),
        (Backend.I2CINA219RoRegister, 4 * 3 + 3, ["0b00000f88007843", "0c00000000000004", "0b00001f88007843", "0b00001f880078c3"]),
    ],
)
def test_i2c_reads(backend, address, words):
    """Devices and registers of facts: transport 3.1."""
    buffer = fisch.WordBuffer()
    access.read(buffer, backend, [address])
    assert hexes(buffer) == words


@pytest.mark.parametrize(
    "backend, answers, words",
    [
        (Backend.Omnibus, [1, 0xFFFFFFFF], [1, 0xFFFFFFFF]),
        (Backend.JTAGIdCode, [0x348580AF], [0x348580AF]),
        (Backend.OmnibusChipOverJTAG, [0x1_DEADBEEF], [0xDEADBEEF]),
        (Backend.I2CIdRegister, [0x00, 0x63, 0xE2, 0xDA], [0x63E2DA]),
        (Backend.I2CTempRegister, [0x19, 0x80, 0x1A, 0x00], [0x1980, 0x1A00]),
        (Backend.I2CDAC6573RwRegister, [0xA5, 0xC0], [0x297]),
        (Backend.Timer, [12345], [12345]),
    ],
)
def test_words_from_responses(backend, answers, words):
    assert access.decode(backend, answers).tolist() == words


def test_i2c_values_survive_the_bus():
    """The bytes that a write sends are the bytes that a read would bring back."""
    for backend in (Backend.I2CDAC6573RwRegister, Backend.I2CINA219RwRegister, Backend.I2CAD5252RwRegister):
        value = 0x2A5 & (1 << ACCESS[backend].bits) - 1
        sent = [int(word, 16) & 0xFF for word in write((backend, [0], [value]))[3::2]]
        assert access.decode(backend, sent).tolist() == [value]


def test_missing_acknowledge():
    with pytest.raises(fisch.InvalidDataError, match=r"^I2C ack missing, data invalid\.$"):
        access.decode(Backend.I2CTempRegister, [0x19, 1 << 31])


@pytest.mark.parametrize("backend", [backend for backend in Backend if ACCESS[backend].write == Sequence.NONE])
def test_read_only(backend):
    with pytest.raises(fisch.AccessError, match=r"^Coordinates \[\w+\(0\)\] can't be written\.$"):
        write((backend, [0], [0]))


@pytest.mark.parametrize("backend", [backend for backend in Backend if ACCESS[backend].read == Sequence.NONE])
def test_write_only(backend):
    with pytest.raises(fisch.AccessError, match=r"^Coordinates \[\w+\(0\), \w+\(0\)\] can't be read\.$"):
        access.read(fisch.WordBuffer(), backend, [0, 0])


@pytest.mark.parametrize(
    "backend, address, word, text",
    [
        (Backend.JTAGPLLRegister, 8, 0, r"cannot write JTAGPLLRegisterOnDLS\(8\): there are only 0 to 7"),
        (Backend.Barrier, 0, 32, r"cannot write 0x20 to BarrierOnFPGA\(0\): the largest value is 0x1f"),
        (Backend.Timer, 0, 1, r"TimerOnDLS\(0\)"),
        (Backend.JTAGPhyRegister, 0, 1 << 22, "largest value is 0x3fffff"),
        (Backend.I2CAD5252RwRegister, 12, 0, "only 0 to 11"),
        (Backend.SpikePack2ToChip, 0, 1, "1 labels do not make whole packs of 2"),
        (29, 0, 0, "no backend 29"),
    ],
)
def test_out_of_range_writes_leave_no_words(backend, address, word, text):
    buffer = fisch.WordBuffer()
    with pytest.raises(fisch.AccessError, match=text):
        access.write(buffer, backend, [address], [word])
    assert len(buffer) == 0


def test_backends_by_name():
    assert fisch.backend("I2CTCA9546Register") == 28
    assert list(Backend) == list(range(29)) and len(ACCESS) == 29
    with pytest.raises(fisch.AccessError, match="no backend 'Omnibuss'"):
        fisch.backend("Omnibuss")
