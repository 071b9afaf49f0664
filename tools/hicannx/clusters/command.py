"""`hicannx cluster`: runs a script whose setups of several chips are distributed over the processes of an MPI run, or alone.

hicannx cluster script.py                       one process
mpirun -n 4 hicannx cluster script.py           four, which all run the script and have some of the chips each
"""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Final

from hicannx.clusters.watch import Watch
from hicannx.doctor import run_script
from hicannx.errors import HicannxError
from hicannx_sim.setup.exchange import MPIExchange, join_cluster

LAUNCHED: Final = ("PMI_RANK", "PMI_SIZE", "PMIX_RANK", "OMPI_COMM_WORLD_RANK", "MPI_LOCALRANKID")
"""Variables by which launchers of MPI tell a process that it is one of several."""
PASSING_ON: Final = 0.3
"""[s] for the launcher to pass on what was printed: at an abort it drops the rest."""


def main(chosen: Namespace) -> int:
    """Exit status of the script. If it fails in one process, all of them end."""
    if not chosen.script.is_file():
        raise HicannxError(f"{chosen.script}: there is no such script")
    if not launched(os.environ):
        return run_script(chosen.script, chosen.arguments)
    exchange = _exchange()
    with Watch(exchange.communicator):
        join_cluster(exchange)
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere if exchange.rank else sys.stdout):  # all print the same
            status = run_script(chosen.script, chosen.arguments)
            sys.stdout.flush()
        if status:
            print(f"hicannx: the script failed in process {exchange.rank}; the others end", file=sys.stderr, flush=True)
            time.sleep(PASSING_ON)
            exchange.communicator.Abort(status)
        exchange.communicator.Barrier()
    return status


def launched(environ: Mapping[str, str]) -> bool:
    """Whether a launcher of MPI has started this process."""
    return any(name in environ for name in LAUNCHED)


def _exchange() -> MPIExchange:
    try:
        return MPIExchange()
    except (ImportError, RuntimeError) as error:
        raise HicannxError(f"several processes need MPI: pip install 'hicannx[cluster]', and an MPI such as mpich ({error})") from None
