"""Every C unit test program is one test here, so that one summary counts everything."""

import glob
import os
import subprocess

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILDS = os.environ.get("TRIAGED_UNIT_BUILDS", "build").split()
SOURCES = sorted(glob.glob(os.path.join(TOP, "tests/unit/*/test_*.c")))
NAMES = [os.path.relpath(s, TOP)[:-2] for s in SOURCES]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("build", BUILDS)
def test_unit(build, name):
    program = os.path.join(TOP, build, name)
    assert os.path.exists(program), "not built"
    done = subprocess.run([program], cwd=TOP, capture_output=True, text=True, errors="replace",
                          timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
