# ruff: noqa: F403
"""`dlens_vx_v3.logger` is `pylogging` itself, so that names and classes are the same under both."""

import sys
from typing import TYPE_CHECKING

import pylogging

if TYPE_CHECKING:  # what stands in its place below
    from pylogging import *

sys.modules[__name__] = pylogging
