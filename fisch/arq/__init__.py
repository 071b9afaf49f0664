"""HostARQ: the protocol between host and FPGA over UDP. (facts: transport 6)"""

from fisch.arq._endpoint import ClientEndpoint, ServerEndpoint
from fisch.arq._engine import Engine

__all__ = ["ClientEndpoint", "Engine", "ServerEndpoint"]
