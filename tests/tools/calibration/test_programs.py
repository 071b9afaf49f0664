"""Pieces of playback programs of calibrations: what reaches the chip."""

import numpy as np
import pytest

from halco import (
    CapMemCellOnDLS,
    CapMemRowOnCapMemBlock,
    NeuronConfigOnDLS,
    RangeError,
    SynapseQuadColumnOnDLS,
    SynramOnDLS,
    iter_all,
)
from haldls import CADCSampleQuad, CapMemCell, CorrelationReset, NeuronResetQuad, PADIEvent, SpikePack1ToChip, Timer
from hicannx.calibration.errors import VectorError
from pyccalix import hagen, helpers, spiking
from stadls import PlaybackProgramBuilder, PlaybackProgramBuilderDumper

SYNRAM, QUAD = SynramOnDLS(1), SynapseQuadColumnOnDLS(5)


def written(builder):
    """(coordinate, container) of all that a function writes, on a builder that only notes it."""
    return builder.done().tolist()


def labels(dumped):
    return [container.labels[0] for _, container in dumped if isinstance(container, SpikePack1ToChip)]


def events_of(vector, sends=1, wait=1):
    dumper = PlaybackProgramBuilderDumper()
    hagen.send_vectors(dumper, vector, sends, wait, SYNRAM, 13)
    return written(dumper)


def test_a_row_of_the_analog_memory():
    dumper = PlaybackProgramBuilderDumper()
    helpers.write_capmem_row(dumper, CapMemRowOnCapMemBlock.i_bias_leak, np.arange(512))
    cells = written(dumper)
    assert len(cells) == 512 and all(isinstance(place, CapMemCellOnDLS) for place, _ in cells)
    row, neuron = CapMemRowOnCapMemBlock.i_bias_leak, list(iter_all(NeuronConfigOnDLS))[300]
    place = next(place for place, cell in cells if cell == CapMemCell(300))
    cell, column = place.toCapMemCellOnCapMemBlock(), neuron.toNeuronConfigOnNeuronConfigBlock().toCapMemColumnOnCapMemBlock()
    assert cell.toCapMemRowOnCapMemBlock() == row and cell.toCapMemColumnOnCapMemBlock() == column
    assert place.toCapMemBlockOnDLS() == neuron.toNeuronConfigBlockOnDLS().toCapMemBlockOnDLS()


@pytest.mark.parametrize("values", [np.arange(511), np.zeros((512, 1)), np.full(512, 0.5), ["a"] * 512])
def test_a_row_needs_512_whole_numbers(values):
    with pytest.raises(VectorError):
        helpers.write_capmem_row(PlaybackProgramBuilder(), CapMemRowOnCapMemBlock.i_bias_leak, values)


def test_a_code_out_of_range_is_named_and_nothing_is_written():
    dumper = PlaybackProgramBuilderDumper()
    with pytest.raises(RangeError, match="1024"):
        helpers.write_capmem_row(dumper, CapMemRowOnCapMemBlock.i_bias_leak, [0] * 500 + [1024] * 12)
    assert written(dumper) == []


def test_nothing_is_sent_for_a_zero_and_each_entry_reaches_its_row():
    vector = np.zeros(256, dtype=int)
    vector[[0, 1, 6, 255]] = 31, 5, 3, 1
    sent = labels(events_of(vector))
    assert [int(one.synapse_label) for one in sent] == [31 + 32, 5, 3 + 32, 1]
    assert [int(one.spl1_address) for one in sent] == [0, 0, 3, 3]
    assert [int(one.row_select_address) for one in sent] == [0, 0, 0, 31]
    assert {int(one.neuron_label) >> 13 for one in sent} == {1}


def test_events_wait_for_each_other():
    times = [int(container) for _, container in events_of([1] * 256, sends=2, wait=4) if isinstance(container, Timer.Value)]
    assert times == list(range(0, 4 * 512, 4))
    assert not any(isinstance(container, Timer.Value) for _, container in events_of([1] * 256, sends=3))
    assert len(labels(events_of([1] * 256, sends=3))) == 768


def test_a_vector_that_was_sent_before_is_sent_as_it_was_and_may_change():
    vector, builder, by_hand = np.arange(256) % 32, PlaybackProgramBuilder(), PlaybackProgramBuilder()
    for _ in range(2):
        vector[7] += 1
        for _ in range(2):
            hagen.send_vectors(builder, vector, 1, 4, SYNRAM, 13)
            for place, container in events_of(vector, wait=4):
                (by_hand.block_until if isinstance(container, Timer.Value) else by_hand.write)(place, container)
    assert builder.done() == by_hand.done()


@pytest.mark.parametrize("vector, error", [([1] * 255, VectorError), ([40] * 256, RangeError), (np.full(256, 1.5), VectorError)])
def test_a_vector_that_cannot_be_sent(vector, error):
    with pytest.raises(error):
        events_of(vector)


def test_an_entry_that_would_reach_another_row_is_refused():
    """In an odd row, 40 would be the label of activation 8 in the row above."""
    with pytest.raises(RangeError, match="not 40 as for row 7"):
        events_of([0] * 7 + [40] + [0] * 248)


@pytest.mark.parametrize(
    "arguments, error, text",
    [
        ((-1, 4, SYNRAM, 13), VectorError, "num_sends is at least 0, not -1"),
        ((1, -4, SYNRAM, 13), VectorError, "wait_period is at least 0, not -4"),
        ((1, 1 << 25, SYNRAM, 13), RangeError, "Timer"),
        ((1, 4, SYNRAM, 14), VectorError, "synram_selection_bit is from 0 to 13, not 14"),
        ((1, 4, SYNRAM, -1), VectorError, "synram_selection_bit is from 0 to 13, not -1"),
        ((1, 4, QUAD, 13), TypeError, "SynramOnDLS is needed"),
        ((1.5, 4, SYNRAM, 13), TypeError, "float"),
    ],
)
def test_what_cannot_be_sent_is_an_error_and_sends_nothing(arguments, error, text):
    dumper = PlaybackProgramBuilderDumper()
    with pytest.raises(error, match=text):
        hagen.send_vectors(dumper, [1] * 256, *arguments)
    assert written(dumper) == []


@pytest.mark.parametrize("address, synram", [(1.5, SYNRAM), ("5", SYNRAM), (5, QUAD)])
def test_what_is_no_address_or_half_is_an_error(address, synram):
    with pytest.raises(TypeError):
        spiking.send_prepulse(PlaybackProgramBuilder(), synram, address)


def test_pulses_of_a_correlation_measurement():
    dumper = PlaybackProgramBuilderDumper()
    spiking.send_prepulse(dumper, SYNRAM, 15)
    spiking.send_postpulse(dumper, QUAD, SYNRAM)
    spiking.reset_correlation(dumper, QUAD, SYNRAM)
    (bus, pulse), (neurons, reset), *resets = written(dumper)
    assert isinstance(pulse, PADIEvent) and list(pulse.fire_bus) == [True] * 4 and pulse.event_address == 15
    assert bus == SYNRAM.toPADIEventOnDLS()
    assert isinstance(reset, NeuronResetQuad) and neurons.toSynramOnDLS() == SYNRAM
    assert len({place for place, _ in resets}) == 256 and all(isinstance(one, CorrelationReset) for _, one in resets)


class Ticket:
    def __init__(self, samples):
        self._samples = samples

    def get(self):
        return self._samples


def test_reads_are_put_in_order():
    wanted = np.random.default_rng(1).integers(0, 256, (4, 256, 2))
    tickets = [Ticket(CADCSampleQuad(sample=wanted[:, row, kind])) for row in range(256) for kind in range(2)]
    assert np.array_equal(spiking.evaluate_correlation(tickets), wanted)


def test_other_tickets_are_an_error():
    with pytest.raises(VectorError, match="512 tickets"):
        spiking.evaluate_correlation([Ticket(CADCSampleQuad())] * 511)
    with pytest.raises(VectorError, match="NeuronResetQuad"):
        spiking.evaluate_correlation([Ticket(NeuronResetQuad())] * 512)
    with pytest.raises(VectorError, match="not of int"):
        spiking.evaluate_correlation([3] * 512)
