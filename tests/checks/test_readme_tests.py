"""What tests/README.md names exists, and each hazard and invariant has its row."""

import os
import re

import pytest

TESTS = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
with open(os.path.join(TESTS, "README.md"), encoding="utf-8") as f:
    TEXT = f.read()
NAMED = sorted(set(re.findall(r"`([\w/]+\.(?:py|c)::\w+)`", TEXT)))
ROWS = dict(re.findall(r"^\| ([HI]\d+) \| [^|]+ \| (.+) \|$", TEXT, re.MULTILINE))


@pytest.mark.parametrize("named", NAMED)
def test_exists(named):
    file, name = named.split("::")
    with open(os.path.join(TESTS, file), encoding="utf-8") as f:
        source = f.read()
    if file.endswith(".py"):
        assert re.search(r"^def %s\(" % name, source, re.MULTILINE)
    else:  # defined, and in the list of what runs
        assert len(re.findall(r"\b%s\b" % name, source)) >= 2


@pytest.mark.parametrize("row", ["H%02d" % i for i in [*range(1, 51), 52]] + ["I%d" % i for i in range(1, 19)])
def test_row(row):
    assert "`" in ROWS[row]


@pytest.mark.parametrize("place", re.findall(r"`((?:fault|harness)/[\w/]+\.(?:py|c))`", TEXT))
def test_file(place):
    assert os.path.exists(os.path.join(TESTS, place))
