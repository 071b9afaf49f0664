"""What a compiler or a linker complained about, in a sentence."""

import re

_REASONS = (
    (
        r"fatal error: (\S+): No such file",
        "it includes <{}>, which is not among the headers here (docs/ppu.md lists them)",
    ),
    (
        r"'(__vector)' (?:does not name|was not declared|has not been)",
        "it uses {} of the original's compiler: use a Vector or VectorRow instead",
    ),
    (
        r"(impossible constraint|inconsistent operand constraints|unknown register name)",
        "it has assembler text with vector registers ({}): use ppu/vector.h instead",
    ),
    (
        r"undefined reference to [`'](.+?)'",
        "it uses {}, which is declared but is not defined here",
    ),
    (
        r"multiple definition of [`'](.+?)'",
        "several of them define {}, and names at global scope are those of all kernels: give it another name in each, or make it static",
    ),
    (
        r"(?:could not convert|invalid initialization of reference).+(SynapseArrayViewHandle|NeuronViewHandle), ?\d",
        "it takes another number of {}s than the rule has views",
    ),
    (
        r"'([^']+)' (?:was not declared|does not name a type|is not a member of|has not been declared)",
        "it uses {}, which is not known here",
    ),
    (
        r"call of overloaded '(\S+)' is ambiguous",
        "{} is several functions: say which one with its namespace",
    ),
    (
        r"has no member named '([^']+)'",
        "it uses a member {}, which is not known here",
    ),
)
"""What compilers say, and the sentence for it."""


def reason(said: str) -> str:
    """Of the first complaint that is known; else that there is one."""
    plain = re.sub("[\u2018\u2019]", "'", said)
    found = [(match.start(), sentence.format(match[1])) for pattern, sentence in _REASONS if (match := re.search(pattern, plain))]
    return min(found)[1] if found else "it is refused"
