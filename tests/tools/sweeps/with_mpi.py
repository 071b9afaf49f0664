"""The sweep of test_executors.py on a pool of MPI: prints its table."""

import experiments
from mpi4py.futures import MPIPoolExecutor
from test_executors import GRID, table

from hicannx import sweep

if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        print(table(sweep(experiments.shifted, GRID, chips=[3, 4], executor=pool)))
