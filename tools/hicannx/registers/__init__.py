"""Registers as documents: pages and SystemRDL, made from the tables of haldls and sim."""

from hicannx.registers.book import write_book
from hicannx.registers.systemrdl import write_systemrdl

__all__ = ["write_book", "write_systemrdl"]
