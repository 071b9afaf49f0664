"""`dlens_vx_v3.sta` is `pystadls_vx_v3` itself, so that names and classes are the same under both."""

import sys

import pystadls_vx_v3

sys.modules[__name__] = pystadls_vx_v3
