"""Every fuzz target runs over its kept inputs and for a short while on new ones."""

import glob
import os
import subprocess

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(TOP, "build", "fuzz")
SECONDS = os.environ.get("TRIAGED_FUZZ_SECONDS", "10")
NAMES = sorted(os.path.basename(s)[:-2] for s in glob.glob(os.path.join(TOP, "tests/fuzz/fuzz_*.c")))


@pytest.mark.parametrize("name", NAMES)
def test_fuzz(name, tmp_path):
    program = os.path.join(BUILD, name)
    assert os.path.exists(program), "not built"
    corpus = os.path.join(TOP, "tests", "fuzz", "corpus", name)
    done = subprocess.run(
        [program, "-max_total_time=" + SECONDS, "-max_len=65536", "-timeout=10", "-verbosity=0",
         "-artifact_prefix=%s/" % tmp_path, str(tmp_path)] + ([corpus] if os.path.isdir(corpus) else []),
        cwd=TOP, capture_output=True, text=True, errors="replace", timeout=600)
    assert done.returncode == 0, done.stderr[-8000:]
