"""`dlens_vx_v3.hal` is `pyhaldls_vx_v3` itself, so that names and classes are the same under both."""

import sys

import pyhaldls_vx_v3

sys.modules[__name__] = pyhaldls_vx_v3
