"""Labels and drivers of chunks, beside a plain search through all labels in order."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grenade.errors import UnsuccessfulRouting
from grenade.network.routing import drivers
from grenade.network.routing.chunks import Chunk
from grenade.network.routing.drivers import allocate


def masks_of(labels, i):
    """Masks under which the i-th label differs from all others, ascending."""
    return [mask for mask in range(32) if all((labels[i] ^ other) & mask for j, other in enumerate(labels) if j != i)]


def filled(labels, sizes):
    """Drivers with their masks for each chunk of one bus; None if they do not suffice."""
    if len({*labels}) < len(labels):
        return None
    usable = {
        driver: {i: mask for i in range(len(labels)) for mask in reversed(masks_of(labels, i)) if not (driver ^ labels[i]) & mask}
        for driver in range(32)
    }
    taken: dict[int, tuple[int, int]] = {}
    for alone in (True, False):
        for i, size in enumerate(sizes):
            for driver, chunks in usable.items():
                have = sum(owner == i for owner, _ in taken.values())
                if have < size and driver not in taken and i in chunks and (len(chunks) == 1 or not alone):
                    taken[driver] = (i, chunks[i])
    found = [[(driver, mask) for driver, (owner, mask) in taken.items() if owner == i] for i in range(len(sizes))]
    return found if [*map(len, found)] == sizes else None


def searched(chunks):
    """{(chunk, bus): drivers} and labels of the first combination that works, in lexicographic order; groups come last."""
    groups = dict.fromkeys(chunk.group for chunk in chunks if chunk.group is not None)
    choices = [[i] for i, chunk in enumerate(chunks) if chunk.group is None]
    choices += [[i for i, chunk in enumerate(chunks) if chunk.group == group] for group in groups]
    buses = sorted({bus for chunk in chunks for bus in chunk.drivers})
    for positions in itertools.product(*(range(len(chunks[members[0]].labels)) for members in choices)):
        labels = {i: chunks[i].labels[position] for members, position in zip(choices, positions, strict=True) for i in members}
        found = {}
        for bus in buses:
            on = [i for i, chunk in enumerate(chunks) if bus in chunk.drivers]
            of_bus = filled([labels[i] for i in on], [chunks[i].drivers[bus] for i in on])
            if of_bus is None:
                break
            found |= {(i, bus): sorted(drivers) for i, drivers in zip(on, of_bus, strict=True)}
        else:
            return found, [labels[i] for i in range(len(chunks))]
    return None


@st.composite
def chunks(draw):
    """Up to four chunks on two buses of one set: some on both, some in a group, with few labels to choose from."""
    made = [Chunk([(0, 0)], {0: draw(st.integers(0, 20)), 4: draw(st.integers(0, 20))}, draw(labels()))]
    for _ in range(draw(st.integers(0, 2))):
        made.append(Chunk([(0, 0)], {draw(st.sampled_from([0, 4])): draw(st.integers(0, 16))}, draw(labels())))
    if draw(st.booleans()):
        block = draw(st.integers(0, 7)) * 4
        made.append(Chunk([(0, 0)], {0: draw(st.integers(0, 6))}, [block, block + 1], 9))
        made.append(Chunk([(0, 0)], {0: draw(st.integers(0, 6))}, [block + 1, block], 9))
    return made


def labels():
    return st.lists(st.integers(0, 31), min_size=1, max_size=4, unique=True)


@settings(max_examples=60, deadline=None)
@given(chunks())
def test_the_first_labels_that_work_are_found(given_chunks):
    expected = searched(given_chunks)
    if expected is None:
        with pytest.raises(UnsuccessfulRouting):
            allocate(given_chunks, str)
        return
    found = allocate(given_chunks, str)
    assert [one.label for one in found] == expected[1]
    assert {(i, bus): sorted(drivers) for i, one in enumerate(found) for bus, drivers in one.drivers.items()} == expected[0]


def test_buses_without_common_chunks_do_not_wait_for_each_other():
    """The second bus cannot have label 0 twice; the first one does not notice."""
    found = allocate([Chunk([(0, 0)], {0: 3}), Chunk([(0, 0)], {1: 3}), Chunk([(0, 1)], {1: 3})], str)
    assert [one.label for one in found] == [0, 0, 1]
    assert found[0].drivers == {0: [(0, 0), (1, 0), (2, 0)]}


def test_more_chunks_than_labels():
    with pytest.raises(UnsuccessfulRouting, match=r"33 sets of up to 64 sources .* 32 labels to tell them apart; none were found that do"):
        allocate([Chunk([(0, i)], {0: 0}) for i in range(33)], str)


def test_a_hopeless_search_ends(monkeypatch):
    """Four chunks of 10 drivers are more than a bus has; the router does not come here with such, so only the limit ends it."""
    monkeypatch.setattr(drivers, "TRIES", 300)
    with pytest.raises(UnsuccessfulRouting, match="none were found within 300 attempts"):
        allocate([Chunk([(0, i)], {0: 10}) for i in range(4)], str)
