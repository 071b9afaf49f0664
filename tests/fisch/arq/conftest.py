"""A small FPGA to talk to."""

import threading

import numpy as np
import pytest

from fisch import ut
from fisch.arq import Engine, ServerEndpoint

GOOD_INFO = """\
version: 3
compatible_until: 0
hwdb: {hxcube_id: 5, fpgas: [{fpga: 3, ip: 10.0.0.1, handwritten_chip_serial: 9, chip_revision: 3}]}
"""


class EchoFPGA:
    """Answers every word with itself after `delay` [s], except words in `silent`; the echo of a halt is that of a real FPGA."""

    def __init__(self, ip, info=GOOD_INFO, silent=(), translate=True, **engine):
        self.endpoint = ServerEndpoint(Engine(**{"echo_loopback": True, **engine}), ip, info=info)
        self.silent, self.translate = silent, translate
        self.got = []
        self.threads = [threading.Thread(target=work) for work in (self.endpoint.run, self.work)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while not self.endpoint.stopping:
            session, words = self.endpoint.receive()
            self.got += words.tolist()
            words = words[~np.isin(words, self.silent)]
            if self.translate:
                words = np.where(words >> np.uint64(57) == ut.HALT_WORD >> 57, 2 << 56 | words & 1, words)
            self.endpoint.send(session, np.ascontiguousarray(words, np.uint64))

    def stop(self):
        self.endpoint.stop()
        for thread in self.threads:
            thread.join()
        self.endpoint.close()


@pytest.fixture
def echo_fpga(address):
    """Makes EchoFPGAs, by default at `address`; they stop after the test."""
    made = []

    def make(ip=address, **options):
        made.append(EchoFPGA(ip, **options))
        return made[-1]

    yield make
    for each in made:
        each.stop()
