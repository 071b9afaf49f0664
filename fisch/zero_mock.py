"""A connection to nothing: every read gives 0, at the speed of an ideal FPGA (facts: transport 5.3)."""

import time

import numpy as np

from fisch import ut
from fisch._to_fpga import decode_to_fpga
from fisch.connection import Connection, Target, Words
from fisch.hwdb import ZeroMockEntry

_TO = {f"{message.group}::{message.name}": message.header for message in ut.TO_FPGA}
_FROM = {f"{message.group}::{message.name}": message.header for message in ut.FROM_FPGA}
_IS_READ, _KEEP_RESPONSE = 1 << 36, 1 << 48


def responses(words: Words) -> Words:
    """What a chip of zeros answers: omnibus reads and kept JTAG data with 0, loopbacks with their echo, nothing after the halt."""
    words = words[: np.flatnonzero(words == ut.HALT_WORD)[0] + 1]
    headers, payloads = decode_to_fpga(words)
    answer = np.full(len(words), -1, np.int64)
    answer[(headers == _TO["omnibus_to_fpga::Address"]) & (payloads & _IS_READ != 0)] = _FROM["omnibus_from_fpga::Data"]
    answer[(headers == _TO["to_fpga_jtag::Data"]) & (payloads & _KEEP_RESPONSE != 0)] = _FROM["jtag_from_hicann::Data"]
    echoes = headers == _TO["system::Loopback"]
    answer[echoes] = _FROM["from_fpga_system::Loopback"]
    found = answer >= 0
    return answer[found].astype(np.uint64) << np.uint64(56) | np.where(echoes, payloads, 0)[found].astype(np.uint64)


class ZeroMockConnection(Connection):
    """Any number of them can be open. A program takes `ns_per_message` for each of its messages."""

    kind = "zeromock"
    supported_targets = frozenset({Target.hardware, Target.simulation})
    identifier = "zeromock"
    hwdb_entry = ZeroMockEntry()

    def __init__(self, ns_per_message: int = 8) -> None:
        super().__init__()
        self.ns_per_message = ns_per_message

    def _execute(self, words: Words) -> Words:
        end = time.perf_counter_ns() + self.ns_per_message * len(words)
        answer = responses(words)
        time.sleep(max(end - time.perf_counter_ns(), 0) * 1e-9)
        return answer
