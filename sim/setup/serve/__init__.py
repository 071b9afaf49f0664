"""Virtual chips behind network addresses, for any host software that speaks HostARQ, the real system's included. (facts: transport 6)

>>> chip = ServedChip("127.0.0.1", System(VirtualChip(7)), data_port=0, reset_port=0)
>>> chip.start()
>>> data_port, reset_port = chip.ports
>>> with ARQConnection(f"127.0.0.1:{data_port}:{reset_port}") as connection:
...     connection.identifier
'hxcube0fpga0chip7_1'
>>> chip.stop()
"""

from fisch.arq import ARQConnection
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup.serve.log import Log
from hicannx_sim.setup.serve.served import ServedChip
from hicannx_sim.setup.serve.stream import Stream
from hicannx_sim.setup.serve.together import Gathering
from hicannx_sim.setup.system import System

__all__ = ["ARQConnection", "Gathering", "Log", "ServedChip", "Stream", "System", "VirtualChip"]
