"""Setups whose chips are distributed over several processes, on one machine or many."""

from hicannx_sim.setup import exchange


def process() -> tuple[int, int]:
    """(number of this process, how many share the chips of setups): for what one of them is to do alone, such as writing a file.

    >>> process()
    (0, 1)
    """
    return (0, 1) if exchange.cluster is None else (exchange.cluster.rank, exchange.cluster.size)
