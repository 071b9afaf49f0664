"""Nothing is lost without being counted: what one hop delivers, the next one is sent."""

import numpy as np
import pytest
from word_streams import Generator

from haldls import CommonNeuronBackendConfig, CommonPADIBusConfig, CrossbarNode, NeuronBackendConfig, NeuronConfig, NeuronReset, PADIEvent
from hicannx_sim.trust.hops import Summary, chip_hops


def put(words, container, place=0):
    addresses = type(container).write_addresses([place])[0].tolist()
    return [word for address, data in zip(addresses, container.encode().tolist(), strict=True) for word in words.write(address, data)]


def test_every_label_is_accounted_for(ready, words):
    """Labels in bursts that no queue holds, with half of the nodes closed and events from registers on buses of the crossbar."""
    program = [word for node in range(0, 76, 2) for word in put(words, CrossbarNode(mask=0, target=1), node)]
    bus, event = CommonPADIBusConfig(), PADIEvent()
    bus.enable_spl1 = [True, False, True, False]
    event.fire_bus = [True, True, True, True]
    program += put(words, bus, 0)
    rng = np.random.default_rng(3)
    for _ in range(3000):
        program += words.spikes(*rng.integers(0, 1 << 16, 3).tolist())
    ready.run(program, put(words, event), words.setup, words.wait(5000), words.halt)
    summary = ready.system.events.summary()
    link, chip = summary["link to chip"], Summary(chip_hops(ready.system.chip.fabric.counters()))
    assert link.sent == 9000 and link.dropped > 1000 and link.delivered == link.sent - link.dropped
    inputs, outputs = ([summary[f"crossbar {side} {i}"] for i in range(n)] for side, n in (("input", 20), ("output", 12)))
    assert sum(hop.sent for hop in inputs) == link.delivered
    assert sum(hop.filtered for hop in inputs) == sum(hop.sent - hop.delivered for hop in inputs)
    buses, drivers = summary["PADI buses"], summary["synapse drivers"]
    assert buses.sent == sum(hop.delivered for hop in outputs[:8]) + 4
    assert buses.filtered == sum(outputs[i].delivered for i in (1, 3, 4, 5, 6, 7)) and buses.arbitrated_away == 2
    assert drivers.sent == buses.delivered == buses.sent - buses.filtered - buses.arbitrated_away
    back, trace = summary["link from chip"], summary["trace of spikes"]
    assert back.sent == sum(hop.delivered for hop in outputs[8:]) and trace.sent == back.delivered
    assert trace.delivered == len(ready.answer.spikes) == trace.sent - trace.filtered - trace.dropped
    assert summary.lost == sum(hop.dropped + hop.arbitrated_away for hop in summary) > 1000
    assert [hop.name for hop in chip] == [hop.name for hop in summary if not hop.name.startswith(("link", "trace", "serial", "network"))]


def test_spikes_of_neurons(ready, words):
    """One neuron that may fire, one that may not."""
    program = [*put(words, CommonNeuronBackendConfig(), 0), *put(words, NeuronConfig(enable_fire=True), 3)]
    program += put(words, NeuronBackendConfig(enable_spike_out=True, refractory_time=5), 3)
    program += put(words, NeuronConfig(enable_fire=True), 4)
    ready.run(program, [word for n in (3, 4) for word in put(words, NeuronReset(), n)], words.setup, words.wait(2000), words.halt)
    neurons = ready.system.events.summary()["neurons"]
    assert (neurons.sent, neurons.delivered, neurons.filtered, neurons.dropped) == (2, 1, 1, 0)


def test_table_shows_what_saw_events(ready, words):
    ready.run(words.spikes(5), words.setup, words.wait(1000), words.halt)
    summary = ready.system.events.summary()
    text = str(summary).split("\n")
    assert text[0].split() == ["sent", "delivered", "filtered", "arbitrated", "away", "dropped"]
    assert text[1].split() == ["link", "to", "chip", "1", "1", "0", "0", "0"]
    assert len(text) == 1 + sum(hop.sent > 0 for hop in summary) < len(summary)
    with pytest.raises(KeyError, match="no hop 'nowhere'"):
        summary["nowhere"]


def test_ways_back_over_serial_line_and_network(make_lab, words):
    """Labels of which some have a route, some none; the line is too slow for all of them."""
    lab = make_lab(setup="jboa")
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    routes = [word for label in range(8) for word in words.write(0x88020000 + label, label)]  # the reset value is silent
    routes += [word for address in range(4) for word in words.write(0x88030000 + address, 0x100 + address)]
    routes += [word for label in range(16, 20) for word in words.write(0x880D0000 + label, 1 << 15 | label)]
    routes += [word for label in range(18, 20) for word in words.write(0x880C0000 + label, 1 << 16 | 0x200 + label)]
    labels = [label for _ in range(10) for label in range(24)]
    spikes = [word for label in labels for word in words.spikes(label)]
    lab.run(words.write(0x88038000, 7 << 16 | 1), routes, words.barrier(1), spikes, words.setup, words.wait(20_000), words.halt)
    summary = lab.system.events.summary()
    out, back, far, near = (summary[name] for name in ("serial line out", "serial line in", "network out", "network in"))
    reached = summary["link from chip"].delivered
    assert out.sent == far.sent == reached and (far.delivered, near.sent, near.delivered, near.filtered) == (40, 40, 20, 20)
    assert out.delivered + out.dropped == 80 and out.dropped > 0 and out.filtered == reached - 80
    assert back.sent == out.delivered and 0 < back.filtered < back.sent and back.delivered == back.sent - back.filtered
    assert summary["link to chip"].sent == len(labels) + back.delivered + near.delivered
    assert reached == len(labels) + back.delivered + near.delivered


def test_what_is_sent_into_a_hop_is_delivered_or_counted(ready, words):
    """The sum holds at every hop but the synapses, whatever a random program did, once nothing is on its way."""
    ready.run(Generator(5).program(4000), words.halt)
    ready.run(words.golden("SystemInit_ZeroMock"), words.setup, words.wait(10_000), words.halt)
    summary = ready.system.events.summary()
    assert sum(hop.sent > 0 for hop in summary) > 20
    for hop in summary:
        assert hop.sent == hop.delivered + hop.filtered + hop.arbitrated_away + hop.dropped, hop
