"""Sweeps on a pool of MPI: that of test_executors.py, whose table it prints; given a folder and a store, one whose worker is killed."""

import sys

import experiments
from mpi4py.futures import MPIPoolExecutor
from test_executors import GRID, table

from hicannx import sweep

if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        if len(sys.argv) == 1:
            print(table(sweep(experiments.shifted, GRID, chips=[3, 4], executor=pool)))
        else:
            folder, store = sys.argv[1:]
            points = {"x": range(6), "folder": [folder]}
            print(sweep(experiments.dies_once_at_its_end, points, executor=pool, store=store).values)
