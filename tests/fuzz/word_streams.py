"""Random programs as words to the FPGA: mostly legal messages to interesting places, so that they reach what lies behind the protocol.

A program is a numpy array uint64[n] without closing HALT. The same generator state gives the same program.
"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from halco import BackgroundSpikeSourceOnDLS, NeuronConfigOnDLS, PADIBusOnPADIBusBlock, iter_all
from haldls import (
    BackgroundSpikeSource,
    CapMemCell,
    CommonNeuronBackendConfig,
    CommonPADIBusConfig,
    NeuronBackendConfig,
    NeuronConfig,
    NeuronReset,
    SynapseDriverConfig,
)
from hicannx_sim.fpga.table import registers_of
from hicannx_sim.trust.registers import registers

GOLDEN = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))
INIT = np.array([int(word, 16) for word in GOLDEN["SystemInit_ZeroMock"]], np.uint64)
HALT, TICK = np.uint64(0x0A << 56), np.uint64(0x0A << 56 | 1)
TIMEOUT_REGISTER = 0x88000009

CUTS_LINK = {"ADPLL", "PLLClockOutputBlock", "CommonPhyConfigChip", "PHY enable", "PHY config", "event recording"}
CHIP = [row.addresses for row in registers() if row.unit == "chip" and row.name not in CUTS_LINK]
FPGA = [np.array(row.addresses()[:: max(1, row.count // 64)], np.uint32) for row in registers_of("jboa") if row.name not in CUTS_LINK]
LINK = [row.addresses for row in registers() if row.name in CUTS_LINK]
BIG = np.array([0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0xAAAAAAAA, 0x55555555, 0x00FF00FF], np.uint64)
SELECTS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 127, *(0x44 | phy << 3 for phy in range(8))], np.uint64)


def hurried(program: np.ndarray, cycles: int = 500) -> np.ndarray:
    """The same program with short waits."""
    waits = program >> np.uint64(56) == 5
    return np.where(waits, np.uint64(5 << 56) | np.minimum(program & np.uint64(0xFFFFFFFF), np.uint64(cycles)), program)


class Generator:
    """Draws programs. `rate`: how much hardware time they may take; longer waits and polls need more of the model's time."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.kinds = {
            self.chip_write: 20, self.chip_burst: 2, self.chip_read: 14, self.fpga_write: 6, self.fpga_read: 5, self.nowhere: 2,
            self.jtag: 8, self.chip_over_jtag: 2, self.spikes: 12, self.wait: 4, self.barrier: 4, self.poll: 0.5, self.loopback: 2,
            self.sync: 0.5, self.reset: 0.02, self.link: 0.05, self.fire: 2, self.garbage: 0.1, self.fill: 0.2,
        }  # fmt: skip
        weights = np.array(list(self.kinds.values()))
        self.weights = weights / weights.sum()

    def program(self, words: int) -> np.ndarray:
        """About so many random words. Most of the time they begin with an initialisation, and every few hundred words there is another."""
        parts: list[Any] = []
        length = 0
        messages = list(self.kinds)
        while length < words:
            if self.rng.random() < 0.9:
                parts += [[int(HALT)], INIT, self.network()]
            parts.append(self.write(TIMEOUT_REGISTER, int(self.rng.integers(500, 4000))))
            parts += [messages[kind]() for kind in self.rng.choice(len(messages), 256, p=self.weights)]
            length = sum(map(len, parts))
        return np.concatenate([np.asarray(part, np.uint64) for part in parts])

    def network(self) -> list[int]:
        """Neurons that fire, sources of events and drivers that listen, so that there is something to disturb."""
        source = BackgroundSpikeSource()
        source.period, source.rate, source.seed = (int(self.rng.integers(low, high)) for low, high in ((20, 3000), (1, 256), (1, 1 << 32)))
        source.enable, source.enable_random = True, bool(self.rng.integers(0, 2))
        bus = CommonPADIBusConfig()
        for place in iter_all(PADIBusOnPADIBusBlock):
            bus.enable_spl1[place] = bool(self.rng.random() < 0.8)
        configured: list[tuple[Any, int]] = [(CommonNeuronBackendConfig(), 0), (CommonNeuronBackendConfig(), 1), (bus, 0), (bus, 1)]
        configured.append((source, int(self.rng.integers(0, BackgroundSpikeSourceOnDLS.size))))
        backend = NeuronBackendConfig(enable_spike_out=True, refractory_time=int(self.rng.integers(1, 200)))
        neuron = NeuronConfig(enable_fire=True, enable_threshold_comparator=True, membrane_capacitor_size=int(self.rng.integers(0, 64)))
        driver = SynapseDriverConfig()
        driver.enable_receiver, driver.row_address_compare_mask = True, int(self.rng.integers(0, 32))
        driver.row_mode_top, driver.row_mode_bottom = (SynapseDriverConfig.RowMode(int(mode)) for mode in self.rng.integers(0, 4, 2))
        for place in self.rng.integers(0, NeuronConfigOnDLS.size, 8).tolist():
            configured += [(backend, place), (neuron, place), (driver, place // 2)]
        words = [word for container, place in configured for word in self.container(container, place)]
        for place in self.rng.integers(0, CapMemCell.coordinate.size, 200).tolist():
            words += self.write(int(CapMemCell.write_addresses([place])[0, 0]), int(self.rng.integers(0, 1024)))
        return words

    def container(self, container: Any, place: int) -> list[int]:
        addresses = type(container).write_addresses([place])[0].tolist()
        return [word for address, data in zip(addresses, container.encode().tolist(), strict=True) for word in self.write(address, data)]

    # -- pieces
    def data(self) -> int:
        """A word: anything, something extreme, or one bit."""
        draw = self.rng.random()
        if draw < 0.5:
            return int(self.rng.integers(0, 1 << 32))
        return int(self.rng.choice(BIG)) if draw < 0.7 else 1 << int(self.rng.integers(0, 32))

    def one(self, places: list) -> int:
        return int(self.rng.choice(places[int(self.rng.integers(len(places)))]))

    def enables(self) -> int:
        return 15 if self.rng.random() < 0.8 else int(self.rng.integers(0, 16))

    def write(self, address: int, data: int, enables: int = 15) -> list[int]:
        if address == TIMEOUT_REGISTER:  # so that no instruction blocks for half a minute
            data &= 0xFFF
        return [0x0B << 56 | enables << 32 | address, 0x0C << 56 | data]

    def read(self, address: int) -> list[int]:
        return [0x0B << 56 | 1 << 36 | 15 << 32 | address]

    # -- messages
    def chip_write(self) -> list[int]:
        return self.write(self.one(CHIP), self.data(), self.enables())

    def chip_burst(self) -> np.ndarray:
        """Neighbouring registers of one kind."""
        places = CHIP[int(self.rng.integers(len(CHIP)))]
        first = int(self.rng.integers(len(places)))
        places = places[first : first + 64].astype(np.uint64)
        words = np.empty((len(places), 2), np.uint64)
        words[:, 0] = places | np.uint64(0x0B << 56 | 15 << 32)
        words[:, 1] = self.rng.integers(0, 1 << 32, len(places), np.uint64) | np.uint64(0x0C << 56)
        return words.ravel()

    def chip_read(self) -> list[int]:
        return self.read(self.one(CHIP))

    def link(self) -> list[int]:
        """What may take the link down."""
        return self.write(self.one(LINK), self.data())

    def fire(self) -> list[int]:
        """An artificial spike."""
        return self.write(int(NeuronReset.write_addresses([int(self.rng.integers(0, 512))])[0, 0]), 0)

    def fpga_write(self) -> list[int]:
        return self.write(self.one(FPGA), self.data(), self.enables())

    def fpga_read(self) -> list[int]:
        return self.read(self.one(FPGA))

    def nowhere(self) -> list[int]:
        """Anywhere, or beside a register."""
        address = self.data() if self.rng.random() < 0.5 else (self.one(CHIP) + 1) & 0xFFFFFFFF
        return self.read(address) if self.rng.random() < 0.5 else self.write(address, self.data(), self.enables())

    def jtag(self) -> list[int]:
        draw = self.rng.random()
        if draw < 0.1:
            return [0]
        if draw < 0.15:
            return [0x01 << 56 | int(self.rng.integers(0, 256 if self.rng.random() < 0.1 else 8))]
        if draw < 0.5:
            return [0x02 << 56 | int(self.rng.choice(SELECTS))]
        bits = int(self.rng.integers(0, 256)) if self.rng.random() < 0.1 else int(self.rng.integers(0, 34))
        return [0x03 << 56 | int(self.rng.integers(0, 2)) << 48 | bits << 40 | int(self.rng.integers(0, 1 << 33))]

    def chip_over_jtag(self) -> list[int]:
        def scan(data: int, bits: int, keep: int = 0) -> int:
            return 0x03 << 56 | keep << 48 | bits << 40 | data

        select = [0x02 << 56 | instruction for instruction in (5, 6, 7)]
        address, data = self.one(CHIP), self.data()
        if self.rng.random() < 0.5:
            return [select[0], scan(address, 33), select[1], scan(data, 32), select[2], scan(0, 3)]
        return [select[0], scan(address | 1 << 32, 33), select[2], scan(0, 3), select[1], scan(0, 32, 1)]

    def spikes(self) -> list[int]:
        n = int(self.rng.integers(1, 4))
        return [(0x0C + n) << 56 | int(self.rng.integers(0, 1 << 16 * n))]

    def wait(self) -> list[int]:
        time = int(self.rng.integers(0, 400)) if self.rng.random() < 0.97 else int(self.rng.integers(0, 20_000))
        return [0x04 << 56, 0x05 << 56 | time] if self.rng.random() < 0.9 else [0x04 << 56]

    def barrier(self) -> list[int]:
        return [0x07 << 56 | int(self.rng.integers(0, 32))]

    def poll(self) -> list[int]:
        address = self.one(CHIP if self.rng.random() < 0.7 else FPGA)
        config = [*self.write(0x88000006, address), *self.write(0x88000007, self.data()), *self.write(0x88000008, self.data())]
        return [*config, 0x08 << 56 | int(self.rng.integers(0, 2))]

    def loopback(self) -> list[int]:
        return [0x0A << 56 | int(self.rng.random() < 0.7)]

    def sync(self) -> list[int]:
        return [0x06 << 56 | int(self.rng.integers(0, 2))]

    def reset(self) -> list[int]:
        return [0x09 << 56 | 1, 0x04 << 56, 0x05 << 56 | 12, 0x09 << 56] if self.rng.random() < 0.8 else [0x09 << 56 | 1]

    def garbage(self) -> list[int]:
        """Legal header, illegal payload; or, rarely, any word at all."""
        payload = int(self.rng.integers(0, 1 << 56))
        header = int(self.rng.integers(0, 256)) if self.rng.random() < 0.1 else int(self.rng.choice([0, 1, 2, 4, 6, 7, 8, 10, 13, 14, 15]))
        return [header << 56 | (payload & 0xFFFF if header == 5 else payload)]  # waiting half a minute is legal, and takes long

    def fill(self) -> list[int]:
        return [1 << 63 | int(self.rng.integers(0, 1 << 62))]
