"""What jaxsnn needs of hxtorch. hxtorch itself is a package of its own: put its checkout on PYTHONPATH, and Python finds it instead.

`hxtorch.core` is found in both cases.
"""

from _hxtorch_core import (
    CalibrationPath,
    HWDBPath,
    get_unique_identifier,
    init_hardware,
    init_hardware_minimal,
    release_hardware,
)

__all__ = ["CalibrationPath", "HWDBPath", "get_unique_identifier", "init_hardware", "init_hardware_minimal", "release_hardware"]
