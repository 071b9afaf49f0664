"""Nothing is lost without being counted: what one hop delivers, the next one is sent."""

import numpy as np
import pytest

from haldls import CommonNeuronBackendConfig, CommonPADIBusConfig, CrossbarNode, NeuronBackendConfig, NeuronConfig, NeuronReset, PADIEvent


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
    link, chip = summary["link to chip"], ready.system.chip.events.summary()
    assert link.sent == 9000 and link.dropped > 1000 and link.delivered == link.sent - link.dropped
    inputs, outputs = ([summary[f"crossbar {side} {i}"] for i in range(n)] for side, n in (("input", 20), ("output", 12)))
    assert sum(hop.sent for hop in inputs) == link.delivered
    assert sum(hop.filtered for hop in inputs) == sum(hop.sent - hop.delivered for hop in inputs)
    buses, drivers = summary["PADI buses"], summary["synapse drivers"]
    assert buses.sent == sum(hop.delivered for hop in outputs[:8]) + 4
    assert buses.arbitrated_away == sum(outputs[i].delivered for i in (1, 3, 4, 5, 6, 7)) + 2
    assert drivers.sent == buses.delivered == buses.sent - buses.arbitrated_away
    back, trace = summary["link from chip"], summary["trace of spikes"]
    assert back.sent == sum(hop.delivered for hop in outputs[8:]) and trace.sent == back.delivered
    assert trace.delivered == len(ready.answer.spikes) == trace.sent - trace.filtered - trace.dropped
    assert summary.lost == sum(hop.dropped + hop.arbitrated_away for hop in summary) > 1000
    assert [hop.name for hop in chip] == [hop.name for hop in summary if not hop.name.startswith(("link", "trace"))]


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
