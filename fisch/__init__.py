"""Words on the wire: message formats (`ut`), access sequences of every backend (`access`), connections and what is known about setups."""

from fisch import access as access
from fisch import ut as ut
from fisch._decoder import ResponseDecoder
from fisch._to_fpga import decode_to_fpga, encode_omnibus_reads, encode_omnibus_writes, encode_to_fpga
from fisch._words import WordBuffer
from fisch._writer import ResponseWriter
from fisch.backends import Access, Backend, Responses, backend
from fisch.connection import Connection, ConnectionTimeInfo, MultiConnection, Target
from fisch.errors import AccessError, ConnectionFailedError, FischError, InvalidDataError, ProgramError, WireError
from fisch.handles import ConnectionHandle
from fisch.hwdb import (
    HwdbEntry,
    HXCubeFPGAEntry,
    HXCubeSetupEntry,
    HXCubeWingEntry,
    JboaAggregatorEntry,
    JboaSetupEntry,
    SimulationEntry,
    ZeroMockEntry,
)
from fisch.registry import connection_from_environment, connection_kind, kinds, register
from fisch.zero_mock import ZeroMockConnection

__all__ = [
    "Access",
    "AccessError",
    "Backend",
    "Connection",
    "ConnectionFailedError",
    "ConnectionHandle",
    "ConnectionTimeInfo",
    "FischError",
    "HXCubeFPGAEntry",
    "HXCubeSetupEntry",
    "HXCubeWingEntry",
    "HwdbEntry",
    "InvalidDataError",
    "JboaAggregatorEntry",
    "JboaSetupEntry",
    "MultiConnection",
    "ProgramError",
    "ResponseDecoder",
    "ResponseWriter",
    "Responses",
    "SimulationEntry",
    "Target",
    "WireError",
    "WordBuffer",
    "ZeroMockConnection",
    "ZeroMockEntry",
    "access",
    "backend",
    "connection_from_environment",
    "connection_kind",
    "decode_to_fpga",
    "encode_omnibus_reads",
    "encode_omnibus_writes",
    "encode_to_fpga",
    "kinds",
    "register",
    "ut",
]
