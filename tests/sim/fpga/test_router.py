"""Spikes between FPGAs of a jBOA setup: with one FPGA they come back to it."""

import numpy as np
import pytest

from hicannx_sim.base.errors import UndefinedAccess
from hicannx_sim.base.numbers import number
from hicannx_sim.fpga import ROUTING_TABLES, find

INPUT, OUTPUT = 0x880C0000, 0x880D0000


@pytest.fixture
def jboa(make_lab, words):
    lab = make_lab(setup="jboa")
    lab.run(words.golden("SystemInit_Jboa"), words.halt)
    return lab


def entry(words, label, routing, target):
    return [*words.write(OUTPUT + label, 1 << 15 | routing), *words.write(INPUT + routing, 1 << 16 | target)]


def send(words, labels):
    program = [word for i, label in enumerate(labels) for word in (*words.wait(500 * i), *words.spikes(label))]
    return [*words.setup, *program, *words.wait(500 * len(labels) + 1000)]


def test_loopback_of_one_spike(jboa, words):
    """17 leaves as 347 and comes back as 20."""
    jboa.run(entry(words, 17, 347, 20), words.halt)
    spikes = jboa.run(send(words, [17]), words.halt).spikes
    assert spikes["label"].tolist() == [17, 20]
    delay = int(spikes["chip_time"][1]) - int(spikes["chip_time"][0])
    link = (number("event_to_chip") + number("event_from_chip")) / 4
    assert number("network_hop") + link <= delay <= 1300 / 8, "less than 1.3 us from chip to chip"


def test_entries_must_be_enabled(jboa, words):
    jboa.run(words.write(OUTPUT + 17, 347), words.write(INPUT + 347, 1 << 16 | 20), words.halt)
    assert jboa.run(send(words, [17]), words.halt).spikes["label"].tolist() == [17]
    jboa.run(words.write(OUTPUT + 17, 1 << 15 | 347), words.write(INPUT + 347, 20), words.halt)
    assert jboa.run(send(words, [17]), words.halt).spikes["label"].tolist() == [17]
    counters = jboa.system.counters["event path"]["between FPGAs"]
    assert counters == {"sent": 1, "without output entry": 0, "lost: queue full": 0, "received": 0, "without input entry": 1}
    jboa.run(words.write(INPUT + 347, 1 << 16 | 20), words.halt)
    assert jboa.run(send(words, [17, 18]), words.halt).spikes["label"].tolist() == [17, 20, 18]


def test_all_labels(jboa, words):
    draw = np.random.default_rng(5)
    labels = draw.choice(1 << 16, 100, replace=False).tolist()
    routing = draw.choice(1 << 15, 100, replace=False).tolist()
    targets = [target for target in draw.choice(1 << 16, 400, replace=False).tolist() if target not in labels][:100]
    jboa.run([word for row in zip(labels, routing, targets, strict=True) for word in entry(words, *row)], words.halt)
    found = jboa.run(send(words, labels), words.halt).spikes["label"].tolist()
    assert sorted(found) == sorted(labels + targets)


def test_tables_read_back(jboa, words):
    for row in ROUTING_TABLES:
        for address in (row.address, row.address + row.count - 1):
            mask = (1 << row.width) - 1
            assert jboa.data(words.write(address, 0xFFFFFFFF), words.read(address), words.halt) == [mask]
        beyond = row.address + row.count
        assert jboa.data(words.write(beyond, 1), words.read(beyond), words.halt) == [0]


def test_a_cube_has_no_tables(make_lab, words):
    assert find(INPUT) is None and find(INPUT, "jboa").name == "input routing table"
    with pytest.raises(UndefinedAccess, match="0x880d0011"):
        make_lab(strict=True).run(words.write(OUTPUT + 17, 1), words.halt)


def test_multi_fpga_barrier_of_a_single_fpga_returns_at_once(jboa, words):
    answer = jboa.run(words.setup, words.barrier(8), words.read(0x8800000C), words.halt)
    assert len(answer.timeouts) == 0 and int(answer.omnibus["data"][0]) <= 2
