"""Whole systems: FPGA, board and chip wired together, their snapshots, and how programs reach them."""
