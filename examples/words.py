"""Asks a chip over JTAG who it is, with words made by hand: the bits that cross between host and FPGA, without any layer above them.

Prints what each word means, and what comes back. (Needs `pip install 'hicannx[words]'`.)
"""

import hicannx
from hicannx import words

PROGRAM = [
    words.make("Reset", asserted=1),
    words.make("Setup"),
    words.make("WaitUntil", time=10),
    words.make("Reset"),
    words.make("Init"),
    words.make("Scaler", divider=3),
    *words.scan("IDCODE", 0, 32, keep_response=True),
    words.make("Barrier", jtag=1),
    words.make("Loopback"),  # the end
]

for word in PROGRAM:
    print(f"{word:#018x}  {words.explain(word)}")
print("as a datagram:", words.frame(PROGRAM, sequence=1).hex()[:80], "...")

with hicannx.connect() as connection:
    answer = connection.connections[0].execute(PROGRAM)
print("answer:", [f"{int(word):#018x}" for word in answer])
