"""`dlens_vx_v3.hxcomm` is `pyhxcomm_vx` itself, so that names and classes are the same under both."""

import sys

import pyhxcomm_vx

sys.modules[__name__] = pyhxcomm_vx
