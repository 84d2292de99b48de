"""The checks of the text (`make lint`), each one test."""

import os
import subprocess

import pytest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


@pytest.mark.parametrize("what", ["layers", "headers", "format", "cppcheck", "python", "units", "man"])
def test_lint(what):
    done = subprocess.run(["make", "-s", "lint-" + what], cwd=TOP, capture_output=True, text=True,
                          errors="replace", timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
