"""`dlens_vx_v3.halco` is `pyhalco_hicann_dls_vx_v3` itself, so that names and classes are the same under both."""

import sys

import pyhalco_hicann_dls_vx_v3

sys.modules[__name__] = pyhalco_hicann_dls_vx_v3
