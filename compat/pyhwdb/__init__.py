"""The hardware database under its original names. (facts: transport 7)

>>> db = database()
>>> db.load(database.get_default_path())
>>> db.has_hxcube_setup_entry(db.get_hxcube_ids()[0])
True
"""

from fisch import HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaAggregatorEntry, JboaSetupEntry
from fisch.database import Database as database  # noqa: N813 - the original's name

__all__ = ["HXCubeFPGAEntry", "HXCubeSetupEntry", "HXCubeWingEntry", "JboaAggregatorEntry", "JboaSetupEntry", "database"]
