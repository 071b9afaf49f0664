"""Observations in the formats of other tools. Needs `pip install 'hicannx[traces]'`; each function says what opens its file.

>>> import hicannx, json, tempfile
>>> from pathlib import Path
>>> with hicannx.connect() as connection, hicannx.observe(connection, accesses=True) as observer:
...     pass  # programs run
>>> with tempfile.TemporaryDirectory() as folder:
...     perfetto(observer.seen, Path(folder) / "run.json")
...     sorted(json.loads((Path(folder) / "run.json").read_text()))
['displayTimeUnit', 'traceEvents']
"""

from hicannx.traces.arrays import dataset, hdf5
from hicannx.traces.neo_blocks import neo_block, nwb
from hicannx.traces.perfetto_file import perfetto
from hicannx.traces.speedscope_file import speedscope
from hicannx.traces.vcd_file import vcd

__all__ = ["dataset", "hdf5", "neo_block", "nwb", "perfetto", "speedscope", "vcd"]
