"""Experiments in a few lines: potentials of neurons, stimuli, curves, volts and codes.

>>> from hicannx.lab import Bench
>>> with Bench(serial=0) as bench:
...     bench.neuron(0).leak.v_leak = 1000
...     trace = bench.record(0, us=20)
>>> len(trace.values) > 500
True

`trace.plot()` draws it, `bench.script()` is the same in the words of the real system. Times are hardware times; `docs/lab.md` is
the manual.
"""

from hicannx.lab.bench import Bench
from hicannx.lab.chips import plain
from hicannx.lab.errors import LabError
from hicannx.lab.traces import Curve, Trace
from hicannx.lab.units import codes, volts

__all__ = ["Bench", "Curve", "LabError", "Trace", "codes", "plain", "volts"]
