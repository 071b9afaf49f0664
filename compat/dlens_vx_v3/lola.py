"""`dlens_vx_v3.lola` is `pylola_vx_v3` itself, so that names and classes are the same under both."""

import sys

import pylola_vx_v3

sys.modules[__name__] = pylola_vx_v3
