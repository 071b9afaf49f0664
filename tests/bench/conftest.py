"""Brian2's figure for the network workload, measured once per session: ratios are of CPU times in one session."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]  # workloads that several files measure; modules that processes of their own look for


@pytest.fixture(scope="session")
def brian2_peer(request: pytest.FixtureRequest) -> Iterator[dict[str, float] | None]:
    """CPU seconds per biological second and output rate of Brian2, or None if there is nothing to compare with."""
    if request.config.getoption("benchmark_disable") and not request.config.getoption("benchmark_enable"):
        yield None
        return
    if importlib.util.find_spec("brian2") is None:
        print("\nBrian2 is missing, no ratio: pip install hicannx[bench]")
        yield None
        return
    done = subprocess.run([sys.executable, str(HERE / "brian2_peer.py")], capture_output=True, text=True, cwd=HERE, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    yield json.loads(done.stdout.splitlines()[-1])
