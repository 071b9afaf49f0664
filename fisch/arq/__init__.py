"""HostARQ: the protocol between host and FPGA over UDP, both ends of it. (facts: transport 6)

`Engine` is the protocol without sockets, `ClientEndpoint` and `ServerEndpoint` put it on UDP, `ARQConnection` is the kind of
connection "arq".
"""

from fisch.arq._client import ClientEndpoint
from fisch.arq._engine import Engine
from fisch.arq._server import ServerEndpoint
from fisch.arq.bitfile import read_bitfile_info
from fisch.arq.connection import ARQConnection
from fisch.arq.protocol import DATA_PORT, PID_CFG, PID_FLUSH, PID_LOOPBACK, PID_UT, RESET_FRAME, RESET_PORT
from fisch.arq.session import Session

__all__ = [
    "DATA_PORT",
    "PID_CFG",
    "PID_FLUSH",
    "PID_LOOPBACK",
    "PID_UT",
    "RESET_FRAME",
    "RESET_PORT",
    "ARQConnection",
    "ClientEndpoint",
    "Engine",
    "ServerEndpoint",
    "Session",
    "read_bitfile_info",
]
