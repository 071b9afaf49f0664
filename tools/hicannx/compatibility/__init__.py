"""How far the tests of software for the real system pass here: runs them from a checkout and keeps the tables of docs/compatibility.md.

clients.yaml, clients    what there is to know about each client        recorder    a pytest plugin that notes what becomes of each test
runs                     the tests in processes of their own            table       what comes of it, as a section of the document
"""
