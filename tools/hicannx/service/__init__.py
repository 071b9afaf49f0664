"""`hicannx service`: virtual chips, or FPGAs, that several users share. `docs/service.md` is the manual.

Nothing here knows programs or the model: chips are connections of `fisch`, each in a process of its own, and what travels are words.
"""
