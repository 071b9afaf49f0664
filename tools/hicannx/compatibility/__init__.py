"""How far software for the real system works here: runs it from a checkout and keeps the tables of docs/compatibility.md.

clients.yaml, clients    what there is to know about each client        recorder    a pytest plugin that notes what becomes of each test
runs                     tests and programs, in processes of their own  table       what comes of it, as a section of the document
clock                    times: in the model, and on the chip
program, notebook        one of them                                    pages       the code of a notebook, from the page it is made of
"""
