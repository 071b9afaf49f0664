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
from sim.serve.command import main, serve
from sim.serve.served import ServedChip
from sim.serve.stream import Stream
from sim.system import System
from sim.virtual_chip import VirtualChip

__all__ = ["ARQConnection", "ServedChip", "Stream", "System", "VirtualChip", "main", "serve"]
