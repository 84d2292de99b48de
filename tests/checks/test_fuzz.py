"""Every fuzz target runs over its kept inputs and on new ones for half a minute; those that read what
strangers send get more time where TRIAGED_FUZZ_SECONDS says so."""

import glob
import os
import subprocess

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.join(TOP, "build", "fuzz")
SECONDS = 30
LEAKS = ("fuzz_conf",)  # libconfig loses strings of broken files; looking for that takes 40 ms a run
STRANGERS = ("fuzz_line", "fuzz_http", "fuzz_normalise", "fuzz_rules", "fuzz_reply")
NAMES = sorted(os.path.basename(s)[:-2] for s in glob.glob(os.path.join(TOP, "tests/fuzz/fuzz_*.c")))


@pytest.mark.parametrize("name", NAMES)
def test_fuzz(name, tmp_path):
    program = os.path.join(BUILD, name)
    assert os.path.exists(program), "not built"
    seconds = os.environ.get("TRIAGED_FUZZ_SECONDS", SECONDS) if name in STRANGERS else SECONDS
    corpus = os.path.join(TOP, "tests", "fuzz", "corpus", name)
    done = subprocess.run(
        [program, "-runs=1000000", "-max_total_time=%s" % seconds, "-max_len=1024", "-timeout=25",
         "-verbosity=0", "-print_final_stats=1", "-artifact_prefix=%s/" % tmp_path, str(tmp_path)] +
        (["-detect_leaks=0"] if name in LEAKS else []) +
        ([corpus] if os.path.isdir(corpus) else []),
        cwd=TOP, capture_output=True, text=True, errors="replace", timeout=1800)
    assert done.returncode == 0, done.stderr[-8000:]
    runs = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(name, *runs)
