# ruff: noqa: F403
"""`dlens_vx_v3.lola` is `pylola_vx_v3` itself, so that names and classes are the same under both."""

import sys
from typing import TYPE_CHECKING

import pylola_vx_v3

if TYPE_CHECKING:  # what stands in its place below
    from pylola_vx_v3 import *

sys.modules[__name__] = pylola_vx_v3
