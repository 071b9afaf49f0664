"""Programs as words, and what comes back, for tests of everything between the wire and the chip."""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from fisch import ResponseDecoder, ut

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))  # the generator of random programs

GOLDEN = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))


class Words:
    """Builds programs from messages; every method returns a list of words."""

    halt = [ut.HALT_WORD]
    tick = [ut.HALT_WORD | 1]
    setup = [4 << 56]
    jtag_init = [0]

    def wait(self, time):
        return [5 << 56 | time]

    def write(self, address, data, byte_enables=0xF):
        return [11 << 56 | byte_enables << 32 | address, 12 << 56 | data]

    def read(self, address):
        return [11 << 56 | 1 << 36 | 0xF << 32 | address]

    def barrier(self, kinds):
        return [7 << 56 | kinds]

    def poll(self, address, target, mask, equal=True):
        return [*self.write(0x88000006, address), *self.write(0x88000007, target), *self.write(0x88000008, mask), 8 << 56 | equal]

    def reset(self, asserted):
        return [9 << 56 | asserted]

    def systime_init(self):
        return [6 << 56 | 1]

    def spikes(self, *labels):
        return [(12 + len(labels)) << 56 | sum(label << 16 * (len(labels) - 1 - i) for i, label in enumerate(labels))]

    def select(self, instruction):
        return [2 << 56 | instruction]

    def scan(self, data, bits, keep=True):
        return [3 << 56 | keep << 48 | bits << 40 | data]

    def chip_over_jtag(self, address, data=None):
        if data is not None:
            return [
                *self.select(5),
                *self.scan(address, 33, False),
                *self.select(6),
                *self.scan(data, 32, False),
                *self.select(7),
                *self.scan(0, 3, False),
            ]
        return [
            *self.select(5),
            *self.scan(address | 1 << 32, 33, False),
            *self.select(7),
            *self.scan(0, 3, False),
            *self.select(6),
            *self.scan(0, 32),
        ]

    def golden(self, name):
        """Words the original software sends."""
        return [int(word, 16) for word in GOLDEN[name]]


@pytest.fixture
def words():
    return Words()


class Lab:
    """A system and what its last run answered."""

    def __init__(self, **options):
        from hicannx_sim.setup.connection import ModelConnection  # here, so that tests of other parts do not need all of it built

        self.connection = ModelConnection(**{"serial": 1, "mode": "ideal", **options})
        self.system = self.connection.system

    @property
    def fpga(self):
        return self.system.fpga

    def run(self, *parts):
        """Runs the words of all parts; returns what the driver decodes."""
        self.stream = self.system.execute(np.array([word for part in parts for word in part], np.uint64))
        self.answer = ResponseDecoder()
        self.answer.push(self.stream)
        return self.answer

    def data(self, *parts):
        """Data of the omnibus reads of a program."""
        return [int(value) for value in self.run(*parts).omnibus["data"]]


@pytest.fixture
def make_lab():
    return Lab


@pytest.fixture
def lab():
    return Lab()


@pytest.fixture
def ready(lab, words):
    """After the original's SystemInit."""
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    return lab
