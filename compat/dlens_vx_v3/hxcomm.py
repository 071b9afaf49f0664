# ruff: noqa: F403
"""`dlens_vx_v3.hxcomm` is `pyhxcomm_vx` itself, so that names and classes are the same under both."""

import sys
from typing import TYPE_CHECKING

import pyhxcomm_vx

if TYPE_CHECKING:  # what stands in its place below
    from pyhxcomm_vx import *

sys.modules[__name__] = pyhxcomm_vx
