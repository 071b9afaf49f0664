"""What it costs that chips of a setup learn of each other: per chip and round, beside the same chips alone."""

import gzip
import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx import multichip_of
from hicannx_sim.setup.multichip import MultichipSetup

GOLDEN = json.loads(gzip.decompress((Path(__file__).parents[1] / "golden" / "playback_words.json.gz").read_bytes()))
CPU = {"timer": time.process_time, "min_rounds": 15}
HALT, SETUP, WAIT, LABEL = 0x0A << 56, 0x04 << 56, 0x05 << 56, 0x0D << 56
CYCLES = 125_000
"""FPGA cycles of a run: 1 ms, or 1 s biological."""
EVERY = 110
"""FPGA cycles between two spikes to a chip: in nearly every round something moves."""


def made(words):
    return np.array([*words, HALT], np.uint64)


def several(chips, routes):
    """A setup with its links up; with routes, what chips send comes to nobody."""
    setup = MultichipSetup.of([sim.VirtualChip(serial) for serial in range(chips)])
    setup.execute([made(int(word, 16) for word in GOLDEN["SystemInit_Jboa"])] * chips)
    if routes:
        setup.execute([made([0x0B << 56 | 15 << 32 | 0x880D0000, 0x0C << 56 | 1 << 15])] * chips)
    return setup


def spikes():
    """One spike in a while, which goes to synapse drivers that do not listen."""
    return made([SETUP, *(word for number in range(CYCLES // EVERY) for word in (WAIT | number * EVERY, LABEL | 5))])


@pytest.mark.benchmark(group="chips of a setup", **CPU)
@pytest.mark.parametrize("chips", [1, 2, 4])
@pytest.mark.parametrize("routes", [False, True], ids=["silent", "with routes"])
def test_chips(benchmark, chips, routes):
    """What chips cost that get a spike now and then: with routes they are stopped and started in rounds, without there are none."""
    setup, program = several(chips, routes), spikes()
    benchmark(setup.execute, [program] * chips)
    benchmark.extra_info["rounds"] = setup.rounds
    if benchmark.stats:
        benchmark.extra_info["us per chip"] = round(benchmark.stats.stats.min / chips * 1e6, 1)


@pytest.mark.benchmark(group="chips of a setup", **CPU)
def test_rounds_of_idle_chips(benchmark):
    """Four that get a spike now and then, with routes and without in turns: the difference, by rounds, is `us per chip and round`."""
    silent, routed, program = several(4, False), several(4, True), spikes()
    found = {False: [], True: []}

    def in_turns():
        for routes, setup in ((False, silent), (True, routed)):
            begin = time.process_time()
            setup.execute([program] * 4)
            found[routes].append(time.process_time() - begin)

    benchmark(in_turns)
    more = np.median(np.subtract(found[True], found[False]))
    benchmark.extra_info["us per chip and round"] = round(more / (routed.rounds - silent.rounds) / 4 * 1e6, 2)


@pytest.mark.benchmark(group="two chips that do not talk", **CPU)
def test_two_that_do_not_talk(benchmark):
    """Beside the same two one after the other, in turns: what they cost together is in `together / alone`."""
    alone, both, program = [several(1, False) for _ in range(2)], several(2, False), spikes()
    ratios = []

    def in_turns():
        begin = time.process_time()
        for setup in alone:
            setup.execute([program])
        middle = time.process_time()
        both.execute([program] * 2)
        ratios.append((time.process_time() - middle) / (middle - begin))

    benchmark(in_turns)
    benchmark.extra_info["together / alone"] = round(statistics.median(ratios), 3)


@pytest.mark.benchmark(group="rounds of chips at work", **CPU)
def test_rounds_of_chips_at_work(benchmark, scripts_in):
    """512 neurons on four chips, with input and spikes between them; the same with a round every 25 cycles of 8 ns, and every 100: what the
    additional ones cost is `us per chip and round`. A round every 100 cycles is a window of the hop, so this is what a window costs."""
    scripts_in(Path(__file__).parents[2] / "examples" / "networks")
    import emulation
    import mapper
    import random_network

    network = part_of(random_network.network(), 512, random_network.NEURONS)
    found = {25: [], 100: []}
    with emulation.Emulation(network, mapper.place(network)) as chips:
        chips.boot()
        setup, (times, sources) = multichip_of(chips.connection), random_network.external_spikes(0.8, 50)
        sources += 512 - random_network.NEURONS

        def in_turns():
            for longest, runs in found.items():
                setup.longest_round = longest
                chips.run(50, times, sources)
                runs.append((chips.seconds, setup.rounds))

        benchmark(in_turns)
    more, rounds = np.median(np.subtract(found[25], found[100]), axis=0)
    benchmark.extra_info["us per chip and round"] = round(more / rounds / 4 * 1e6, 2)


def part_of(network, neurons, of):
    """The first neurons of the random network, with their inputs from each other and from outside."""
    kept = (network.post < neurons) & ((network.pre < neurons) | (network.pre >= of))
    pre = network.pre[kept]
    return replace(
        network,
        populations={"excitatory": neurons},
        sources=network.sources - of + neurons,
        excitatory=np.ones(network.sources - of + neurons, bool),
        pre=np.where(pre < neurons, pre, pre - of + neurons),
        post=network.post[kept],
        weight=network.weight[kept],
        drive=np.zeros(neurons),
    )
