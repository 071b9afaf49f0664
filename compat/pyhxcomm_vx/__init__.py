"""Connections under their original names. (facts: transport 5.1)

    with ManagedConnection() as connection:
        connection.get_hwdb_entry()[0]

What stands behind a connection is chosen by the environment, with nothing set it is the embedded model. The managed classes of a certain
kind need that kind to be available (`fisch.kinds()`), otherwise entering them raises ConnectionFailedError.
"""

from fisch import (
    ConnectionFailedError,
    ConnectionTimeInfo,
    HXCubeFPGAEntry,
    HXCubeSetupEntry,
    HXCubeWingEntry,
    JboaAggregatorEntry,
    JboaSetupEntry,
    ReinitStackEntry,
    SimulationEntry,
    Target,
    ZeroMockEntry,
)
from fisch.handles import (
    ConnectionHandle,
    MultiARQConnectionHandle,
    MultiSimConnectionHandle,
    MultiZeroMockConnectionHandle,
    QuiggeldyConnectionHandle,
)
from pyhxcomm_vx._managed import (
    ManagedConnection,
    ManagedMultiARQConnection,
    ManagedMultiSimConnection,
    ManagedMultiZeroMockConnection,
    ManagedQuiggeldyConnection,
)
from pyhxcomm_vx._service import (
    ServiceNotAvailableError,
    get_repo_state,
    get_unused_port,
    launch_quiggeldy_locally_from_env,
    terminate,
    unset_quiggeldy_env,
)

__all__ = [
    "ConnectionFailedError",
    "ConnectionHandle",
    "ConnectionTimeInfo",
    "HXCubeFPGAEntry",
    "HXCubeSetupEntry",
    "HXCubeWingEntry",
    "JboaAggregatorEntry",
    "JboaSetupEntry",
    "ManagedConnection",
    "ManagedMultiARQConnection",
    "ManagedMultiSimConnection",
    "ManagedMultiZeroMockConnection",
    "ManagedQuiggeldyConnection",
    "MultiARQConnectionHandle",
    "MultiSimConnectionHandle",
    "MultiZeroMockConnectionHandle",
    "QuiggeldyConnectionHandle",
    "ReinitStackEntry",
    "ServiceNotAvailableError",
    "SimulationEntry",
    "Target",
    "ZeroMockEntry",
    "get_repo_state",
    "get_unused_port",
    "launch_quiggeldy_locally_from_env",
    "terminate",
    "unset_quiggeldy_env",
]
