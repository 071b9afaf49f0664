"""`dlens_vx_v3.logger` is `pylogging` itself."""

import sys

import pylogging

sys.modules[__name__] = pylogging
