from hicannx_sim.chip.columns import ColumnSwitches

class CADCInputs:
    columns: ColumnSwitches
