"""The examples in the docstrings, those of compiled modules included."""

import doctest

import pytest

import halco


@pytest.mark.parametrize(
    "documented", [halco, halco.iter_all, halco.TypedArray, halco.LogicalNeuronCompartments], ids=lambda thing: thing.__name__
)
def test_examples(documented):
    examples = doctest.DocTestParser().get_doctest(documented.__doc__, {}, documented.__name__, None, 0)
    assert examples.examples
    assert doctest.DocTestRunner().run(examples).failed == 0
