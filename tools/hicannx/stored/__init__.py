"""Files of stored objects, such as calibrations: opened whatever their format, listed and compared."""

from hicannx.stored.opening import Stored, StoredFileError, open_stored

__all__ = ["Stored", "StoredFileError", "open_stored"]
